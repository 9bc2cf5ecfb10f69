import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, it, onTestFinished } from 'vitest';
import { connectByTurns } from './connect-by-turns.ts';

it('keeps the parts of a turn together, sends them at its end, and all of them in order', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const accepted = once(server, 'connection');
  const socket = connectByTurns({ host: '127.0.0.1', port: (server.address() as AddressInfo).port });
  const [[far]] = (await Promise.all([accepted, once(socket, 'connect')])) as [[AsyncIterable<Uint8Array>], unknown];

  socket.write('length ');
  socket.write(Buffer.from('text '));
  const told = Promise.withResolvers<void>();
  socket.write('mac', () => told.resolve());
  expect(socket.bytesWritten).toBe('length text mac'.length);
  expect(socket.writableCorked).toBe(1);
  await told.promise;
  expect(socket.writableCorked).toBe(0);

  // A turn in which the connection ends loses nothing either.
  socket.write(' and');
  socket.write(' more', 'utf8');
  socket.end();
  expect(await text(far)).toBe('length text mac and more');
});
