import { expect, test } from 'vitest';
import { trayMenu, type TrayItem } from '../../core/app/tray-menu.ts';
import type { TrayState } from '../../core/app/tray-state.ts';
import { menuChange, menuIndex, MenuIds, type MenuNode } from './dbus-menu-layout.ts';

const forward = {
  deviceKey: 'a/1',
  deviceName: 'gw',
  serviceId: 's',
  serviceKind: 'ssh',
  address: '127.0.0.1',
} as const;
const state: TrayState = {
  forwards: [{ id: 'f1', ...forward, port: 33_007, state: 'open', connections: 1 }],
  favourites: [{ key: 'a/1', name: 'gw', presence: 'online', services: [] }],
  recents: [],
  troubled: [],
  offline: 2,
  devices: 40,
  notices: 'on',
};

const idOf = (root: MenuNode, label: string): number | undefined =>
  [...menuIndex(root).values()].find((node) => node.label.startsWith(label))?.id;

test('a line keeps its id while its words and its neighbours change', () => {
  const ids = new MenuIds();
  const before = ids.layout(trayMenu(state));
  const after = ids.layout(
    trayMenu({
      ...state,
      forwards: [
        { id: 'f2', ...forward, port: 33_001, state: 'failed', connections: 0, reason: 'The tunnel closed.' },
        { id: 'f1', ...forward, port: 33_007, state: 'open', connections: 9 },
      ],
      offline: 3,
    }),
  );
  for (const [was, is] of [
    ['gw  SSH :33007', 'gw  SSH :33007'],
    ['2 offline', '3 offline'],
    ['● gw', '● gw'],
    ['Quit', 'Quit'],
  ] as const)
    expect([is, idOf(after, is)]).toEqual([is, idOf(before, was)]);
  expect(menuChange(before, after)).toEqual({ kind: 'layout' });
});

test('no id is used twice, not even by a line that was away', () => {
  const ids = new MenuIds();
  const [one, two]: readonly TrayItem[] = [
    { kind: 'item', label: 'One', action: { type: 'quit' } },
    { kind: 'item', label: 'Two', action: { type: 'open-window' } },
  ];
  const first = idOf(ids.layout([one!, two!]), 'One');
  const second = idOf(ids.layout([two!]), 'Two');
  const again = idOf(ids.layout([one!, two!]), 'One');
  expect(new Set([first, second, again]).size).toBe(3);
  const twins = ids.layout([one!, one!]);
  expect(new Set(twins.children?.map(({ id }) => id)).size).toBe(2);
});

test('only what changed is told', () => {
  const ids = new MenuIds();
  const before = ids.layout(trayMenu(state));
  expect(menuChange(before, ids.layout(trayMenu(state)))).toEqual({ kind: 'none' });
  const words = ids.layout(trayMenu({ ...state, offline: 7 }));
  expect(menuChange(before, words)).toEqual({ kind: 'labels', ids: [idOf(words, '7 offline')] });
  expect(menuChange(before, ids.layout(trayMenu({ ...state, offline: 0 })))).toEqual({ kind: 'layout' });
});

test('a line that does nothing is text', () => {
  const root = new MenuIds().layout([{ kind: 'item', label: 'Nothing' }, { kind: 'separator' }]);
  expect(root.children?.map(({ kind, enabled }) => [kind, enabled])).toEqual([
    ['line', false],
    ['separator', false],
  ]);
});
