import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { obfuscateVncPassword } from '../../src-main/node/storage/secret-file.ts';
import { freePort, waitForPort } from './ports.ts';
import { displayOf } from './xvfb.ts';

/** A real VNC server with a display of its own. */
export interface Xvnc {
  readonly port: number;
  /** Value for DISPLAY of what is to be seen through VNC. */
  readonly display: string;
  /** From now on it takes this password, and not the one before. */
  setPassword(password: string): Promise<void>;
  dispose(): Promise<void>;
}

/** Starts TigerVNC's Xvnc on loopback, with VNC's own authentication; ready once its port answers. */
export const startXvnc = async (options: {
  readonly password: string;
  /** Its sign-ins, in TigerVNC's words; VNC's own where absent. */
  readonly securityTypes?: string;
}): Promise<Xvnc> => {
  const folder = await mkdtemp(join(tmpdir(), 'quayside-xvnc-'));
  const passwordFile = join(folder, 'passwd');
  // It reads the file for each connection.
  const setPassword = (password: string): Promise<void> =>
    writeFile(passwordFile, obfuscateVncPassword(password), { mode: 0o600 });
  await setPassword(options.password);
  const port = await freePort();
  const child = spawn(
    'Xvnc',
    [
      ...['-displayfd', '3', '-geometry', '640x480', '-depth', '24', '-nolisten', 'tcp', '-noreset'],
      ...['-rfbport', String(port), '-localhost', 'yes', '-PasswordFile', passwordFile],
      ...['-SecurityTypes', options.securityTypes ?? 'VncAuth'],
    ],
    { stdio: ['ignore', 'ignore', 'ignore', 'pipe'] },
  );
  const ended = once(child, 'exit');
  const dispose = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
    await ended;
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const display = await displayOf(child, 'Xvnc');
    await waitForPort(port);
    return { port, display, setPassword, dispose };
  } catch (failure) {
    await dispose();
    throw failure;
  }
};
