import type { DocumentFormat } from '../base/document.ts';

/** What is kept of a tunnel that this profile opened at a vendor, until the vendor has closed it. */
export interface TunnelRecord {
  readonly deviceKey: string;
  /** The vendor's end. */
  readonly host: string;
  readonly port: number;
  /** What the vendor needs to close it: ids and ports, never a secret. */
  readonly handle: unknown;
}

/** The content of forward-tunnels.json. */
export interface TunnelRecords {
  readonly tunnels: readonly TunnelRecord[];
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

const isRecord = (value: unknown): value is TunnelRecord =>
  isObject(value) &&
  typeof value['deviceKey'] === 'string' &&
  typeof value['host'] === 'string' &&
  typeof value['port'] === 'number' &&
  Number.isInteger(value['port']) &&
  value['port'] >= 1 &&
  value['port'] <= 65_535;

/** What forward-tunnels.json holds; a record that cannot be read is dropped alone. */
export const tunnelRecordsFormat: DocumentFormat<TunnelRecords> = {
  version: 1,
  migrations: [],
  parse: (value) =>
    isObject(value) && Array.isArray(value['tunnels']) ? { tunnels: value['tunnels'].filter(isRecord) } : undefined,
  fallback: { tunnels: [] },
};
