import { createHmac } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { atomicWrite } from './atomic-write.ts';

/** Whether a line is about a host: by its name, or by its hash, which OpenSSH writes with HashKnownHosts. */
const isAbout = (line: string, host: string): boolean => {
  const [names = ''] = line.trim().split(/\s+/, 1);
  const [, salt, hash] = /^\|1\|([^|]+)\|(.+)$/.exec(names) ?? [];
  if (salt === undefined) return names.split(',').includes(host);
  return createHmac('sha1', Buffer.from(salt, 'base64')).update(host).digest('base64') === hash;
};

/**
 * Removes a host from one of our known_hosts files, so that OpenSSH learns its key again. A file that cannot be read or
 * written stays as it is: OpenSSH then says itself what to do.
 */
export const forgetKnownHost = async (path: string, host: string): Promise<void> => {
  const text = await readFile(path, 'utf8').catch(() => '');
  const lines = text.split('\n');
  const kept = lines.filter((line) => !isAbout(line, host));
  if (kept.length < lines.length) await atomicWrite(path, [kept.join('\n')]).catch(() => undefined);
};
