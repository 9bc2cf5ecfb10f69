import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';

// Sends back what it gets; says its port on stdout. Ends with its parent's pipe.
const server = createServer({ noDelay: true }, (socket) => {
  socket.on('error', () => socket.destroy());
  socket.pipe(socket);
});
server.listen(0, '127.0.0.1', () => console.log((server.address() as AddressInfo).port));
process.stdin.on('end', () => process.exit()).resume();
