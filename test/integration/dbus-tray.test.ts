import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { DesktopNotice } from '../../src-main/core/alert/notifier.ts';
import type { TrayAction, TrayState } from '../../src-main/core/app/tray-state.ts';
import { locate } from '../../src-main/compose/locations.ts';
import { SessionBus } from '../../src-main/node/dbus/session-bus.ts';
import { DBusNotifier } from '../../src-main/node/dbus/dbus-notifier.ts';
import { DBusTray } from '../../src-main/node/dbus/dbus-tray.ts';
import { systemClock } from '../../src-main/node/runtime/system-clock.ts';
import { panelColour, startDBusDesktop, type DBusDesktop } from '../support/dbus-desktop.ts';
import { emptyTray } from '../support/empty-tray.ts';
import { differenceTo, pictureOf, screenOf } from '../support/screenshot.ts';

/** Our end of the session bus against what others have on theirs: Xfce's panel, dunst, gdbus. */

const { resources } = locate();
const slow = { timeout: 30_000 };
const troubled = { ...emptyTray, troubled: [{ accountId: 'a', label: 'Acme_1', message: 'The key was refused.' }] };

let desktop: DBusDesktop;
let bus: SessionBus;

beforeEach(async () => {
  desktop = await startDBusDesktop();
  const opened = await SessionBus.open(desktop.environment, systemClock);
  if (opened === undefined) throw new Error('the session bus did not let us in');
  bus = opened;
});

afterEach(async () => {
  bus.dispose();
  await desktop.dispose();
});

