import type { Duplex } from 'node:stream';
import { fail, ok, type Result } from '../../core/base/errors.ts';
import { sshKeyType } from '../../core/ssh/certificate.ts';
import type { SshAgent, SshAgentKey } from '../../core/ssh/ssh-client.ts';
import { LibraryCalls } from '../runtime/library-calls.ts';
import { defined } from '../../core/base/defined.ts';

const unusable = fail('unreachable', 'The SSH agent cannot be asked.', 'Start it, or sign in another way.');

const hashes = ['sha1', 'sha256', 'sha512'] as const;

/** Source: draft-ietf-sshm-ssh-agent. An answer of OpenSSH's agent is at most this long, in bytes. */
const listing = { ask: 11, answer: 12, longest: 256 * 1024 } as const;

/** The keys in an agent's answer. Undefined: this is no list of keys. */
const readListing = (answer: Buffer): readonly Buffer[] | undefined => {
  if (answer.length < 5 || answer[0] !== listing.answer) return undefined;
  const blobs: Buffer[] = [];
  let at = 5;
  for (let left = answer.readUInt32BE(1); left > 0; left -= 1) {
    // A key, and a comment.
    for (const isKey of [true, false]) {
      if (at + 4 > answer.length) return undefined;
      const end = at + 4 + answer.readUInt32BE(at);
      if (end > answer.length) return undefined;
      if (isKey) blobs.push(answer.subarray(at + 4, end));
      at = end;
    }
  }
  return blobs;
};

/** Asks an agent for its keys, of any type: ssh2's own question leaves out those that it does not know. */
const list = (stream: Duplex, calls: LibraryCalls): Promise<readonly Buffer[] | undefined> =>
  new Promise((resolve) => {
    let bytes = Buffer.alloc(0);
    const settle = (blobs: readonly Buffer[] | undefined): void => {
      resolve(blobs);
      stream.destroy();
    };
    stream.on(
      'data',
      calls.ours((chunk: Buffer) => {
        bytes = Buffer.concat([bytes, chunk]);
        if (bytes.length < 4) return;
        const length = bytes.readUInt32BE(0);
        if (length > listing.longest) settle(undefined);
        else if (bytes.length >= 4 + length) settle(readListing(bytes.subarray(4, 4 + length)));
      }),
    );
    stream.on('error', () => settle(undefined));
    stream.once('close', () => resolve(undefined));
    stream.write(Buffer.of(0, 0, 0, 1, listing.ask));
  });

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
  const keyOf = (blob: Buffer): SshAgentKey => {
    const [known] = [utils.parseKey(blob)].flat();
    return {
      id: blob.toString('base64'),
      type: sshKeyType(blob) ?? '',
      blob,
      isForeign: known === undefined || known instanceof Error,
      sign: sign(blob),
    };
  };
  const keys = new Promise<Result<readonly SshAgentKey[]>>((resolve) => {
    const give = async (error: Error | null | undefined, opened?: Duplex): Promise<void> => {
      const blobs =
        opened === undefined || (error !== null && error !== undefined) ? undefined : await list(opened, calls);
      resolve(blobs === undefined ? unusable : ok(blobs.map(keyOf)));
    };
    agent.getStream?.((error, opened) => void give(error, opened));
  });
  return { keys, close };
};
