import type { KnownPublicKeys } from 'ssh2';
import { fail, ok, type Result } from '../../core/base/errors.ts';
import type { SshAgent, SshAgentKey } from '../../core/ssh/ssh-client.ts';
import { LibraryCalls } from '../runtime/library-calls.ts';
import { defined } from '../../core/base/defined.ts';

const unusable = fail('unreachable', 'The SSH agent cannot be asked.', 'Start it, or sign in another way.');

const hashes = ['sha1', 'sha256', 'sha512'] as const;

/** The public key in what ssh2 lists, which may be of several forms. */
const blobOf = (utils: typeof import('ssh2').utils, listed: KnownPublicKeys[number]): Buffer | undefined => {
  const entry = typeof listed === 'object' && 'pubKey' in listed ? listed.pubKey : listed;
  const [key] = [utils.parseKey(typeof entry === 'object' && 'pubKey' in entry ? entry.pubKey : entry)].flat();
  return key === undefined || key instanceof Error ? undefined : key.getPublicSSH();
};

/**
 * The agent at `socket`, for one session: it is asked for its keys at once. It may take as long as it likes for any
 * answer; whoever waits decides how long, and `close` hangs up on one that says nothing.
 */
export const openSshAgent = (
  { createAgent, utils }: Pick<typeof import('ssh2'), 'createAgent' | 'utils'>,
  socket: string,
): SshAgent => {
  const agent = createAgent(socket);
  const streams = new Set<{ destroy(): unknown }>();
  const stream = agent.getStream?.bind(agent);
  const calls = new LibraryCalls(() => close());
  let isClosed = false;
  const close = (): void => {
    isClosed = true;
    for (const open of streams) open.destroy();
  };
  // ssh2 opens a stream for each question, by this method of the object itself.
  agent.getStream = (give) =>
    stream?.((error, opened) => {
      if (opened !== undefined) {
        streams.add(opened);
        opened.once('close', () => streams.delete(opened));
        if (isClosed) opened.destroy();
      }
      give(error, opened);
    });
  const sign =
    (blob: Buffer): SshAgentKey['sign'] =>
    (data, hash) =>
      new Promise((resolve) => {
        const known = hashes.find((name) => name === hash);
        const signed = calls.ours((error: Error | null | undefined, signature?: Buffer) =>
          resolve(error === null || error === undefined ? signature : undefined),
        );
        agent.sign(blob, Buffer.from(data), defined({ hash: known }), signed);
      });
  const keys = new Promise<Result<readonly SshAgentKey[]>>((resolve) => {
    agent.getIdentities(
      calls.ours((error: Error | null | undefined, listed?: KnownPublicKeys) => {
        if (error !== null && error !== undefined) return resolve(unusable);
        const blobs = (listed ?? []).flatMap((one) => blobOf(utils, one) ?? []);
        resolve(ok(blobs.map((blob) => ({ id: blob.toString('base64'), blob, sign: sign(blob) }))));
      }),
    );
  });
  return { keys, close };
};
