import { passwordProtocols, type BulkAction } from './bulk-action.ts';
import type { Device, VendorId } from '../fleet/device.ts';
import {
  isOffered,
  withDevice,
  type DeviceEdits,
  type DeviceParameter,
  type Edit,
  type EditCall,
  type Refusal,
} from './device-edit.ts';
import { defined } from '../base/defined.ts';

/** One call of an operation, and what it changes in words. */
export interface DeviceCall extends EditCall {
  /** Where it is known. */
  readonly before?: string;
  readonly after: string;
}

/** What planning asks besides the devices. */
export interface PlanContext {
  readonly vendorName: (id: VendorId) => string;
  readonly accountLabel: (accountId: string) => string;
  /** What can be changed on devices of the vendor; undefined if it is not known. */
  readonly edits: (vendor: VendorId) => DeviceEdits | undefined;
  /** Whether the account has this group already. */
  readonly hasGroup: (accountId: string, group: string) => boolean;
  /** Why the account's key cannot call the operation; undefined if it can. */
  readonly refusal: (device: Device, operation: string) => string | undefined;
  /** Which input of the vendor's operation names a device; undefined if there is no such operation or input. */
  readonly parameter: (vendor: VendorId, operation: string) => DeviceParameter | undefined;
  /** The present value of the custom field, where it was read. */
  readonly customField: (deviceKey: string) => string | undefined;
  /** Now, GMT, `2017-05-19 00:00:00`. */
  readonly now: string;
}

type Outcome = DeviceCall | Refusal;
type Kind<K extends BulkAction['kind']> = Extract<BulkAction, { readonly kind: K }>;
/** A vendor's way to make a change. */
type Offered<K extends keyof DeviceEdits> = DeviceEdits[K] extends Edit<infer T> ? T : never;

const cannot = (context: PlanContext, device: Device, what: string): Outcome => ({
  reason: `${context.vendorName(device.vendor)} ${what}.`,
});

/** The call with its words; a refusal stays one. */
const worded = (call: EditCall | Refusal, after: string, before?: string): Outcome =>
  'reason' in call ? call : { ...call, after, ...defined({ before }) };

const rename = (edit: Offered<'rename'>, device: Device, name: string): Outcome => {
  if (name === '') return { reason: 'It would have no name.' };
  if (name === device.name) return { reason: 'Its name stays as it is.' };
  return worded(edit.call(device, name, device.description), name, device.name);
};

const group = (
  edit: Offered<'group'>,
  device: Device,
  { group: wanted }: Kind<'group'>,
  context: PlanContext,
): Outcome => {
  const before = device.groups[0] ?? '';
  if (before === wanted) return { reason: `It is in ${wanted} already.` };
  return worded(edit.call(device, wanted, context.hasGroup(device.accountId, wanted)), wanted, before);
};

const remove = (edit: Offered<'delete'>, device: Device, { hard }: Kind<'delete'>): Outcome => {
  const deletions = edit.deletions(device);
  const deletion = deletions.find(({ isHard }) => isHard === hard) ?? deletions[0];
  if (deletion === undefined) return { reason: 'It cannot be deleted.' };
  if (deletion.reason !== undefined) return { reason: deletion.reason };
  const { operation, input, first, otherwise, after } = deletion;
  return {
    operation,
    input,
    ...defined({ first, otherwise }),
    before: device.name,
    after,
  };
};

const job = (edit: Offered<'job'>, device: Device, action: Kind<'job'>, context: PlanContext): Outcome => {
  const { name, command = '', script = '', at = '' } = action;
  const time = at === '' ? context.now : at;
  const work = command === '' ? { script } : { command };
  return worded(
    edit.call(device, { name, work, time }),
    `${command === '' ? `script ${script}` : command} at ${time} GMT`,
  );
};

const upload = (edit: Offered<'upload'>, device: Device, { file, folder }: Kind<'upload'>): Outcome =>
  worded(edit.call(device, { file, folder }), `${folder.replace(/\/+$/, '')}/${file.name}`);

