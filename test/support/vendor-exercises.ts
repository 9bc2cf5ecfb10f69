import type { VendorId } from './vendor-ids.ts';
import { makeFleet } from '../../src-main/simulators/fleet.ts';
import { ModeSimulator } from '../../src-main/simulators/mode/mode.ts';
import { ReemoSimulator, simulatedReemoId } from '../../src-main/simulators/reemo/reemo.ts';
import { simulatedUnitId } from '../../src-main/simulators/remoteiot/devices.ts';
import { RemoteIotSimulator } from '../../src-main/simulators/remoteiot/remoteiot.ts';
import { simulatedDeviceId, simulatedServiceId } from '../../src-main/simulators/remoteit/fleet.ts';
import { simulatedComputerId, simulatedConnectionUid } from '../../src-main/simulators/remotix/book.ts';
import { RemotixSimulator } from '../../src-main/simulators/remotix/remotix.ts';
import type { Simulator } from '../../src-main/simulators/simulator.ts';
import type { Operation } from '../../src-main/vendors/vendor.ts';
import { remoteItAccount, remoteItSecrets, startRemoteIt } from './remoteit-account.ts';

/** What an operation is called with, and as whom. */
export interface Exercise {
  readonly input: unknown;
  readonly baseUrl: string;
  readonly secrets: Readonly<Record<string, string>>;
  readonly fields?: Readonly<Record<string, string>>;
}

/** A vendor's simulator on which each operation of its catalogue can be called and succeeds. */
export interface Exercised {
  readonly simulator: Simulator;
  /** The path of the base URL. */
  readonly prefix: string;
  /** Prepares the call of an operation. Rejects where nobody has said how it is called. */
  prepare(operation: Operation): Promise<Exercise>;
}

type Inputs = Readonly<Record<string, unknown>>;

const inputOf = (inputs: Inputs, { id }: Operation): unknown => {
  if (!Object.hasOwn(inputs, id)) throw new Error(`nobody has said how ${id} is called`);
  return inputs[id];
};

const now = Date.UTC(2026, 10, 20, 12, 2, 0);
const fleet = makeFleet(60, now).map((device) => ({ ...device, online: true }));
const executeTime = '2026-11-20 12:00:00';

const remoteit = async (): Promise<Exercised> => {
  const simulator = await startRemoteIt({ devices: fleet });
  const [device, service] = [simulatedDeviceId(0), simulatedServiceId(0, 0)];
  const { username, password } = remoteItAccount;
  const inputs: Inputs = {
    'user/login': { username, password },
    'device/list/all': {},
    'device/connect': { deviceaddress: service },
    'device/name': { deviceaddress: device, devicealias: 'Renamed' },
    login: {},
    devices: {},
    device: { id: device },
    connect: { serviceId: service },
    renameService: { serviceId: service, name: 'Renamed' },
    addTag: { name: 'new', serviceId: [device] },
    removeTag: { name: ['Plant 1'], serviceId: device },
    sessions: {},
    events: {},
    applicationTypes: {},
    platformTypes: {},
  };
  return {
    simulator,
    prefix: '',
    prepare: async (operation) => {
      const isRest = operation.path.startsWith('/apv/');
      const secrets = isRest ? remoteItSecrets.token(simulator.sessions.issue()) : remoteItSecrets.accessKey;
      const account = { baseUrl: simulator.baseUrl, secrets };
      if (operation.id !== 'device/connect/stop' && operation.id !== 'disconnect')
        return { ...account, input: inputOf(inputs, operation) };
      const { id } = await simulator.connections.connect(service, 22, '255.255.255.255');
      return {
        ...account,
        input: isRest ? { deviceaddress: service, connectionid: id } : { connectionId: id, serviceId: service },
      };
    },
  };
};

