import { once } from 'node:events';
import { connect } from 'node:net';

// `idle-clients.ts COUNT PORT…`: opens COUNT connections over the ports, each proven by a byte there and back, says so
// and holds them until its input ends.
const [count = 0, ...ports] = process.argv.slice(2).map(Number);
const open = async (index: number): Promise<void> => {
  const socket = connect({ port: ports[index % ports.length] ?? 0, host: '127.0.0.1' });
  socket.write('x');
  await once(socket, 'data');
};
const parallel = 100;
for (let start = 0; start < count; start += parallel)
  await Promise.all(Array.from({ length: Math.min(parallel, count - start) }, (_, offset) => open(start + offset)));
console.log('open');
process.stdin.on('end', () => process.exit()).resume();