describe('the tray', () => {
  const names = ['plain', 'offline', 'attention'];
  /** Which of our icons the panel draws. */
  const drawn = async (): Promise<string | undefined> => {
    const screen = await screenOf(desktop.display, 64, 32);
    const pictures = await Promise.all(
      names.map((name) => pictureOf(join(resources, `tray/${name}-light-on-dark.png`))),
    );
    const [first] = pictures
      .map((picture, at) => ({ name: names[at], difference: differenceTo(screen, picture, panelColour) }))
      .toSorted((a, b) => a.difference - b.difference);
    return first !== undefined && first.difference < 10 ? first.name : undefined;
  };

  const open = async (state: TrayState) => {
    const tray = await DBusTray.open(bus, { resources, environment: desktop.environment, state });
    const told: string[] = [];
    const clicked: TrayAction[] = [];
    tray.presence.on((presence) => told.push(presence));
    tray.clicked.on((action) => clicked.push(action));
    await tray.start();
    return { tray, told, clicked };
  };
  const name = `org.kde.StatusNotifierItem-${process.pid}-1000`;
  const item = (member: string, ...args: readonly string[]): Promise<string> =>
    desktop.call(name, '/StatusNotifierItem', `org.kde.StatusNotifierItem.${member}`, ...args);
  const menu = (member: string, ...args: readonly string[]): Promise<string> =>
    desktop.call(name, '/MenuBar', `com.canonical.dbusmenu.${member}`, ...args);
  const idOf = async (label: string): Promise<string> => {
    const layout = await menu('GetLayout', '0', '-1', '[]');
    return new RegExp(`\\((?:int32 )?(\\d+), \\{'label': <'${label}`).exec(layout)?.[1] ?? 'none';
  };

  test('is drawn as soon as there is a panel, follows the state, survives the panel, and goes', async () => {
    const { tray, told } = await open({ ...emptyTray, offline: 3 });
    await expect.poll(() => told, slow).toEqual(['absent']);
    const panel = await desktop.startPanel();
    await expect.poll(() => told, slow).toEqual(['absent', 'shown']);
    await expect.poll(drawn, slow).toBe('offline');
    tray.show(troubled);
    await expect.poll(drawn, slow).toBe('attention');
    await panel.stop();
    await expect.poll(() => told, slow).toEqual(['absent', 'shown', 'absent']);
    tray.show(emptyTray);
    await desktop.startPanel();
    await expect.poll(drawn, slow).toBe('plain');
    tray.dispose();
    await expect.poll(drawn, slow).toBeUndefined();
    expect(told).toEqual(['absent', 'shown', 'absent', 'shown']);
  });

  test('counts as shown only while somebody draws what the watcher keeps', async () => {
    const { told } = await open(emptyTray);
    await expect.poll(() => told, slow).toEqual(['absent']);
    const watcher = await SessionBus.open(desktop.environment, systemClock);
    if (watcher === undefined) throw new Error('the session bus did not let us in');
    let hasHost = false;
    const registered: unknown[] = [];
    const [path, watch] = ['/StatusNotifierWatcher', 'org.kde.StatusNotifierWatcher'];
    watcher.offer(path, {
      [watch]: {
        methods: {
          RegisterStatusNotifierItem: {
            takes: 's',
            gives: '',
            run: ([service]) => {
              registered.push(service);
              return [];
            },
          },
        },
        properties: { IsStatusNotifierHostRegistered: { type: 'b', read: () => hasHost } },
        signals: { StatusNotifierHostRegistered: '' },
      },
    });
    expect(await watcher.takeName(watch)).toBe(true);
    await expect.poll(() => registered, slow).toEqual([name]);
    hasHost = true;
    watcher.emit(path, watch, 'StatusNotifierHostRegistered', []);
    await expect.poll(() => told, slow).toEqual(['absent', 'shown']);
    watcher.dispose();
    await expect.poll(() => told, slow).toEqual(['absent', 'shown', 'absent']);
  });

  test('says what it is, and does what is clicked', async () => {
    const { clicked } = await open(troubled);
    const facts = await desktop.call(
      name,
      '/StatusNotifierItem',
      'org.freedesktop.DBus.Properties.GetAll',
      'org.kde.StatusNotifierItem',
    );
    for (const fact of [
      "'Id': <'quayside'>",
      "'Status': <'NeedsAttention'>",
      "'Menu': <objectpath '/MenuBar'>",
      "'Quayside: 1 account needs attention'",
      "'ItemIsMenu': <false>",
    ])
      expect(facts).toContain(fact);
    await item('Activate', '10', '10');
    await item('SecondaryActivate', '10', '10');
    expect(clicked).toEqual([{ type: 'open-window' }, { type: 'quick-connect' }]);
    // A letter after `_` would be a key of the menu, not a part of the name.
    expect(await menu('GetLayout', '0', '-1', '["label"]')).toContain('Acme__1: The key was refused.');
    const pause = await idOf('Pause notifications');
    expect(await menu('GetProperty', pause, 'children-display')).toBe("(<'submenu'>,)\n");
    expect(await menu('GetLayout', pause, '0', '[]')).not.toContain('For 1 hour');
    await menu('Event', await idOf('For 1 hour'), 'clicked', '<0>', '0');
    expect(clicked.at(-1)).toEqual({ type: 'pause-notices', length: 3_600_000 });
    const quit = await idOf('Quit');
    expect(await menu('EventGroup', `[(${quit}, "clicked", <0>, 0), (999, "clicked", <0>, 0)]`)).toBe('([999],)\n');
    expect(clicked.at(-1)).toEqual({ type: 'quit' });
    await expect(menu('GetLayout', '999', '-1', '[]')).rejects.toThrow('InvalidArgs');
    await expect(menu('Event', 'text', 'clicked', '<0>', '0')).rejects.toThrow();
    await expect(item('Explode')).rejects.toThrow('UnknownMethod');
    expect(await desktop.run('gdbus', 'introspect', '--session', '--dest', name, '--object-path', '/')).toContain(
      'node MenuBar',
    );
  });

  test('is black where the panel of KDE is light, and white again when the person goes dark', async () => {
    const portal = await SessionBus.open(desktop.environment, systemClock);
    if (portal === undefined) throw new Error('the session bus did not let us in');
    const [path, settings] = ['/org/freedesktop/portal/desktop', 'org.freedesktop.portal.Settings'];
    const scheme = (value: number) => ({ signature: 'u', value });
    portal.offer(path, {
      [settings]: {
        methods: { Read: { takes: 'ss', gives: 'v', run: () => [{ signature: 'v', value: scheme(2) }] } },
        properties: {},
        signals: { SettingChanged: 'ssv' },
      },
    });
    expect(await portal.takeName('org.freedesktop.portal.Desktop')).toBe(true);
    const environment = { ...desktop.environment, XDG_CURRENT_DESKTOP: 'KDE' };
    const tray = await DBusTray.open(bus, { resources, environment, state: emptyTray });
    await tray.start();
    const shades = async (): Promise<string> => {
      const told = await desktop.call(
        name,
        '/StatusNotifierItem',
        'org.freedesktop.DBus.Properties.Get',
        'org.kde.StatusNotifierItem',
        'IconPixmap',
      );
      return `${told.includes('0xff, 0x00, 0x00, 0x00') ? 'black' : ''}${told.includes('0xff, 0xff, 0xff, 0xff') ? 'white' : ''}`;
    };
    await expect.poll(shades, slow).toBe('black');
    portal.emit(path, settings, 'SettingChanged', ['org.freedesktop.appearance', 'color-scheme', scheme(1)]);
    await expect.poll(shades, slow).toBe('white');
    portal.dispose();
    tray.dispose();
  });

  test('tells of what changed and of nothing else, and of nothing while a panel has the menu open', async () => {
    const { tray } = await open({ ...emptyTray, offline: 3 });
    // Another program on the bus, as a panel is.
    const panel = await SessionBus.open(desktop.environment, systemClock);
    if (panel === undefined) throw new Error('the session bus did not let us in');
    const heard: string[] = [];
    panel.listen('com.canonical.dbusmenu', ({ member }) => heard.push(member ?? ''));
    const event = async (id: number, what: string): Promise<void> => {
      const sent = await panel.call({
        destination: name,
        path: '/MenuBar',
        interface: 'com.canonical.dbusmenu',
        member: 'Event',
        signature: 'isvu',
        body: [id, what, { signature: 'i', value: 0 }, 0],
      });
      expect(sent.ok).toBe(true);
    };
    await event(0, 'hovered');
    tray.show({ ...emptyTray, offline: 3 });
    tray.show({ ...emptyTray, offline: 4 });
    await expect.poll(() => heard, slow).toEqual(['ItemsPropertiesUpdated']);
    await event(0, 'opened');
    tray.show(troubled);
    tray.show({ ...emptyTray, offline: 0 });
    await event(0, 'hovered');
    expect(heard).toHaveLength(1);
    expect(await idOf('4 offline')).not.toBe('none');
    await event(0, 'closed');
    await expect.poll(() => heard, slow).toEqual(['ItemsPropertiesUpdated', 'LayoutUpdated']);
    expect(await idOf('4 offline')).toBe('none');
    // It opens the menu again and never says that it closed it.
    await event(0, 'opened');
    tray.show({ ...emptyTray, offline: 5 });
    const shown = await panel.call({
      destination: name,
      path: '/MenuBar',
      interface: 'com.canonical.dbusmenu',
      member: 'AboutToShow',
      signature: 'i',
      body: [0],
    });
    expect(shown).toEqual({ ok: true, body: [true] });
    expect(await idOf('5 offline')).not.toBe('none');
    await event(0, 'opened');
    tray.show(troubled);
    // It ends and never says that the menu is closed.
    panel.dispose();
    await expect.poll(() => idOf('Acme__1'), slow).not.toBe('none');
  });

  test('a bus that goes away takes the icon and nothing else', async () => {
    const { tray, told } = await open(emptyTray);
    await expect.poll(() => told, slow).toEqual(['absent']);
    await desktop.endBus();
    await expect.poll(() => told, slow).toEqual(['absent', 'lost']);
    tray.show(troubled);
    tray.dispose();
    expect(await SessionBus.open(desktop.environment, systemClock)).toBeUndefined();
    expect(await SessionBus.open({}, systemClock)).toBeUndefined();
  });
});

