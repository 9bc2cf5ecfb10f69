import { serviceKinds } from './device.ts';
import type { ServiceKind } from './device.ts';
import type { AppError } from './errors.ts';
import type { ForwardState, ForwardTimings } from './forward.ts';

/** What is kept of a forward between runs. */
export interface ForwardRecord {
  readonly id: string;
  readonly deviceKey: string;
  readonly serviceId: string;
  /** Kept too, so that the forward can be shown before the fleet is known. */
  readonly serviceKind: ServiceKind;
  readonly port: number;
  /** Whether it is to listen again after a restart. */
  readonly listening: boolean;
}

/** The content of forwards.json. */
export interface ForwardRecords {
  readonly forwards: readonly ForwardRecord[];
}

/** What others see of a forward. Times are epoch milliseconds, durations milliseconds, sizes bytes. */
export interface ForwardSnapshot {
  readonly id: string;
  readonly deviceKey: string;
  readonly serviceId: string;
  readonly serviceKind: ServiceKind;
  /** The loopback address it listens on. */
  readonly address: string;
  readonly port: number;
  readonly state: ForwardState;
  readonly error?: AppError;
  readonly connections: number;
  /** From this computer to the device. */
  readonly bytesUp: number;
  readonly bytesDown: number;
  readonly timings: ForwardTimings;
  /** Who else can reach the vendor's end of the tunnel, in one sentence. */
  readonly exposure?: string;
  readonly idleTimeoutMs: number;
  readonly idleUntil?: number;
}

export const noForwardRecords: ForwardRecords = { forwards: [] };

/** The version of forwards.json that `parseForwardRecords` reads. */
export const forwardRecordsVersion = 1;

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

const isServiceKind = (value: unknown): value is ServiceKind => serviceKinds.some((kind) => kind === value);

const parseRecord = (value: unknown): ForwardRecord | undefined => {
  if (!isObject(value)) return undefined;
  const { id, deviceKey, serviceId, serviceKind, port, listening } = value as Readonly<
    Record<keyof ForwardRecord, unknown>
  >;
  if (typeof id !== 'string' || typeof deviceKey !== 'string' || typeof serviceId !== 'string') return undefined;
  if (typeof port !== 'number' || !Number.isInteger(port) || port < 1 || port > 65_535) return undefined;
  if (!isServiceKind(serviceKind)) return undefined;
  return { id, deviceKey, serviceId, serviceKind, port, listening: listening === true };
};

/**
 * Reads forwards.json: undefined where it is not such a document at all. A record that cannot be read, or that
 * repeats an id, a port or a service of an earlier one, is dropped alone; the others stay.
 */
export const parseForwardRecords = (value: unknown): ForwardRecords | undefined => {
  if (!isObject(value) || !('forwards' in value) || !Array.isArray(value['forwards'])) return undefined;
  const taken = new Set<string>();
  const forwards: ForwardRecord[] = [];
  for (const entry of value['forwards'] as readonly unknown[]) {
    const record = parseRecord(entry);
    if (record === undefined) continue;
    const marks = [`id ${record.id}`, `port ${record.port}`, `of ${record.deviceKey} ${record.serviceId}`];
    if (marks.some((mark) => taken.has(mark))) continue;
    for (const mark of marks) taken.add(mark);
    forwards.push(record);
  }
  return { forwards };
};
