import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { startFarEnd, type FarEnd } from './forward-rig.ts';

/** Stands for a device's service: answers with what it got, in capitals, once the client has ended. */
export const startUpperCaseServer = (): Promise<FarEnd> =>
  startFarEnd((socket) => {
    void text(socket).then(
      (got) => socket.end(got.toUpperCase()),
      () => socket.destroy(),
    );
  });

/** Says something to it over a port of this computer, or another way to it; answers what comes back. */
export const shout = (
  { host = '127.0.0.1', port }: { readonly host?: string; readonly port: number },
  words: string,
): Promise<string> => {
  const socket = connect({ host, port, allowHalfOpen: true });
  socket.end(words);
  return text(socket);
};
