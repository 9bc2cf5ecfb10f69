import type { FrameChannel } from '../../../src-preload/contract/frames.ts';
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
Object.defineProperty(window, 'quayside', { value: channel satisfies FrameChannel });

await import('../../../src-renderer/main.tsx');
