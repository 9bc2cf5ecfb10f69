import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { busConfiguration } from './bus-configuration.ts';
import type { Colour } from './screenshot.ts';
import { startXvfb } from './xvfb.ts';

const run = promisify(execFile);

/** A Linux desktop: a session bus and a display of its own, to which a panel and a daemon for notices can be added. */
export interface DBusDesktop {
  /** Environment of programs on this desktop. */
  readonly environment: Readonly<Record<string, string>>;
  readonly display: string;
  /** Starts Xfce's panel, which draws tray icons, at the top of the screen; ready once it watches for them. */
  startPanel(): Promise<Program>;
  /** Starts dunst, which draws notices and does `action` with them when it is told to; ready once it answers. */
  startDunst(action?: string): Promise<Program>;
  /** What dunst has shown and put away, newest first. */
  notices(): Promise<readonly { readonly summary: string; readonly body: string }[]>;
  /** How many notices dunst shows now. */
  noticesShown(): Promise<number>;
  /** A program on this desktop, to its end; answers what it printed. */
  run(program: string, ...args: readonly string[]): Promise<string>;
  /** Calls a method with gdbus, which knows nothing of ours; answers what it prints. */
  call(destination: string, path: string, method: string, ...args: readonly string[]): Promise<string>;
  /** Resolves once a name has an owner, or none. */
  owned(name: string, isOwned?: boolean): Promise<void>;
  /** Puts a script in place of a program that this desktop's programs may start. */
  install(name: string, script: string): Promise<void>;
  /** Ends the bus, as a logout does. */
  endBus(): Promise<void>;
  dispose(): Promise<void>;
}

/** A program that can be ended before the desktop is. */
export interface Program {
  stop(): Promise<void>;
}

/** The colour of the panel. */
export const panelColour: Colour = { red: 26, green: 26, blue: 77 };
const share = (part: number): string => (part / 255).toFixed(6);

/** One panel at the top with nothing but the tray in it. */
const panelConfiguration = `<?xml version="1.0" encoding="UTF-8"?>
<channel name="xfce4-panel" version="1.0">
  <property name="configver" type="int" value="2"/>
  <property name="panels" type="array">
    <value type="int" value="1"/>
    <property name="panel-1" type="empty">
      <property name="position" type="string" value="p=6;x=0;y=0"/>
      <property name="length" type="uint" value="100"/>
      <property name="position-locked" type="bool" value="true"/>
      <property name="background-style" type="uint" value="1"/>
      <property name="background-rgba" type="array">
        <value type="double" value="${share(panelColour.red)}"/>
        <value type="double" value="${share(panelColour.green)}"/>
        <value type="double" value="${share(panelColour.blue)}"/>
        <value type="double" value="1"/>
      </property>
      <property name="icon-size" type="uint" value="24"/>
      <property name="size" type="uint" value="32"/>
      <property name="plugin-ids" type="array"><value type="int" value="1"/></property>
    </property>
  </property>
  <property name="plugins" type="empty">
    <property name="plugin-1" type="string" value="systray">
      <property name="square-icons" type="bool" value="true"/>
      <property name="icon-size" type="int" value="24"/>
    </property>
  </property>
</channel>
`;

const dunstConfiguration = (action: string): string => `[global]
follow = none
origin = bottom-right
font = Monospace 10
width = 420
frame_color = "#30a0ff"
[urgency_normal]
timeout = 0
[ours]
appname = Quayside
action_name = ${action}
`;

const stop = async (child: ChildProcess): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
};

