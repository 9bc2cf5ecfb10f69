import { cancelled, fail, type Result } from '../core/base/errors.ts';
import type { Log } from '../core/base/log.ts';
import { clientFrameSchema, type HostFrame } from '../../src-preload/contract/frames.ts';
import type { ClientSessions } from './sessions/client-sessions.ts';
import type { StateFeed } from './state-feed.ts';
import { loggedName } from './requests/handler.ts';
import { errorView } from './views/views.ts';

/** Main's end of a client's carrier: a MessagePort, a WebSocket, a socket, or a pair within the process. */
export interface HostChannel {
  /** Sends a frame; after the carrier is gone it does nothing. */
  send(frame: HostFrame): void;
  /** Sets the only listener; a second call replaces it. Messages are not validated. */
  onMessage(listener: (message: unknown) => void): void;
  onClose(listener: () => void): void;
  /** Bytes the carrier has accepted but not passed on yet; absent if it cannot tell. */
  backlog?(): number;
}

/** Answers one request of any name, known or not. `client` identifies the client that asks. Never rejects. */
export type HandleRequest = (
  name: string,
  input: unknown,
  signal: AbortSignal,
  client: object,
) => Promise<Result<unknown>>;

/** A client being served. */
export interface ClientConnection {
  /** Requests that are not answered yet. */
  readonly pending: number;
  /** Ends it: aborts its requests and forgets its subscription. The carrier is left to its owner. */
  dispose(): void;
}

/** A client above this limit is misbehaving. */
const pendingLimit = 1000;

/**
 * Serves one client over any carrier. Whatever the client sends, it gets an answer, a refusal or a
 * protocol error; nothing it sends can throw here.
 */
export const openClientConnection = (options: {
  readonly channel: HostChannel;
  readonly handle: (name: string, input: unknown, signal: AbortSignal) => Promise<Result<unknown>>;
  readonly feed: StateFeed;
  readonly log: Log;
  /** The client's sessions inside the application. */
  readonly sessions: (send: (frame: HostFrame) => void) => Pick<ClientSessions, 'receive' | 'dispose'>;
  /** Called once, when the client is gone or the session was disposed of. */
  readonly onClosed?: () => void;
}): ClientConnection => {
  const { channel, handle, feed, log } = options;
  const pending = new Map<number, AbortController>();
  const client = feed.attach({
    send: (frame) => channel.send(frame),
    backlog: () => channel.backlog?.() ?? 0,
  });
  let open = true;

  const reply = (frame: HostFrame): void => {
    if (open) channel.send(frame);
  };

  const sessions = options.sessions(reply);

  const run = async (id: number, name: string, input: unknown): Promise<void> => {
    if (pending.has(id) || pending.size >= pendingLimit) {
      const refused = pending.has(id)
        ? fail('invalid-input', 'The id of this request is that of another one still running.', 'Number requests anew.')
        : fail('conflict', 'Too many requests are waiting for an answer.', 'Wait for some of them first.');
      log.write('warn', 'bridge.refused', { name: loggedName(name), kind: refused.error.kind });
      reply({ type: 'refusal', id, error: errorView(refused.error) });
      return;
    }
    const controller = new AbortController();
    pending.set(id, controller);
    const result = await handle(name, input, controller.signal);
    pending.delete(id);
    const settled = controller.signal.aborted && result.ok ? cancelled() : result;
    reply(
      settled.ok
        ? { type: 'answer', id, ok: true, value: settled.value }
        : { type: 'refusal', id, error: errorView(settled.error) },
    );
  };

  const dispose = (): void => {
    if (!open) return;
    open = false;
    client.dispose();
    sessions.dispose();
    for (const controller of pending.values()) controller.abort();
    options.onClosed?.();
  };

  channel.onMessage((message) => {
    if (!open) return;
    const frame = clientFrameSchema.safeParse(message);
    if (!frame.success) {
      log.write('warn', 'bridge.protocol-error');
      reply({ type: 'protocol-error', message: 'This is not a frame of the Quayside bridge.' });
      return;
    }
    switch (frame.data.type) {
      case 'request':
        void run(frame.data.id, frame.data.name, frame.data.input);
        return;
      case 'cancel':
        pending.get(frame.data.id)?.abort();
        return;
      case 'subscribe':
        client.subscribe();
        return;
      default:
        sessions.receive(frame.data);
    }
  });
  channel.onClose(dispose);

  return {
    get pending() {
      return pending.size;
    },
    dispose,
  };
};
