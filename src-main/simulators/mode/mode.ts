import { z } from 'zod';
import type { FleetDevice } from '../fleet.ts';
import { ModeAppProxy } from './app-proxy.ts';
import type { ProxiedRequest } from './app-proxy.ts';
import { ModeCallers, simulatedUserId } from './callers.ts';
import type { Caller, ModeKeys } from './callers.ts';
import { denied, invalid, json, noContent, notFound, refuse, unauthorized, wholeNumber } from './answers.ts';
import { modeConfigSchemas, ModeKeyValues } from './data.ts';
import { ModeFleet } from './fleet.ts';
import type { DeviceChange, SimulatedDevice } from './fleet.ts';
import { ModeLogs } from './logs.ts';
import { ModeSockets } from './sockets.ts';
import { asksForWebSocket } from '../websocket.ts';
import { Simulator } from '../simulator.ts';
import type { RecordedRequest, SimulatedAnswer } from '../simulator.ts';

export interface ModeOptions extends ModeKeys {
  /** Machines in the fleet: a number, or the machines. */
  readonly devices: number | readonly FleetDevice[];
  readonly projectId?: number;
  readonly provisioning?: 'pre-provisioned' | 'on-demand';
  /** Devices in one page, whatever is asked for. */
  readonly maxPerPage?: number;
  /** Whether the event stream takes the key in a header; the query alone is documented. */
  readonly eventsByHeader?: boolean;
  /** Source paths of the project's App Proxy configuration for devices; `app` where absent. */
  readonly appRoutes?: readonly string[];
  /** What answers behind the app proxy; an echo where absent. */
  readonly application?: (request: ProxiedRequest) => SimulatedAnswer;
  /** Epoch milliseconds; the wall clock where absent. */
  readonly now?: () => number;
}

const stateSchema = z.strictObject({
  /** Connects and disconnects devices, by id; listening users get an event. */
  online: z.record(z.string(), z.boolean()).optional(),
  projectKey: z.string().min(1).optional(),
  userKey: z.string().min(1).optional(),
  /** Devices that another part of the system uses: deleting them is a conflict. */
  busy: z.array(z.string()).optional(),
  dropSockets: z.boolean().optional(),
});
const listQuery = z.looseObject({
  projectId: z.string().optional(),
  homeId: wholeNumber(1).optional(),
  deviceClass: z.string().optional(),
  skip: wholeNumber(0).default(0),
  limit: wholeNumber(1).default(25),
});
const patchBody = z.strictObject({
  name: z.string().optional(),
  tag: z.string().optional(),
  homeId: z.int().optional(),
  channel: z.string().optional(),
  claimCode: z.string().optional(),
});
const commandBody = z.strictObject({ action: z.string().min(1), parameters: z.looseObject({}).optional() });
const eventBody = z.strictObject({
  eventType: z.string().regex(/^[A-Za-z]+(?:[A-Za-z0-9]|[-_]+[A-Za-z0-9])*$/),
  eventData: z.looseObject({}),
});
const bundleBody = z.strictObject({ bundleId: z.string().regex(/^[A-Za-z0-9]+(?:[-_.]+[A-Za-z0-9]+)*$/) });

/**
 * MODE's "Devices" chapter to the letter, its oddities included: 25 devices a page, ids of two types, 403 for
 * invalid data, 503 with a reason for a device that is offline, `nobody` with HTTP 200, requests for logs that are
 * cancelled but stay. Three kinds of keys with their rights. Beyond the chapter: `/auth`, `/homes`, and the event
 * stream of a user.
 */
export class ModeSimulator extends Simulator {
  readonly fleet: ModeFleet;
  readonly commands: { readonly deviceId: string; readonly command: unknown }[] = [];
  readonly events: { readonly deviceId: string; readonly event: unknown }[] = [];
  readonly busy = new Set<string>();
  readonly deactivatedHomes = new Set<number>();
  /** Tokens for on-demand provisioning. */
  readonly tokens = new Map<string, { readonly deviceClass: string; readonly homeId: number }>();
  readonly commandSockets = new ModeSockets();
  readonly keyValueSockets = new ModeSockets();
  readonly userSockets = new ModeSockets();
  readonly #options: ModeOptions;
  readonly #now: () => number;
  readonly #logs: ModeLogs;
  readonly #keyValues: ModeKeyValues;
  readonly #callers: ModeCallers;
  readonly #appProxy: ModeAppProxy;

