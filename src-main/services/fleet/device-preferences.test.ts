import { describe, expect, it } from 'vitest';
import { MemoryDocument } from '../../../test/support/memory-document.ts';
import { fail } from '../../core/base/errors.ts';
import { devicePreferencesFormat, DevicePreferences } from './device-preferences.ts';
import type { StoredPreferences } from './device-preferences.ts';

const setUp = async (stored: StoredPreferences = {}) => {
  const document = new MemoryDocument<StoredPreferences>({}, stored);
  const preferences = new DevicePreferences(document);
  await preferences.load();
  const heard: string[] = [];
  preferences.changed.on((key) => heard.push(key));
  return { document, preferences, heard };
};

describe('DevicePreferences', () => {
  it('remembers favourites and services over a restart', async () => {
    const { document, preferences, heard } = await setUp();
    await preferences.setFavourite('a/1', true);
    expect(await preferences.addService('a/1', { kind: 'ssh', port: 2222 })).toEqual({
      ok: true,
      value: { id: 'ssh:2222', kind: 'ssh', name: 'SSH 2222', route: 'tunnel', port: 2222 },
    });
    await preferences.addService('a/1', { kind: 'http', port: 80, host: 'printer.local' });
    const again = new DevicePreferences(
      new MemoryDocument<StoredPreferences>(
        {},
        devicePreferencesFormat.parse(JSON.parse(JSON.stringify(document.value))),
      ),
    );
    await again.load();
    expect(again.isFavourite('a/1')).toBe(true);
    expect(again.customServices('a/1').map((service) => service.id)).toEqual(['ssh:2222', 'http:printer.local:80']);
    expect(heard).toEqual(['a/1', 'a/1', 'a/1']);
  });

  it('holds nothing on a device of which nothing is said any more', async () => {
    const { document, preferences } = await setUp();
    await preferences.setFavourite('a/1', true);
    await preferences.setFavourite('a/1', false);
    expect(document.value).toEqual({});
  });

  it('refuses what is no service, or there already', async () => {
    const { preferences } = await setUp();
    for (const draft of [
      { port: 0 },
      { port: 65_536 },
      { port: 1.5 },
      {},
      { port: 22, host: '-oProxyCommand=x' },
      { port: 22, host: 'a b' },
    ]) {
      expect(await preferences.addService('a/1', { kind: 'ssh', ...draft })).toMatchObject({
        error: { kind: 'invalid-input' },
      });
    }
    await preferences.addService('a/1', { kind: 'ssh', port: 22, host: 'fe80::1' });
    expect(await preferences.addService('a/1', { kind: 'ssh', port: 22, host: 'fe80::1' })).toMatchObject({
      error: { kind: 'conflict' },
    });
  });

  it('removes only services the user added', async () => {
    const { preferences } = await setUp();
    await preferences.addService('a/1', { kind: 'ssh', port: 22 });
    expect(await preferences.removeService('a/1', 'vendor-service')).toMatchObject({ error: { kind: 'not-found' } });
    expect(await preferences.removeService('a/1', 'ssh:22')).toMatchObject({ ok: true });
    expect(preferences.customServices('a/1')).toEqual([]);
  });

  it('forgets an account and no other whose id begins alike', async () => {
    const { preferences, document } = await setUp();
    for (const key of ['home/1', 'home/2', 'home-2/1']) await preferences.setFavourite(key, true);
    await preferences.forgetAccount('home');
    expect(Object.keys(document.value ?? {})).toEqual(['home-2/1']);
  });

  it('changes nothing where the disk refuses', async () => {
    const { preferences, document, heard } = await setUp();
    document.writeError = fail('internal', 'The disk is full.', 'Make room.');
    expect(await preferences.setFavourite('a/1', true)).toEqual(document.writeError);
    expect(preferences.isFavourite('a/1')).toBe(false);
    expect(heard).toEqual([]);
  });

  it('drops only what cannot be read of a stored file', () => {
    const good = { favourite: true, services: [] };
    expect(devicePreferencesFormat.parse({ a: good, b: 3, c: { favourite: 'yes', services: [{ id: 'x' }] } })).toEqual({
      a: good,
      c: { favourite: false, services: [] },
    });
    expect(devicePreferencesFormat.parse([])).toBeUndefined();
  });
});
