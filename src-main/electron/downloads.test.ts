import { EventEmitter } from 'node:events';
import { join } from 'node:path';
import type { Session } from 'electron';
import { expect, it, vi } from 'vitest';

// Electron's package looks for its binary when it is imported.
vi.mock('electron', () => ({ app: { getPath: () => '/downloads' } }));

class Item extends EventEmitter {
  path = '';
  readonly #name: string;
  constructor(name: string) {
    super();
    this.#name = name;
  }
  getFilename(): string {
    return this.#name;
  }
  setSavePath(path: string): void {
    this.path = path;
  }
}

it('a download goes into the folder for downloads without a question, beside others of its name', async () => {
  const { saveDownloads } = await import('./downloads.ts');
  const session = new EventEmitter();
  const told: (readonly [string, boolean])[] = [];
  saveDownloads(session as unknown as Session, (file, complete) => told.push([file, complete]));
  const items = ['device.log', 'device.log', '../../.bashrc'].map((name) => new Item(name));
  for (const item of items) session.emit('will-download', {}, item);
  const files = ['device.log', 'device (1).log', '.bashrc'].map((name) => join('/downloads', name));
  expect(items.map(({ path }) => path)).toEqual(files);
  items[0]?.emit('done', {}, 'completed');
  items[1]?.emit('done', {}, 'interrupted');
  expect(told).toEqual([
    [files[0], true],
    [files[1], false],
  ]);
});
