import type { BaseAgent, SignCallback, SigningRequestOptions } from 'ssh2';
import type { LibraryCalls } from '../runtime/library-calls.ts';

/** What an agent may take to name its keys, milliseconds: the person may be asked to unlock it first. */
export const namesKeysMs = 10_000;

/**
 * The agent at `socket` for one connection. An agent may take as long as it likes, so what it says to a connection
 * that is gone is dropped, and `close` hangs up on one that says nothing. One that names no keys within `withinMs` has
 * none: other ways of signing in are left.
 */
export const sshAgent = (
  { createAgent }: Pick<typeof import('ssh2'), 'createAgent'>,
  socket: string,
  calls: LibraryCalls,
  withinMs: number,
): { readonly agent: BaseAgent; readonly close: () => void } => {
  const agent = createAgent(socket);
  const streams = new Set<{ destroy(): unknown }>();
  const identities = agent.getIdentities.bind(agent);
  const sign = agent.sign.bind(agent);
  const stream = agent.getStream?.bind(agent);
  const close = (): void => {
    for (const open of streams) open.destroy();
  };
  agent.getIdentities = (give) => {
    let isAnswered = false;
    const answer = calls.theirs((...said: Parameters<typeof give>) => {
      if (isAnswered) return;
      isAnswered = true;
      clearTimeout(patience);
      give(...said);
    });
    const patience = setTimeout(() => {
      answer(new Error('The agent names no keys'));
      close();
    }, withinMs);
    patience.unref();
    identities(answer);
  };
  agent.sign = (key, data, options: SigningRequestOptions | SignCallback, give?: SignCallback): void => {
    if (typeof options === 'function') sign(key, data, calls.theirs(options));
    else sign(key, data, options, give === undefined ? undefined : calls.theirs(give));
  };
  // ssh2 opens a stream for each question, by this method of the object itself.
  agent.getStream = (give) =>
    stream?.((error, opened) => {
      if (opened !== undefined) {
        streams.add(opened);
        opened.once('close', () => streams.delete(opened));
      }
      give(error, opened);
    });
  return { agent, close };
};
