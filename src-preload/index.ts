import { contextBridge, ipcRenderer } from 'electron';
import type { ClientFrame, FrameChannel, HostFrame } from './contract/frames.ts';

/**
 * The whole surface between the window and main: one channel of frames over a MessagePort that this script
 * opens and main accepts only from our own main frame. Nothing of `ipcRenderer` or of an event is exposed.
 */
const { port1: port, port2: mains } = new MessageChannel();
let onFrame: ((frame: HostFrame) => void) | undefined;
let onClose: (() => void) | undefined;
const early: HostFrame[] = [];

port.addEventListener('message', (event) => {
  const frame = event.data as HostFrame;
  if (onFrame === undefined) early.push(frame);
  else onFrame(frame);
});
port.addEventListener('close', () => onClose?.());
port.start();
ipcRenderer.postMessage('quayside:open', null, [mains]);

const channel: FrameChannel = {
  send: (frame: ClientFrame) => port.postMessage(frame),
  onFrame: (listener) => {
    onFrame = listener;
    for (const frame of early.splice(0)) listener(frame);
  },
  onClose: (listener) => {
    onClose = listener;
  },
  close: () => port.close(),
};

contextBridge.exposeInMainWorld('quayside', channel);
