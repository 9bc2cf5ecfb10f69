import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { Stage } from './stage.ts';
import { patient, windowsPath } from './wine.ts';

let stage: Stage;
let folder: string;
let config: string;

beforeAll(async () => {
  stage = await Stage.make();
  folder = join(stage.windows.userFolder, '.ssh');
  config = join(folder, 'config');
  rmSync(folder, { recursive: true, force: true });
  expect((await stage.add()).code).toBe(0);
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));
afterAll(() => stage.dispose());

/** Writes the configuration. The usual 15 s for lists of devices begin before the core has started, which takes long under Wine. */
const write = ['ssh-config', '--write', '--timeout', '100'] as const;
const ownFile = (): string => readFileSync(join(stage.profile, 'ssh_config'), 'utf8');

test('is written into %USERPROFILE%\\.ssh, with paths as ssh for Windows takes them', async () => {
  const written = await stage.run([...write, '--json']);
  expect(written).toMatchObject({ code: 0, stderr: '' });
  expect(JSON.parse(written.stdout)).toMatchObject({ written: true, configFile: windowsPath(config) });
  const portable = windowsPath(stage.profile).replaceAll('\\', '/');
  expect(readFileSync(config, 'utf8')).toBe(`Include "${portable}/ssh_config"\n`);
  expect(ownFile()).toContain(`UserKnownHostsFile "${portable}/known_hosts"\n`);
  expect(ownFile()).not.toContain('\r');
  expect((await stage.run(['ssh-config', '--remove'])).code).toBe(0);
  expect(existsSync(config)).toBe(false);
});

test('leads to the device: the ProxyCommand is a command line of Windows', async () => {
  expect((await stage.run(write)).code).toBe(0);
  const block = ownFile()
    .split('\nHost ')
    .find((text) => text.includes(stage.unit));
  const line = /ProxyCommand (.*)/.exec(block ?? '')?.[1]?.replaceAll('%%', '%') ?? '';
  expect(line).toContain('node.exe');
  // The whole line is what the program finds as its command line, the quotes around its own path included.
  const script = `
    import { spawn } from 'node:child_process';
    import { openSync } from 'node:fs';
    const [line, input, output] = process.argv.slice(2);
    const [, program, rest] = /^("[^"]+"|\\S+) (.*)$/.exec(line);
    const child = spawn(program.replaceAll('"', ''), [rest], {
      argv0: program,
      stdio: [openSync(input, 'r'), openSync(output, 'w'), 'ignore'],
      windowsVerbatimArguments: true,
    });
    child.on('exit', (code) => process.exit(code));
  `;
  writeFileSync(stage.windows.path('said'), 'over ssh’s own way');
  const files = ['said', 'heard'].map((name) => windowsPath(stage.windows.path(name)));
  await stage.windows.script(script, [line, ...files]);
  expect(readFileSync(stage.windows.path('heard'), 'utf8')).toBe('over ssh’s own way');
  expect((await stage.run(['ssh-config', '--remove'])).code).toBe(0);
});

test('a configuration that was there is as before once it is taken back, byte for byte', async () => {
  mkdirSync(folder, { recursive: true });
  const original = Buffer.from('# für mich \xff\r\nHost nas\r\n  HostName 10.0.0.9\r\nHost *\r\n  User jörg', 'latin1');
  writeFileSync(config, original);
  expect((await stage.run(write)).code).toBe(0);
  expect(readFileSync(config).subarray(-original.length).equals(original)).toBe(true);
  expect((await stage.run(['ssh-config', '--remove'])).code).toBe(0);
  expect(readFileSync(config).equals(original)).toBe(true);
});

test('a configuration that an editor holds open for a moment is written all the same', async () => {
  mkdirSync(folder, { recursive: true });
  writeFileSync(config, 'Host nas\r\n');
  const { release } = await stage.windows.hold(config);
  const writing = stage.start(write);
  await vi.waitFor(() => expect(stage.windows.leftovers(folder)).toHaveLength(1), patient);
  await release();
  expect([await writing.ended(), writing.stderr()]).toEqual([0, '']);
  expect(readFileSync(config, 'utf8')).toMatch(/^Include ".*"\nHost nas\r\n$/);
  expect(stage.windows.leftovers(folder)).toEqual([]);
  expect((await stage.run(['ssh-config', '--remove'])).code).toBe(0);
});
