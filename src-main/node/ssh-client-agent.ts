import type { BaseAgent, SignCallback, SigningRequestOptions } from 'ssh2';
import type { LibraryCalls } from './library-calls.ts';

/**
 * The agent at `socket` for one connection. An agent may take as long as it likes, so what it says to a connection
 * that is gone is dropped, and `close` hangs up on one that says nothing.
 */
export const sshAgent = (
  { createAgent }: Pick<typeof import('ssh2'), 'createAgent'>,
  socket: string,
  calls: LibraryCalls,
): { readonly agent: BaseAgent; readonly close: () => void } => {
  const agent = createAgent(socket);
  const streams = new Set<{ destroy(): unknown }>();
  const identities = agent.getIdentities.bind(agent);
  const sign = agent.sign.bind(agent);
  const stream = agent.getStream?.bind(agent);
  agent.getIdentities = (give) => identities(calls.theirs(give));
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
  return {
    agent,
    close: () => {
      for (const open of streams) open.destroy();
    },
  };
};
