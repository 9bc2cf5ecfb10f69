import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { VendorId } from './core/device.ts';
import type { DemoSsh } from './demo-ssh.ts';
import { demoApplication } from './demo-web.ts';
import { locate } from './locations.ts';
import { systemClock } from './node/system-clock.ts';
import { makeFleet } from './simulators/fleet.ts';
import type { FleetDevice } from './simulators/fleet.ts';
import { ModeSimulator } from './simulators/mode.ts';
import { ReemoSimulator } from './simulators/reemo.ts';
import { RemoteIotSimulator } from './simulators/remoteiot.ts';
import { RemoteItSimulator } from './simulators/remoteit.ts';
import { RemotixSimulator } from './simulators/remotix.ts';

/** One make-believe vendor with the account that belongs to it. */
export interface DemoVendor {
  readonly account: {
    readonly vendor: VendorId;
    readonly label: string;
    readonly baseUrl: string;
    readonly fields?: Readonly<Record<string, string>>;
    readonly secrets: Readonly<Record<string, string>>;
  };
  dispose(): Promise<void>;
}

export interface DemoOptions {
  /** What answers on port 22 of the devices. */
  readonly ssh: DemoSsh;
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

const startRemoteIt: StartVendor = async (devices, { ssh }) => {
  const accessKey = { id: randomBytes(10).toString('hex').toUpperCase(), secret: randomBytes(30).toString('base64') };
  const simulator: RemoteItSimulator = new RemoteItSimulator({
    schema: await readFile(remoteItSchema, 'utf8'),
    accessKey,
    developerKey: secret(),
    username: 'demo@example.com',
    password: secret(),
    devices: fleetIn('Lyon', devices, 3),
    target: (serviceId, port) => {
      if (port !== 22) return undefined;
      ssh.expect(simulator.fleet.locate(serviceId)?.device.name ?? serviceId);
      return { host: '127.0.0.1', port: ssh.port };
    },
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
    dispose: () => {
      rest();
      return simulator.dispose();
    },
  };
};

const startRemoteIot: StartVendor = async (devices, { ssh }) => {
  const token = secret();
  const simulator: RemoteIotSimulator = new RemoteIotSimulator({
    token,
    devices,
    target: (unitId, port) => {
      if (port !== 22) return undefined;
      ssh.expect(simulator.deviceName(unitId) ?? unitId);
      return { host: '127.0.0.1', port: ssh.port };
    },
  });
  await simulator.listen();
  simulator.setFlapping(
    simulator.unitIds.filter((_unitId, index) => index % flapEvery === flapEvery - 1),
    flapMs,
  );
  return {
    account: { vendor: 'remoteiot', label: 'Demo fleet', baseUrl: simulator.baseUrl, secrets: { token } },
    dispose: () => simulator.dispose(),
  };
};

/** MODE with a user key, so that devices that come and go are told at once. */
const startMode: StartVendor = async (devices) => {
  const apiKey = `v1.${secret()}`;
  const projectId = 1265;
  const simulator: ModeSimulator = new ModeSimulator({
    projectId,
    devices: fleetIn('Field', devices, 11),
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
    dispose: () => simulator.dispose(),
  };
};

const startReemo: StartVendor = async (devices, { trouble }) => {
  const secretKey = `sk_demo_${secret()}`;
  const simulator = new ReemoSimulator({ secretKey, devices: fleetIn('Studio', devices, 23), pageSize: 500 });
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
