import { once } from 'node:events';
import { connect } from 'node:net';

// `round-trips.ts PORT COUNT`: sends 32 bytes, waits for them to come back, COUNT times; prints the times in ms.
const [port = 0, count = 0] = process.argv.slice(2).map(Number);
const socket = connect({ port, host: '127.0.0.1', noDelay: true });
await once(socket, 'connect');
const message = Buffer.alloc(32, 7);
const times: number[] = [];
let missing = 0;
let back = (): void => undefined;
socket.on('data', (data) => {
  missing -= data.length;
  if (missing === 0) back();
});
// The first ones warm up both ends and are not counted.
for (let trip = -Math.ceil(count / 5); trip < count; trip += 1) {
  const start = performance.now();
  missing = message.length;
  const returned = new Promise<void>((resolve) => {
    back = resolve;
  });
  socket.write(message);
  await returned;
  if (trip >= 0) times.push(performance.now() - start);
}
socket.destroy();
console.log(JSON.stringify(times));
