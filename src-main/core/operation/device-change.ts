import type { DeviceRecord } from '../fleet/device.ts';
import { isOffered, type DeviceEdits, type EditCall, type Refusal } from './device-edit.ts';

/** How one device is to be changed. */
export type DeviceChange =
  | { readonly kind: 'rename'; readonly name: string; readonly description?: string | undefined }
  | { readonly kind: 'group'; readonly group: string }
  /** The tags that it is to have. */
  | { readonly kind: 'tag'; readonly tags: readonly string[] }
  /** By one of the ways of its vendor. */
  | { readonly kind: 'delete'; readonly deletion: string };

/** What planning a change asks besides the device. */
export interface ChangeContext {
  readonly vendorName: string;
  readonly edits: DeviceEdits;
  /** Whether the account has this group already. */
  readonly hasGroup: (group: string) => boolean;
}

/**
 * The calls that make the change, in order, or the reason why it cannot be made. An empty list: the device is already
 * in that state.
 */
export const callsFor = (
  change: DeviceChange,
  device: DeviceRecord,
  { vendorName, edits, hasGroup }: ChangeContext,
): readonly EditCall[] | Refusal => {
  const absent = ({ not }: { readonly not: string }): Refusal => ({ reason: `${vendorName} ${not}.` });
  const one = (call: EditCall | Refusal): readonly EditCall[] | Refusal => ('reason' in call ? call : [call]);
  switch (change.kind) {
    case 'rename': {
      const { rename } = edits;
      if (!isOffered(rename)) return absent(rename);
      return one(rename.call(device, change.name, change.description ?? device.description));
    }
    case 'group': {
      const { group } = edits;
      return isOffered(group) ? one(group.call(device, change.group, hasGroup(change.group))) : absent(group);
    }
    case 'tag': {
      const { tag } = edits;
      if (!isOffered(tag)) return absent(tag);
      return !tag.many && change.tags.length > 1
        ? absent({ not: 'keeps one tag for a device; choose one' })
        : tag.calls(device, change.tags);
    }
    case 'delete': {
      if (!isOffered(edits.delete)) return absent(edits.delete);
      const deletion = edits.delete.deletions(device).find(({ id }) => id === change.deletion);
      if (deletion === undefined) return { reason: 'The device cannot be deleted this way.' };
      return deletion.reason === undefined ? [deletion] : { reason: deletion.reason };
    }
    default:
      return change satisfies never;
  }
};
