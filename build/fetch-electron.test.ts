import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, copyFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { chooseWindow } from './electron.mjs';
import { fetchElectron } from './fetch-electron.mjs';
import { runProgram } from './bootstrap.mjs';
import { zipArchive } from '../test/support/zip-archive.ts';

/**
 * Electron's own installer against a mirror on this computer that serves a stand-in archive: Electron's real one cannot
 * be had everywhere, but how it is fetched, checked, unpacked and started does not hang on what is in it.
 */
const root = join(import.meta.dirname, '..');
const { version } = JSON.parse(readFileSync(join(root, 'node_modules/electron/package.json'), 'utf8')) as {
  version: string;
};
const archiveName = `electron-v${version}-${process.platform}-${process.arch}.zip`;

const program = (record: string): Buffer => Buffer.from(`#!/bin/sh\nprintf '%s\\n' "$0" "$@" > '${record}'\nexit 7\n`);

let folder = '';
let started = '';
let archive: Buffer;
let asked: string[] = [];
let answer: (request: IncomingMessage, response: ServerResponse) => void;
let server: Server;

const good = (request: IncomingMessage, response: ServerResponse): void => {
  if (request.url?.endsWith('SHASUMS256.txt') === true)
    response.end(`${createHash('sha256').update(archive).digest('hex')} *${archiveName}\n`);
  else if (request.url?.endsWith(archiveName) === true)
    response.writeHead(200, { 'content-length': archive.length }).end(archive);
  else response.writeHead(404).end();
};

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'quayside-fetch-'));
  started = join(folder, 'started.txt');
  const modules = join(folder, 'node_modules');
  mkdirSync(join(modules, 'electron'), { recursive: true });
  for (const name of ['package.json', 'install.js', 'checksums.json'])
    copyFileSync(join(root, 'node_modules/electron', name), join(modules, 'electron', name));
  for (const name of ['@electron', '@electron-internal'])
    symlinkSync(join(root, 'node_modules', name), join(modules, name));
  archive = zipArchive([
    { name: 'electron', content: program(started), mode: 0o755 },
    { name: 'version', content: Buffer.from(version), mode: 0o644 },
    // As long as a few network packets, so that a connection can be cut in the middle.
    { name: 'resources/padding', content: Buffer.alloc(3_000_000, 7), mode: 0o644 },
  ]);
  asked = [];
  answer = good;
  server = createServer((request, response) => {
    asked.push(request.url ?? '');
    answer(request, response);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  vi.stubEnv('ELECTRON_MIRROR', `http://127.0.0.1:${port}/`);
  vi.stubEnv('electron_use_remote_checksums', '1');
  vi.stubEnv('electron_config_cache', join(folder, 'cache'));
  // What the other tests are kept from downloading with.
  vi.stubEnv('ELECTRON_OVERRIDE_DIST_PATH', undefined);
});

afterEach(async () => {
  vi.unstubAllEnvs();
  server.closeAllConnections();
  await new Promise((done) => server.close(done));
  rmSync(folder, { recursive: true, force: true });
});

const collected = (): { readonly stream: PassThrough; readonly text: () => string } => {
  const stream = new PassThrough();
  let text = '';
  stream.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  return { stream, text: () => text };
};

const fetchNow = (limits = { firstByteMs: 15_000, silenceMs: 15_000 }): Promise<string | undefined> =>
  fetchElectron(folder, { limits, progress: new PassThrough() as never });

const isUnpacked = (): boolean => existsSync(join(folder, 'node_modules/electron/dist/electron'));

test('the archive is fetched with its progress, checked, unpacked and can be started', async () => {
  const progress = collected();
  const failure = await fetchElectron(folder, { progress: progress.stream as never });
  expect(failure).toBeUndefined();
  expect(progress.text()).toMatch(/Fetching Electron: 3 of 3 MB/);

  const env = { DISPLAY: ':0' };
  const window = chooseWindow({ folder, machine: { platform: 'linux', uid: 1000, env, hasNamespaces: () => true } });
  if (!('binary' in window)) throw new Error(window.reason);
  const end = await runProgram(window.binary, [folder, '--hidden'], process.env);
  expect(end).toEqual({ code: 7, signal: null });
  expect(readFileSync(started, 'utf8').trim().split('\n')).toEqual([window.binary, folder, '--hidden']);
});

test('an archive with another checksum is not unpacked', async () => {
  answer = (request, response) => {
    if (request.url?.endsWith('SHASUMS256.txt') === true) response.end(`${'0'.repeat(64)} *${archiveName}\n`);
    else good(request, response);
  };
  expect(await fetchNow()).toMatch(/checksum/i);
  expect(isUnpacked()).toBe(false);
});

test('a connection that is cut in the middle leaves nothing, and the next try begins again', async () => {
  answer = (request, response) => {
    if (request.url?.endsWith(archiveName) !== true) return good(request, response);
    response.writeHead(200, { 'content-length': archive.length });
    response.write(archive.subarray(0, 1_000_000), () => response.destroy());
  };
  expect(await fetchNow()).toMatch(/terminated|closed|aborted/);
  expect(isUnpacked()).toBe(false);
  answer = good;
  expect(await fetchNow()).toBeUndefined();
  expect(isUnpacked()).toBe(true);
});

test('a source that says nothing, or stops in the middle, is left after its time', async () => {
  const limits = { firstByteMs: 300, silenceMs: 300 };
  answer = () => undefined;
  expect(await fetchNow(limits)).toMatch(/no answer within/);
  answer = (request, response) => {
    if (request.url?.endsWith(archiveName) !== true) return good(request, response);
    response.writeHead(200, { 'content-length': archive.length });
    response.write(archive.subarray(0, 1_000_000));
  };
  expect(await fetchNow(limits)).toMatch(/nothing more came/);
  expect(isUnpacked()).toBe(false);
});

test('without a network the window is a browser’s, and the failed try is remembered for a day', async () => {
  vi.stubEnv('ELECTRON_MIRROR', 'http://127.0.0.1:1/');
  const machine = { platform: 'linux' as const, uid: 1000, env: process.env, hasNamespaces: () => true };
  const display = { ...machine, env: { ...process.env, DISPLAY: ':0' } };
  const now = Date.parse('2026-11-30T12:00:00Z');
  const failed = chooseWindow({ folder, machine: display, now });
  expect(failed).toMatchObject({
    reason: expect.stringMatching(/could not be fetched \(.*ECONNREFUSED|could not be fetched \(/),
    mend: expect.stringMatching(/npx install-electron/),
  });

  // The network is back, and nobody asks it before the day is over.
  const { port } = server.address() as { port: number };
  const mirrored = { ...display, env: { ...display.env, ELECTRON_MIRROR: `http://127.0.0.1:${port}/` } };
  expect(chooseWindow({ folder, machine: mirrored, now: now + 23 * 3_600_000 })).toMatchObject({
    reason: expect.stringMatching(/today/),
  });
  expect(asked).toEqual([]);
});
