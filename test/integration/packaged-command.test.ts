import { spawn, spawnSync, type SpawnOptions } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import packageFacts from '../../package.json' with { type: 'json' };
import { root } from '../../build/bootstrap.mjs';
import { outsideArchive } from '../../src-main/compose/locations.ts';
import { startVendor, type SmokeVendor } from '../smoke/device.ts';
import { readAsar } from '../support/asar-archive.ts';
import { standInArgs } from '../support/electron-stand-in/compiled.ts';
import { packableProject, type Packed } from '../support/packed-project.ts';

let project: ReturnType<typeof packableProject>;
let linux: Packed;
let win: Packed;
let winArm: Packed;
let mac: Packed;

beforeAll(async () => {
  project = packableProject();
  linux = await project.pack('linux', 'x64', ['deb']);
  win = await project.pack('win', 'x64', ['dir']);
  winArm = await project.pack('win', 'arm64', ['dir']);
  mac = await project.pack('mac', 'arm64', ['dir']);
}, 180_000);
afterAll(() => project.dispose());

const resources = {
  Linux: () => join(linux.output, 'linux-unpacked/resources'),
  Windows: () => join(win.output, 'win-unpacked/resources'),
  'Windows on arm64': () => join(winArm.output, 'win-arm64-unpacked/resources'),
  macOS: () => join(mac.output, 'mac-arm64/Quayside.app/Contents/Resources'),
};
const systems = Object.keys(resources) as readonly (keyof typeof resources)[];