/** Starts a bus and a display, nothing on them yet. */
export const startDBusDesktop = async (): Promise<DBusDesktop> => {
  const folder = await mkdtemp(join(tmpdir(), 'quayside-desktop-'));
  const file = (...names: readonly string[]): string => join(folder, ...names);
  const programs: ChildProcess[] = [];
  for (const name of ['bin', 'home', 'run', 'services']) await mkdir(file(name), { mode: 0o700 });
  await mkdir(file('config/xfce4/xfconf/xfce-perchannel-xml'), { recursive: true });
  await mkdir(file('config/dunst'));
  await writeFile(file('bus.conf'), busConfiguration(folder));
  await writeFile(file('config/xfce4/xfconf/xfce-perchannel-xml/xfce4-panel.xml'), panelConfiguration);
  const settings = 'org.xfce.Xfconf.service';
  await symlink(`/usr/share/dbus-1/services/${settings}`, file('services', settings));
  const display = await startXvfb();
  const environment: Record<string, string> = {
    PATH: `${file('bin')}:${process.env['PATH'] ?? '/usr/bin:/bin'}`,
    HOME: file('home'),
    XDG_CONFIG_HOME: file('config'),
    XDG_CACHE_HOME: file('cache'),
    XDG_DATA_HOME: file('data'),
    XDG_RUNTIME_DIR: file('run'),
    XDG_CURRENT_DESKTOP: 'XFCE',
    DISPLAY: display.display,
    LC_ALL: 'C.UTF-8',
    // Neither asks a bus that is not there for help.
    NO_AT_BRIDGE: '1',
    GTK_A11Y: 'none',
    GSETTINGS_BACKEND: 'memory',
  };
  const bus = spawn(
    'dbus-daemon',
    [`--config-file=${file('bus.conf')}`, '--nofork', '--nopidfile', '--print-address=1'],
    {
      env: environment,
      stdio: ['ignore', 'pipe', 'ignore'],
    },
  );
  const [address] = (await once(createInterface({ input: bus.stdout }), 'line')) as [string];
  environment['DBUS_SESSION_BUS_ADDRESS'] = address;

  const start = (program: string, ...args: readonly string[]): ChildProcess => {
    const child = spawn(program, args, { env: environment, stdio: 'ignore' });
    child.once('error', () => undefined);
    programs.push(child);
    return child;
  };
  const desktop: DBusDesktop = {
    environment,
    display: display.display,
    run: async (program, ...args) => (await run(program, args, { env: environment })).stdout,
    call: (destination, path, method, ...args) =>
      desktop.run(
        'gdbus',
        ...['call', '--session', '--dest', destination, '--object-path', path, '--method', method, '--', ...args],
      ),
    owned: async (name, isOwned = true) => {
      if (isOwned) await desktop.run('gdbus', 'wait', '--session', name);
      for (;;) {
        const answer = await desktop.call(
          'org.freedesktop.DBus',
          '/org/freedesktop/DBus',
          'org.freedesktop.DBus.NameHasOwner',
          name,
        );
        if (answer.includes('true') === isOwned) return;
      }
    },
    startPanel: async () => {
      const child = start('xfce4-panel', '--disable-wm-check');
      await desktop.owned('org.kde.StatusNotifierWatcher');
      return {
        stop: async () => {
          await stop(child);
          await desktop.owned('org.kde.StatusNotifierWatcher', false);
        },
      };
    },
    startDunst: async (action = 'default') => {
      await writeFile(file('config/dunst/dunstrc'), dunstConfiguration(action));
      const child = start('dunst');
      await desktop.owned('org.freedesktop.Notifications');
      return {
        stop: async () => {
          await stop(child);
          await desktop.owned('org.freedesktop.Notifications', false);
        },
      };
    },
    notices: async () => {
      const told = JSON.parse(await desktop.run('dunstctl', 'history')) as {
        readonly data: readonly (readonly Readonly<Record<string, { readonly data: unknown }>>[])[];
      };
      return (told.data[0] ?? []).map((entry) => ({
        summary: String(entry['summary']?.data),
        body: String(entry['body']?.data),
      }));
    },
    noticesShown: async () => Number(/Currently displayed: (\d+)/.exec(await desktop.run('dunstctl', 'count'))?.[1]),
    install: (name, script) => writeFile(file('bin', name), `#!/bin/sh\n${script}\n`, { mode: 0o755 }),
    endBus: () => stop(bus),
    dispose: async () => {
      for (const child of programs.reverse()) await stop(child);
      // What the bus started ends with it.
      await stop(bus);
      await display.dispose();
      await rm(folder, { recursive: true, force: true });
    },
  };
  // Chromium has no sandbox for root, which is who runs the tests in a container.
  await desktop.install('chromium', 'exec /usr/bin/chromium --no-sandbox "$@"');
  return desktop;
};
