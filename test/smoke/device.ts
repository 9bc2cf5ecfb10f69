import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { RemoteIotSimulator } from '../../src-main/simulators/remoteiot/remoteiot.ts';

/** A simulated account whose devices greet with some bytes and keep what they are sent. */
export interface SmokeVendor {
  readonly token: string;
  readonly baseUrl: string;
  readonly devices: number;
  readonly online: string;
  readonly greeting: Buffer;
  /** What a device was sent by the last connection that has ended. */
  readonly received: () => Buffer;
  readonly dispose: () => Promise<void>;
}

/** Starts the vendor on loopback. */
export const startVendor = async (): Promise<SmokeVendor> => {
  const token = 'token-of-the-smoke-test';
  const devices = 12;
  const greeting = randomBytes(70_000);
  let received = Buffer.alloc(0);
  const far = createServer({ allowHalfOpen: true }, (socket: Socket) => {
    const chunks: Buffer[] = [];
    socket.on('error', () => undefined);
    socket.write(greeting);
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    socket.on('end', () => {
      received = Buffer.concat(chunks);
      socket.end();
    });
  });
  far.listen(0, '127.0.0.1');
  await once(far, 'listening');
  const target = { host: '127.0.0.1', port: (far.address() as AddressInfo).port };
  const simulator = new RemoteIotSimulator({ token, devices, target: () => target });
  await simulator.listen();
  return {
    token,
    baseUrl: simulator.baseUrl,
    devices,
    online: simulator.unitIds.find((id) => simulator.isOnline(id)) ?? '',
    greeting,
    received: () => received,
    dispose: async () => {
      await simulator.dispose();
      far.close();
    },
  };
};

/** Sends through a local port and answers what came back until the far end closed. */
export const roundTrip = async (port: number, sent: Uint8Array): Promise<Buffer> => {
  const socket = connect({ host: '127.0.0.1', port, allowHalfOpen: true });
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  socket.end(sent);
  await once(socket, 'end');
  return Buffer.concat(chunks);
};
