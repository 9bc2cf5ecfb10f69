import { expect, it } from 'vitest';
import { troubleOf } from './copies.ts';
import { noCopy } from './panes.ts';

const folder = { name: 'logs', kind: 'folder' } as const;
const at = (place: string, path: string) => ({ place, folder: path });

it('copies between two places whatever their folders are called, and within one to another folder alone', () => {
  expect(noCopy(folder, at('gw ssh', '/var'), at('cam ssh', '/var'))).toBeUndefined();
  expect(noCopy(folder, at('gw ssh', '/var'), at('gw ssh', '/tmp'))).toBeUndefined();
  expect(noCopy(folder, at('gw ssh', '/var'), at('gw ssh', '/var'))?.message).toBe('Both panes show the same folder.');
});

it('copies no folder into itself', () => {
  for (const inside of ['/var/logs', '/var/logs/old'])
    expect(noCopy(folder, at('gw ssh', '/var'), at('gw ssh', inside))?.message).toBe(
      'logs cannot be copied into itself.',
    );
  expect(noCopy(folder, at('gw ssh', '/var'), at('gw ssh', '/var/logs-2'))).toBeUndefined();
  expect(noCopy(folder, at('gw ssh', '/'), at('gw ssh', '/logs/old'))).toBeDefined();
});

it('names what a copy could not do, the worst first, and says nothing of one that is whole', () => {
  const whole = {
    files: 2,
    folders: 1,
    links: 0,
    bytes: 9,
    skipped: 0,
    failed: 0,
    failures: [],
    changed: 0,
    unkept: { permissions: 0, owner: 0, time: 0 },
  };
  expect(troubleOf(whole)).toBeUndefined();
  const error = { kind: 'forbidden', message: 'The device does not let you.', hint: 'Sign in as root.' } as const;
  expect(troubleOf({ ...whole, failed: 3, failures: [{ path: '/var/x', error }], changed: 1 })).toEqual({
    ...error,
    message: '3 items were not copied, the first of them /var/x: The device does not let you.',
  });
  expect(troubleOf({ ...whole, changed: 1 })?.message).toBe('1 file changed while being copied.');
  expect(troubleOf({ ...whole, unkept: { permissions: 1, owner: 1, time: 1 } })?.message).toBe(
    'The copy did not get the permissions and time of the original.',
  );
});
