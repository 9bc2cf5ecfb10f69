import { createServer } from 'node:net';
import '../../src-main/node/forward-worker.ts';

// The forward worker with a fatal wound: whoever connects to FORWARD_CRASH_PORT kills it.
const port = Number(process.env['FORWARD_CRASH_PORT']);
createServer(() => {
  throw new Error('crash wanted by the test');
})
  // The worker that comes after a crash may find the port still closing; it needs no wound.
  .on('error', () => undefined)
  .listen(port, '127.0.0.1');
