import { makeFleet } from '../../src-main/simulators/fleet.ts';
import { ModeSimulator } from '../../src-main/simulators/mode/mode.ts';
import { ReemoSimulator, simulatedReemoId } from '../../src-main/simulators/reemo/reemo.ts';
import { simulatedUnitId } from '../../src-main/simulators/remoteiot/devices.ts';
import { RemoteIotSimulator } from '../../src-main/simulators/remoteiot/remoteiot.ts';
import { simulatedDeviceId, simulatedServiceId } from '../../src-main/simulators/remoteit/fleet.ts';
import { simulatedComputerId } from '../../src-main/simulators/remotix/book.ts';
import { RemotixSimulator } from '../../src-main/simulators/remotix/remotix.ts';
import type { Simulator } from '../../src-main/simulators/simulator.ts';
import type { AppError, Result } from '../../src-main/core/base/errors.ts';
import { vendors } from '../../src-main/vendors/registry.ts';
import type { Connector, Vendor } from '../../src-main/vendors/vendor.ts';
import { remoteItSecrets, startRemoteIt } from './remoteit-account.ts';
import type { VendorId } from './vendor-ids.ts';
import { collect } from './vendor-session.ts';

const { signal } = new AbortController();

/** The error of a result, or undefined. */
export const errorOf = (result: Result<unknown> | undefined): AppError | undefined =>
  result?.ok === false ? result.error : undefined;

/** Something a user does with an account. */
export interface Attempt {
  /** The end of the path of the request that is to fail. */
  readonly path: string;
  /** Answers the error it came to, or undefined. */
  readonly run: (connector: Connector) => Promise<AppError | undefined>;
  /** It must never be sent a second time. */
  readonly isSentOnce?: boolean;
  /** The vendor's answer to it is empty, or not read: faults of an answer that go by unnoticed. */
  readonly unnoticed?: readonly string[];
  /** Its `content-length` in each form in which it is sent: the next form only where the one before was refused as bad. */
  readonly forms?: readonly (string | undefined)[];
}

/** A vendor's simulator with an account, and what is tried with it while the vendor fails. */
export interface FaultedVendor {
  readonly vendor: Vendor;
  readonly simulator: Simulator;
  readonly baseUrl: string;
  readonly secrets: Readonly<Record<string, string>>;
  readonly fields: Readonly<Record<string, string>>;
  readonly attempts: Readonly<Record<string, Attempt>>;
  /** The same account with a secret that is wrong, and what its error names. */
  readonly wrong: {
    readonly secrets: Readonly<Record<string, string>>;
    readonly named: string;
    /** Not by a status that refuses, but by an answer that says it. */
    readonly isToldInAnswer?: boolean;
  };
  /** Base URLs of this simulator below which nothing of the vendor is, and words of the error that such a one leads to. */
  readonly elsewhere: readonly string[];
  readonly elsewhereSays: string;
  /** Words that must not be told besides the secrets. */
  readonly untold?: readonly string[];
  /** Whether requests are signed with their time, and so refused while the clocks differ. */
  readonly isSignedWithTime?: boolean;
}

/** Starts the simulator of a vendor; the caller disposes of it. */
type Starter = () => Promise<FaultedVendor>;

const vendorOf = (id: VendorId): Vendor => {
  const vendor = vendors.find((candidate) => candidate.id === id);
  if (vendor === undefined) throw new Error(`no vendor ${id}`);
  return vendor;
};

const list = async (connector: Connector): Promise<AppError | undefined> =>
  errorOf((await collect(connector.listDevices(signal))).find((page) => !page.ok));

const presence = async (connector: Connector): Promise<AppError | undefined> => {
  const [page] = await collect(connector.listDevices(signal));
  return page?.ok === true ? page.value.problem : errorOf(page);
};

const call =
  (vendor: Vendor, id: string, input: () => unknown) =>
  async (connector: Connector): Promise<AppError | undefined> => {
    const operation = vendor.operations.find((candidate) => candidate.id === id);
    if (operation === undefined) throw new Error(`no operation ${id}`);
    return errorOf(await connector.call(operation, input(), signal));
  };

