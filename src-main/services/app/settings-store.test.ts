import { describe, expect, it } from 'vitest';
import { MemoryDocument } from '../../../test/support/memory-document.ts';
import { fail } from '../../core/base/errors.ts';
import { defaultSettings } from '../../core/app/settings.ts';
import type { Settings } from '../../core/app/settings.ts';
import { SettingsStore } from './settings-store.ts';

const corrupt = fail('file-corrupt', 'settings.json could not be understood.', 'Compare the two.');

describe('SettingsStore', () => {
  it('keeps and announces changes, one after another', async () => {
    const document = new MemoryDocument<Settings>(defaultSettings);
    const store = await SettingsStore.load(document);
    const heard: Settings[] = [];
    store.changed.on((settings) => heard.push(settings));
    await Promise.all([store.change({ theme: 'dark' }), store.change({ sshUser: 'pi' })]);
    expect(store.get()).toEqual({ ...defaultSettings, theme: 'dark', sshUser: 'pi' });
    expect(document.value).toEqual(store.get());
    expect(heard.map((settings) => settings.sshUser)).toEqual(['', 'pi']);
    expect((await SettingsStore.load(document)).get()).toEqual(store.get());
  });

  it('refuses a value that is not allowed and changes nothing', async () => {
    const document = new MemoryDocument<Settings>(defaultSettings);
    const store = await SettingsStore.load(document);
    const refused = await store.change({ theme: 'dark', pollFactor: 0 });
    expect(refused).toMatchObject({ ok: false, error: { kind: 'invalid-input' } });
    expect(refused.ok ? '' : refused.error.message).toContain('pollFactor');
    expect(store.get()).toEqual(defaultSettings);
    expect(document.writes).toBe(0);
  });

  it('goes on with the old settings where the disk refuses new ones', async () => {
    const document = new MemoryDocument<Settings>(defaultSettings);
    const store = await SettingsStore.load(document);
    document.writeError = corrupt;
    expect(await store.change({ theme: 'dark' })).toEqual(corrupt);
    expect(store.get().theme).toBe('system');
  });

  it('starts with the defaults and the reason where the file cannot be read', async () => {
    const document = new MemoryDocument<Settings>(defaultSettings);
    document.readError = corrupt;
    const store = await SettingsStore.load(document);
    expect(store.get()).toEqual(defaultSettings);
    expect(store.problem).toEqual(corrupt.error);
  });
});
