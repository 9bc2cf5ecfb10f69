import { contextBridge, ipcRenderer } from 'electron';
import { portMessage, type DesktopDoor } from './contract/frames.ts';

/**
 * The whole surface between the window and main: a page asks for a port, main accepts it only from our own main frame.
 * The port itself goes to the page (docs/tutorial/message-ports.md), because a bridge between the worlds would copy every
 * frame property by property. Nothing of `ipcRenderer` or of an event is exposed.
 */
const door: DesktopDoor = {
  open: () => {
    const { port1: pages, port2: mains } = new MessageChannel();
    ipcRenderer.postMessage('quayside:open', null, [mains]);
    // `/`: to a document of this origin, so not to one that has taken its place meanwhile.
    window.postMessage(portMessage, '/', [pages]);
  },
};

contextBridge.exposeInMainWorld('quayside', door);
