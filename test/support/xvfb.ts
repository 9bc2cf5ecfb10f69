import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';

/** An X display without a screen. */
export interface Xvfb {
  /** Value for DISPLAY. */
  readonly display: string;
  dispose(): Promise<void>;
}

/** The display of an X server that was started with `-displayfd 3`; rejects where it ends before it has told the number. */
export const displayOf = async (child: ChildProcess, name: string): Promise<string> => {
  const number = await new Promise<string>((resolve, reject) => {
    let text = '';
    (child.stdio[3] as Readable).setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
      if (text.endsWith('\n')) resolve(text.trim());
    });
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`${name} ended with status ${String(code)} before it was ready`)));
  });
  return `:${number}`;
};

/** Starts Debian's Xvfb on a display it finds free itself; ready once it has told its number. */
export const startXvfb = async (): Promise<Xvfb> => {
  const child = spawn('Xvfb', ['-displayfd', '3', '-screen', '0', '1280x800x24', '-nolisten', 'tcp', '-noreset'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  });
  const ended = once(child, 'exit');
  const display = await displayOf(child, 'Xvfb');
  return {
    display,
    dispose: async () => {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
      await ended;
    },
  };
};