const remoteiot = async (): Promise<Exercised> => {
  const token = 'token-of-the-exercises';
  const simulator = new RemoteIotSimulator({ token, devices: fleet, now: () => now });
  await simulator.listen();
  const first = simulatedUnitId(0);
  const unit = [{ UnitId: first }];
  const history = { UnitId: first, ChartId: '12345678123456781234561234567890', Hour: 1 };
  const inputs: Inputs = {
    device: {},
    GetDevice: { Name: '^plant1-' },
    rename: { UnitId: first, Name: 'Renamed', Description: 'D' },
    status: { body: unit },
    connect: { UnitId: first, LocalPort: 22 },
    ListConnection: {},
    log: { UnitId: first, File: 'System error' },
    ChangeGroup: { UnitId: first, Group: 'New' },
    AddGroup: { Group: 'New' },
    CustomField: { CustomField: 'C', Unit: unit },
    UpdateCustomField: { CustomField: 'C', UnitId: first, Value: 'v' },
    SubmitSpeedTest: { UnitId: first },
    GetSpeedTestResult: { UnitId: first },
    submitjob: { JobName: 'J', UnitId: first, ExecuteTime: executeTime, Command: 'ls' },
    UpdateFile: { JobName: 'J', UnitId: first, ExecuteTime: executeTime, Filename: '/tmp/a', Content: 'x' },
    FileUpload: { File: { name: 'a.bin', base64: 'aGk=' }, Folder: '/tmp/', Unit: [first], ExecuteTime: executeTime },
    listjob: {},
    DeleteJob: { UnitId: first },
    ListChart: {},
    UpdateChartId: {},
    ChartHistory: history,
    ChartHistoryMulti: { Unit: unit, ChartId: history.ChartId, Hour: 1 },
    DeviceUptime: { Unit: unit, Hour: 1 },
    NetworkUptime: { Unit: unit, Hour: 1 },
    NetworkIn: { Unit: unit, Hour: 1 },
    NetworkOut: { Unit: unit, Hour: 1 },
    DeleteDevice: { UnitId: first },
  };
  return {
    simulator,
    prefix: '/portal/api',
    prepare: async (operation) => {
      const account = { baseUrl: simulator.baseUrl, secrets: { token } };
      // There is a result only of a test that was asked for.
      if (operation.id === 'GetSpeedTestResult') {
        await fetch(`${simulator.baseUrl}/SubmitSpeedTest`, {
          method: 'POST',
          headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
          body: JSON.stringify({ UnitId: first }),
        });
      }
      if (operation.id !== 'DeleteConnection') return { ...account, input: inputOf(inputs, operation) };
      const { port } = await simulator.tunnels.open(first, 22, '');
      return { ...account, input: { UnitId: first, Port: port } };
    },
  };
};

const mode = async (): Promise<Exercised> => {
  const keys = { adminKey: 'v1.cHJv.admin-key', userKey: 'v1.dXNl.user-key' };
  const simulator = new ModeSimulator({
    devices: fleet,
    adminKey: keys.adminKey,
    user: { key: keys.userKey, homes: 'project' },
    now: () => now,
  });
  await simulator.listen();
  const [first, homeless] = ['34256', '34261'];
  const times = { begin: '2026-11-20T11:00:00Z', end: '2026-11-20T11:10:00Z' };
  const onDevice = { deviceId: first };
  const proxied = { ...onDevice, srcPath: 'app' };
  const inputs: Inputs = {
    auth: {},
    homes: {},
    listDevices: { projectId: 1265 },
    addDevice: { homeId: 1701, claimCode: `f5106924ce0f${homeless}` },
    getDevice: onDevice,
    updateDevice: { ...onDevice, name: 'Renamed' },
    deleteDevice: onDevice,
    getLogEntries: { ...onDevice, ...times },
    getHttpLogEntries: { ...onDevice, ...times },
    requestLogs: { ...onDevice, start: times.begin, end: times.end },
    listLogRequests: onDevice,
    getConfigSchemas: onDevice,
    receiveCommands: { ...onDevice, seconds: 1, messages: 1 },
    sendCommand: { ...onDevice, action: 'go' },
    sendEvent: { ...onDevice, eventType: 'status', eventData: { on: true } },
    listKeyValues: onDevice,
    getKeyValue: { ...onDevice, key: 'happy' },
    setKeyValue: { ...onDevice, key: 'happy', value: 1 },
    deleteKeyValue: { ...onDevice, key: 'happy' },
    recordFirmware: { ...onDevice, bundleId: 'b.1' },
    proxyGet: proxied,
    proxyPost: { ...proxied, body: { on: true } },
    proxyPut: { ...proxied, body: ['bare', 1] },
    proxyPatch: { ...proxied, body: 'text' },
    proxyDelete: proxied,
  };
  /** What only a device, or only a user, may do. */
  const asDevice = new Set(['receiveCommands', 'sendEvent', 'recordFirmware']);
  const asUser = new Set(['addDevice', 'homes']);
  return {
    simulator,
    prefix: '',
    prepare: async (operation) => {
      const apiKey = asDevice.has(operation.id)
        ? (simulator.fleet.find(first)?.apiKey ?? '')
        : asUser.has(operation.id)
          ? keys.userKey
          : keys.adminKey;
      const account = { baseUrl: simulator.baseUrl, secrets: { apiKey }, fields: { projectId: '1265' } };
      if (operation.id !== 'getLogRequest' && operation.id !== 'cancelLogRequest')
        return { ...account, input: inputOf(inputs, operation) };
      const headers = { authorization: `ModeCloud ${keys.adminKey}`, 'content-type': 'application/json' };
      const address = `${simulator.baseUrl}/devices/${first}/logRequests`;
      await fetch(address, { method: 'POST', headers, body: '{}' });
      const [made] = (await (await fetch(address, { headers })).json()) as { id: string }[];
      simulator.forgetRequests();
      return { ...account, input: { ...onDevice, logRequestId: made?.id } };
    },
  };
};

