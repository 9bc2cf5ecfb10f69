import { deviceFacts } from '../../core/fleet/device-facts.ts';
import type { DeviceFacts } from '../../core/fleet/device-facts.ts';
import type { DeviceRecord, Presence, PresenceState, Service } from '../../core/fleet/device.ts';
import { cancelled, fail, ok } from '../../core/base/errors.ts';
import type { AppError, Result } from '../../core/base/errors.ts';
import { attributesOf } from '../../core/fleet/fact-attributes.ts';
import { execute } from '../execute.ts';
import type { VendorWire } from '../execute.ts';
import { isRow } from '../read-rows.ts';
import { SharedCall } from '../shared-call.ts';
import type { Connector, FleetPage, Operation, Tunnel, TunnelRoute, Vendor, VendorContext } from '../vendor.ts';
import {
  baseUrlHint,
  remoteIotCredentialForms,
  remoteIotFields,
  remoteIotSecrets,
  remoteIotWire,
  vendorName,
} from './auth.ts';
import { remoteIotCapabilities, remoteIotEdits, remoteIotParameter } from './device-edits.ts';
import { connect, deleteConnection, device, listConnection, remoteIotOperations, status } from './operations.ts';
import { hostName, parseVendorTime } from './schemas.ts';
import type { ConnectionRow, DeviceRow, StatusRow } from './schemas.ts';
import { Statuses } from './statuses.ts';
import { isLoopbackHost } from '../../core/base/loopback.ts';
import { defined } from '../../core/base/defined.ts';

/** What DeleteConnection needs, and what tells the tunnel from another that got its remote port later. */
interface Handle {
  readonly UnitId: string;
  /** The remote port. */
  readonly Port: number;
  readonly LocalPort: number;
  /** Absent: the device itself. */
  readonly LocalHost?: string;
}

const filled = (value: string | undefined): string | undefined => {
  const trimmed = value?.trim();
  return trimmed === undefined || trimmed === '' ? undefined : trimmed;
};

/** The other machine a tunnel leads to; undefined for the device itself, however that is written. */
const otherHost = (host: string | undefined): string | undefined => {
  const name = filled(host)?.toLowerCase();
  return name === undefined || isLoopbackHost(name) ? undefined : name;
};

/** The vendor names no time zone. A time that is too far in the future was not GMT and is left out. */
const zoneProofMs = 15 * 60_000;

const presenceOf = (row: StatusRow | undefined, observedAt: number): Presence => {
  const said = row?.Status?.trim().toLowerCase();
  const state: PresenceState = said === 'online' || said === 'offline' ? said : 'unknown';
  const at = parseVendorTime(row?.LastOnlineTime);
  const lastOnlineAt = at !== undefined && at <= observedAt + zoneProofMs ? at : undefined;
  return {
    state,
    observedAt,
    source: row === undefined ? 'none' : 'vendor-status',
    ...defined({ lastOnlineAt }),
  };
};

const deviceFields = ['UnitId', 'Name', 'Notes', 'Group', 'External_ip', 'Internal_ip', 'Mac', 'Serial'] as const;
const statusFields = ['UnitId', 'Status', 'LastOnlineTime'] as const;

/** What the two answers tell beyond what the list shows; the vendor's own time stands beside ours, which assumes GMT. */
const factsOf = (row: DeviceRow, said: StatusRow | undefined, state: PresenceState): DeviceFacts | undefined => {
  // While a device is online this time is always now: a fact that changes with each poll is useless.
  const lastOnline = state === 'online' ? undefined : filled(said?.LastOnlineTime);
  return deviceFacts({
    attributes: {
      ...attributesOf(row, deviceFields),
      ...attributesOf(said ?? {}, statusFields),
      ...(lastOnline === undefined ? {} : { LastOnlineTime: `${lastOnline} (no time zone said, taken as GMT)` }),
    },
  });
};

const deviceOf = (id: string, row: DeviceRow, said: StatusRow | undefined, observedAt: number): DeviceRecord => {
  const description = filled(row.Notes);
  const group = filled(row.Group);
  const externalAddress = filled(row.External_ip);
  const internalAddress = filled(row.Internal_ip);
  const mac = filled(row.Mac);
  const serial = filled(row.Serial);
  const presence = presenceOf(said, observedAt);
  const facts = factsOf(row, said, presence.state);
  return {
    id,
    name: filled(row.Name) ?? id,
    ...defined({ description }),
    groups: group === undefined ? [] : [group],
    tags: [],
    presence,
    services: [],
    ...defined({ externalAddress, internalAddress, mac, serial, facts }),
  };
};

