import { passwordProtocols, type BulkAction } from './bulk-action.ts';
import type { Device, VendorId } from '../fleet/device.ts';
import { remotixKind, withDevice, type DeviceParameter } from './operation-target.ts';

/** One call of an operation, and what it changes in words. */
export interface DeviceCall {
  readonly operation: string;
  readonly input: Readonly<Record<string, unknown>>;
  /** Where it is known. */
  readonly before?: string;
  readonly after: string;
  /** Called once for each account before its first device: what the calls of the devices rely on. */
  readonly first?: { readonly operation: string; readonly input: Readonly<Record<string, unknown>> };
}

/** What planning asks besides the devices. */
export interface PlanFacts {
  readonly vendorName: (id: VendorId) => string;
  readonly accountLabel: (accountId: string) => string;
  /** Whether the account has this group already. */
  readonly hasGroup: (accountId: string, group: string) => boolean;
  /** Why the account's key cannot call the operation; undefined where it can. */
  readonly refusal: (device: Device, operation: string) => string | undefined;
  /** Which input of the vendor's operation names a device; undefined where there is no such operation or input. */
  readonly parameter: (vendor: VendorId, operation: string) => DeviceParameter | undefined;
  /** The present value of the custom field, where it was read. */
  readonly customField: (deviceKey: string) => string | undefined;
  /** Now, GMT, `2017-05-19 00:00:00`. */
  readonly now: string;
}

type Outcome = DeviceCall | { readonly reason: string };
type Kind<K extends BulkAction['kind']> = Extract<BulkAction, { readonly kind: K }>;

const cannot = (facts: PlanFacts, device: Device, what: string): Outcome => ({
  reason: `${facts.vendorName(device.vendor)} ${what}.`,
});

const renamed = (device: Device, name: string): { readonly operation: string; readonly input: DeviceCall['input'] } => {
  switch (device.vendor) {
    case 'remoteiot':
      return {
        operation: 'rename',
        // The call sets both, and the description is to stay.
        input: {
          UnitId: device.id,
          Name: name,
          ...(device.description === undefined ? {} : { Description: device.description }),
        },
      };
    case 'mode':
      return { operation: 'updateDevice', input: { deviceId: device.id, name } };
    case 'remotix':
      return remotixKind(device) === 'computer'
        ? { operation: 'updateComputer', input: { computer_id: device.id, name } }
        : { operation: 'updateConnection', input: { uid: device.id, name } };
    case 'reemo':
      return { operation: 'updateComputer', input: { id: device.id, name } };
    case 'remoteit':
      return { operation: 'renameService', input: { serviceId: device.id, name } };
    default:
      return device.vendor satisfies never;
  }
};

const rename = (device: Device, name: string): Outcome => {
  if (name === '') return { reason: 'It would have no name.' };
  if (name === device.name) return { reason: 'Its name stays as it is.' };
  return { ...renamed(device, name), before: device.name, after: name };
};

const group = (device: Device, { group: wanted }: Kind<'group'>, facts: PlanFacts): Outcome => {
  if (device.vendor !== 'remoteiot') {
    const why = {
      mode: 'has homes instead of groups; move a device with the operation updateDevice',
      remotix: 'knows groups by their uid; move a device with its own operation',
      reemo: 'has no groups',
      remoteit: 'has tags instead of groups',
    } as const;
    return cannot(facts, device, why[device.vendor]);
  }
  const before = device.groups[0] ?? '';
  if (before === wanted) return { reason: `It is in ${wanted} already.` };
  return {
    operation: 'ChangeGroup',
    input: { UnitId: device.id, Group: wanted },
    before,
    after: wanted,
    ...(facts.hasGroup(device.accountId, wanted) ? {} : { first: { operation: 'AddGroup', input: { Group: wanted } } }),
  };
};

const remove = (device: Device, { hard }: Kind<'delete'>, facts: PlanFacts): Outcome => {
  const gone = { before: device.name, after: 'deleted' };
  switch (device.vendor) {
    case 'remoteiot':
      return { operation: 'DeleteDevice', input: { UnitId: device.id }, ...gone };
    case 'mode':
      return {
        operation: 'deleteDevice',
        input: { deviceId: device.id, hardDelete: hard },
        before: device.name,
        after: hard ? 'erased for ever' : 'out of its home',
      };
    case 'remotix':
      return remotixKind(device) === 'computer'
        ? { operation: 'deleteComputer', input: { computer_id: device.id }, ...gone }
        : { operation: 'deleteConnection', input: { uid: device.id }, ...gone };
    case 'reemo':
      return device.presence.state === 'online'
        ? { reason: 'Reemo deletes only computers that are offline.' }
        : { operation: 'deleteComputer', input: { id: device.id }, ...gone };
    case 'remoteit':
      return cannot(facts, device, 'deletes no devices over its API; use its portal');
    default:
      return device.vendor satisfies never;
  }
};

