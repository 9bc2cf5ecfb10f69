import { connect } from 'node:net';

const withinMs = 1_000;

/** Whether something accepts connections at a web address, within a second. Sends nothing. */
export const reachable = (url: string, signal: AbortSignal): Promise<boolean> =>
  new Promise((resolve) => {
    const target = URL.parse(url);
    if (target === null || signal.aborted) return resolve(false);
    const port = target.port === '' ? (target.protocol === 'http:' ? 80 : 443) : Number(target.port);
    const socket = connect({ host: target.hostname.replace(/^\[|\]$/g, ''), port });
    const done = (answers: boolean): void => {
      signal.removeEventListener('abort', abort);
      socket.destroy();
      resolve(answers);
    };
    const abort = (): void => done(false);
    signal.addEventListener('abort', abort, { once: true });
    socket.setTimeout(withinMs, abort);
    socket.once('connect', () => done(true));
    socket.on('error', abort);
  });