describe('notices', () => {
  const notice: DesktopNotice = {
    id: 'incident-1',
    title: '2 devices in Plant 3 went offline',
    body: 'gw <b>7</b> & gw-8',
    silent: false,
    actions: ['connect', 'snooze', 'mute'],
  };

  const open = () => {
    const notifier = new DBusNotifier(bus, join(resources, 'app/icon.png'));
    const acted = vi.fn();
    notifier.onAction(acted);
    return { notifier, acted };
  };

  test('are drawn by the daemon, change where they stand, and can be taken back', async () => {
    const { notifier } = open();
    await desktop.startDunst();
    expect(await notifier.show(notice)).toEqual({ ok: true, value: undefined });
    await expect.poll(() => desktop.noticesShown(), slow).toBe(1);
    expect(
      await notifier.update({ ...notice, title: '3 devices in Plant 3 went offline', silent: true }),
    ).toMatchObject({ ok: true });
    expect(await notifier.show({ ...notice, id: 'other', title: 'Another' })).toMatchObject({ ok: true });
    await expect.poll(() => desktop.noticesShown(), slow).toBe(2);
    await notifier.close('other');
    await notifier.close('other');
    await expect.poll(() => desktop.noticesShown(), slow).toBe(1);
    await notifier.close('incident-1');
    await expect.poll(() => desktop.noticesShown(), slow).toBe(0);
    const shown = await desktop.notices();
    expect(shown.map(({ summary }) => summary).toSorted()).toEqual(['3 devices in Plant 3 went offline', 'Another']);
    // Not as markup: a device may be called anything.
    expect(shown[0]?.body).toContain(
      'gw <b>7</b> & gw-8'.replace('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;'),
    );
  });

  test('bring back what was chosen, from the daemon and from nobody else', async () => {
    const { notifier, acted } = open();
    await desktop.startDunst();
    await notifier.show(notice);
    await expect.poll(() => desktop.noticesShown(), slow).toBe(1);
    const invoke = (id: string): Promise<string> =>
      desktop.run(
        ...(['gdbus', 'emit', '--session', '--object-path', '/org/freedesktop/Notifications'] as const),
        ...['--signal', 'org.freedesktop.Notifications.ActionInvoked', `uint32 ${id}`, 'connect'],
      );
    for (const id of ['1', '2', '3']) await invoke(id);
    await desktop.run('dunstctl', 'action', '0');
    await expect.poll(() => acted.mock.calls, slow).toEqual([['incident-1', 'open']]);
    expect(await notifier.update(notice)).toMatchObject({ ok: true });
    await expect.poll(() => desktop.noticesShown(), slow).toBe(1);
  });

  test.each(['connect', 'snooze', 'mute'])('offer to %s', async (action) => {
    const { notifier, acted } = open();
    await desktop.startDunst(action);
    await notifier.show(notice);
    await expect.poll(() => desktop.noticesShown(), slow).toBe(1);
    await desktop.run('dunstctl', 'action', '0');
    await expect.poll(() => acted.mock.calls, slow).toEqual([['incident-1', action]]);
  });

  test('without a daemon they are refused with the reason, and shown again by the next one', async () => {
    const { notifier } = open();
    expect(await notifier.show(notice)).toMatchObject({
      ok: false,
      error: { kind: 'unsupported', message: 'No program shows notifications on this desktop.' },
    });
    const first = await desktop.startDunst();
    expect(await notifier.show(notice)).toMatchObject({ ok: true });
    await first.stop();
    expect(await notifier.update(notice)).toMatchObject({ ok: false });
    await desktop.startDunst();
    expect(await notifier.update(notice)).toMatchObject({ ok: true });
    await expect.poll(() => desktop.noticesShown(), slow).toBe(1);
    await desktop.endBus();
    await expect
      .poll(() => notifier.update(notice), slow)
      .toMatchObject({ ok: false, error: { message: 'The session bus of this desktop is gone.' } });
    await notifier.close('incident-1');
  });
});
