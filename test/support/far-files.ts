import { readFile } from 'node:fs/promises';
import type { RemoteFiles } from '../../src-main/core/session/remote-files.ts';
import { createSshClient } from '../../src-main/node/ssh/ssh-client.ts';
import { startDropbear, startSshd } from './sshd.ts';
import type { SystemUser } from './system-user.ts';

/** Files of a user of this computer, over a real SSH server. */
export interface FarFiles {
  readonly files: RemoteFiles;
  /** Ends the connection. */
  close(): void;
}

/** Signs in with a password, or a key in a file, and opens the files. */
export const openFarFiles = async (
  port: number,
  user: Pick<SystemUser, 'name' | 'password'> | { readonly name: string; readonly keyFile: string },
): Promise<FarFiles> => {
  let isTried = false;
  const dialed = await createSshClient({ env: {}, platform: 'linux' }).dial(
    {
      host: '127.0.0.1',
      port,
      user: user.name,
      next: async () => {
        if (isTried) return undefined;
        isTried = true;
        return 'keyFile' in user
          ? { type: 'key', pem: await readFile(user.keyFile, 'utf8') }
          : { type: 'password', password: user.password, change: async () => undefined };
      },
      banner: () => undefined,
      outdated: [],
      knownKeyTypes: [],
      checkKey: async () => true,
    },
    new AbortController().signal,
  );
  if (!dialed.ok || dialed.value.outcome !== 'open') throw new Error('not connected');
  const { connection } = dialed.value;
  const files = await connection.files();
  if (!files.ok) throw new Error(files.error.message);
  return { files: files.value, close: () => connection.close() };
};

/** The servers that people have, each with the program of OpenSSH behind it that serves files. */
export const farServers = {
  OpenSSH: () => startSshd({ passwords: true }),
  dropbear: () => startDropbear(),
} as const;
