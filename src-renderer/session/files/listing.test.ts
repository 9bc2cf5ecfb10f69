import { describe, expect, it } from 'vitest';
import type { FileEntryView } from '../../../src-preload/contract/session.ts';
import { arranged, listedFiles, nameNote, shownName, type FileSort } from './listing.ts';

const entry = (name: string, more: Partial<FileEntryView> = {}): FileEntryView => ({
  name,
  kind: 'file',
  size: 1,
  modifiedAt: 0,
  mode: 0o644,
  ...more,
});
const byName: FileSort = { column: 'name', isDescending: false };
const names = (entries: readonly FileEntryView[], sort = byName, text = ''): readonly string[] =>
  arranged(listedFiles(entries), sort, text).map(({ name }) => name);

describe('a listing', () => {
  const entries = [
    entry('log10', { size: 5, modifiedAt: 3, mode: 0o600 }),
    entry('Log9', { size: 9, modifiedAt: 1, mode: 0o755 }),
    entry('zz', { kind: 'folder', size: 4096, modifiedAt: 2, mode: 0o700 }),
    entry('äpfel', { size: 7, modifiedAt: 9, mode: 0o644 }),
  ];

  it('has folders first, and names in the order of people', () => {
    expect(names(entries)).toEqual(['zz', 'äpfel', 'Log9', 'log10']);
    expect(names(entries, { column: 'name', isDescending: true })).toEqual(['zz', 'log10', 'Log9', 'äpfel']);
  });

  it('is sorted by each column, in both directions', () => {
    expect(names(entries, { column: 'size', isDescending: false })).toEqual(['zz', 'log10', 'äpfel', 'Log9']);
    expect(names(entries, { column: 'size', isDescending: true })).toEqual(['zz', 'Log9', 'äpfel', 'log10']);
    expect(names(entries, { column: 'changed', isDescending: false })).toEqual(['zz', 'Log9', 'log10', 'äpfel']);
    expect(names(entries, { column: 'permissions', isDescending: false })).toEqual(['zz', 'log10', 'äpfel', 'Log9']);
  });

  it('is narrowed by any way to write a part of a name', () => {
    expect(names(entries, byName, ' APF ')).toEqual(['äpfel']);
    expect(names(entries, byName, 'log')).toEqual(['Log9', 'log10']);
    expect(names(entries, byName, 'nothing')).toEqual([]);
  });

  it('keeps names apart that differ in capitals alone, always in one order', () => {
    expect(names([entry('readme'), entry('README')])).toEqual(names([entry('README'), entry('readme')]));
  });

  it('of 100,000 leaves nothing out', () => {
    const many = Array.from({ length: 100_000 }, (_, at) => entry(`file-${at}`));
    const shown = names(many.toReversed());
    expect(shown).toHaveLength(100_000);
    expect([shown[0], shown[99_999]]).toEqual(['file-0', 'file-99999']);
    expect(names(many, byName, 'file-99998')).toEqual(['file-99998']);
  });
});

it('a name that is not UTF-8, and one with a line break, are shown as what they are', () => {
  expect(shownName('caf\udce9')).toBe('caf\\xe9');
  expect(nameNote('caf\udce9')).toContain('not UTF-8');
  expect(shownName('two\nlines')).toBe('two\\x0alines');
  expect(nameNote('café')).toBeUndefined();
});