  constructor(options: ModeOptions) {
    super();
    this.#options = options;
    this.#now = options.now ?? Date.now;
    this.fleet = new ModeFleet(options.projectId ?? 1265, options.devices, this.#now());
    this.#callers = new ModeCallers(options, this.fleet);
    this.#logs = new ModeLogs(this.fleet.projectId, this.#now, (id) => this.fleet.find(id)?.isConnected === true);
    this.#keyValues = new ModeKeyValues(this.#now);
    this.#appProxy = new ModeAppProxy(options.appRoutes ?? ['app'], options.application);
  }

  /** The base URL of an account. */
  get baseUrl(): string {
    return this.origin;
  }

  /** Connects or disconnects a device, and tells the users who listen. */
  setOnline(id: string, online: boolean): void {
    const device = this.fleet.find(id);
    if (device === undefined || device.isConnected === online) return;
    this.fleet.setConnected(device, online, this.#now());
    this.#tellUsers(device, online ? '_deviceConnected_' : '_deviceDisconnected_', { deviceId: device.id });
  }

  /** Sends a text to the users who listen; it need not be JSON. */
  tellUsersText(text: string): void {
    for (const socket of this.userSockets.all()) socket.sendText(text);
  }

  protected override change(input: unknown): void {
    const wanted = stateSchema.parse(input);
    for (const [id, online] of Object.entries(wanted.online ?? {})) this.setOnline(id, online);
    this.#callers.projectKey = wanted.projectKey ?? this.#callers.projectKey;
    this.#callers.userKey = wanted.userKey ?? this.#callers.userKey;
    for (const id of wanted.busy ?? []) this.busy.add(id);
    if (wanted.dropSockets === true) for (const socket of this.userSockets.all()) socket.cut();
  }

  protected override refusal(): SimulatedAnswer {
    return unauthorized;
  }

  protected override answer(request: RecordedRequest): SimulatedAnswer {
    const segments = request.path.split('/').slice(1).map(decodeURIComponent);
    const [first = '', id, part, ...rest] = segments;
    const caller = this.#callers.of(request);
    const body = readJson(request);
    if (request.path === '/auth' && request.method === 'GET') return this.#callers.describe(caller);
    if (request.path === '/userSession/websocket') return this.#listen(request, caller);
    if (request.path === '/homes' && request.method === 'GET') return this.#homes(request, caller);
    if (first !== 'devices') return notFound;
    if (id === undefined) {
      if (request.method === 'POST') return this.#addDevice(request, caller);
      return request.method === 'GET' ? this.#list(request, caller) : notFound;
    }
    if (caller === undefined) return unauthorized;
    const device = this.fleet.find(id);
    if (device === undefined || !this.#callers.mayRead(caller, device)) {
      // A device key gets "denied" for other devices, whether they exist or not.
      return caller.kind === 'device' ? denied : notFound;
    }
    return part === undefined
      ? this.#onDevice(request, caller, device, body)
      : this.#below(request, caller, device, part, rest, body);
  }

  #list(request: RecordedRequest, caller: Caller | undefined): SimulatedAnswer {
    if (caller === undefined) return unauthorized;
    if (caller.kind === 'device') return denied;
    const query = listQuery.safeParse(request.query);
    if (!query.success || (query.data.projectId ?? query.data.homeId) === undefined) return invalid;
    const { projectId, homeId, deviceClass, skip, limit } = query.data;
    if (homeId === undefined) {
      const all = caller.kind === 'project' || this.#options.user?.homes === 'project';
      if (projectId !== String(this.fleet.projectId) || !all) return denied;
    } else if (caller.kind === 'user' && !this.#callers.seesHome(homeId)) return denied;
    const wanted = (device: SimulatedDevice): boolean =>
      (homeId === undefined || device.homeId === homeId) &&
      (deviceClass === undefined || device.deviceClass === deviceClass);
    return json(this.fleet.page(wanted, skip, Math.min(limit, this.#options.maxPerPage ?? limit), this.#now()));
  }

  /** https://dev.tinkermode.com/platform/api/homes: those of the project for its key, those of a user for theirs. */
  #homes(request: RecordedRequest, caller: Caller | undefined): SimulatedAnswer {
    if (caller === undefined) return unauthorized;
    const { userId, projectId } = request.query;
    const own =
      caller.kind === 'user'
        ? userId === String(simulatedUserId)
        : caller.kind === 'project' && projectId === String(this.fleet.projectId);
    if (!own) return denied;
    const skip = Number(request.query['skip'] ?? 0);
    const rows = [...this.fleet.homes]
      .filter(([id]) => caller.kind === 'project' || this.#callers.seesHome(id))
      .map(([id, name]) => ({
        id,
        projectId: this.fleet.projectId,
        creationTime: '2015-04-21T00:16:22.381Z',
        name,
        ...(this.deactivatedHomes.has(id) ? { deactivated: true } : {}),
      }));
    return json(rows.slice(skip, skip + Number(request.query['limit'] ?? 25)));
  }

  /** MODE-02: a web form, though JSON is taken, too. */
  #addDevice(request: RecordedRequest, caller: Caller | undefined): SimulatedAnswer {
    const form = (request.headers['content-type'] ?? '').startsWith('application/x-www-form-urlencoded');
    const fields = form ? Object.fromEntries(new URLSearchParams(request.body.toString())) : readJson(request);
    const wanted = z.record(z.string(), z.union([z.string(), z.number().transform(String)])).safeParse(fields);
    if (!wanted.success) return invalid;
    const { token, projectId, homeId, claimCode, deviceClass, name, tag, channel, bundleInstalled } = wanted.data;
    if (token !== undefined) {
      const granted = this.tokens.get(token);
      if (granted === undefined) return refuse(403, 'INVALID_TOKEN');
      this.tokens.delete(token);
      const made = this.fleet.create(deviceClass ?? granted.deviceClass, this.#now());
      made.homeId = granted.homeId;
      return json({ ...this.fleet.view(made, this.#now()), apiKey: made.apiKey }, 201);
    }
    if (caller === undefined) return unauthorized;
    if (caller.kind !== 'user') return denied;
    if (projectId !== undefined) {
      if (!this.#callers.isAdmin(caller)) return denied;
      if (projectId !== String(this.fleet.projectId) || deviceClass === undefined) return invalid;
      const made = this.fleet.create(deviceClass, this.#now());
      Object.assign(made, { name: name ?? '', tag, channel, bundleInstalled } satisfies DeviceChange);
      return json(this.fleet.view(made, this.#now()), 201);
    }
    const device = this.fleet.byClaimCode(claimCode ?? '');
    if (device === undefined) return refuse(403, 'DEVICE_NOT_CLAIMABLE');
    if (device.homeId !== undefined) return refuse(403, 'DEVICE_ALREADY_IN_HOME');
    if (!this.#callers.seesHome(Number(homeId))) return denied;
    device.homeId = Number(homeId);
    device.claimTime = this.#now();
    return json(this.fleet.view(device, this.#now()), 201);
  }

  #onDevice(request: RecordedRequest, caller: Caller, device: SimulatedDevice, body: unknown): SimulatedAnswer {
    switch (request.method) {
      case 'GET': {
        const admin = request.query['includeAdminInfo'] === 'true';
        return admin && !this.#callers.isAdmin(caller) ? denied : json(this.fleet.view(device, this.#now(), admin));
      }
      case 'PATCH': {
        const patch = patchBody.safeParse(body);
        if (!patch.success) return invalid;
        const { name, ...others } = patch.data;
        const more = Object.values(others).some((value) => value !== undefined);
        if (caller.kind === 'device' || (more && !this.#callers.isAdmin(caller))) return denied;
        if (others.homeId !== undefined && !this.fleet.homes.has(others.homeId)) return invalid;
        Object.assign(device, name === undefined ? others : { name, ...others });
        return noContent;
      }
      case 'DELETE':
        return this.#delete(device, caller, request.query['hardDelete'] === 'true');
      default:
        return notFound;
    }
  }

  #delete(device: SimulatedDevice, caller: Caller, hard: boolean): SimulatedAnswer {
    if (this.busy.has(String(device.id))) return refuse(409, 'RESOURCE_IN_USE');
    const onDemand = this.#options.provisioning === 'on-demand';
    if (hard && onDemand) return invalid;
    if (hard && !this.#callers.isAdmin(caller)) return denied;
    if (hard || onDemand) {
      this.fleet.remove(device);
      this.#keyValues.forget(String(device.id));
    } else {
      device.homeId = undefined;
      device.claimTime = undefined;
    }
    return noContent;
  }

  #below(
    request: RecordedRequest,
    caller: Caller,
    device: SimulatedDevice,
    part: string,
    rest: readonly string[],
    body: unknown,
  ): SimulatedAnswer {
    const id = String(device.id);
    const key = rest[0];
    const people = caller.kind !== 'device';
    switch (`${request.method} ${part}${key === undefined || part === 'appProxy' ? '' : '/'}`) {
      case 'GET logEntries':
      case 'GET httpLogEntries':
        return people ? this.#logs.entries(id, request) : denied;
      case 'POST logRequests':
        return people ? this.#logs.create(id, body) : denied;
      case 'GET logRequests':
        return people ? this.#logs.list(id, request) : denied;
      case 'GET logRequests/':
        return people ? this.#logs.get(id, key ?? '') : denied;
      case 'DELETE logRequests/':
        return people ? this.#logs.cancel(id, key ?? '') : denied;
      case 'GET configSchemas':
        return json(modeConfigSchemas);
      case 'GET command':
        return people || !asksForWebSocket(request) ? invalid : this.#receiveCommands(request, device);
      case 'PUT command':
        return people ? this.#command(device, body) : denied;
      case 'PUT event': {
        const event = eventBody.safeParse(body);
        if (people) return denied;
        if (!event.success) return invalid;
        this.events.push({ deviceId: id, event: event.data });
        this.#tellUsers(device, event.data.eventType, event.data.eventData);
        return noContent;
      }
      case 'GET kv':
        if (!asksForWebSocket(request)) return this.#keyValues.list(id, request.query['keyPrefix']);
        if (people) return denied;
        return this.keyValueSockets.accept(request, id, (socket) => socket.send(this.#keyValues.dump(id)), doNothing);
      case 'GET kv/':
        return this.#keyValues.get(id, key ?? '');
      case 'PUT kv/':
        return this.#keyValues.set(id, key ?? '', body, (message) => {
          this.keyValueSockets.tell(id, message);
          this.#tellUsers(device, '_deviceKVSaved_', { deviceId: device.id, key });
        });
      case 'DELETE kv/':
        return this.#keyValues.delete(id, key ?? '', (message) => {
          this.keyValueSockets.tell(id, message);
          this.#tellUsers(device, '_deviceKVDeleted_', { deviceId: device.id, key });
        });
      case 'PUT firmwareInfo': {
        const bundle = bundleBody.safeParse(body);
        if (people) return denied;
        if (!bundle.success) return invalid;
        device.bundleInstalled = bundle.data.bundleId;
        device.bundleInstallTime = this.#now();
        return noContent;
      }
      default:
        if (part !== 'appProxy') return notFound;
        return people ? this.#appProxy.answer(request, id, rest.join('/')) : denied;
    }
  }

  #command(device: SimulatedDevice, body: unknown): SimulatedAnswer {
    const command = commandBody.safeParse(body);
    if (!command.success) return invalid;
    if (!device.isConnected) return refuse(503, 'DEVICE_OFFLINE');
    const id = String(device.id);
    this.commands.push({ deviceId: id, command: command.data });
    this.commandSockets.tell(id, command.data);
    return noContent;
  }

  /** MODE-13: while the device listens it is connected. */
  #receiveCommands(request: RecordedRequest, device: SimulatedDevice): SimulatedAnswer {
    const id = String(device.id);
    return this.commandSockets.accept(
      request,
      id,
      () => this.setOnline(id, true),
      () => this.setOnline(id, false),
    );
  }

  #listen(request: RecordedRequest, caller: Caller | undefined): SimulatedAnswer {
    if (this.#options.eventsByHeader === false && request.query['authToken'] === undefined) return unauthorized;
    if (caller === undefined) return unauthorized;
    if (caller.kind !== 'user' || !asksForWebSocket(request)) return denied;
    return this.userSockets.accept(request, String(simulatedUserId), doNothing, doNothing);
  }

  /** In the form of the SDK's `WebSocketEvent`; what stands in the data of the system's own events is not published. */
  #tellUsers(device: SimulatedDevice, eventType: string, eventData: unknown): void {
    if (!this.#callers.seesHome(device.homeId)) return;
    this.userSockets.tell(String(simulatedUserId), {
      eventType,
      eventData,
      timestamp: new Date(this.#now()).toISOString(),
      homeId: device.homeId,
      originDeviceId: device.id,
      originDeviceClass: device.deviceClass,
      originDeviceIp: simulatedAddress,
    });
  }
}

/** Where devices connect from. */
export const simulatedAddress = '203.0.113.77';

const doNothing = (): void => undefined;

/** A JSON body; undefined for one that does not say that it is. */
const readJson = (request: RecordedRequest): unknown => {
  if (!(request.headers['content-type'] ?? '').startsWith('application/json')) return undefined;
  try {
    return request.body.length === 0 ? undefined : JSON.parse(request.body.toString());
  } catch {
    return undefined;
  }
};
