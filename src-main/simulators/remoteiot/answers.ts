import { z } from 'zod';
import type { SimulatedAnswer } from '../simulator.ts';

/** What the parts of the RemoteIoT simulator have in common. */

/** The answer of a write. */
export const empty: SimulatedAnswer = { status: 200 };
/** No error body is documented. */
export const badRequest: SimulatedAnswer = { status: 400 };
/** No error body is documented. */
export const notFound: SimulatedAnswer = { status: 404 };

/** A good answer. */
export const text = (body: string, contentType = 'application/json'): SimulatedAnswer => ({
  status: 200,
  headers: { 'content-type': contentType },
  body,
});
/** A good answer in JSON. */
export const json = (value: unknown): SimulatedAnswer => text(JSON.stringify(value));
/** A JSON string. */
export const quoted = (value: string): string => JSON.stringify(value);

/** `2020-12-27 05:25:00` */
export const plainTime = (at: number): string => new Date(at).toISOString().slice(0, 19).replace('T', ' ');
/** `20200101 00:00:00` */
export const compactTime = (at: number): string => plainTime(at).replaceAll('-', '');
/** Epoch milliseconds of `2017-05-19 00:00:00`, GMT; NaN if it is not one. */
export const readTime = (value: string): number => Date.parse(`${value.replace(' ', 'T')}Z`);

/** A body that names one device. */
export const id = z.strictObject({ UnitId: z.string().min(1) });
/** A list of devices as the API takes it. */
export const ids = z.array(id);
/** A boolean, as itself or as a string. */
export const flag = z.union([z.boolean(), z.literal('true'), z.literal('false')]);
/** A port as a string. */
export const digits = z.string().regex(/^\d{1,5}$/);
/** A span of history. */
export const hours = z.int().min(1);
/** A body that asks for the history of up to 1000 devices. */
export const fleetHistory = z.strictObject({ Unit: ids.max(1000), Hour: hours });
