import {
  portMessage,
  type ClientFrame,
  type DesktopDoor,
  type FrameChannel,
  type HostFrame,
} from '../../src-preload/contract/frames.ts';

/** A new port to main. Frames that are sent before the preload has handed it over wait for it. */
export const desktopChannel = (door: DesktopDoor): FrameChannel => {
  let port: MessagePort | undefined;
  let onFrame: ((frame: HostFrame) => void) | undefined;
  let onClose: (() => void) | undefined;
  let isClosed = false;
  const early: ClientFrame[] = [];

  const end = (): void => {
    if (isClosed) return;
    isClosed = true;
    onClose?.();
  };
  const take = (event: MessageEvent<unknown>): void => {
    const [handed] = event.ports;
    // Only this window itself hands ports over; a frame in it, or its opener, does not.
    if (event.source !== window || event.data !== portMessage || handed === undefined) return;
    window.removeEventListener('message', take);
    if (isClosed) return handed.close();
    port = handed;
    // Main sends frames as JSON text, or as they are where they have bytes.
    port.addEventListener('message', ({ data }: MessageEvent<string | HostFrame>) =>
      onFrame?.(typeof data === 'string' ? (JSON.parse(data) as HostFrame) : data),
    );
    port.addEventListener('close', end);
    port.start();
    for (const frame of early.splice(0)) port.postMessage(frame);
  };
  window.addEventListener('message', take);
  door.open();

  return {
    send: (frame) => {
      if (port !== undefined) port.postMessage(frame);
      else if (!isClosed) early.push(frame);
    },
    onFrame: (listener) => {
      onFrame = listener;
    },
    onClose: (listener) => {
      onClose = listener;
    },
    close: () => {
      isClosed = true;
      early.length = 0;
      port?.close();
    },
  };
};
