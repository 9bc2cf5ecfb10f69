import { fail, ok, type Result } from '../../core/base/errors.ts';
import { folderOf, nameOf, within, type FileStats, type RemoteFiles } from '../../core/session/remote-files.ts';
import { withShownBytes } from '../../core/text/byte-names.ts';
import { inSentence } from '../../core/text/letters.ts';

/** Links that one path may lead through: Linux takes as many (path_resolution(7)). */
const maxLinks = 40;

type Files = Pick<RemoteFiles, 'absolute' | 'look' | 'follow' | 'readLink'>;

/** A name or path as part of a sentence. */
export const said = (name: string): string => inSentence(withShownBytes(name));

/** Where a path leads once all links are followed. */
export interface Place {
  readonly path: string;
  /** Absent where nothing is there yet. */
  readonly stats?: FileStats;
}

/** Goes along links whose end is not there. Errors: conflict, where they lead round and round. */
const alongLinks = async (files: Files, path: string): Promise<Result<Place>> => {
  const seen = new Set<string>();
  let at = path;
  while (seen.size < maxLinks && !seen.has(at)) {
    seen.add(at);
    const stats = await files.look(at);
    if (!stats.ok) return stats.error.kind === 'not-found' ? ok({ path: at }) : stats;
    if (stats.value.kind !== 'link') return ok({ path: at, stats: stats.value });
    const to = await files.readLink(at);
    if (!to.ok) return to;
    at = to.value.startsWith('/') ? to.value : within(folderOf(at), to.value);
  }
  return fail(
    'conflict',
    `${said(nameOf(path))} is a link that leads back to itself.`,
    'Delete it, or make it anew at the device.',
  );
};

/**
 * Where what is written to a path goes: what a link leads to, whether or not it is there. Errors: those of the files,
 * conflict for links that lead round and round.
 */
export const placeOf = async (files: Files, path: string): Promise<Result<Place>> => {
  const itself = await files.look(path);
  if (!itself.ok) return itself.error.kind === 'not-found' ? ok({ path }) : itself;
  if (itself.value.kind !== 'link') return ok({ path, stats: itself.value });
  const stats = await files.follow(path);
  if (!stats.ok) return stats.error.kind === 'not-found' ? alongLinks(files, path) : stats;
  const real = await files.absolute(path);
  return real.ok ? ok({ path: real.value, stats: stats.value }) : real;
};

/**
 * What a path leads to. Errors: those of the files; a link that leads to nothing, or round and round, is called so.
 */
export const followed = async (files: Files, path: string): Promise<Result<FileStats>> => {
  const stats = await files.follow(path);
  if (stats.ok || stats.error.kind !== 'not-found') return stats;
  const end = await alongLinks(files, path);
  if (!end.ok) return end;
  if (end.value.stats !== undefined) return ok(end.value.stats);
  if (end.value.path === path) return stats;
  return fail(
    'not-found',
    `${said(nameOf(path))} is a link to ${said(end.value.path)}, which is not there.`,
    'What it leads to was moved or deleted.',
  );
};
