import { describe, expect, it } from 'vitest';
import { trayIcon, trayMenu, type TrayState } from './tray-menu.ts';

const calm: TrayState = { forwards: [], troubled: [], offline: 0 };
const forward = (id: number, state = 'listening') => ({
  id: `f${id}`,
  deviceName: `gw-${id}`,
  serviceKind: 'ssh',
  port: 33000 + id,
  state,
});
const labels = (state: TrayState) => trayMenu(state).map((entry) => (entry.kind === 'item' ? entry.label : '—'));

describe('trayMenu', () => {
  it('always begins with the window and ends with Quit', () => {
    expect(labels(calm)).toEqual(['Open Quayside', '—', 'No open devices', '—', 'Quit Quayside']);
  });

  it('lists open devices with their port and lets each be stopped', () => {
    const menu = trayMenu({ ...calm, forwards: [forward(7, 'open'), forward(8, 'stopped')] });
    const entry = menu[2];
    expect(entry).toMatchObject({ label: 'gw-7  ssh :33007  open' });
    expect(entry?.kind === 'item' ? entry.submenu : []).toContainEqual({
      kind: 'item',
      label: 'Stop',
      action: { type: 'stop-forward', forwardId: 'f7' },
    });
    expect(JSON.stringify(menu)).not.toContain('gw-8');
  });

  it('stays short however many forwards are open', () => {
    const many = Array.from({ length: 200 }, (_unused, index) => forward(index));
    const menu = labels({ ...calm, forwards: many });
    expect(menu.length).toBeLessThanOrEqual(25);
    expect(menu).toContain('And 188 more');
  });

  it('names accounts in trouble and counts what is offline', () => {
    const state = { ...calm, troubled: [{ label: 'Acme', message: 'wrong key' }], offline: 1234 };
    expect(labels(state)).toContain('Acme: wrong key');
    expect(labels(state)).toContain('1,234 offline');
  });
});

describe('trayIcon', () => {
  it('puts trouble before offline before all well', () => {
    expect(trayIcon(calm)).toBe('plain');
    expect(trayIcon({ ...calm, offline: 1 })).toBe('offline');
    expect(trayIcon({ ...calm, offline: 1, troubled: [{ label: 'A', message: 'm' }] })).toBe('attention');
  });
});