const job = (device: Device, action: Kind<'job'>, facts: PlanFacts): Outcome => {
  if (device.vendor !== 'remoteiot') return cannot(facts, device, 'runs no jobs');
  const { name, command, script, at } = action;
  const time = at === undefined || at === '' ? facts.now : at;
  const work = command === undefined || command === '' ? { Script: script } : { Command: command };
  return {
    operation: 'submitjob',
    input: { JobName: name, UnitId: device.id, ExecuteTime: time, ...work },
    after: `${command === undefined || command === '' ? `script ${script ?? ''}` : command} at ${time} GMT`,
  };
};

const upload = (device: Device, { file, folder }: Kind<'upload'>, facts: PlanFacts): Outcome =>
  device.vendor === 'remoteiot'
    ? {
        operation: 'FileUpload',
        input: { File: file, Folder: folder, Unit: [{ UnitId: device.id }] },
        after: `${folder.replace(/\/+$/, '')}/${file.name}`,
      }
    : cannot(facts, device, 'takes no files');

const customField = (device: Device, { field }: Kind<'custom-field'>, value: string, facts: PlanFacts): Outcome => {
  if (device.vendor !== 'remoteiot') return cannot(facts, device, 'has no custom fields');
  const before = facts.customField(device.key);
  if (before === value) return { reason: 'The field has this value already.' };
  return {
    operation: 'UpdateCustomField',
    input: { CustomField: field, UnitId: device.id, Value: value },
    ...(before === undefined ? {} : { before }),
    after: value,
  };
};

const command = (device: Device, { action, parameters }: Kind<'command'>, facts: PlanFacts): Outcome => {
  if (device.vendor !== 'mode') return cannot(facts, device, 'takes no commands');
  if (device.presence.state === 'offline') return { reason: 'It is offline, and MODE keeps no commands for later.' };
  return {
    operation: 'sendCommand',
    input: { deviceId: device.id, action, ...(parameters === undefined ? {} : { parameters }) },
    after: parameters === undefined ? action : `${action} ${JSON.stringify(parameters)}`,
  };
};

const tag = (device: Device, { change, tags }: Kind<'tag'>, facts: PlanFacts): Outcome => {
  if (device.vendor !== 'remoteit') return cannot(facts, device, 'has no tags to change');
  const adding = change === 'add';
  const affected = tags.filter((name) => device.tags.includes(name) !== adding);
  if (affected.length === 0) return { reason: adding ? 'It has these tags already.' : 'It has none of these tags.' };
  const after = adding ? [...device.tags, ...affected] : device.tags.filter((name) => !affected.includes(name));
  return {
    operation: adding ? 'addTag' : 'removeTag',
    input: { name: affected, serviceId: [device.id] },
    before: device.tags.join(', '),
    after: after.join(', '),
  };
};

const password = (device: Device, { protocol, user, generate }: Kind<'password'>, facts: PlanFacts): Outcome => {
  if (device.vendor !== 'remotix') return cannot(facts, device, 'keeps no passwords of its connections');
  if (remotixKind(device) === 'computer')
    return { reason: 'Remotix takes new passwords for the connections of its address book only.' };
  return {
    operation: 'updateConnectionCredentials',
    input: { uid: device.id, ...(user === undefined || user === '' ? {} : { [`${protocol}.username`]: user }) },
    after: `${generate ? 'a password of its own' : 'the new password'} for ${passwordProtocols[protocol]}`,
  };
};

const anyOperation = (device: Device, action: Kind<'operation'>, facts: PlanFacts): Outcome => {
  const parameter = facts.parameter(device.vendor, action.operation);
  if (parameter === undefined) return cannot(facts, device, `has no operation ${action.operation} for a device`);
  if (parameter.of === 'service') return { reason: 'This operation is about a service, not about a device.' };
  if (parameter.of !== 'device' && remotixKind(device) !== parameter.of)
    return {
      reason: parameter.of === 'computer' ? 'This is for cloud computers only.' : 'This is for connections only.',
    };
  const rest = Object.entries(action.input).filter(([name]) => name !== parameter.parameter);
  const shown = rest.map(([name, value]) => `${name} ${typeof value === 'string' ? value : JSON.stringify(value)}`);
  return {
    operation: action.operation,
    input: withDevice(parameter, device.id, action.input),
    after: shown.join(', '),
  };
};

/** The call that does the action to one device, or why it is left out. `wording` is its new name or value. */
export const callFor = (action: BulkAction, device: Device, wording: string, facts: PlanFacts): Outcome => {
  switch (action.kind) {
    case 'rename':
    case 'replace':
      return rename(device, wording);
    case 'group':
      return group(device, action, facts);
    case 'delete':
      return remove(device, action, facts);
    case 'job':
      return job(device, action, facts);
    case 'upload':
      return upload(device, action, facts);
    case 'custom-field':
      return customField(device, action, wording, facts);
    case 'command':
      return command(device, action, facts);
    case 'tag':
      return tag(device, action, facts);
    case 'password':
      return password(device, action, facts);
    case 'operation':
      return anyOperation(device, action, facts);
    default:
      return action satisfies never;
  }
};
