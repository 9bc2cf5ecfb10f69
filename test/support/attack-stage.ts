import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { controlPaths } from '../../src-main/node/control/control-socket-path.ts';
import { connectControlSocket } from '../../src-main/node/control/control-socket.ts';
import { startLiveHost, type LiveHost } from './live-host.ts';

/** How much is tried: little in each test run, and as much as `npm run attacks` says in a run of its own. */
export const attackSize = {
  frames: Number(process.env['QUAYSIDE_HOSTILE_FRAMES'] ?? 3_000),
  kills: Number(process.env['QUAYSIDE_KILLS'] ?? 1),
} as const;

/** Prints what was tried and what came of it, where somebody asked for it. */
export const tellAttack = (attack: string, counts: Readonly<Record<string, unknown>>): void => {
  if (process.env['QUAYSIDE_HOSTILE_FRAMES'] ?? process.env['QUAYSIDE_FLOOD_SECONDS']) console.log(attack, counts);
};

/** A host in a process of its own, and what an attacker has: its port and what may be sent there. */
export interface AttackStage {
  readonly folder: string;
  readonly host: LiveHost;
  readonly port: number;
  /** The control socket's path. */
  readonly control: string;
  /** A fresh link, as `quayside serve --open` gets one. */
  link(): Promise<URL>;
  /** Done at the end, last first. */
  onEnd(cleanup: () => unknown): void;
  dispose(): Promise<void>;
}

/** Starts the host; `prepare` finds the folder that its profile will be in. */
export const startAttackStage = async (
  prepare: (folder: string) => Promise<unknown> = async () => undefined,
): Promise<AttackStage> => {
  const folder = await mkdtemp(join(tmpdir(), 'quayside-attack-'));
  const ends = new AsyncDisposableStack();
  ends.defer(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
  await prepare(folder);
  const host = await startLiveHost({ folder });
  ends.defer(() => host.kill());
  const paths = await controlPaths(join(folder, 'profile'));
  if (!paths.ok) throw new Error(paths.error.message);
  const control = paths.value.socket;
  return {
    folder,
    host,
    control,
    port: Number(/127\.0\.0\.1:(\d+)/.exec(host.output())?.[1]),
    link: async () => {
      const command = await connectControlSocket(control);
      if (command === undefined) throw new Error('nobody answers at the control socket');
      const answer = new Promise<URL>((resolve) => {
        command.socket.onMessage((message) => resolve(new URL((message as { url: string }).url)));
      });
      command.socket.send({ type: 'link' });
      const link = await answer;
      command.socket.close();
      return link;
    },
    onEnd: (cleanup) => ends.defer(async () => void (await cleanup())),
    dispose: () => ends.disposeAsync(),
  };
};

/** Sends bytes to a port as they are and answers all that came back until the other side ended or reset. */
export const sayRaw = (port: number, bytes: string | Buffer): Promise<string> =>
  new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port }, () => socket.write(bytes));
    let heard = '';
    socket.on('data', (chunk: Buffer) => {
      heard += chunk.toString('latin1');
      // One answer is enough: a connection that is kept alive would never end by itself.
      const length = /\r\ncontent-length: (\d+)\r\n/i.exec(heard)?.[1];
      const end = heard.indexOf('\r\n\r\n');
      if (end !== -1 && (length === undefined ? / 101 /.test(heard) : heard.length >= end + 4 + Number(length)))
        socket.destroy();
      if (heard.endsWith('0\r\n\r\n')) socket.destroy();
    });
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(heard));
  });

/** The status of an answer; 0 where there was none. */
export const statusOf = (answer: string): number => Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1] ?? 0);
