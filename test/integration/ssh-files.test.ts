import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import ssh2, { type SFTPWrapper } from 'ssh2';
import { afterEach, expect, test } from 'vitest';
import type { RemoteFiles } from '../../src-main/core/session/remote-files.ts';
import { createSshClient } from '../../src-main/node/ssh/ssh-client.ts';

const { STATUS_CODE } = ssh2.utils.sftp;
const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

/** Files of a server that answers as the test tells it. */
const filesOf = async (serve: (sftp: SFTPWrapper) => void): Promise<RemoteFiles> => {
  const server = new ssh2.Server({ hostKeys: [ssh2.utils.generateKeyPairSync('ed25519').private] }, (client) => {
    client.on('error', () => undefined);
    client.on('authentication', (context) => context.accept());
    client.on('session', (accept) => accept().on('sftp', (take) => serve(take())));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing.push(() => server.close());
  const dialed = await createSshClient({ env: {}, platform: 'linux' }).dial(
    {
      host: '127.0.0.1',
      port: (server.address() as AddressInfo).port,
      user: 'me',
      next: async () => undefined,
      banner: () => undefined,
      outdated: [],
      knownKeyTypes: [],
      checkKey: async () => true,
    },
    new AbortController().signal,
  );
  if (!dialed.ok || dialed.value.outcome !== 'open') expect.fail('not connected');
  const { connection } = dialed.value;
  closing.push(() => connection.close());
  const files = await connection.files();
  if (!files.ok) expect.fail(files.error.message);
  return files.value;
};

const named = (filename: string) => ({
  filename,
  longname: filename,
  attrs: { mode: 0o100644, uid: 0, gid: 0, size: 1, atime: 0, mtime: 2 },
});

/** A folder given out in these parts; a part is given only once more than one is asked for. */
const folderOf =
  (parts: readonly (readonly string[])[], last: number = STATUS_CODE.EOF) =>
  (sftp: SFTPWrapper): void => {
    const left = [...parts];
    const asked: number[] = [];
    const answer = (): void => {
      while (asked.length > 1 || (asked.length > 0 && left.length === 0)) {
        const request = asked.shift() ?? 0;
        const part = left.shift();
        if (part === undefined) sftp.status(request, last);
        else sftp.name(request, part.map(named));
      }
    };
    sftp.on('OPENDIR', (request) => sftp.handle(request, Buffer.from('folder')));
    sftp.on('CLOSE', (request) => sftp.status(request, STATUS_CODE.OK));
    sftp.on('READDIR', (request) => {
      asked.push(request);
      answer();
    });
  };

test('more of a folder is asked for before the last answer has come, and every name arrives once', async () => {
  const parts = [['.', '..'], ['a', 'b'], ['c'], [], ['d', 'e', 'f']];
  const files = await filesOf(folderOf(parts));
  const listed = await files.list('/folder');
  if (!listed.ok) expect.fail(listed.error.message);
  expect(listed.value.map(({ name }) => name)).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
  expect(listed.value[0]).toEqual({
    name: 'a',
    kind: 'file',
    size: 1,
    modifiedAt: 2000,
    mode: 0o644,
    owner: { uid: 0, gid: 0 },
  });
});

test('a folder that cannot be read to its end is not shown as if it were whole', async () => {
  const files = await filesOf(folderOf([['a', 'b']], STATUS_CODE.PERMISSION_DENIED));
  expect(await files.list('/folder')).toMatchObject({ ok: false, error: { kind: 'forbidden' } });
});
