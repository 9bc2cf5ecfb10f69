import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { controlPaths } from '../../src-main/node/control/control-socket-path.ts';
import { openControlSocket } from '../../src-main/node/control/control-socket.ts';
import { openWebHost } from '../../src-main/node/web-host/websocket-host.ts';
import { silentLog } from '../support/fake-vendor.ts';
import { enterByLink, writePage } from '../support/live-host.ts';

/** What the host keeps for a client that takes none of its answers. */

interface Carrier {
  send(message: unknown): void;
  backlog(): number;
  onClose(listener: () => void): void;
}

const answer = { text: 'x'.repeat(1024 * 1024) };
const megabyte = 1024 * 1024;
let folder: string;
const closing: (() => unknown)[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'quayside-slow-'));
});

afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
  await rm(folder, { recursive: true, force: true });
});

/** Sends answers until the client is cut off; the most that waited for it. */
const sendUntilClosed = async (carrier: Carrier): Promise<number> => {
  let isClosed = false;
  let most = 0;
  carrier.onClose(() => {
    isClosed = true;
  });
  for (let sent = 0; sent < 300 && !isClosed; sent += 1) {
    carrier.send(answer);
    most = Math.max(most, carrier.backlog());
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(isClosed).toBe(true);
  return most;
};

test('a window that does not read is cut off, and another is not', async () => {
  const clients: Carrier[] = [];
  await writePage(folder);
  const host = await openWebHost({
    root: folder,
    port: 0,
    log: silentLog,
    onClient: (client) => void clients.push(client),
  });
  if (!host.ok) throw new Error(host.error.message);
  closing.push(() => host.value.dispose());
  const enter = await enterByLink(host.value.link());
  const slow = await enter();
  slow.pause();
  const quick = await enter();
  closing.push(() => quick.terminate());
  const [first, second] = clients;
  if (first === undefined || second === undefined) throw new Error('two clients were expected');
  const most = await sendUntilClosed(first);
  expect(most).toBeGreaterThan(60 * megabyte);
  expect(most).toBeLessThan(70 * megabyte);
  const heard = once(quick, 'message');
  second.send({ still: 'here' });
  expect(String((await heard)[0])).toBe('{"still":"here"}');
  // The page hears it once it reads again, and connects again.
  const closed = once(slow, 'close');
  slow.resume();
  await closed;
});

test('so is a command', async () => {
  const paths = await controlPaths(folder);
  if (!paths.ok) throw new Error(paths.error.message);
  let client: Carrier | undefined;
  const control = await openControlSocket({
    paths: paths.value,
    hello: { host: 'headless', longLived: true, vault: 'memory' },
    onClient: (connected) => {
      client = connected;
    },
  });
  if (!control.ok) throw new Error(control.error.message);
  closing.push(() => control.value.dispose());
  const socket = connect(paths.value.socket);
  closing.push(() => socket.destroy());
  socket.pause();
  await expect.poll(() => client).toBeDefined();
  if (client === undefined) return;
  expect(await sendUntilClosed(client)).toBeLessThan(70 * megabyte);
});
