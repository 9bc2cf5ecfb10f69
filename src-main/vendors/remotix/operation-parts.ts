import { z } from 'zod';
import type { Danger, WireParts } from '../vendor.ts';
import { isActionWord, isTypeWord, nothing } from './schemas.ts';
import { defined } from '../../core/base/defined.ts';

/** What Remotix's operations have in common. */

/** An opaque id: whatever the vendor lists as one. */
const id = z.string().trim().min(1);
export const groupUid = id.meta({ title: 'Group uid' });
export const connectionUid = id.meta({ title: 'Connection uid' });
export const computerId = z.union([z.int(), id]).transform(String).meta({ title: 'Computer id' });
export const name = z.string().min(1).max(500);

const port = z
  .union([
    z.int(),
    z
      .string()
      .trim()
      .regex(/^\d{1,5}$/, 'expected a port number')
      .transform(Number),
  ])
  .pipe(z.int().min(1).max(65_535))
  .meta({ title: 'Port, where the type needs one' });

/** A connection of a computer: `<connection_type>[_<port>]` in the path is a checked word and a number. */
export const connectionType = {
  computer_id: computerId,
  connection_type: z
    .string()
    .trim()
    .refine(isTypeWord, 'expected a connection type such as NEAR, VNC or RDP, with the port in its own field')
    .meta({ title: 'Connection type', description: 'NEAR, VNC or RDP' }),
  port: port.optional(),
};
export const action = z
  .string()
  .trim()
  .refine(isActionWord, 'expected an action such as control, curtain, observe or ft')
  .meta({ title: 'Action', description: 'control, curtain, observe or ft' });

interface TypeInput {
  readonly computer_id: string;
  readonly connection_type: string;
  readonly port?: number | undefined;
}

/** The path of one type of connection. */
export const typePath = ({
  computer_id,
  connection_type,
  port: number,
}: TypeInput): Readonly<Record<string, string>> => ({
  computer_id,
  connection_type,
  ...(number === undefined ? {} : { port: String(number) }),
});
export const onType = (input: TypeInput): WireParts => ({ path: typePath(input) });
export const onComputer = ({ computer_id }: { readonly computer_id: string }): WireParts => ({ path: { computer_id } });
export const onConnection = ({ uid }: { readonly uid: string }): WireParts => ({ path: { uid } });

/** A request body of the given fields; those that are undefined are left out, so `null` is sent only where given. */
export const json = (value: unknown): WireParts => ({ body: { kind: 'json', value } });

/** The fields in which Remotix holds passwords, in requests and in whatever answers hold them. */
export const passwordFields = [
  'rxp.password',
  'rdp.password',
  'apple.password',
  'vnc.password',
  'ssh.password',
  'password',
] as const;

/** What holds for every operation. */
const all = { callers: ['user'] } as const;
/** What holds for reads. */
export const read = {
  ...all,
  method: 'GET',
  answer: 'json',
  danger: { level: 'none' },
  repeatable: true,
  cacheable: true,
  secretFields: [],
} as const;
const write = { ...all, answer: 'nothing', output: nothing, cacheable: false, secretFields: [] } as const;
/** Writes named fields: sending it twice changes nothing more. */
export const update = { ...write, method: 'PUT', danger: { level: 'changes' }, repeatable: true } as const;
/** Adds something with each sending. */
export const create = {
  ...all,
  method: 'PUT',
  answer: 'json',
  danger: { level: 'changes' },
  repeatable: false,
  cacheable: false,
  secretFields: [],
} as const;
export const remove = { ...write, method: 'DELETE', repeatable: false } as const;
/** Opens a window of Remotix with each sending. */
export const act = { ...write, method: 'ACTION', danger: { level: 'changes' }, repeatable: false } as const;
/** Loses something; the sentence says what. */
export const destroys = (confirm: string, confirmMany?: string): Danger => ({
  level: 'destroys',
  confirm,
  ...defined({ confirmMany }),
});
