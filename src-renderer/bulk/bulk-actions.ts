import {
  FolderInput,
  KeyRound,
  PenLine,
  Replace,
  SquareTerminal,
  Tags,
  TextCursorInput,
  Trash2,
  Upload,
  Wrench,
  Zap,
  type LucideIcon,
} from 'lucide-react';
import type { VendorView } from '../../src-preload/contract/account.ts';
import type { BulkActionView } from '../../src-preload/contract/bulk.ts';
import type { DeviceView } from '../../src-preload/contract/device.ts';
import type { VendorEditsView } from '../../src-preload/contract/edit.ts';

export type BulkKind = BulkActionView['kind'];

/** What can be done with many devices, in the order of the list; `needs` is what a vendor has to offer for it. */
export const bulkKinds: readonly {
  readonly kind: BulkKind;
  readonly title: string;
  readonly icon: LucideIcon;
  readonly needs: VendorEditsView['offered'][number] | undefined;
}[] = [
  { kind: 'rename', title: 'Rename by pattern', icon: PenLine, needs: 'rename' },
  { kind: 'replace', title: 'Replace in names', icon: Replace, needs: 'rename' },
  { kind: 'group', title: 'Move to a group', icon: FolderInput, needs: 'group' },
  { kind: 'tag', title: 'Tag', icon: Tags, needs: 'tag' },
  { kind: 'custom-field', title: 'Set a custom field', icon: TextCursorInput, needs: 'customField' },
  { kind: 'job', title: 'Run a job', icon: SquareTerminal, needs: 'job' },
  { kind: 'upload', title: 'Upload a file', icon: Upload, needs: 'upload' },
  { kind: 'command', title: 'Send a command', icon: Zap, needs: 'command' },
  { kind: 'password', title: 'New passwords', icon: KeyRound, needs: 'password' },
  { kind: 'operation', title: 'Any operation', icon: Wrench, needs: undefined },
  { kind: 'delete', title: 'Delete', icon: Trash2, needs: 'delete' },
];

/** How many of the devices a vendor could do this with. */
export const concerned = (
  devices: readonly DeviceView[],
  vendors: readonly VendorView[],
  needs: VendorEditsView['offered'][number] | undefined,
): number => {
  const able = new Set(
    vendors.filter(({ edits }) => needs === undefined || edits.offered.includes(needs)).map(({ id }) => id),
  );
  return devices.reduce((count, device) => count + Number(able.has(device.vendor)), 0);
};

/** What a run did, in a sentence: `128 done, 2 failed, 1 uncertain`. */
export const countWords = (run: {
  readonly done: number;
  readonly failed: number;
  readonly uncertain: number;
  readonly cancelled: number;
}): string =>
  (
    [
      [run.done, 'done'],
      [run.failed, 'failed'],
      [run.uncertain, 'not known'],
      [run.cancelled, 'cancelled'],
    ] as const
  )
    .filter(([count, word]) => count > 0 || word === 'done')
    .map(([count, word]) => `${count} ${word}`)
    .join(', ');
