import { z } from 'zod';
import type { Danger, WireParts } from '../vendor.ts';

/** What remote.it's operations have in common. */

/** An id of a service or a device: letters and digits, in v27 with colons. */
export const serviceId = z.string().trim().min(1);
export const text = z.string().trim().min(1);
const digits = z
  .string()
  .trim()
  .regex(/^\d{1,9}$/, 'expected a whole number')
  .transform(Number);
/** A number, or digits. */
export const count = (least: number, most = 1_000_000_000) =>
  z.union([z.int(), digits]).pipe(z.int().min(least).max(most));
export const flag = z.union([
  z.boolean(),
  z.literal('true').transform(() => true),
  z.literal('false').transform(() => false),
]);
/** One text or several; sent as a list. */
export const texts = z.union([z.array(text).min(1), text.transform((one) => [one])]);

export const json = (value: unknown): WireParts => ({ body: { kind: 'json', value } });
/** What holds for every operation. */
export const all = { callers: ['user'], answer: 'json', secretFields: [] } as const;
export const read = { ...all, danger: { level: 'none' }, repeatable: true, cacheable: true } as const;
export const write = { ...all, cacheable: false } as const;
export const changes: Danger = { level: 'changes' };

/** What a connection may take, milliseconds: the vendor's own client waits 40 s for one. */
export const connectWithinMs = 45_000;

/** Who may use a tunnel, as remote.it writes it. */
export const hostIp = z.ipv4('expected an address such as 203.0.113.7').meta({
  title: 'Allowed address',
  description: '255.255.255.255 is the first address that connects, 0.0.0.0 is anybody',
});
