import { withoutDirections } from '../text/letters.ts';
import type { DeviceRecord } from './device.ts';

/** The maximum length of a device's texts. Ids are never cut, because they identify. */
const maxLength = 1_000;
/** The maximum number of entries of a list or record, and of services. */
const maxItems = 500;

/** Fields whose texts are sent back to the vendor and must stay exact. */
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
 * The record with its texts cut at 1,000 characters, its lists at 500 entries, and characters that change the direction
 * of text replaced. A vendor may send anything, and the record goes to the tray, into each window and onto the disk.
 * The same object if nothing had to change.
 */
export const boundedRecord = <T extends DeviceRecord>(record: T): T => bounded(record) as T;