const remotePort = (row: ConnectionRow): number | undefined => {
  const port = Number(row.Port);
  return Number.isInteger(port) && port >= 1 && port <= 65_535 ? port : undefined;
};

const isHandle = (handle: unknown): handle is Handle =>
  typeof handle === 'object' && handle !== null && 'UnitId' in handle && 'Port' in handle && 'LocalPort' in handle;

/** Whether a row leads to this port of this device, or of the machine behind it. */
const leadsTo = (row: ConnectionRow, UnitId: string, LocalPort: number, LocalHost: string | undefined): boolean =>
  filled(row.UnitId) === UnitId && Number(row.LocalPort) === LocalPort && otherHost(row.LocalHost) === LocalHost;

/** Whether a row is exactly this tunnel. Its host is ignored, because DeleteConnection does not take it either. */
const isSame = (row: ConnectionRow, handle: Handle): boolean =>
  leadsTo(row, handle.UnitId, handle.LocalPort, handle.LocalHost) && remotePort(row) === handle.Port;

class RemoteIotConnector implements Connector, TunnelRoute {
  readonly #session: VendorContext;
  readonly #wire: VendorWire;
  readonly #statuses: Statuses;
  /** The present tunnels. Forwards that lost theirs at the same time share one request. */
  readonly #connections: SharedCall<readonly ConnectionRow[]>;

