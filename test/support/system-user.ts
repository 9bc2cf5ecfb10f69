import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A user of this system with a password, for a real sshd to ask for. Only root can make one. */
export interface SystemUser {
  readonly name: string;
  readonly password: string;
  ids(): Promise<{ readonly uid: number; readonly gid: number }>;
  dispose(): Promise<void>;
}

/** Makes a user with a home folder and bash. */
export const makeSystemUser = async (): Promise<SystemUser> => {
  const name = `quay${randomBytes(4).toString('hex')}`;
  const password = `pw ${randomBytes(9).toString('base64url')}`;
  const folder = await mkdtemp(join(tmpdir(), 'quayside-user-'));
  const { stdout } = await run('openssl', ['passwd', '-6', password]);
  await run('/usr/sbin/useradd', ['-m', '-d', join(folder, 'home'), '-s', '/bin/bash', '-p', stdout.trim(), name]);
  // The home lies below a folder that only root may enter else.
  await run('chmod', ['755', folder]);
  return {
    name,
    password,
    ids: async () => {
      const { uid, gid } = await stat(join(folder, 'home'));
      return { uid, gid };
    },
    dispose: async () => {
      await run('/usr/sbin/userdel', ['-f', name]).catch(() => undefined);
      await rm(folder, { recursive: true, force: true });
    },
  };
};
