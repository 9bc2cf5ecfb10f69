import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { VendorId } from '../core/fleet/device.ts';
import type { DemoScreen } from './demo-screen.ts';
import type { DemoSsh } from './demo-ssh.ts';
import type { DemoPast } from './demo-history.ts';
import { demoApplication } from './demo-web.ts';
import { locate } from '../compose/locations.ts';
import { systemClock } from '../node/runtime/system-clock.ts';
import { makeFleet } from '../simulators/fleet.ts';
import type { FleetDevice } from '../simulators/fleet.ts';
import { ModeSimulator } from '../simulators/mode/mode.ts';
import { ReemoSimulator } from '../simulators/reemo/reemo.ts';
import { RemoteIotSimulator } from '../simulators/remoteiot/remoteiot.ts';
import { RemoteItSimulator } from '../simulators/remoteit/remoteit.ts';
import { RemotixSimulator } from '../simulators/remotix/remotix.ts';

/** One make-believe vendor with the account that belongs to it. */
export interface DemoVendor {
  readonly account: {
    readonly vendor: VendorId;
    readonly label: string;
    readonly baseUrl: string;
    readonly fields?: Readonly<Record<string, string>>;
    readonly secrets: Readonly<Record<string, string>>;
  };
  /** Its devices as the vendor calls them. */
  readonly devices: DemoPast['devices'];
  dispose(): Promise<void>;
}

export interface DemoOptions {
  /** What answers on port 22 of the devices. */
  readonly ssh: DemoSsh;
  /** What answers on port 5900 of the devices. */
  readonly screen: DemoScreen;
  /** Whether one account gets into trouble once it has been seen well. */
  readonly trouble: boolean;
}

type StartVendor = (devices: number, options: DemoOptions) => Promise<DemoVendor>;

/** How often some devices change sides, milliseconds, and every how many devices does. */
const flapMs = 20_000;
const flapEvery = 40;
const troubleMs = 5_000;
/** The vendor's own schema. Read where it is kept: the demo is run from a checkout, and is in no package. */
const remoteItSchema = join(locate().resources, '../test/contract/remoteit.schema.graphql');
const secret = (): string => randomBytes(24).toString('base64url');

/** A fleet at places of its own, so that no two accounts have devices of one name. */
const fleetIn = (town: string, devices: number, seed: number): readonly FleetDevice[] =>
  makeFleet(devices, systemClock.now(), seed).map((device) => ({
    ...device,
    name: `${town.toLowerCase()}-${device.name}`,
    site: `${town} ${device.site}`,
  }));

/** Machines under the ids that their vendor gave them, which are in the same order. */
const called = (machines: readonly FleetDevice[], ids: readonly string[]): DemoPast['devices'] =>
  machines.flatMap(({ name, site }, index) => {
    const id = ids[index];
    return id === undefined ? [] : [{ id, name, site }];
  });

/** The server of this computer that stands in for a port of a device; undefined: nothing answers there. */
const serverFor = (
  { ssh, screen }: DemoOptions,
  port: number,
  name: string,
): { readonly host: string; readonly port: number } | undefined => {
  const server = port === 22 ? ssh : port === 5900 ? screen : undefined;
  server?.expect(name);
  return server === undefined ? undefined : { host: '127.0.0.1', port: server.port };
};

/** Some devices of a vendor that says so at once come and go, one after another. Answers the end of it. */
const flap = (ids: readonly string[], isOnline: (id: string) => boolean, set: (id: string, on: boolean) => void) => {
  const restless = ids.filter((_id, index) => index % flapEvery === 7);
  let turn = 0;
  const timer = setInterval(() => {
    const id = restless[turn % restless.length];
    turn += 1;
    if (id !== undefined) set(id, !isOnline(id));
  }, flapMs / 4);
  return () => clearInterval(timer);
};

const startRemoteIt: StartVendor = async (devices, options) => {
  const machines = fleetIn('Lyon', devices, 3);
  const accessKey = { id: randomBytes(10).toString('hex').toUpperCase(), secret: randomBytes(30).toString('base64') };
  const simulator: RemoteItSimulator = new RemoteItSimulator({
    schema: await readFile(remoteItSchema, 'utf8'),
    accessKey,
    developerKey: secret(),
    username: 'demo@example.com',
    password: secret(),
    devices: machines,
    target: (serviceId, port) => serverFor(options, port, simulator.fleet.locate(serviceId)?.device.name ?? serviceId),
  });
  await simulator.listen();
  const rest = flap(
    simulator.fleet.list().map(({ id }) => id),
    (id) => simulator.fleet.locate(id)?.device.online === true,
    (id, on) => simulator.setOnline(id, on),
  );
  return {
    account: {
      vendor: 'remoteit',
      label: 'Demo plants',
      baseUrl: simulator.baseUrl,
      fields: { eventsUrl: simulator.eventsUrl, pageSize: '1000' },
      secrets: { accessKeyId: accessKey.id, secretAccessKey: accessKey.secret },
    },
    devices: called(
      machines,
      simulator.fleet.list().map(({ id }) => id),
    ),
    dispose: () => {
      rest();
      return simulator.dispose();
    },
  };
};

