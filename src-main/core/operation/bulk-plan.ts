import type { BulkAction } from './bulk-action.ts';
import { callFor, type DeviceCall, type PlanContext } from './bulk-calls.ts';
import { parsePattern, parseReplacement } from './bulk-names.ts';
import type { Device } from '../fleet/device.ts';
import { fail, ok, type Result } from '../base/errors.ts';

/** What will happen to one device: one call of an operation. */
export interface PlanRow extends DeviceCall {
  readonly device: Device;
  readonly warning?: string;
}

/** A device that the action leaves alone. */
export interface LeftOut {
  readonly device: Device;
  readonly reason: string;
}

export interface Plan {
  readonly rows: readonly PlanRow[];
  readonly leftOut: readonly LeftOut[];
}

/** Names wanted for devices, and who has them: two devices of one account with one name are hard to distinguish. */
const withNameWarnings = (rows: readonly PlanRow[], others: Iterable<Device>): readonly PlanRow[] => {
  const nameKey = (accountId: string, name: string): string => `${accountId}\n${name.toLowerCase()}`;
  const renamed = new Set(rows.map((row) => row.device.key));
  const taken = new Set<string>();
  for (const device of others) if (!renamed.has(device.key)) taken.add(nameKey(device.accountId, device.name));
  const wanted = new Map<string, number>();
  for (const row of rows) {
    const key = nameKey(row.device.accountId, row.after);
    wanted.set(key, (wanted.get(key) ?? 0) + 1);
  }
  return rows.map((row) => {
    const key = nameKey(row.device.accountId, row.after);
    const same = wanted.get(key) ?? 1;
    if (same > 1) return { ...row, warning: `${same} of the chosen devices get this name.` };
    return taken.has(key) ? { ...row, warning: 'Another device of this account has this name.' } : row;
  });
};

/** What the action makes of a device's name or field, where it is made from a pattern. */
const wordingOf = (action: BulkAction, context: PlanContext): Result<(device: Device, index: number) => string> => {
  if (action.kind === 'replace') {
    const replace = parseReplacement(action);
    return replace.ok ? ok((device) => replace.value(device.name)) : replace;
  }
  if (action.kind !== 'rename' && action.kind !== 'custom-field') return ok(() => '');
  const fill = parsePattern(action.kind === 'rename' ? action.pattern : action.value);
  if (!fill.ok) return fill;
  const first = action.kind === 'rename' ? action.first : 1;
  return ok((device, index) =>
    fill.value(
      {
        name: device.name,
        id: device.id,
        group: device.groups[0] ?? '',
        account: context.accountLabel(device.accountId),
      },
      first + index,
    ),
  );
};

const missing = (action: BulkAction): string | undefined => {
  switch (action.kind) {
    case 'rename':
      return action.pattern.trim() === '' ? 'the new name' : undefined;
    case 'group':
      return action.group.trim() === '' ? 'the group' : undefined;
    case 'job':
      if (action.name.trim() === '') return 'a name for the job';
      return (action.command ?? '') === '' && (action.script ?? '') === '' ? 'a command or a script' : undefined;
    case 'upload':
      return action.folder.trim() === '' ? 'the folder on the devices' : undefined;
    case 'custom-field':
      return action.field.trim() === '' ? 'the custom field' : undefined;
    case 'command':
      return action.action.trim() === '' ? 'the command' : undefined;
    case 'tag':
      return action.tags.length === 0 ? 'a tag' : undefined;
    case 'replace':
    case 'delete':
    case 'password':
    case 'operation':
      return undefined;
    default:
      return action satisfies never;
  }
};

/**
 * Plans an action: for each device the call that does it, or why it is left out. `all` is the whole fleet, for names
 * that are taken. Errors: invalid-input where the action itself is not complete.
 */
export const planBulk = (
  action: BulkAction,
  chosen: readonly Device[],
  all: Iterable<Device>,
  context: PlanContext,
): Result<Plan> => {
  const absent = missing(action);
  if (absent !== undefined) return fail('invalid-input', `This needs ${absent}.`, 'Enter it to see what will change.');
  const wording = wordingOf(action, context);
  if (!wording.ok) return wording;
  const rows: PlanRow[] = [];
  const leftOut: LeftOut[] = [];
  chosen.forEach((device, index) => {
    const call = callFor(action, device, wording.value(device, index).trim(), context);
    if ('reason' in call) leftOut.push({ device, reason: call.reason });
    else {
      const refusal = context.refusal(device, call.operation);
      const { otherwise } = call;
      const isOpen =
        refusal === undefined ||
        (otherwise !== undefined && context.refusal(device, otherwise.operation) === undefined);
      if (isOpen) rows.push({ ...call, device });
      else leftOut.push({ device, reason: refusal });
    }
  });
  const names = action.kind === 'rename' || action.kind === 'replace';
  return ok({ rows: names ? withNameWarnings(rows, all) : rows, leftOut });
};

/** The action in a few words, as the title of its run. `count` is the number of devices. */
export const bulkTitle = (action: BulkAction, count: number): string => {
  const devices = count === 1 ? '1 device' : `${count} devices`;
  switch (action.kind) {
    case 'rename':
    case 'replace':
      return `Rename ${devices}`;
    case 'group':
      return `Move ${devices} to ${action.group}`;
    case 'delete':
      return `Delete ${devices}`;
    case 'job':
      return `Run ${action.name} on ${devices}`;
    case 'upload':
      return `Upload ${action.file.name} to ${devices}`;
    case 'custom-field':
      return `Set ${action.field} on ${devices}`;
    case 'command':
      return `Send ${action.action} to ${devices}`;
    case 'tag':
      return action.change === 'add' ? `Tag ${devices}` : `Untag ${devices}`;
    case 'password':
      return `New passwords for ${devices}`;
    case 'operation':
      return `${action.operation} on ${devices}`;
    default:
      return action satisfies never;
  }
};
