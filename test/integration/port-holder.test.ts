import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { connectionHolders, portHolder } from '../../src-main/node/forward/forward-port-holder.ts';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

const listening =
  "const server = require('node:net').createServer().listen(0, '127.0.0.1', () => console.log(server.address().port));";

/** Starts Node so; answers the process and the port it says it listens on. */
const listener = async (...args: readonly string[]): Promise<{ readonly pid: number; readonly port: number }> => {
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  closing.push(async () => {
    const ended = once(child, 'exit');
    child.kill();
    await ended;
  });
  const [said] = (await once(child.stdout, 'data')) as [Buffer];
  return { pid: child.pid ?? 0, port: Number(said) };
};

test('who has a port is named by its program, and by what an interpreter runs', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'quayside-holder-'));
  closing.push(() => rm(folder, { recursive: true, force: true }));
  await writeFile(join(folder, 'shop.cjs'), listening);
  const shop = await listener('--no-warnings', join(folder, 'shop.cjs'), '--password', 'not to be told');
  expect(await portHolder('127.0.0.1', shop.port)).toBe(`node shop.cjs (process ${shop.pid})`);
});

test('a program on another address of this computer has another port', async () => {
  const { port, pid } = await listener('-e', listening);
  const other = createServer().listen(port, '127.0.0.2');
  await once(other, 'listening');
  closing.push(() => other.close());
  const names = await Promise.all(['127.0.0.1', '127.0.0.2', '127.0.0.3', '::1'].map((on) => portHolder(on, port)));
  expect(names).toEqual([`node (process ${pid})`, 'Quayside itself', undefined, undefined]);
  const everywhere = createServer().listen(0);
  await once(everywhere, 'listening');
  closing.push(() => everywhere.close());
  const { port: wide } = everywhere.address() as AddressInfo;
  expect(await portHolder('127.0.0.3', wide)).toBe('Quayside itself');
  expect(await portHolder('::1', wide)).toBe('Quayside itself');
});

test('words that a program runs or is given are not told: they may be anybody’s business', async () => {
  const { pid, port } = await listener('-e', `${listening} // secret`);
  expect(await portHolder('127.0.0.1', port)).toBe(`node (process ${pid})`);
});

test('the program at the other end of a connection has the same name', async () => {
  const { port } = await listener('-e', listening);
  const dialling = `require('node:net').connect(${port}, '127.0.0.1', function () { console.log(this.localPort); });`;
  const client = await listener('-e', dialling);
  const elsewhere = { address: '192.0.2.1', port: client.port };
  expect(await connectionHolders([{ address: '127.0.0.1', port: client.port }, elsewhere])).toEqual([
    `node (process ${client.pid})`,
    undefined,
  ]);
});
