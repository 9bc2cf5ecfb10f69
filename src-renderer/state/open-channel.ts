import type { DesktopDoor, FrameChannel } from '../../src-preload/contract/frames.ts';
import { desktopChannel } from './desktop-channel.ts';
import { windowKey } from './window-key.ts';
import { webSocketChannel } from './web-socket-channel.ts';

declare global {
  interface Window {
    /** Exposed by the preload on the desktop; absent in a browser. */
    readonly quayside?: DesktopDoor;
  }
}

/** Whether the host answers this browser that it is not let in; a WebSocket does not tell that from any other failure. */
export const isShutOut = async (): Promise<boolean> => {
  if (window.quayside !== undefined) return false;
  try {
    const headers = { authorization: `Bearer ${windowKey()}` };
    return (await fetch('/bridge', { cache: 'no-store', headers })).status === 401;
  } catch {
    return false;
  }
};

/** Opens the carrier this window has: a port on the desktop, a WebSocket to the same host in a browser. */
export const openChannel = (): FrameChannel => {
  if (window.quayside !== undefined) return desktopChannel(window.quayside);
  const scheme = location.protocol === 'https:' ? 'wss' : 'ws';
  return webSocketChannel(`${scheme}://${location.host}/bridge`, windowKey());
};
