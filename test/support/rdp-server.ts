import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort, waitForPort } from './ports.ts';
import { startXvfb } from './xvfb.ts';

const run = promisify(execFile);

/** A real RDP server that shows a display of its own and lets in one user. */
export interface RdpServer {
  readonly port: number;
  /** Value for DISPLAY of what is to be seen through RDP. */
  readonly display: string;
  /** SHA-256 of its certificate, as OpenSSL writes it. */
  fingerprint(): Promise<string>;
  dispose(): Promise<void>;
}

/**
 * Starts FreeRDP's shadow server on an Xvfb, with network level authentication: a wrong or missing password gets no
 * further than the handshake. Ready once its port answers.
 */
export const startRdpServer = async (options: {
  readonly user: string;
  readonly password: string;
}): Promise<RdpServer> => {
  const folder = await mkdtemp(join(tmpdir(), 'quayside-rdp-'));
  const xvfb = await startXvfb();
  const samFile = join(folder, 'sam');
  const { stdout } = await run('winpr-hash', ['-u', options.user, '-p', options.password, '-f', 'sam']);
  await writeFile(samFile, stdout, { mode: 0o600 });
  const port = await freePort();
  const child = spawn(
    'freerdp-shadow-cli',
    [`/port:${port}`, '/bind-address:127.0.0.1', '+auth', '/sec:nla', `/sam-file:${samFile}`],
    // It keeps its certificate in its home folder.
    { env: { PATH: process.env['PATH'], HOME: folder, DISPLAY: xvfb.display }, stdio: 'ignore' },
  );
  const ended = once(child, 'exit');
  const dispose = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
    await ended;
    await xvfb.dispose();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await waitForPort(port);
    const certificate = join(folder, '.config/freerdp/shadow/shadow.crt');
    const fingerprint = async (): Promise<string> =>
      (await run('openssl', ['x509', '-in', certificate, '-noout', '-fingerprint', '-sha256'])).stdout
        .trim()
        .replace(/^.*=/, '');
    return { port, display: xvfb.display, fingerprint, dispose };
  } catch (failure) {
    await dispose();
    throw failure;
  }
};