const remotix = async (): Promise<Exercised> => {
  const simulator = new RemotixSimulator({ devices: fleet.map((device) => ({ ...device, kind: 'kiosk' as const })) });
  await simulator.listen();
  const [computer, connection, group] = [simulatedComputerId(0), simulatedConnectionUid(3), '0123-0001'];
  const near = { computer_id: computer, connection_type: 'NEAR' };
  const inputs: Inputs = {
    listGroups: {},
    listGroupItems: { group_uid: group },
    listNearby: {},
    createGroup: { name: 'New' },
    renameGroup: { group_uid: group, name: 'New' },
    deleteGroup: { uid: group },
    createConnection: { name: 'New', category_uid: group },
    updateConnection: { uid: connection, name: 'New', category_uid: group },
    updateConnectionCredentials: { uid: connection, 'rxp.username': 'u', 'rxp.password': 'p' },
    deleteConnection: { uid: connection },
    deleteConnectionCredentials: { uid: connection },
    getComputer: { computer_id: computer },
    listComputerActions: { computer_id: computer },
    listComputerConnections: { computer_id: computer },
    getComputerConnection: near,
    getComputerConnectionCredentials: near,
    updateComputer: { computer_id: computer, name: 'New', category_uid: group },
    updateComputerConnection: { ...near, body: { quality: null } },
    deleteComputer: { computer_id: computer },
    deleteComputerConnection: near,
    deleteComputerConnectionCredentials: near,
    connectConnection: { uid: connection },
    runComputerAction: { ...near, action: 'control' },
    chatWithComputer: { computer_id: computer },
  };
  return {
    simulator,
    prefix: '',
    prepare: async (operation) => ({
      baseUrl: simulator.baseUrl,
      secrets: {},
      input: inputOf(inputs, operation),
    }),
  };
};

const reemo = async (): Promise<Exercised> => {
  const secretKey = 'sk_live_exercises';
  const simulator = new ReemoSimulator({ secretKey, devices: fleet });
  await simulator.listen();
  const [id, offline] = [simulatedReemoId(0), simulatedReemoId(1)];
  simulator.setOnline(offline, false);
  const inputs: Inputs = {
    listComputers: {},
    getComputer: { id },
    connectComputer: { id },
    reserveComputer: { _id: crypto.randomUUID() },
    updateComputer: { id, name: 'Renamed' },
    deleteComputer: { id: offline },
  };
  return {
    simulator,
    prefix: '/v1',
    prepare: async (operation) => ({
      baseUrl: simulator.baseUrl,
      secrets: { secretKey },
      input: inputOf(inputs, operation),
    }),
  };
};

/** Starts a vendor's simulator; the caller disposes of it. */
export const exercises: Readonly<Record<VendorId, () => Promise<Exercised>>> = {
  remoteit,
  remoteiot,
  mode,
  remotix,
  reemo,
};

/** Whether a request on the wire is that of an operation, as the document writes method and path. */
export const isOnWire = (
  documented: { readonly method: string; readonly path: string },
  prefix: string,
  request: { readonly method: string; readonly path: string },
): boolean => {
  const path = documented.path
    // `{connection_type}[_{port}]` is one segment, with a port or without.
    .replaceAll(/\}\[_\{\w+\}\]/g, '}')
    .split(/\{\+?\w+\}/)
    .map((literal) => literal.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'))
    .join('[^/]+');
  return request.method === documented.method && new RegExp(`^${prefix}${path}$`).test(request.path);
};
