import { z } from 'zod';
import type { Danger, WireParts } from '../vendor.ts';
import { nothing } from './schemas.ts';
import { defined } from '../../core/base/defined.ts';

/** What RemoteIoT's operations have in common. */

/** A device id: whatever the vendor lists as one. */
export const unitId = z.string().trim().min(1).meta({ title: 'Device id' });
/** Any text. */
export const text = z.string();
/** A device id, bare or as the vendor wraps it. */
export const unit = z.union([z.strictObject({ UnitId: unitId }), unitId.transform((id) => ({ UnitId: id }))]);
/** One device or more. */
export const units = z.array(unit).min(1);
/** As many devices as one call takes. */
export const upToThousand = units.max(1000);
/** A boolean, sent as a string. */
export const flag = z.union([z.boolean(), z.literal('true'), z.literal('false')]).transform(String);

/** A request body of the given fields; those that are undefined are left out. */
export const json = (value: unknown): WireParts => ({ body: { kind: 'json', value } });
/** The samples without a body still declare JSON. */
export const noBody = (): WireParts => ({ headers: { 'content-type': 'application/json' } });

/** What holds for every operation. */
export const all = { callers: ['user'], method: 'POST', secretFields: [] } as const;
/** What holds for reads. */
export const read = { ...all, danger: { level: 'none' }, repeatable: true, cacheable: true } as const;
/** What holds for writes: their answer is not read. */
export const write = { ...all, answer: 'nothing', output: nothing, cacheable: false } as const;
/** Changes something that can be changed back. */
export const changes: Danger = { level: 'changes' };
/** Loses something; the sentence says what. */
export const destroys = (confirm: string, confirmMany?: string): Danger => ({
  level: 'destroys',
  confirm,
  ...defined({ confirmMany }),
});
