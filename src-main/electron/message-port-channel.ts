import type { IpcMain, IpcMainEvent, MessagePortMain } from 'electron';
import type { HostFrame } from '../../src-preload/contract/frames.ts';
import type { HostChannel } from '../bridge/client-connection.ts';
import { appOrigin } from './app-scheme.ts';

/** Whether a message comes from the main frame of our own window. A frame that is gone has no origin. */
export const isTrustedSender = (event: Pick<IpcMainEvent, 'senderFrame'>): boolean => {
  const frame = event.senderFrame;
  return frame !== null && frame.parent === null && frame.origin === appOrigin;
};

/**
 * A frame as it is sent through a port: as JSON text, as over a WebSocket, or unchanged if it holds bytes. A structured
 * clone of rows would carry every undefined property, and takes longer to make and to read.
 */
const portable = (frame: HostFrame): unknown => {
  if (frame.type !== 'session-bytes') return JSON.stringify(frame);
  // A view of a larger buffer would copy all of that buffer.
  return frame.bytes.byteLength === frame.bytes.buffer.byteLength ? frame : { ...frame, bytes: frame.bytes.slice() };
};

/** Main's end of a MessagePort. */
export const messagePortChannel = (port: MessagePortMain): HostChannel => {
  let open = true;
  const queued: unknown[] = [];
  let listener = (message: unknown): void => {
    queued.push(message);
  };
  port.on('message', (event) => listener(event.data));
  port.start();
  return {
    send: (frame) => {
      if (open) port.postMessage(portable(frame));
    },
    onMessage: (next) => {
      listener = next;
      for (const message of queued.splice(0)) next(message);
    },
    onClose: (closed) => {
      port.once('close', () => {
        open = false;
        closed();
      });
    },
  };
};

/**
 * Accepts the port that the preload script opens; refuses any other sender and reports it to `refused`. A page has one
 * port: another one ends the one before.
 */
export const acceptWindows = (
  ipcMain: IpcMain,
  connect: (channel: HostChannel) => void,
  refused: (origin: string) => void,
): void => {
  const portOf = new WeakMap<IpcMainEvent['sender'], MessagePortMain>();
  ipcMain.on('quayside:open', (event) => {
    const [port, ...rest] = event.ports;
    if (!isTrustedSender(event) || port === undefined || rest.length > 0) {
      for (const stray of event.ports) stray.close();
      refused(event.senderFrame?.origin ?? 'a frame that is gone');
      return;
    }
    portOf.get(event.sender)?.close();
    portOf.set(event.sender, port);
    connect(messagePortChannel(port));
  });
};
