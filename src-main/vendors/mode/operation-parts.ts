import { z } from 'zod';
import type { Danger, WireParts } from '../vendor.ts';
import { nothing } from './schemas.ts';
import { defined } from '../../core/base/defined.ts';

/** An id of the document's "integer": a number, or the text that MODE itself sends in its samples. */
export const id = z.union([z.int(), z.string().trim().min(1)]).transform(String);
export const deviceId = id.meta({ title: 'Device id' });
export const text = z.string();
/** RFC 3339, `2019-09-18T22:31:20Z`. */
export const time = z
  .string()
  .trim()
  .regex(/^\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:[Zz]|[+-]\d{2}:\d{2})$/, 'expected an RFC 3339 time')
  .meta({ description: '2019-09-18T22:31:20Z' });
export const flag = z.union([z.boolean(), z.literal('true'), z.literal('false')]).transform(String);
const digits = z
  .string()
  .trim()
  .regex(/^\d{1,9}$/, 'expected a whole number')
  .transform(Number);
export const count = (least: number) => z.union([z.int(), digits]).pipe(z.int().min(least));
export const sent = (value: number | undefined): string | undefined =>
  value === undefined ? undefined : String(value);

/** How long a WebSocket is listened to: fields of ours, not of the document. */
export const collecting = {
  seconds: count(1).pipe(z.int().max(3600)).default(10).meta({ title: 'Seconds to listen' }),
  messages: count(1).pipe(z.int().max(10_000)).default(1000).meta({ title: 'Messages to wait for' }),
};

export const changes: Danger = { level: 'changes' };
export const destroys = (confirm: string, confirmMany?: string): Danger => ({
  level: 'destroys',
  confirm,
  ...defined({ confirmMany }),
});

export const read = {
  method: 'GET',
  answer: 'json',
  danger: { level: 'none' },
  repeatable: true,
  cacheable: true,
  secretFields: [],
} as const;
/** Answered with 204. */
export const write = { answer: 'nothing', output: nothing, cacheable: false, secretFields: [] } as const;

/** The whole of an input that is nothing but the device. */
export const onlyDevice = z.strictObject({ deviceId });
export const onDevice = (input: { readonly deviceId: string }): WireParts => ({ path: { deviceId: input.deviceId } });

/** A JSON body for a device; fields that are undefined are left out. */
export const jsonFor = (device: string, value: unknown): WireParts => ({
  path: { deviceId: device },
  body: { kind: 'json', value },
});
