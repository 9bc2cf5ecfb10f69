import { once } from 'node:events';
import type { AddressInfo, Server } from 'node:net';

/** Listens on a free port of 127.0.0.1. `dispose` ends the clients by `endClients` and resolves once all are gone. */
export const listenLocally = async (
  server: Pick<Server, 'listen' | 'address' | 'close'> & NodeJS.EventEmitter,
  endClients: () => void,
): Promise<{ readonly port: number; dispose(): Promise<void> }> => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    dispose: async () => {
      const closed = once(server, 'close');
      server.close();
      endClients();
      await closed;
    },
  };
};
