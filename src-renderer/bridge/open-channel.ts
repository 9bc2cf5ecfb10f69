import type { FrameChannel } from '../../src-preload/contract/frames.ts';
import { webSocketChannel } from './web-socket-channel.ts';

declare global {
  interface Window {
    /** Exposed by the preload on the desktop; absent in a browser. */
    readonly quayside?: FrameChannel;
  }
}

/** Opens the carrier this window has: the preload's on the desktop, a WebSocket to the same host in a browser. */
export const openChannel = (): FrameChannel => {
  if (window.quayside !== undefined) return window.quayside;
  const scheme = location.protocol === 'https:' ? 'wss' : 'ws';
  return webSocketChannel(`${scheme}://${location.host}/bridge`);
};