const remoteit = async (api: 'graphql' | 'v27'): Promise<FaultedVendor> => {
  const vendor = vendorOf('remoteit');
  const simulator = await startRemoteIt();
  const device = simulatedDeviceId(0);
  simulator.fleet.setOnline(device, true);
  const service = { id: simulatedServiceId(0, 0), kind: 'ssh', name: 'SSH', route: 'tunnel', port: 22 } as const;
  const isGraphQl = api === 'graphql';
  const paths = isGraphQl
    ? { list: '/graphql/v1', connect: '/graphql/v1', write: '/graphql/v1' }
    : { list: '/list/all', connect: '/connect', write: '/name' };
  return {
    vendor,
    simulator,
    baseUrl: simulator.baseUrl,
    secrets: isGraphQl ? remoteItSecrets.accessKey : remoteItSecrets.token(simulator.sessions.issue()),
    fields: {},
    attempts: {
      list: { path: paths.list, run: list },
      presence: {
        path: paths.list,
        run: async (connector) => {
          const [page] = await collect(connector.listDevices(signal));
          if (page?.ok !== true) return errorOf(page);
          const state = page.value.devices[0]?.presence.state;
          if (state !== 'online') throw new Error(`the device is ${String(state)}`);
          return page.value.problem;
        },
      },
      connect: {
        path: paths.connect,
        run: async (connector) => errorOf(await connector.tunnels?.open(device, service, signal)),
        isSentOnce: true,
      },
      write: {
        path: paths.write,
        run: isGraphQl
          ? call(vendor, 'renameService', () => ({ serviceId: device, name: 'New' }))
          : call(vendor, 'device/name', () => ({ deviceaddress: device, devicealias: 'New' })),
      },
    },
    wrong: isGraphQl
      ? { secrets: { ...remoteItSecrets.accessKey, secretAccessKey: 'd3JvbmctMTIzNA==' }, named: 'access key' }
      : { secrets: remoteItSecrets.token('wrong-token-1234'), named: 'token' },
    elsewhere: [`${simulator.baseUrl}/other`],
    elsewhereSays: 'https://api.remote.it',
    isSignedWithTime: isGraphQl,
  };
};

const remoteiot: Starter = async () => {
  const vendor = vendorOf('remoteiot');
  const token = 'eyJhbGciOiJIUzI1NiJ9.remoteiot-test-token';
  const unit = simulatedUnitId(0);
  const simulator = new RemoteIotSimulator({ token, devices: 5 });
  await simulator.listen();
  simulator.setOnline(unit, true);
  const service = { id: 'ssh:22', kind: 'ssh', name: 'SSH', route: 'tunnel', port: 22 } as const;
  return {
    vendor,
    simulator,
    baseUrl: simulator.baseUrl,
    secrets: { token },
    fields: {},
    attempts: {
      list: { path: '/device', run: list },
      presence: { path: '/status', run: presence },
      connect: {
        path: '/connect',
        run: async (connector) => errorOf(await connector.tunnels?.open(unit, service, signal)),
        isSentOnce: true,
      },
      write: {
        path: '/AddGroup',
        run: call(vendor, 'AddGroup', () => ({ Group: 'New' })),
        isSentOnce: true,
        unnoticed: ['truncated', 'malformed', 'a web page', 'slow drip'],
      },
    },
    wrong: { secrets: { token: 'wrong-token-1234' }, named: 'API token' },
    elsewhere: [simulator.origin, `${simulator.baseUrl}/v2`],
    elsewhereSays: '/portal/api',
  };
};

