import { describe, expect, it } from 'vitest';
import { maxRows, trayIcon, trayMenu, traySummary, type TrayItem } from './tray-menu.ts';
import type { TrayAction, TrayDevice, TrayForward, TrayState } from './tray-state.ts';
import { emptyTray } from '../../../test/support/empty-tray.ts';

const forward = (id: number, rest: Partial<TrayForward> = {}): TrayForward => ({
  id: `f${id}`,
  deviceKey: `a/${id}`,
  deviceName: `gw-${id}`,
  serviceId: 'ssh:22',
  serviceKind: 'ssh',
  address: '127.0.0.1',
  port: 33000 + id,
  state: 'listening',
  connections: 0,
  ...rest,
});

const device = (id: number, rest: Partial<TrayDevice> = {}): TrayDevice => ({
  key: `a/${id}`,
  name: `gw-${id}`,
  presence: 'online',
  services: [
    { id: 'ssh:22', kind: 'ssh', name: 'SSH', hasAddress: true },
    { id: 'vnc:5900', kind: 'vnc', name: 'VNC', hasAddress: true },
  ],
  ...rest,
});

const list = <T>(length: number, make: (index: number) => T): readonly T[] =>
  Array.from({ length }, (_unused, index) => make(index));

const label = (entry: TrayItem): string => (entry.kind === 'separator' ? '—' : entry.label);
const labels = (state: TrayState): readonly string[] => trayMenu(state).map(label);
const find = (items: readonly TrayItem[], text: string): Extract<TrayItem, { kind: 'item' }> | undefined =>
  items.find(
    (entry): entry is Extract<TrayItem, { kind: 'item' }> => entry.kind === 'item' && entry.label.includes(text),
  );
const actions = (items: readonly TrayItem[]): readonly TrayAction[] =>
  items.flatMap((entry) =>
    entry.kind === 'separator'
      ? []
      : [...(entry.action === undefined ? [] : [entry.action]), ...actions(entry.submenu ?? [])],
  );

