import { contextBridge, ipcRenderer } from 'electron';
import type { ClientFrame, FrameChannel, HostFrame } from './contract/frames.ts';

/**
 * The whole surface between the window and main: one channel of frames over a MessagePort that this script
 * opens and main accepts only from our own main frame. Nothing of `ipcRenderer` or of an event is exposed.
 */
let port: MessagePort | undefined;
let onFrame: ((frame: HostFrame) => void) | undefined;
let onClose: (() => void) | undefined;
const early: HostFrame[] = [];

const open = (): void => {
  const { port1, port2: mains } = new MessageChannel();
  port = port1;
  port1.addEventListener('message', (event) => {
    const frame = event.data as HostFrame;
    if (onFrame === undefined) early.push(frame);
    else onFrame(frame);
  });
  port1.addEventListener('close', () => {
    if (port !== port1) return;
    port = undefined;
    onClose?.();
  });
  port1.start();
  ipcRenderer.postMessage('quayside:open', null, [mains]);
};
open();

const channel: FrameChannel = {
  send: (frame: ClientFrame) => port?.postMessage(frame),
  onFrame: (listener) => {
    onFrame = listener;
    // Whoever listens anew after the port was lost wants another one.
    if (port === undefined) open();
    for (const frame of early.splice(0)) listener(frame);
  },
  onClose: (listener) => {
    onClose = listener;
  },
  close: () => {
    const closing = port;
    port = undefined;
    closing?.close();
  },
};

contextBridge.exposeInMainWorld('quayside', channel);
