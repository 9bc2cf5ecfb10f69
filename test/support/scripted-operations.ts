import { z } from 'zod';
import { bulkRequests } from '../../src-main/bridge/requests/bulk-requests.ts';
import { operationRequests } from '../../src-main/bridge/requests/operation-requests.ts';
import { SecretTickets } from '../../src-main/bridge/requests/secret-tickets.ts';
import type { KnownOperation } from '../../src-main/bridge/views/known-vendor.ts';
import { inputNames } from '../../src-main/bridge/views/views.ts';
import type { BridgeDeps } from '../../src-main/bridge/bridge.ts';
import type { Account } from '../../src-main/core/fleet/account.ts';
import { cancelled, fail, ok, type Result } from '../../src-main/core/base/errors.ts';
import { sleep, type Clock } from '../../src-main/core/base/clock.ts';
import type { Log } from '../../src-main/core/base/log.ts';
import { Bulk } from '../../src-main/services/operation/bulk.ts';
import { BulkSecrets } from '../../src-main/services/operation/bulk-secrets.ts';
import { previewRequest } from '../../src-main/services/operation/request-preview.ts';
import { vendorById } from '../../src-main/vendors/registry.ts';
import type { Connector } from '../../src-main/vendors/vendor.ts';
import type { AccountView } from '../../src-preload/contract/account.ts';
import type { DeviceView } from '../../src-preload/contract/device.ts';
import { requests, type RequestName } from '../../src-preload/contract/requests.ts';

const log: Log = { write: () => undefined, child: () => log };

const browserClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after: (ms, run) => {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
};

const describeInput = (operation: KnownOperation): Readonly<Record<string, unknown>> =>
  z.toJSONSchema(operation.input, { io: 'input', unrepresentable: 'any' });

const asRecord = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value)) : {};

interface ScriptedFleet {
  readonly accounts: ReadonlyMap<string, AccountView>;
  readonly devices: ReadonlyMap<string, DeviceView>;
  readonly change: (device: DeviceView) => void;
}

/**
 * Operations and bulk runs of the scripted window: the real catalogue, requests and runner, on vendors that only know
 * a few answers. Devices in `failing` are refused, those in `lost` are done but their answer is lost.
 */
export class ScriptedOperations {
  readonly failing = new Set<string>();
  readonly lost = new Set<string>();
  /** Milliseconds that each call takes. */
  callMs = 60;
  /** Every call that reached a vendor. */
  readonly calls: { readonly operation: string; readonly input: unknown }[] = [];
  readonly #fleet: ScriptedFleet;
  readonly #handlers: Readonly<Record<string, unknown>>;
  readonly #tickets: SecretTickets;

