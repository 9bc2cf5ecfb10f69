import { createServer } from 'node:net';
import '../../src-main/node/forward/forward-worker.ts';

// The forward worker with a fault: each client on FORWARD_CRASH_PORT is an error that nobody expected.
const port = Number(process.env['FORWARD_CRASH_PORT']);
createServer(() => {
  throw new Error('crash wanted by the test');
})
  // The worker that comes after a crash may find the port still closing; it needs no fault.
  .on('error', () => undefined)
  .listen(port, '127.0.0.1');