const startRemoteIot: StartVendor = async (devices, options) => {
  const machines = makeFleet(devices, systemClock.now());
  const token = secret();
  const simulator: RemoteIotSimulator = new RemoteIotSimulator({
    token,
    devices: machines,
    target: (unitId, port) => serverFor(options, port, simulator.deviceName(unitId) ?? unitId),
  });
  await simulator.listen();
  for (const unitId of simulator.unitIds.slice(0, maxLogs))
    for (const line of systemLog(systemClock.now())) simulator.appendLog(unitId, 'syslog', line);
  simulator.setFlapping(
    simulator.unitIds.filter((_unitId, index) => index % flapEvery === flapEvery - 1),
    flapMs,
  );
  return {
    account: { vendor: 'remoteiot', label: 'Demo fleet', baseUrl: simulator.baseUrl, secrets: { token } },
    devices: called(machines, simulator.unitIds),
    dispose: () => simulator.dispose(),
  };
};

/** A large demo fleet has logs for the first of its devices only. */
const maxLogs = 500;

/** What a gateway notes in its first minutes, in the form of a kernel's log. */
const systemLog = (now: number): readonly string[] =>
  [
    'eth0: link up, 1000 Mbps, full duplex',
    'systemd: Started Agent of RemoteIoT',
    'agent: connected, 184 ms',
    'EXT4-fs (mmcblk0p2): mounted filesystem with ordered data mode',
    'agent: uploaded 20 readings',
    'thermal: zone 0 at 61 °C, fan on',
    'thermal: zone 0 at 52 °C, fan off',
    'agent: heartbeat, queue is empty',
  ].map((text, index, all) => `[${new Date(now - (all.length - index) * 60_000).toUTCString()}] ${text}`);

/** MODE with a user key, so that changes of presence arrive at once, as events. */
const startMode: StartVendor = async (devices) => {
  const apiKey = `v1.${secret()}`;
  const projectId = 1265;
  const machines = fleetIn('Field', devices, 11);
  const simulator: ModeSimulator = new ModeSimulator({
    projectId,
    devices: machines,
    user: { key: apiKey, homes: 'project' },
    application: demoApplication((deviceId) => simulator.fleet.find(deviceId)?.name ?? deviceId),
  });
  await simulator.listen();
  const rest = flap(
    simulator.fleet.ids,
    (id) => simulator.fleet.find(id)?.isConnected === true,
    (id, on) => simulator.setOnline(id, on),
  );
  return {
    account: {
      vendor: 'mode',
      label: 'Demo sensors',
      baseUrl: simulator.baseUrl,
      fields: { keyKind: 'user', projectId: String(projectId), appProxyPath: 'app' },
      secrets: { apiKey },
    },
    devices: called(machines, simulator.fleet.ids),
    dispose: () => {
      rest();
      return simulator.dispose();
    },
  };
};

const startRemotix: StartVendor = async (devices) => {
  const simulator = new RemotixSimulator({ devices: fleetIn('Office', devices, 17) });
  await simulator.listen();
  return {
    account: { vendor: 'remotix', label: 'Demo address book', baseUrl: simulator.baseUrl, secrets: {} },
    // Remotix tells of no presence, so there is nothing of them in the history.
    devices: [],
    dispose: () => simulator.dispose(),
  };
};

const startReemo: StartVendor = async (devices, { trouble }) => {
  const secretKey = `sk_demo_${secret()}`;
  const machines = fleetIn('Studio', devices, 23);
  const simulator = new ReemoSimulator({ secretKey, devices: machines, pageSize: 500 });
  await simulator.listen();
  const rest = flap(
    simulator.ids,
    (id) => simulator.computer(id)?.online === true,
    (id, on) => simulator.setOnline(id, on),
  );
  // Its key is refused once its devices have been listed, so that they stay, as of then.
  const watching = setInterval(() => {
    if (!trouble || simulator.requestsTo('/computers').length === 0) return;
    simulator.fault({ kind: 'revoked' });
    clearInterval(watching);
  }, troubleMs);
  return {
    account: {
      vendor: 'reemo',
      label: 'Demo studio',
      baseUrl: simulator.baseUrl,
      fields: { clientScript: simulator.clientScript },
      secrets: { secretKey },
    },
    devices: called(machines, simulator.ids),
    dispose: () => {
      rest();
      clearInterval(watching);
      return simulator.dispose();
    },
  };
};

/** A vendor joins the demo with one line here; the fleet is divided by the shares. */
const demoVendors: readonly { readonly start: StartVendor; readonly share: number }[] = [
  { start: startRemoteIt, share: 5 },
  { start: startRemoteIot, share: 7 },
  { start: startMode, share: 4 },
  { start: startRemotix, share: 2 },
  { start: startReemo, share: 2 },
];

/** Starts every vendor, dividing the devices among them. What was started is handed to `opened` at once. */
export const startDemoVendors = async (
  devices: number,
  options: DemoOptions,
  opened: (vendor: DemoVendor) => void,
): Promise<void> => {
  let left = devices;
  let shares = demoVendors.reduce((sum, { share }) => sum + share, 0);
  for (const { start, share } of demoVendors) {
    const own = Math.round((left * share) / shares);
    left -= own;
    shares -= share;
    opened(await start(own, options));
  }
};
