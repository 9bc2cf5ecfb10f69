import { z } from 'zod';
import type { DeviceEdits } from '../../src-main/core/operation/device-edit.ts';
import type { DeviceRecord, PresenceState, Service, VendorId } from '../../src-main/core/fleet/device.ts';
import { ok } from '../../src-main/core/base/errors.ts';
import type { Result } from '../../src-main/core/base/errors.ts';
import type { HttpClient } from '../../src-main/core/base/http.ts';
import type { Log } from '../../src-main/core/base/log.ts';
import type { Connector, FleetPage, Vendor, VendorContext } from '../../src-main/vendors/vendor.ts';

export const silentLog: Log = { write: () => undefined, child: () => silentLog };

/** Nothing in these tests goes over HTTP. */
export const noHttp: HttpClient = {
  request: () => {
    throw new Error('a test with a hand-written connector made an HTTP request');
  },
};

/** A log that keeps what was written, as text. */
export const recordingLog = (lines: string[]): Log => ({
  write: (level, event, fields) => void lines.push(`${level} ${event} ${JSON.stringify(fields ?? {})}`),
  child: () => recordingLog(lines),
});

/** Resolves when the signal aborts. */
export const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });

export const record = (id: string, observedAt: number, state: PresenceState = 'online'): DeviceRecord => ({
  id,
  name: `device ${id}`,
  groups: [],
  tags: [],
  presence: { state, observedAt, source: 'vendor-list' },
  services: [],
});

export type ListingScript = (signal: AbortSignal) => AsyncIterable<Result<FleetPage>>;

/** A listing of these pages, which arrive at once. */
export const pages = (...parts: readonly (Result<FleetPage> | readonly DeviceRecord[])[]): ListingScript =>
  async function* () {
    for (const part of parts) yield 'ok' in part ? part : ok({ devices: part });
  };

/** A connector whose listings a test writes. Counts how many run at once. */
export class ScriptedConnector implements Connector {
  listing: ListingScript = pages([]);
  /** Absent unless a test sets it: a vendor without push events. */
  events?: NonNullable<Connector['events']>;
  checked: Result<void> = ok(undefined);
  started = 0;
  inFlight = 0;
  maxInFlight = 0;

  async check(): Promise<Result<void>> {
    return this.checked;
  }

  credentialsExpireAt: number | undefined;

  async *listDevices(signal: AbortSignal): AsyncIterable<Result<FleetPage>> {
    this.started += 1;
    this.inFlight += 1;
    this.maxInFlight = Math.max(this.maxInFlight, this.inFlight);
    try {
      yield* this.listing(signal);
    } finally {
      this.inFlight -= 1;
    }
  }

  async call(): Promise<Result<unknown>> {
    return ok(undefined);
  }
}

export const sshService: Service = { id: 'ssh:22', kind: 'ssh', name: 'SSH', route: 'tunnel', port: 22 };

const not = { not: 'is a vendor of the tests' };
const noEdits: DeviceEdits = {
  rename: not,
  group: not,
  tag: not,
  delete: not,
  customField: not,
  job: not,
  upload: not,
  command: not,
  password: not,
};

/** A vendor whose key is 8 or more letters; `open` is the test's. */
export const fakeVendor = (id: VendorId, open: (session: VendorContext) => Connector): Vendor => ({
  id,
  name: `Vendor ${id}`,
  mark: 'V',
  defaultBaseUrl: 'https://api.example.com/v1',
  baseUrlHint: 'api.example.com',
  credentialForms: [
    {
      id: 'key',
      title: 'Key',
      why: 'There is no other way.',
      fields: [
        { name: 'token', label: 'API token', help: 'It is on the page API access.', secret: true, required: true },
        { name: 'region', label: 'Region', help: 'As on your invoice.', secret: false, required: false },
      ],
    },
  ],
  secrets: z.strictObject({ token: z.string().regex(/^[a-z-]{8,}$/) }),
  fields: z.record(z.string(), z.string().max(8)),
  defaultServices: [sshService],
  customServices: true,
  localActions: false,
  poll: { intervalMs: 60_000, minimumMs: 10_000 },
  operations: [],
  deviceParameter: () => undefined,
  edits: noEdits,
  capabilities: {},
  open,
});
