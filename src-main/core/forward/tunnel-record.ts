import { z } from 'zod';
import { listOf, parsedBy } from '../base/stored-schemas.ts';
import type { DocumentFormat } from '../base/document.ts';

/** The record of a tunnel that this profile opened at a vendor, until the vendor has closed it. */
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

const tunnelRecord = z.object({
  deviceKey: z.string(),
  host: z.string(),
  port: z.int().min(1).max(65_535),
  handle: z.unknown(),
});

/** The format of forward-tunnels.json; an unreadable record is dropped, the others stay. */
export const tunnelRecordsFormat: DocumentFormat<TunnelRecords> = {
  version: 1,
  migrations: [],
  parse: parsedBy(z.object({ tunnels: listOf(tunnelRecord) })),
  fallback: { tunnels: [] },
};