/** The files that a module of the build loads, itself included, and the packages that they ask for. */
const loaded = (entry: string): { readonly files: ReadonlySet<string>; readonly packages: ReadonlySet<string> } => {
  const files = new Set<string>();
  const packages = new Set<string>();
  const walk = (file: string): void => {
    if (files.has(file)) return;
    files.add(file);
    const text = readFileSync(file, 'utf8');
    for (const [, still, late] of text.matchAll(
      /^(?:import|export)\b[^"'\n]*["']([^"'\n]+)["'];?$|\bimport\("([^"]+)"\)/gm,
    )) {
      const name = still ?? late ?? '';
      if (name.startsWith('.')) walk(join(dirname(file), name));
      else packages.add(name);
    }
  };
  walk(entry);
  return { files, packages };
};

describe.each(systems)('beside the archive of %s', (system) => {
  const folder = (): string => join(resources[system](), 'command');

  test('is all that the command line loads, a Node and its licence', () => {
    const { files, packages } = loaded(join(folder(), 'out/main/cli.js'));
    expect(files.size).toBeGreaterThan(10);
    const bare = [...packages].filter((name) => !name.startsWith('node:'));
    expect(bare).toContain('ky');
    // Resolved as Node does, from where the command line is.
    const found = bare.filter((name) =>
      existsSync(join(folder(), 'node_modules', /^(?:@[^/]+\/)?[^/]+/.exec(name)?.[0] ?? '')),
    );
    expect(found).toEqual(bare);
    expect(existsSync(join(folder(), 'out/renderer/index.html'))).toBe(true);
    expect(existsSync(join(folder(), system.startsWith('Windows') ? 'node.exe' : 'node'))).toBe(true);
    expect(readFileSync(join(folder(), 'LICENSE.node.txt'), 'utf8')).toContain('Node');
  });

  test('is the forward worker, where the application looks for it', () => {
    const place = outsideArchive(join(resources[system](), 'app.asar', 'out/main'));
    const { files, packages } = loaded(join(place, 'forward-worker.js'));
    expect(files.size).toBeGreaterThan(1);
    expect([...files].filter((file) => !file.startsWith(join(folder(), 'out/main')))).toEqual([]);
    expect([...packages].filter((name) => !name.startsWith('node:'))).toEqual([]);
  });

  test('is the keychain module of the very Node, and nothing of Electron’s', () => {
    const prebuilt = { Linux: `linux-${process.arch}`, Windows: 'win32-x64', macOS: 'darwin-arm64' };
    const wanted = system === 'Windows on arm64' ? 'win32-x64' : prebuilt[system];
    expect(readdirSync(join(folder(), 'node_modules/keytar/prebuilds'))).toEqual([wanted]);
    expect(readdirSync(join(folder(), 'node_modules'))).not.toContain('electron-updater');
    const text = [...loaded(join(folder(), 'out/main/cli.js')).files].map((file) => readFileSync(file, 'utf8'));
    expect(text.filter((content) => /from ["']electron["']/.test(content))).toEqual([]);
  });

  test('is nothing that the archive has not', () => {
    const archive = new Set(readAsar(join(resources[system](), 'app.asar')).files.map(({ path }) => path));
    const beside = readdirSync(folder(), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(folder().length + 1))
      .filter((path) => !path.startsWith('node_modules/keytar/prebuilds/'));
    expect(beside.filter((path) => !archive.has(path)).toSorted()).toEqual([
      'LICENSE.node.txt',
      system.startsWith('Windows') ? 'node.exe' : 'node',
    ]);
  });
});

test('the worker is outside on Windows, too, and nothing else is moved', () => {
  expect(outsideArchive('C:\\Program Files\\Quayside\\resources\\app.asar\\out\\main')).toBe(
    'C:\\Program Files\\Quayside\\resources\\command\\out\\main',
  );
  expect(outsideArchive('/home/ada/app.asar.d/out/main')).toBe('/home/ada/app.asar.d/out/main');
});

describe('the launcher', () => {
  test('of macOS hands on what was typed, and how it ended', () => {
    const contents = join(resources.macOS(), '..');
    expect(statSync(join(contents, 'Resources/bin/quayside')).mode & 0o111).toBe(0o111);
    const typed = ['ssh', 'a b', '--user', '$HOME', '50%', 'x^y', '"', '*', ''];
    const { stdout, stderr, status } = spawnSync(join(contents, 'Resources/bin/quayside'), typed, {
      encoding: 'utf8',
      cwd: '/',
    });
    const script = `${join(contents, 'Resources/bin')}/../command/out/main/cli.js`;
    expect({ stderr, status, args: stdout.slice(0, -1).split('\n') }).toEqual({
      stderr: '',
      status: 7,
      args: [script, ...typed],
    });
  });

  test('of Windows quotes its folder, hands on all words and the exit code, in lines that cmd.exe takes', () => {
    for (const unpacked of ['win-unpacked', 'win-arm64-unpacked']) {
      const output = unpacked === 'win-unpacked' ? win.output : winArm.output;
      const text = readFileSync(join(output, unpacked, 'bin/quayside.cmd'), 'utf8');
      expect(text.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
      const lines = text.split('\r\n').filter((line) => line !== '' && !line.startsWith('rem '));
      expect(lines).toEqual([
        '@echo off',
        'setlocal DisableDelayedExpansion',
        'set "NODE_OPTIONS="',
        'call :locate',
        '"%command%\\node.exe" "%command%\\out\\main\\cli.js" %*',
        'exit /b %ERRORLEVEL%',
        ':locate',
        'set "command=%~dp0..\\resources\\command"',
        'exit /b 0',
      ]);
    }
  });

  test('is on the PATH of a deb, and finds the folder that the deb unpacks', () => {
    const args = linux.computed.get('deb')?.args ?? [];
    expect(args).toContainEqual(expect.stringMatching(/build\/launcher\/quayside=\/usr\/bin\/quayside$/));
    const folder = args.find((arg) => arg.endsWith('=/opt/Quayside'));
    expect(folder).toBeDefined();
    const launcher = readFileSync(join(root, 'build/launcher/quayside'), 'utf8');
    expect(launcher).toContain('/opt/Quayside/resources/command');
  });

  test('says so where the application is gone', () => {
    const { stderr, status } = spawnSync(join(root, 'build/launcher/quayside'), ['devices'], { encoding: 'utf8' });
    expect(status).toBe(127);
    expect(stderr).toContain('Install Quayside again');
  });
});

describe('the command in a terminal', () => {
  let home: string;
  let vendor: SmokeVendor;
  const sent = randomBytes(300_000);

  /** As from a shell of somebody else: through a link on their PATH, in another folder, with hardly a variable. */
  const run = async (args: readonly string[], stdin: Uint8Array | string = '') => {
    const options: SpawnOptions = {
      cwd: home,
      stdio: 'pipe',
      env: {
        PATH: `${join(home, 'bin')}:/usr/bin:/bin`,
        HOME: home,
        // A developer's own, which would be told of on the stream of our errors.
        NODE_OPTIONS: '--trace-warnings --require /nonexistent.cjs',
        QUAYSIDE_VAULT_PASSPHRASE: 'of this very test',
      },
    };
    const child = spawn('quayside', [...args], options);
    const out: Buffer[] = [];
    let stderr = '';
    child.stdout?.on('data', (chunk: Buffer) => out.push(chunk));
    child.stderr?.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    child.stdin?.end(stdin);
    const [code] = (await once(child, 'close')) as [number | null];
    return { stdout: Buffer.concat(out), stderr, code };
  };
  const place = (): readonly string[] => ['--profile', join(home, 'my profile'), '--vault', 'file'];

  beforeAll(async () => {
    home = join(project.folder, 'home of ada');
    mkdirSync(join(home, 'bin'), { recursive: true });
    symlinkSync(join(resources.Linux(), '../bin/quayside'), join(home, 'bin/quayside'));
    vendor = await startVendor();
  });
  afterAll(() => vendor.dispose());

  test('says its version, and nothing else', async () => {
    const { stdout, stderr, code } = await run(['--version']);
    expect({ stdout: stdout.toString(), stderr, code }).toEqual({
      stdout: `${packageFacts.version}\n`,
      stderr: '',
      code: 0,
    });
  });

  test('takes a secret from standard input and lists the devices of the account', async () => {
    const add = ['accounts', 'add', 'remoteiot', '--label', 'Acme', '--base-url', vendor.baseUrl];
    expect(await run([...add, ...place()], JSON.stringify({ token: vendor.token }))).toMatchObject({
      code: 0,
      stderr: '',
    });
    const { stdout, stderr, code } = await run(['devices', '--json', ...place()]);
    expect({ stderr, code }).toEqual({ stderr: '', code: 0 });
    expect(stdout[0]).toBe('['.charCodeAt(0));
    expect(JSON.parse(stdout.toString())).toHaveLength(vendor.devices);
  });

  test('ends as a script expects it', async () => {
    const { stdout, stderr, code } = await run(['ssh', 'nobody of that name', '--json', ...place()]);
    expect([stdout.length, code]).toEqual([0, 3]);
    expect(JSON.parse(stderr)).toMatchObject({ error: { kind: 'not-found' } });
  });

  test('is a proxy that adds no byte and loses none, through the packed forward worker', async () => {
    const { stdout, stderr, code } = await run(['proxy', vendor.online, ...place()], sent);
    expect({ stderr, code }).toEqual({ stderr: '', code: 0 });
    expect(stdout.equals(vendor.greeting)).toBe(true);
    expect(vendor.received().equals(sent)).toBe(true);
  });

  test('names itself in the ssh configuration, by words that run it from anywhere', async () => {
    const { stdout, code } = await run(['ssh-config', '--config', join(home, 'ssh config'), ...place()]);
    expect(code).toBe(0);
    const command = join(resources.Linux(), 'command');
    const line = /^ *ProxyCommand (.*)$/m.exec(stdout.toString())?.[1] ?? '';
    expect(line).toContain(`${join(command, 'node')}`);
    expect(line).toContain(`${join(command, 'out/main/cli.js')}`);
    const words = spawnSync('sh', ['-c', `printf '%s\\n' ${line}`], { encoding: 'utf8' }).stdout.split('\n');
    expect(words.slice(0, 2)).toEqual([join(command, 'node'), join(command, 'out/main/cli.js')]);
  });

  test('takes the place of an AppImage that is asked for a command, before anything of Chromium is there', async () => {
    const module = JSON.stringify(join(root, 'src-main/electron/command-line.ts'));
    const script = `import(${module}).then((it) => it.runCommandLine(process.argv[1], process.argv.slice(2)))`;
    const child = spawn(process.execPath, ['-e', script, resources.Linux(), 'proxy', 'nobody', ...place(), '--json'], {
      env: {
        PATH: '/usr/bin:/bin',
        HOME: home,
        NODE_OPTIONS: '--trace-warnings',
        QUAYSIDE_VAULT_PASSPHRASE: 'of this very test',
      },
    });
    const { pid } = child;
    let stdout = '';
    let stderr = '';
    let program = '';
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk.toString();
      program = readlinkSync(`/proc/${pid}/exe`);
    });
    const [code] = (await once(child, 'close')) as [number | null];
    expect({ stdout, code, program }).toEqual({
      stdout: '',
      code: 3,
      program: join(resources.Linux(), 'command/node'),
    });
    expect(JSON.parse(stderr)).toMatchObject({ error: { kind: 'not-found' } });
  });

  test('serves the window that is packed with it', async () => {
    const child = spawn(join(home, 'bin/quayside'), ['serve', ...place()], {
      cwd: '/',
      env: { PATH: '/usr/bin:/bin', HOME: home, QUAYSIDE_VAULT_PASSPHRASE: 'of this very test' },
    });
    try {
      let said = '';
      const address = await new Promise<string>((resolve, reject) => {
        child.stdout.on('data', (chunk: Buffer) => {
          said += chunk.toString();
          const found = /http:\/\/127\.0\.0\.1:\d+\//.exec(said);
          if (found !== null) resolve(found[0]);
        });
        child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
        child.once('exit', () => reject(new Error(said)));
      });
      expect(await (await fetch(address)).text()).toContain('<title>');
    } finally {
      child.kill('SIGTERM');
      await once(child, 'exit');
    }
  });
});

// Last: it puts the stand-in for Electron into the package.
describe('the smoke test that the workflow runs', () => {
  const smoke = async (...args: readonly string[]) => {
    const child = spawn(process.execPath, [join(root, 'test/smoke/run.ts'), ...args], {
      env: { ...process.env, DISPLAY: '', WAYLAND_DISPLAY: '', DBUS_SESSION_BUS_ADDRESS: 'disabled:' },
    });
    let said = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (chunk: string) => (said += chunk));
    const [code] = (await once(child, 'close')) as [number | null];
    return { code, said, failed: [...said.matchAll(/^FAILED (.*) \(/gm)].map(([, name]) => name) };
  };

  beforeAll(() => {
    const archive = join(resources.Linux(), 'app.asar');
    const unpacked = join(project.folder, 'archive as a folder');
    mkdirSync(unpacked);
    readAsar(archive).extract(unpacked);
    rmSync(archive);
    renameSync(unpacked, archive);
    const words = [process.execPath, ...standInArgs(), join(archive, 'out/main/index.js')];
    const program = join(resources.Linux(), '../quayside-desktop');
    writeFileSync(program, `#!/bin/sh\nexec ${words.map((word) => `'${word}'`).join(' ')} "$@"\n`);
  });

  test('passes on a whole package', async () => {
    const { code, said } = await smoke('package', join(resources.Linux(), '..'));
    expect({ code, said }).toEqual({ code: 0, said: expect.not.stringContaining('FAILED') as string });
    expect(said.match(/^ok /gm)).toHaveLength(9);
  });

  test('names what a package does wrong', async () => {
    const launcher = join(resources.Linux(), '../bin/quayside');
    const right = readFileSync(launcher, 'utf8');
    const worker = join(resources.Linux(), 'command/out/main/forward-worker.js');
    const pump = readFileSync(worker, 'utf8');
    // As Electron's program does it on Windows; and a worker that cannot be loaded.
    writeFileSync(launcher, right.replace('set -eu', 'set -eu\necho'));
    writeFileSync(worker, "import './chunk-gone.js';\n");
    try {
      const { code, failed } = await smoke('package', join(resources.Linux(), '..'));
      expect(code).toBe(1);
      expect(failed).toEqual([
        'the command line tells its version and nothing else, within 20 s',
        'its proxy adds no byte and loses none',
        'the application carries bytes through a forward, in its own worker',
      ]);
    } finally {
      writeFileSync(launcher, right);
      writeFileSync(worker, pump);
    }
  });

  test('knows the application from the browser', async () => {
    const inBrowser = await smoke('start', '--expect', 'browser');
    expect(inBrowser).toMatchObject({ code: 0, failed: [] });
    expect(inBrowser.said).toContain('because there is no display here');
    expect((await smoke('start', '--expect', 'desktop')).failed).toContain('npm start opens the desktop');
  });
});
