import '../../node/runtime/small-heap.ts';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Core } from '../../compose/core.ts';
import { fail, type Failure } from '../../core/base/errors.ts';
import { openLinuxDesktop, startHeadlessDesktop, type LinuxDesktop } from '../../compose/compose-headless-desktop.ts';
import { startHeadless } from '../../compose/compose-headless.ts';
import { locate } from '../../compose/locations.ts';
import { openInBrowser } from '../../node/desktop/browser-open.ts';
import type { ControlConnection } from '../../node/control/control-socket.ts';
import { readPort, usage } from '../flags.ts';
import { drain, findCore } from '../attach.ts';
import type { Command, Context } from '../command-context.ts';
import { surviveCrashes } from '../crashes.ts';
import { exitCodes, note, print, printError } from '../terminal.ts';

/** Milliseconds a running host may take to answer; it may have to start a browser first. */
const linkMs = 45_000;

/** Milliseconds that closing everything may take: tunnels are closed at the vendors. */
const closingMs = 15_000;

interface LinkAnswer {
  readonly url: string;
  /** Whether the host has opened its window. */
  readonly shown: boolean;
}

/** Asks a running host for a fresh link and, with `show`, for its window. `gone`: it ended before it could answer. */
const askForLink = ({ socket }: ControlConnection, show: boolean): Promise<LinkAnswer | 'gone' | undefined> =>
  new Promise((resolve) => {
    const patience = setTimeout(() => resolve(undefined), linkMs);
    const settle = (answer: LinkAnswer | 'gone' | undefined): void => {
      clearTimeout(patience);
      resolve(answer);
    };
    socket.onMessage((message) => {
      if (typeof message !== 'object' || message === null || !('type' in message) || message.type !== 'link') return;
      const url = 'url' in message && typeof message.url === 'string' ? message.url : undefined;
      settle(url === undefined ? undefined : { url, shown: 'shown' in message && message.shown === true });
    });
    socket.onClose(() => settle('gone'));
    socket.send({ type: 'link', show });
  });

const tell = (link: string, context: Context): void => {
  if (context.json) print(JSON.stringify({ url: link, port: Number(new URL(link).port) }));
  else print(`Quayside is at ${link}`);
};

const noBrowser = 'No browser could be opened here; open the address yourself.';

const runHeadless = async (
  core: Core,
  port: number,
  session: LinuxDesktop | undefined,
  context: Context,
  broken: AbortSignal,
): Promise<number | Failure> => {
  const { renderer, resources } = locate();
  const started = await startHeadless(core, { port, renderer });
  if (!started.ok) return started;
  const host = started.value;
  const quitting = new AbortController();
  const over = AbortSignal.any([context.signal, quitting.signal, broken]);
  const desktop = await startHeadlessDesktop({
    core,
    host,
    session,
    resources,
    quit: () => quitting.abort(),
    say: note,
  });
  try {
    tell(host.link(), context);
    if (context.args.values.open === true && !(await desktop.show())) note(noBrowser);
    // The window must not wait for what waits for the keychain.
    void core.start();
    await new Promise<void>((resolve) => {
      if (over.aborted) return resolve();
      over.addEventListener('abort', () => resolve(), { once: true });
    });
    return broken.aborted ? exitCodes.failed : exitCodes.done;
  } finally {
    await desktop.dispose();
    await host.dispose();
  }
};

/** A second `quayside serve`: the first one has the profile. Undefined if the first one has just ended. */
const askOwner = async (connection: ControlConnection, context: Context): Promise<number | undefined> => {
  const open = context.args.values.open === true;
  const answer = await askForLink(connection, open);
  connection.socket.close();
  if (answer === 'gone') return undefined;
  if (answer === undefined) {
    const busy = fail(
      'conflict',
      'Another Quayside already works on this profile and serves no browser.',
      'Close it, or choose another folder with --profile.',
    );
    return printError(busy.error, context.json);
  }
  tell(answer.url, context);
  // The host may run without a screen while this command has one.
  if (open && !answer.shown && (await openInBrowser(new URL(answer.url))) === undefined) note(noBrowser);
  return exitCodes.done;
};

/** Serves the profile, or asks its owner for the link. Undefined if the owner ended meanwhile: call it again. */
const serve = async (
  port: number,
  session: LinuxDesktop | undefined,
  context: Context,
): Promise<number | undefined> => {
  const broken = new AbortController();
  const found = await findCore(context.place, 'headless', true, context.signal, {
    notifier: session?.notifier,
    crashes: surviveCrashes(() => broken.abort()),
  });
  if (!found.ok) return printError(found.error, context.json);
  if ('connection' in found.value) return askOwner(found.value.connection, context);
  const { core } = found.value;
  try {
    const ended = await runHeadless(core, port, session, context, broken.signal);
    return typeof ended === 'number' ? ended : printError(ended.error, context.json);
  } finally {
    // One Ctrl-C ends the command, even with open connections and vendors that do not answer.
    setTimeout(() => process.exit(process.exitCode ?? exitCodes.done), closingMs).unref();
    await drain(core, true);
    await core.dispose();
  }
};

/** `quayside serve` */
export const serveCommand: Command = async (context) => {
  const port = readPort(context.args.values.port, 0);
  if (!port.ok) return printError(port.error, context.json);
  if (context.args.positionals.length > 0) return printError(usage('serve takes no words.').error, context.json);
  if (!existsSync(join(locate().renderer, 'index.html'))) {
    const unbuilt = fail('unsupported', 'The window has not been built in this checkout.', 'Run npm run build first.');
    return printError(unbuilt.error, context.json);
  }
  const session = await openLinuxDesktop(locate().resources);
  try {
    for (;;) {
      const ended = await serve(port.value ?? 0, session, context);
      if (ended !== undefined) return ended;
    }
  } finally {
    session?.dispose();
  }
};