  constructor(session: VendorContext) {
    this.#session = session;
    this.#wire = remoteIotWire(session);
    this.#statuses = new Statuses(session, this.#wire);
    this.#connections = new SharedCall(async (signal) => {
      const listed = await execute(session, this.#wire, listConnection, {}, signal);
      return listed.ok ? ok(listed.value.filter(isRow)) : listed;
    }, session.clock);
  }

  get tunnels(): TunnelRoute {
    return this;
  }

  async check(signal: AbortSignal): Promise<Result<void>> {
    // The smallest answer of the reads, whatever the size of the fleet.
    const answer = await execute(this.#session, this.#wire, listConnection, {}, signal);
    if (answer.ok) return ok(undefined);
    if (answer.error.kind !== 'not-found') return answer;
    // This path exists on every RemoteIoT server: a server without it is something else.
    return fail(
      'wrong-url',
      `What answers at this address is not the ${vendorName} API: it does not know the path.`,
      `Check the base URL of the account. It usually looks like ${baseUrlHint}.`,
    );
  }

  async *listDevices(signal: AbortSignal): AsyncIterable<Result<FleetPage>> {
    const listed = await execute(this.#session, this.#wire, device, { Group: '' }, signal);
    if (!listed.ok) {
      yield listed;
      return;
    }
    const rows = new Map<string, DeviceRow>();
    let nameless = 0;
    for (const row of listed.value) {
      const id = isRow(row) ? filled(row.UnitId) : undefined;
      if (id === undefined || !isRow(row)) nameless += 1;
      else if (!rows.has(id)) rows.set(id, row);
    }
    const incomplete: AppError | undefined =
      nameless === 0
        ? undefined
        : fail(
            'bad-response',
            `${vendorName} listed ${nameless} of ${listed.value.length} devices without an id; they are left out.`,
            'Refresh later.',
          ).error;

    const gap = incomplete === undefined ? {} : { incomplete: true };
    if (rows.size === 0) yield ok({ devices: [], ...gap, ...defined({ problem: incomplete }) });
    for await (const batch of this.#statuses.read([...rows.keys()], signal)) {
      if (signal.aborted) break;
      const observedAt = this.#session.clock.now();
      const problem = batch.problem ?? incomplete;
      yield ok({
        devices: batch.ids.map((id) => deviceOf(id, rows.get(id) ?? {}, batch.states.get(id), observedAt)),
        ...gap,
        ...defined({ problem }),
      });
    }
    if (signal.aborted) yield cancelled();
  }

  async open(deviceId: string, service: Service, signal: AbortSignal): Promise<Result<Tunnel>> {
    if (service.port === undefined)
      return fail('invalid-input', `${service.name} has no port.`, 'Add the service again with a port.');
    // Another connect could replace a tunnel in use, so existing tunnels are checked first.
    const existing = await this.#connections.run(signal);
    if (!existing.ok && existing.error.kind !== 'not-found') return existing;
    const wanted = otherHost(service.host);
    const LocalPort = service.port;
    const handleOf = (Port: number): Handle => ({
      UnitId: deviceId,
      Port,
      LocalPort,
      ...defined({ LocalHost: wanted }),
    });
    for (const row of existing.ok ? existing.value : []) {
      const port = remotePort(row);
      const host = hostName.safeParse(row.Host).data;
      if (!leadsTo(row, deviceId, service.port, wanted)) continue;
      if (port !== undefined && host !== undefined) return ok(this.#tunnel(host, handleOf(port), true));
    }

    const limit = filled(this.#session.fields['limitingAccessIP']);
    const proxy = filled(this.#session.fields['proxyHost']);
    this.#connections.forget();
    const granted = await execute(
      this.#session,
      this.#wire,
      connect,
      {
        UnitId: deviceId,
        LocalPort: String(service.port),
        ...(wanted === undefined ? {} : { LocalHost: service.host }),
        ...defined({ LimitingAccessIP: limit, Host: proxy }),
      },
      signal,
    );
    this.#connections.forget();
    if (granted.ok) return ok(this.#tunnel(granted.value.Host, handleOf(granted.value.Port), false));
    return this.#explain(deviceId, granted.error, signal);
  }

  async close(deviceId: string, tunnel: Tunnel, signal: AbortSignal): Promise<Result<void>> {
    // A freed remote port goes to the next tunnel, so the list shows whether it is still the same one.
    const alive = await this.alive(deviceId, tunnel, signal);
    if (!alive.ok) return alive;
    if (!alive.value || !isHandle(tunnel.handle)) return ok(undefined);
    const { UnitId, Port } = tunnel.handle;
    this.#connections.forget();
    const closed = await execute(this.#session, this.#wire, deleteConnection, { UnitId, Port }, signal);
    this.#connections.forget();
    return closed.ok || closed.error.kind === 'not-found' ? ok(undefined) : closed;
  }

  async alive(_deviceId: string, tunnel: Tunnel, signal: AbortSignal): Promise<Result<boolean>> {
    const { handle } = tunnel;
    if (!isHandle(handle)) return ok(false);
    const listed = await this.#connections.run(signal);
    if (!listed.ok) return listed.error.kind === 'not-found' ? ok(false) : listed;
    return ok(listed.value.some((row) => isSame(row, handle)));
  }

  async call(operation: Operation, input: unknown, signal: AbortSignal): Promise<Result<unknown>> {
    return execute(this.#session, this.#wire, operation, input, signal);
  }

  #tunnel(host: string, handle: Handle, reused: boolean): Tunnel {
    const port = handle.Port;
    const limit = filled(this.#session.fields['limitingAccessIP']);
    const exposureNotice =
      limit === undefined || reused
        ? `${host}:${port} is on the public internet: anybody who finds it reaches this service while the tunnel is open.`
        : `${host}:${port} is on the public internet and takes connections from ${limit} only.`;
    return { host, port, reused, exposureNotice, handle };
  }

  /** The vendor documents no error for an offline device; its status shows it. */
  async #explain(deviceId: string, error: AppError, signal: AbortSignal): Promise<Result<Tunnel>> {
    if (!['invalid-input', 'not-found', 'vendor-unavailable'].includes(error.kind)) return { ok: false, error };
    const asked = await execute(this.#session, this.#wire, status, { body: [{ UnitId: deviceId }] }, signal);
    const rows = asked.ok ? asked.value.filter(isRow) : [];
    const row = rows.find((candidate) => filled(candidate.UnitId) === deviceId);
    if (presenceOf(row, 0).state !== 'offline') return { ok: false, error };
    return fail(
      'device-offline',
      `${vendorName} opened no tunnel: it says that the device is offline.`,
      'Try again when the device is online.',
      {
        ...defined({ vendorMessage: error.vendorMessage }),
      },
    );
  }
}

const defaultService = (kind: Service['kind'], name: string, port: number): Service => ({
  id: `${kind}:${port}`,
  kind,
  name,
  route: 'tunnel',
  port,
});

/** RemoteIoT: fleets listed whole, status by id, tunnels on a shared public proxy. */
export const remoteIot: Vendor<'remoteiot'> = {
  id: 'remoteiot',
  name: vendorName,
  mark: 'RIoT',
  defaultBaseUrl: 'https://remoteiot.com/portal/api',
  baseUrlHint,
  credentialForms: remoteIotCredentialForms,
  secrets: remoteIotSecrets,
  fields: remoteIotFields,
  defaultServices: [
    defaultService('ssh', 'SSH', 22),
    defaultService('vnc', 'VNC', 5900),
    defaultService('rdp', 'RDP', 3389),
    defaultService('http', 'HTTP', 80),
    defaultService('https', 'HTTPS', 443),
  ],
  customServices: true,
  localActions: false,
  poll: { intervalMs: 60_000, minimumMs: 10_000 },
  operations: remoteIotOperations,
  deviceParameter: remoteIotParameter,
  edits: remoteIotEdits,
  capabilities: remoteIotCapabilities,
  open: (session) => new RemoteIotConnector(session),
};
