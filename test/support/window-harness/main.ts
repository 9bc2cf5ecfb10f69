import { portMessage, type ClientFrame, type DesktopDoor } from '../../../src-preload/contract/frames.ts';
import { ScriptedChannel } from '../scripted-channel.ts';
import { scenarios } from '../scripted-world.ts';

declare global {
  interface Window {
    scripted: ScriptedChannel;
  }
}

/** The window on a scripted channel: `?scenario=failing&devices=200&theme=dark`. */
const parameters = new URLSearchParams(location.search);
const theme = parameters.get('theme');
const channel = new ScriptedChannel({
  scenario: scenarios.find((name) => name === parameters.get('scenario')) ?? 'normal',
  devices: Number(parameters.get('devices') ?? 200),
  theme: theme === 'light' || theme === 'dark' ? theme : 'system',
  now: Date.now(),
});
window.scripted = channel;
// The preload's part, with the scripted channel in main's place.
const door: DesktopDoor = {
  open: () => {
    const { port1, port2 } = new MessageChannel();
    port2.addEventListener('message', ({ data }: MessageEvent<ClientFrame>) => channel.send(data));
    channel.onFrame((frame) => port2.postMessage(JSON.stringify(frame)));
    channel.onClose(() => port2.close());
    port2.start();
    window.postMessage(portMessage, '/', [port1]);
  },
};
Object.defineProperty(window, 'quayside', { value: door });

await import('../../../src-renderer/main.tsx');
