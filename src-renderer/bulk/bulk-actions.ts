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
import type { BulkActionView } from '../../src-preload/contract/bulk.ts';
import type { DeviceView } from '../../src-preload/contract/views.ts';

export type BulkKind = BulkActionView['kind'];

/** What can be done with many devices, in the order of the list. */
export const bulkKinds: readonly {
  readonly kind: BulkKind;
  readonly title: string;
  readonly icon: LucideIcon;
  readonly vendors: readonly DeviceView['vendor'][];
}[] = [
  {
    kind: 'rename',
    title: 'Rename by pattern',
    icon: PenLine,
    vendors: ['remoteit', 'remoteiot', 'mode', 'remotix', 'reemo'],
  },
  {
    kind: 'replace',
    title: 'Replace in names',
    icon: Replace,
    vendors: ['remoteit', 'remoteiot', 'mode', 'remotix', 'reemo'],
  },
  { kind: 'group', title: 'Move to a group', icon: FolderInput, vendors: ['remoteiot'] },
  { kind: 'tag', title: 'Tag', icon: Tags, vendors: ['remoteit'] },
  { kind: 'custom-field', title: 'Set a custom field', icon: TextCursorInput, vendors: ['remoteiot'] },
  { kind: 'job', title: 'Run a job', icon: SquareTerminal, vendors: ['remoteiot'] },
  { kind: 'upload', title: 'Upload a file', icon: Upload, vendors: ['remoteiot'] },
  { kind: 'command', title: 'Send a command', icon: Zap, vendors: ['mode'] },
  { kind: 'password', title: 'New passwords', icon: KeyRound, vendors: ['remotix'] },
  {
    kind: 'operation',
    title: 'Any operation',
    icon: Wrench,
    vendors: ['remoteit', 'remoteiot', 'mode', 'remotix', 'reemo'],
  },
  { kind: 'delete', title: 'Delete', icon: Trash2, vendors: ['remoteiot', 'mode', 'remotix', 'reemo'] },
];

/** How many of the devices a vendor could do this with. */
export const concerned = (devices: readonly DeviceView[], vendors: readonly DeviceView['vendor'][]): number =>
  devices.reduce((count, device) => count + Number(vendors.includes(device.vendor)), 0);

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
