import { withoutDirections } from '../text/letters.ts';
import type { DeviceRecord } from './device.ts';

/** Characters of the longest text that is kept of a device; ids, which join, are left whole. */
const maxLength = 1_000;
/** Entries of the longest list or record, and services. */
const maxItems = 500;

/** Texts that are read back by the vendor as they stand, not only shown. */
const exact: ReadonlySet<string> = new Set(['groups', 'tags']);

const boundedText = (text: string): string => (text.length > maxLength ? `${text.slice(0, maxLength - 1)}…` : text);

const bounded = (value: unknown, isExact = false): unknown => {
  if (typeof value === 'string') return isExact ? boundedText(value) : withoutDirections(boundedText(value));
  if (Array.isArray(value)) {
    const items = value.slice(0, maxItems).map((item) => bounded(item, isExact));
    return items.length === value.length && items.every((item, index) => item === value[index]) ? value : items;
  }
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value);
  const kept = entries
    .slice(0, maxItems)
    .map(([name, part]) => [name, name === 'id' ? part : bounded(part, exact.has(name))] as const);
  return kept.length === entries.length && kept.every(([, part], index) => part === entries[index]?.[1])
    ? value
    : Object.fromEntries(kept);
};

/**
 * The record with its texts cut at 1,000 characters, its lists at 500 entries, and marks in place of what turns the direction
 * of text: it goes to the tray, into each window and onto the disk, and a vendor may send what it likes. The very same
 * record where there is nothing to change.
 */
export const boundedRecord = <T extends DeviceRecord>(record: T): T => bounded(record) as T;