describe('trayMenu', () => {
  it('holds what is always there, from quick connect to quit', () => {
    expect(labels(emptyTray)).toEqual([
      'Quick connect…',
      'Open Quayside',
      '—',
      'Pause notifications',
      'Settings…',
      'Quit Quayside',
    ]);
    expect(labels({ ...emptyTray, notices: 'absent', shortcut: 'Ctrl+Alt+Q' })[0]).toBe('Quick connect…  Ctrl+Alt+Q');
  });

  it('connects to a favourite with one click, and to anything of it with more', () => {
    const menu = trayMenu({ ...emptyTray, favourites: [device(7, { presence: 'offline' })], devices: 1 });
    expect(find(menu, 'gw-7')).toEqual({
      kind: 'item',
      label: '○ gw-7',
      action: { type: 'connect', deviceKey: 'a/7' },
    });
    const others = find(find(menu, 'other ways')?.submenu ?? [], 'gw-7')?.submenu ?? [];
    expect(others.map(label)).toEqual(['SSH', 'VNC', 'Copy address']);
    expect(labels({ ...emptyTray, favourites: [device(7)], devices: 1 })).not.toContainEqual(
      expect.stringMatching(/Search/),
    );
  });

  it('offers for a recent device what it has, by name where two are of a kind', () => {
    const web = (id: string, name: string) => ({ id, kind: 'http' as const, name, hasAddress: false });
    const menu = trayMenu({
      ...emptyTray,
      recents: [device(1, { services: [web('a', 'Admin'), web('b', 'Camera')] }), device(2, { services: [] })],
      devices: 9000,
    });
    expect(find(menu, 'gw-1')?.submenu?.map(label)).toEqual(['Browser: Admin', 'Browser: Camera']);
    expect(find(menu, 'gw-2')?.submenu).toEqual([{ kind: 'item', label: 'Nothing to connect to' }]);
    expect(find(menu, 'Search 9,000 devices…')?.action).toEqual({ type: 'quick-connect' });
  });

  it('names the services of one kind apart, and leaves alone what is the only one', () => {
    const services = [
      { id: 'a', kind: 'ssh' as const, name: 'Root', hasAddress: false },
      { id: 'b', kind: 'ssh' as const, name: 'Operator', hasAddress: true },
      { id: 'c', kind: 'vnc' as const, name: 'Screen', hasAddress: true },
    ];
    const menu = trayMenu({ ...emptyTray, recents: [device(1, { services })], devices: 1 });
    expect(find(menu, 'gw-1')?.submenu).toEqual([
      { kind: 'item', label: 'SSH: Root', action: { type: 'connect', deviceKey: 'a/1', serviceId: 'a' } },
      { kind: 'item', label: 'SSH: Operator', action: { type: 'connect', deviceKey: 'a/1', serviceId: 'b' } },
      { kind: 'item', label: 'VNC', action: { type: 'connect', deviceKey: 'a/1', serviceId: 'c' } },
      { kind: 'item', label: 'Copy address', action: { type: 'copy-address', deviceKey: 'a/1', serviceId: 'b' } },
    ]);
  });

  it.each([
    [forward(7, { state: 'open', connections: 2 }), 'gw-7  SSH :33007  open (2)', 'Open SSH again'],
    [
      forward(8, { state: 'failed', reason: 'The device refused.' }),
      'gw-8  SSH :33008  failed: The device refused.',
      'Open SSH again',
    ],
    [
      forward(9, { serviceKind: 'tcp', address: '127.77.0.9' }),
      'gw-9  Open port :33009  listening',
      'Copy 127.77.0.9:33009',
    ],
  ])('lists a forward with its state, and lets it be copied, opened again and stopped', (entry, text, first) => {
    const row = find(trayMenu({ ...emptyTray, forwards: [entry] }), text);
    expect(row?.label).toBe(text);
    expect(row?.submenu?.map(label)[0]).toBe(first);
    expect(row?.submenu?.at(-1)).toEqual({
      kind: 'item',
      label: 'Stop',
      action: { type: 'stop-forward', forwardId: entry.id },
    });
  });

  it('names accounts in trouble and counts what is offline', () => {
    const state = { ...emptyTray, troubled: [{ accountId: 'x', label: 'Acme', message: 'wrong key' }], offline: 1234 };
    expect(find(trayMenu(state), 'Acme: wrong key')?.action).toEqual({ type: 'show-account', accountId: 'x' });
    expect(find(trayMenu(state), '1,234 offline')?.action).toEqual({ type: 'show-offline' });
  });

  it('names two accounts in trouble, and counts the others where there are more', () => {
    const trouble = (length: number): TrayState => ({
      ...emptyTray,
      troubled: list(length, (id) => ({ accountId: `${id}`, label: `Account ${id}`, message: 'wrong key' })),
    });
    const about = (state: TrayState): readonly string[] => labels(state).filter((text) => /account/i.test(text));
    expect(about(trouble(2))).toEqual(['Account 0: wrong key', 'Account 1: wrong key']);
    expect(about(trouble(5))).toEqual(['Account 0: wrong key', '4 more accounts need attention']);
    expect(find(trayMenu(trouble(5)), '4 more')?.action).toEqual({ type: 'open-window' });
  });

  it('pauses notices for as long as each line says', () => {
    const pauses = find(trayMenu(emptyTray), 'Pause notifications')?.submenu ?? [];
    expect(pauses.map((entry) => [label(entry), ...actions([entry])])).toEqual([
      ['For 30 minutes', { type: 'pause-notices', length: 1_800_000 }],
      ['For 1 hour', { type: 'pause-notices', length: 3_600_000 }],
      ['For 4 hours', { type: 'pause-notices', length: 14_400_000 }],
      ['Until tomorrow morning', { type: 'pause-notices', length: 'tomorrow' }],
      ['Until I resume them', { type: 'pause-notices', length: 'ever' }],
    ]);
  });

  it('says until when notices are paused, and resumes them', () => {
    const menu = trayMenu({ ...emptyTray, notices: { paused: 'until 14:30' } });
    expect(actions(find(menu, 'paused until 14:30')?.submenu ?? [])).toEqual([{ type: 'resume-notices' }]);
  });

  it('never has more rows than it may, whatever there is, and always ends with Quit', () => {
    for (const many of [0, 1, 2, 3, 4, 5, 6, 8, 13, 40, 500])
      for (const few of [0, 1, 3, 50]) {
        const state: TrayState = {
          forwards: list(many, (id) => forward(id)),
          favourites: list(few, (id) => device(id)),
          recents: list(many, (id) => device(1000 + id)),
          troubled: list(few, (id) => ({ accountId: `${id}`, label: `Account ${id}`, message: 'm'.repeat(300) })),
          offline: many,
          devices: 10_000,
          notices: 'on',
        };
        const menu = trayMenu(state);
        expect(menu.length).toBeLessThanOrEqual(maxRows);
        expect(menu.at(-1)).toMatchObject({ action: { type: 'quit' } });
        expect(menu.filter((entry, at) => entry.kind === 'separator' && menu[at + 1]?.kind === 'separator')).toEqual(
          [],
        );
        if (many > 5) expect(labels(state)).toContain(`All ${many} forwards…`);
      }
  });

  it('shows the text of vendors on one short line', () => {
    const nasty = device(1, { name: `a\u0000b\n\u202Ec${'x'.repeat(500)}` });
    const [text = ''] = labels({ ...emptyTray, favourites: [nasty], devices: 1 }).filter((line) =>
      line.startsWith('●'),
    );
    expect(text.length).toBeLessThanOrEqual(42);
    expect(text).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  });
});

describe('trayIcon and traySummary', () => {
  it.each([
    [emptyTray, 'plain', 'Quayside'],
    [{ ...emptyTray, offline: 1 }, 'offline', 'Quayside: 1 offline'],
    [
      { ...emptyTray, offline: 2, troubled: [{ accountId: 'a', label: 'A', message: 'm' }] },
      'attention',
      'Quayside: 1 account needs attention, 2 offline',
    ],
    [{ ...emptyTray, forwards: [forward(1, { state: 'failed' })] }, 'attention', 'Quayside: 1 open'],
  ] as const)('put trouble before offline before all well', (state, icon, summary) => {
    expect(trayIcon(state)).toBe(icon);
    expect(traySummary(state)).toBe(summary);
  });
});
