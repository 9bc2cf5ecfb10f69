import type { DeviceRecord } from './device.ts';

/** Characters of the longest text that is kept of a device; ids, which join, are left whole. */
const maxLength = 1_000;
/** Entries of the longest list or record, and services. */
const maxItems = 500;

const bounded = (value: unknown): unknown => {
  if (typeof value === 'string') return value.length > maxLength ? `${value.slice(0, maxLength - 1)}…` : value;
  if (Array.isArray(value)) {
    const items = value.slice(0, maxItems).map(bounded);
    return items.length === value.length && items.every((item, index) => item === value[index]) ? value : items;
  }
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value);
  const kept = entries.slice(0, maxItems).map(([name, part]) => [name, name === 'id' ? part : bounded(part)] as const);
  return kept.length === entries.length && kept.every(([, part], index) => part === entries[index]?.[1])
    ? value
    : Object.fromEntries(kept);
};

/**
 * The record with its texts cut at 1,000 characters and its lists at 500 entries: it goes to the tray, into each
 * window and onto the disk, and a vendor may send what it likes. The very same record where nothing is too long.
 */
export const boundedRecord = <T extends DeviceRecord>(record: T): T => bounded(record) as T;