const mode: Starter = async () => {
  const vendor = vendorOf('mode');
  const apiKey = 'v1.cHJv.plain-key-of-project';
  const deviceId = '34256';
  const simulator = new ModeSimulator({ devices: 5, projectKey: apiKey });
  await simulator.listen();
  simulator.setOnline(deviceId, true);
  return {
    vendor,
    simulator,
    baseUrl: simulator.baseUrl,
    secrets: { apiKey },
    fields: { projectId: '1265' },
    attempts: {
      list: { path: '/devices', run: list },
      read: { path: '/kv', run: call(vendor, 'listKeyValues', () => ({ deviceId })) },
      write: {
        path: '/command',
        run: call(vendor, 'sendCommand', () => ({ deviceId, action: 'go' })),
        isSentOnce: true,
        unnoticed: ['truncated', 'cut off', 'malformed', 'a web page', 'slow drip'],
      },
    },
    wrong: { secrets: { apiKey: 'v1.cHJv.wrong-key-1234' }, named: 'key', isToldInAnswer: true },
    elsewhere: [`${simulator.baseUrl}/other`],
    elsewhereSays: 'api.tinkermode.com',
  };
};

const remotix: Starter = async () => {
  const vendor = vendorOf('remotix');
  const header = { name: 'Authorization', value: 'Bearer local-key-4711' };
  const devices = makeFleet(5, 0).map((device) => ({ ...device, online: true }));
  const simulator = new RemotixSimulator({ header, devices });
  await simulator.listen();
  const computer = simulatedComputerId(0);
  return {
    vendor,
    simulator,
    baseUrl: simulator.baseUrl,
    secrets: { headerValue: header.value },
    fields: { headerName: header.name },
    attempts: {
      list: { path: '/groups', run: list },
      items: { path: '/group/0123-0001', run: list },
      nearby: { path: '/nearby', run: list },
      connect: {
        path: '/NEAR/control',
        run: async (connector) => errorOf(await connector.actions?.run(computer, 'NEAR/control', signal)),
        isSentOnce: true,
        unnoticed: ['truncated', 'malformed', 'slow drip'],
        // The document shows its action without a body and without a length: it is tried in both forms.
        forms: ['0', undefined],
      },
      write: { path: '/group/', run: call(vendor, 'createGroup', () => ({ name: 'New' })), isSentOnce: true },
    },
    wrong: { secrets: { headerValue: 'wrong-key-1234' }, named: 'header value' },
    elsewhere: [`${simulator.baseUrl}/api`],
    elsewhereSays: 'another program',
    untold: ['local-key-4711'],
  };
};

const reemo: Starter = async () => {
  const vendor = vendorOf('reemo');
  const secretKey = 'sk_live_test-key-4711';
  const id = simulatedReemoId(0);
  const simulator = new ReemoSimulator({ secretKey, devices: 5 });
  await simulator.listen();
  simulator.setOnline(id, true);
  return {
    vendor,
    simulator,
    baseUrl: simulator.baseUrl,
    secrets: { secretKey },
    fields: {},
    attempts: {
      list: { path: '/computers', run: list },
      presence: { path: id, run: call(vendor, 'getComputer', () => ({ id })) },
      connect: {
        path: '/connect',
        run: async (connector) => errorOf(await connector.webSession?.open(id, signal)),
        isSentOnce: true,
      },
      write: {
        path: '/computers',
        run: call(vendor, 'reserveComputer', () => ({ _id: crypto.randomUUID() })),
        isSentOnce: true,
      },
    },
    wrong: { secrets: { secretKey: 'sk_live_wrong-key-1' }, named: 'secret key' },
    elsewhere: [simulator.origin],
    elsewhereSays: 'restapi.reemo.io',
    untold: ['"token"'],
  };
};

/** Every vendor, remote.it in each of its two APIs. */
export const faultedVendors: Readonly<Record<VendorId | 'remoteit over v27', Starter>> = {
  remoteit: () => remoteit('graphql'),
  'remoteit over v27': () => remoteit('v27'),
  remoteiot,
  mode,
  remotix,
  reemo,
};

/** What is tried with each, to be known before it is started. */
export const attemptsOf: Readonly<Record<keyof typeof faultedVendors, readonly string[]>> = {
  remoteit: ['list', 'presence', 'connect', 'write'],
  'remoteit over v27': ['list', 'presence', 'connect', 'write'],
  remoteiot: ['list', 'presence', 'connect', 'write'],
  mode: ['list', 'read', 'write'],
  remotix: ['list', 'items', 'nearby', 'connect', 'write'],
  reemo: ['list', 'presence', 'connect', 'write'],
};
