import { expect, it } from 'vitest';
import { fail, ok } from '../../core/base/errors.ts';
import type { LeftPart } from '../../core/session/left-part.ts';
import { MemoryDocument } from '../../../test/support/memory-document.ts';
import { LeftParts } from './left-parts.ts';

const rig = (parts: readonly LeftPart[] = []) => {
  const document = new MemoryDocument<{ readonly parts: readonly LeftPart[] }>({ parts });
  const removed: string[] = [];
  const files = {
    removeFile: async (path: string) => {
      removed.push(path);
      return path.includes('kept') ? fail('forbidden', 'No.', 'Ask.') : ok(undefined);
    },
  };
  const stored = async (): Promise<readonly string[]> => {
    const read = await document.read();
    return read.ok ? read.value.parts.map(({ place, path }) => `${place} ${path}`) : [];
  };
  return { document, files, removed, stored };
};

it('what a run that was killed has left is taken away by the next session of the same place, and no other', async () => {
  const { document, files, removed, stored } = rig();
  const killed = new LeftParts(document);
  killed.newsOf('a').begun('/srv/.1.part');
  killed.newsOf('b').begun('/srv/.2.part');
  await killed.settle();
  const next = new LeftParts(document);
  await next.clear('a', files);
  await next.settle();
  expect(removed).toEqual(['/srv/.1.part']);
  expect(await stored()).toEqual(['b /srv/.2.part']);
});

it('what is still being written stays, and what arrived is forgotten', async () => {
  const { document, files, removed, stored } = rig();
  const parts = new LeftParts(document);
  const news = parts.newsOf('a');
  news.begun('/1.part');
  news.begun('/2.part');
  news.begun('/3.part');
  news.gone('/2.part');
  news.left('/3.part');
  await parts.clear('a', files);
  await parts.settle();
  expect(removed).toEqual(['/3.part']);
  expect(await stored()).toEqual(['a /1.part']);
});

it('what may not be taken away is tried again by the next session', async () => {
  const { document, files, removed } = rig([{ place: 'a', path: '/kept.part' }]);
  const parts = new LeftParts(document);
  await parts.clear('a', files);
  await parts.clear('a', files);
  expect(removed).toEqual(['/kept.part', '/kept.part']);
});