  constructor(fleet: ScriptedFleet) {
    this.#fleet = fleet;
    this.#tickets = new SecretTickets({ clock: browserClock, newTicket: () => crypto.randomUUID() });
    const accounts = {
      get: (id: string): Account | undefined => fleet.accounts.get(id),
      vendor: vendorById,
      connector: async (id: string): Promise<Result<Connector>> => ok(this.#connector(id)),
    };
    const secrets = new Map<string, string>();
    const vault = {
      get: async (key: string) => ok(secrets.get(key)),
      set: async (key: string, secret: string) => ok(void secrets.set(key, secret)),
      delete: async (key: string) => ok(void secrets.delete(key)),
    };
    const deviceLogs = {
      call: (accountId: string, operation: KnownOperation, input: unknown): Promise<Result<unknown>> =>
        this.#connector(accountId).call(operation, input, new AbortController().signal),
    };
    const bulk = new Bulk({
      accounts,
      inventory: {
        devices: fleet.devices,
        device: (key: string) => fleet.devices.get(key),
        refresh: async () => ok(undefined),
      } as never,
      deviceLogs,
      secrets: new BulkSecrets({ vault, randomBytes: (count) => crypto.getRandomValues(new Uint8Array(count)) }),
      activity: { recordOperation: () => undefined },
      clock: browserClock,
      log,
      newId: () => crypto.randomUUID(),
      inputsOf: (operation) => inputNames(describeInput(operation)),
    });
    const deps = {
      accounts,
      bulk,
      inventory: { device: (key: string) => fleet.devices.get(key) },
      deviceLogs,
      tickets: this.#tickets,
      activity: { recordOperation: () => undefined },
      log,
      describeInput,
      app: { get: () => ({ platform: 'linux' }) },
      previewRequest: (account: Account, operation: KnownOperation, input: unknown, signal: AbortSignal) => {
        const vendor = vendorById(account.vendor);
        if (vendor === undefined) return Promise.resolve(cancelled());
        const secretNames = vendor.credentialForms[0]?.fields.filter((field) => field.secret).map(({ name }) => name);
        const known = { vendor, account, secretNames: secretNames ?? [], clock: browserClock, random: Math.random };
        return previewRequest(known, operation, input, signal);
      },
    } as unknown as BridgeDeps;
    this.#handlers = { ...operationRequests(deps), ...bulkRequests(deps) };
  }

  /** The answer to a request of these, in time; undefined if it is not one. */
  answer(name: RequestName, input: unknown, signal: AbortSignal): Promise<Result<unknown>> | undefined {
    if (name === 'secrets.hand') {
      const { secrets } = requests['secrets.hand'].input.parse(input);
      return Promise.resolve(ok({ ticket: this.#tickets.hand(secrets) }));
    }
    const handler = this.#handlers[name];
    return typeof handler === 'function'
      ? (handler as (input: unknown, signal: AbortSignal) => Promise<Result<unknown>>)(input, signal)
      : undefined;
  }

  #connector(accountId: string): Connector {
    return {
      check: async () => ok(undefined),
      listDevices: async function* () {},
      call: async (operation, input, signal) => {
        const parsed = operation.input.safeParse(input ?? {});
        if (!parsed.success) {
          const what = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ');
          return fail('invalid-input', `The input of ${operation.id} is not right: ${what}.`, 'Correct the field.');
        }
        this.calls.push({ operation: operation.id, input });
        await sleep(browserClock, this.callMs * (0.5 + Math.random()), signal);
        return this.#answer(accountId, operation, asRecord(input));
      },
    };
  }

  #answer(accountId: string, operation: KnownOperation, input: Readonly<Record<string, unknown>>): Result<unknown> {
    const id = [input['UnitId'], input['deviceId'], input['serviceId'], input['id'], input['uid'], input['computer_id']]
      .flat()
      .find((value) => typeof value === 'string');
    const device = this.#fleet.devices.get(`${accountId}/${String(id)}`);
    if (device !== undefined && this.failing.has(device.key))
      return fail('device-offline', `${device.name} cannot be reached.`, 'Try again when it is online.');
    const name = input['Name'] ?? input['name'];
    if (device !== undefined && /^(rename|update|device\/name)/i.test(operation.id) && typeof name === 'string')
      this.#fleet.change({ ...device, name });
    if (device !== undefined && operation.id === 'ChangeGroup')
      this.#fleet.change({ ...device, groups: [String(input['Group'])] });
    if (device !== undefined && this.lost.has(device.key))
      return fail('timeout', 'RemoteIoT did not answer within 30 s.', 'Try again later.');
    switch (operation.id) {
      case 'CustomField':
        return ok(
          (Array.isArray(input['Unit']) ? (input['Unit'] as readonly unknown[]) : []).map((unit, index) => ({
            UnitId: typeof unit === 'string' ? unit : asRecord(unit)['UnitId'],
            Custom: index % 3 === 0 ? '' : `rack ${(index % 5) + 1}`,
          })),
        );
      case 'ListConnection':
        return ok(
          Array.from({ length: 240 }, (_, index) => ({
            UnitId: `A1B2C3D4E5F6${String(index).padStart(4, '0')}`,
            Port: 33_000 + index,
            LocalPort: index % 4 === 0 ? 3389 : 22,
            Permanent: index % 2 === 0,
            Created: `2026-11-${String((index % 20) + 1).padStart(2, '0')} 08:15:00`,
          })),
        );
      case 'getDevice':
        return ok({
          id: device?.id,
          name: device?.name,
          isConnected: true,
          apiKey: 'v1.secret',
          home: { id: 1701, name: 'Lab', members: [{ userId: 7, role: 'owner' }] },
          tags: ['line-a'],
        });
      default:
        return ok(undefined);
    }
  }
}
