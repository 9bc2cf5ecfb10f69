import { expect, test } from 'vitest';
import { MemoryDocument } from '../../../test/support/memory-document.ts';
import { VirtualClock } from '../../../test/support/virtual-clock.ts';
import { fail, ok, type Result } from '../../core/base/errors.ts';
import { defaultSettings } from '../../core/app/settings.ts';
import { SettingsStore } from './settings-store.ts';
import { Updates, type UpdateSource, type UpdateState } from './updates.ts';

const minute = 60_000;
const hour = 60 * minute;

const start = async (method: UpdateSource['method'] = 'itself') => {
  const clock = new VirtualClock();
  const settings = await SettingsStore.load(new MemoryDocument(defaultSettings));
  const said: string[] = [];
  const asked: string[] = [];
  const notices: { text: string; hint: string }[] = [];
  let answer: Result<string | undefined> = ok(undefined);
  let shown: UpdateState | undefined;
  const log = { write: (_level: string, event: string) => void said.push(event), child: () => log };
  const updates = new Updates({
    source: {
      method,
      check: async (channel) => {
        asked.push(channel);
        return answer;
      },
      installOnQuit: (on) => void said.push(`install on quit: ${on}`),
      restart: () => void said.push('restart'),
    },
    settings,
    clock,
    random: () => 0,
    log,
    openForwards: () => 2,
    show: (state) => {
      shown = state;
    },
    notify: (notice) => void notices.push(notice),
  });
  return {
    clock,
    settings,
    said,
    asked,
    notices,
    updates,
    shown: () => shown,
    finds: (next: Result<string | undefined>) => {
      answer = next;
    },
  };
};

test('a version is told once by a notice, and asked about in the window until Later, again a day after', async () => {
  const it = await start();
  expect(it.shown()).toEqual({ method: 'itself', asks: false });
  it.finds(ok('2.0.0'));
  await it.clock.advance(minute);
  expect(it.asked).toEqual(['latest']);
  expect(it.notices).toEqual([
    { text: 'Quayside 2.0.0 is ready.', hint: expect.stringContaining('2 forwards are open') as string },
  ]);
  expect(it.shown()).toMatchObject({ ready: { version: '2.0.0', text: 'Quayside 2.0.0 is ready.' }, asks: true });

  it.updates.later();
  expect(it.shown()).toMatchObject({ ready: { version: '2.0.0' }, asks: false });
  await it.clock.advance(23 * hour);
  expect(it.shown()?.asks).toBe(false);
  await it.clock.advance(2 * hour);
  expect(it.shown()?.asks).toBe(true);
  expect(it.notices).toHaveLength(1);
  expect(it.said).toEqual([]);
  it.updates.dispose();
  expect(it.clock.pending).toBe(0);
});

test('a newer one is told in spite of Later', async () => {
  const it = await start();
  it.finds(ok('2.0.0'));
  await it.clock.advance(minute);
  it.updates.later();
  it.finds(ok('2.0.1'));
  await it.clock.advance(6 * hour);
  expect(it.shown()).toMatchObject({ ready: { version: '2.0.1' }, asks: true });
  expect(it.notices.map(({ text }) => text)).toEqual(['Quayside 2.0.0 is ready.', 'Quayside 2.0.1 is ready.']);
  it.updates.dispose();
});

test('it restarts only when it is asked to and can', async () => {
  const it = await start();
  it.updates.restart();
  it.finds(ok('2.0.0'));
  await it.clock.advance(minute);
  expect(it.said).toEqual([]);
  it.updates.restart();
  expect(it.said).toEqual(['restart']);
  it.updates.dispose();

  const packaged = await start('system');
  packaged.finds(ok('2.0.0'));
  await packaged.clock.advance(minute);
  packaged.updates.restart();
  expect(packaged.said).toEqual([]);
  expect(packaged.shown()).toMatchObject({
    method: 'system',
    ready: { hint: expect.stringContaining('package manager') as string },
  });
  packaged.updates.dispose();
});

test('who wants none is asked and told nothing, and nothing is installed when they quit', async () => {
  const it = await start();
  it.finds(ok('2.0.0'));
  await it.clock.advance(minute);
  await it.settings.change({ updates: 'off' });
  expect(it.shown()).toEqual({ method: 'itself', asks: false });
  expect(it.said).toEqual(['install on quit: false']);
  await it.clock.advance(48 * hour);
  expect(it.asked).toHaveLength(1);

  await it.settings.change({ updates: 'beta' });
  await it.clock.advance(minute);
  expect(it.asked).toEqual(['latest', 'beta']);
  expect(it.shown()).toMatchObject({ ready: { version: '2.0.0' }, asks: true });
  it.updates.dispose();
});

test('a source that fails is asked again after an hour, later and later, and nobody is bothered', async () => {
  const it = await start();
  it.finds(fail('unreachable', 'ERR_UPDATER', 'It is tried again.'));
  await it.clock.advance(minute + hour);
  expect(it.asked).toHaveLength(2);
  await it.clock.advance(hour);
  expect(it.asked).toHaveLength(2);
  await it.clock.advance(hour);
  expect(it.asked).toHaveLength(3);
  expect(it.shown()).toEqual({ method: 'itself', asks: false });
  expect(it.notices).toEqual([]);
  expect(new Set(it.said)).toEqual(new Set(['update.failed']));
  it.updates.dispose();
});
