import { fail } from '../core/errors.ts';
import type { Document, DocumentFolder, DocumentFormat } from '../core/ports.ts';

export interface JsonDocumentOptions<T> extends DocumentFormat<T> {
  readonly path: string;
}
export const jsonDocument = <T>(_options: JsonDocumentOptions<T>): Document<T> => ({
  read: async () => fail('internal', 'Not built yet.', 'Wait.'),
  write: async () => fail('internal', 'Not built yet.', 'Wait.'),
});
export interface JsonFolderOptions<T> extends DocumentFormat<T> {
  readonly folder: string;
}
export const jsonFolder = <T>(options: JsonFolderOptions<T>): DocumentFolder<T> => ({
  document: (name) => jsonDocument({ ...options, path: name }),
  remove: async () => fail('internal', 'Not built yet.', 'Wait.'),
});
