import { BroadcastChannel } from 'node:worker_threads';
import { notePromptSockets } from './prompt-sockets.ts';

// The forward worker, telling whoever asks on this channel which of its connections send small packets at once.
const sockets = await notePromptSockets();
const channel = new BroadcastChannel('prompt-sockets');
channel.unref();
channel.onmessage = (message): void => {
  const { data } = message as { readonly data: { readonly ask?: readonly [number, number] } };
  if (data.ask !== undefined) channel.postMessage({ answer: sockets.has(...data.ask) });
};
await import('../../src-main/node/forward/forward-worker.ts');
