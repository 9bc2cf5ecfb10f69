import { BroadcastChannel } from 'node:worker_threads';
import { noteNoDelaySockets } from './no-delay-sockets.ts';

// The forward worker, telling whoever asks on this channel which of its connections send small packets at once.
const sockets = await noteNoDelaySockets();
const channel = new BroadcastChannel('no-delay-sockets');
channel.unref();
channel.onmessage = (message): void => {
  const { data } = message as { readonly data: { readonly ask?: readonly [number, number] } };
  if (data.ask !== undefined) channel.postMessage({ answer: sockets.has(...data.ask) });
};
await import('../../src-main/node/forward/forward-worker.ts');