const customField = (
  edit: Offered<'customField'>,
  device: Device,
  { field }: Kind<'custom-field'>,
  value: string,
  context: PlanContext,
): Outcome => {
  const before = context.customField(device.key);
  if (before === value) return { reason: 'The field has this value already.' };
  return worded(edit.call(device, field, value), value, before);
};

const command = (edit: Offered<'command'>, device: Device, { action, parameters }: Kind<'command'>): Outcome =>
  worded(
    edit.call(device, { action, parameters }),
    parameters === undefined ? action : `${action} ${JSON.stringify(parameters)}`,
  );

const tag = (edit: Offered<'tag'>, device: Device, { change, tags }: Kind<'tag'>, context: PlanContext): Outcome => {
  const adding = change === 'add';
  if (adding && !edit.many && tags.length > 1) return cannot(context, device, 'keeps one tag for a device; choose one');
  const affected = tags.filter((name) => device.tags.includes(name) !== adding);
  if (affected.length === 0) return { reason: adding ? 'It has these tags already.' : 'It has none of these tags.' };
  const kept = adding && !edit.many ? [] : device.tags.filter((name) => adding || !affected.includes(name));
  const after = adding ? [...kept, ...affected] : kept;
  // Only adding, or only removing, is one call.
  const [call = { reason: 'Its tags stay as they are.' }] = edit.calls(device, after);
  return worded(call, after.join(', '), device.tags.join(', '));
};

const password = (
  edit: Offered<'password'>,
  device: Device,
  { protocol, user, generate }: Kind<'password'>,
): Outcome => {
  const call = edit.call(device, protocol, user === '' ? undefined : user);
  return worded(call, `${generate ? 'a password of its own' : 'the new password'} for ${passwordProtocols[protocol]}`);
};

const anyOperation = (device: Device, action: Kind<'operation'>, context: PlanContext): Outcome => {
  const parameter = context.parameter(device.vendor, action.operation);
  if (parameter === undefined) return cannot(context, device, `has no operation ${action.operation} for a device`);
  if (parameter.of === 'service') return { reason: 'This operation is about a service, not about a device.' };
  const { only } = parameter;
  if (only !== undefined && device.services.some(({ id }) => id === only.service) !== only.has)
    return { reason: only.reason };
  const rest = Object.entries(action.input).filter(([name]) => name !== parameter.parameter);
  const shown = rest.map(([name, value]) => `${name} ${typeof value === 'string' ? value : JSON.stringify(value)}`);
  return {
    operation: action.operation,
    input: withDevice(parameter, device.id, action.input),
    after: shown.join(', '),
  };
};

/** The call that does the action to one device, or why it is left out. `wording` is its new name or value. */
export const callFor = (action: BulkAction, device: Device, wording: string, context: PlanContext): Outcome => {
  if (action.kind === 'operation') return anyOperation(device, action, context);
  const edits = context.edits(device.vendor);
  if (edits === undefined) return cannot(context, device, 'is not known here');
  const edited = <T extends object>(edit: Edit<T>, outcome: (offered: T) => Outcome): Outcome =>
    isOffered(edit) ? outcome(edit) : cannot(context, device, edit.not);
  switch (action.kind) {
    case 'rename':
    case 'replace':
      return edited(edits.rename, (edit) => rename(edit, device, wording));
    case 'group':
      return edited(edits.group, (edit) => group(edit, device, action, context));
    case 'delete':
      return edited(edits.delete, (edit) => remove(edit, device, action));
    case 'job':
      return edited(edits.job, (edit) => job(edit, device, action, context));
    case 'upload':
      return edited(edits.upload, (edit) => upload(edit, device, action));
    case 'custom-field':
      return edited(edits.customField, (edit) => customField(edit, device, action, wording, context));
    case 'command':
      return edited(edits.command, (edit) => command(edit, device, action));
    case 'tag':
      return edited(edits.tag, (edit) => tag(edit, device, action, context));
    case 'password':
      return edited(edits.password, (edit) => password(edit, device, action));
    default:
      return action satisfies never;
  }
};
