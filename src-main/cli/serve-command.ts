import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Core } from '../compose.ts';
import { fail, type Failure } from '../core/errors.ts';
import { startHeadless } from '../compose-headless.ts';
import { locate } from '../locations.ts';
import { openInBrowser } from '../node/browser-open.ts';
import type { ControlConnection } from '../node/control-socket.ts';
import { readPort, usage } from './arguments.ts';
import { drain, findCore } from './attach.ts';
import type { Command, Context } from './context.ts';
import { exitCodes, note, print, printError } from './terminal.ts';

const linkMs = 5000;

/** Asks a running host for a fresh link. */
const askForLink = ({ socket }: ControlConnection): Promise<string | undefined> =>
  new Promise((resolve) => {
    const patience = setTimeout(() => resolve(undefined), linkMs);
    const settle = (url: string | undefined): void => {
      clearTimeout(patience);
      resolve(url);
    };
    socket.onMessage((message) => {
      if (typeof message !== 'object' || message === null || !('type' in message) || message.type !== 'link') return;
      settle('url' in message && typeof message.url === 'string' ? message.url : undefined);
    });
    socket.onClose(() => settle(undefined));
    socket.send({ type: 'link' });
  });

const show = async (link: string, context: Context): Promise<void> => {
  const url = new URL(link);
  if (context.json) print(JSON.stringify({ url: link, port: Number(url.port) }));
  else print(`Quayside is at ${link}`);
  if (context.args.values.open !== true) return;
  if (!(await openInBrowser(url))) note('No browser could be opened here; open the address yourself.');
};

const runHost = async (core: Core, port: number, context: Context): Promise<number | Failure> => {
  const started = await startHeadless(core, { port, renderer: locate().renderer });
  if (!started.ok) return started;
  try {
    await show(started.value.link(), context);
    // What waits for the keychain must not keep the window waiting.
    void core.start();
    await new Promise<void>((resolve) => {
      if (context.signal.aborted) return resolve();
      context.signal.addEventListener('abort', () => resolve(), { once: true });
    });
    return exitCodes.done;
  } finally {
    await started.value.dispose();
  }
};

/** `quayside serve` */
export const serveCommand: Command = async (context) => {
  const port = readPort(context.args.values.port, 0);
  if (!port.ok) return printError(port.error, context.json);
  if (context.args.words.length > 0) return printError(usage('serve takes no words.').error, context.json);
  if (!existsSync(join(locate().renderer, 'index.html'))) {
    const unbuilt = fail('unsupported', 'The window has not been built in this checkout.', 'Run npm run build first.');
    return printError(unbuilt.error, context.json);
  }
  const found = await findCore(context.place, 'headless', true, context.signal);
  if (!found.ok) return printError(found.error, context.json);
  if ('connection' in found.value) {
    const link = await askForLink(found.value.connection);
    found.value.connection.socket.close();
    if (link !== undefined) {
      await show(link, context);
      return exitCodes.done;
    }
    const busy = fail(
      'conflict',
      'Another Quayside already works on this profile and serves no browser.',
      'Close it, or choose another folder with --profile.',
    );
    return printError(busy.error, context.json);
  }
  const { core } = found.value;
  try {
    const ended = await runHost(core, port.value ?? 0, context);
    return typeof ended === 'number' ? ended : printError(ended.error, context.json);
  } finally {
    await drain(core, true);
    await core.dispose();
  }
};
