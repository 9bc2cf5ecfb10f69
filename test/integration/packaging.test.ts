import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join } from 'node:path';
import { NtExecutable, NtExecutableResource, Resource } from 'resedit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { root } from '../../build/bootstrap.mjs';
import { fuses, readFuses } from '../../build/fuses.mjs';
import { shippedPackages } from '../../build/licences.mjs';
import { readAsar, type Asar } from '../support/asar-archive.ts';
import { packableProject, type Packed } from '../support/packed-project.ts';

const updateUrl = 'https://updates.example/quayside';

let project: ReturnType<typeof packableProject>;
let linux: Packed;
let win: Packed;
let mac: Packed;

beforeAll(async () => {
  project = packableProject();
  linux = await project.pack('linux', 'x64', ['deb', 'rpm', 'AppImage', 'tar.gz'], { QUAYSIDE_UPDATE_URL: updateUrl });
  win = await project.pack('win', 'x64', ['dir']);
  mac = await project.pack('mac', 'arm64', ['dir']);
}, 120_000);
afterAll(() => project.dispose());

const linuxFolder = (): string => join(linux.output, 'linux-unpacked');
const windowsFolder = (): string => join(win.output, 'win-unpacked');
const macContents = (): string => join(mac.output, 'mac-arm64/Quayside.app/Contents');

const archives = {
  linux: (): Asar => readAsar(join(linuxFolder(), 'resources/app.asar')),
  win: (): Asar => readAsar(join(windowsFolder(), 'resources/app.asar')),
  mac: (): Asar => readAsar(join(macContents(), 'Resources/app.asar')),
};
const paths = (archive: Asar): readonly string[] => archive.files.map(({ path }) => path);

describe('what is in the archive', () => {
  test('the built application, without its source maps and the demo', () => {
    const built = readdirSync(join(root, 'out'), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
      .filter((path) => !path.endsWith('.map') && path !== 'out/main/demo.js' && path !== 'out/.inputs');
    const packed = paths(archives.linux()).filter((path) => path.startsWith('out/'));
    expect(packed.toSorted()).toEqual(built.toSorted());
    expect(packed).toContain('out/main/forward-worker.js');
  });

  test('beside it the pictures main needs, its package.json, and no other folder', () => {
    const rest = paths(archives.linux()).filter(
      (path) => !path.startsWith('out/') && !path.startsWith('node_modules/'),
    );
    expect(rest.filter((path) => !path.startsWith('resources/tray/')).toSorted()).toEqual([
      'package.json',
      'resources/app/icon.png',
    ]);
    for (const picture of ['attentionTemplate@2x.png', 'plain.alpha', 'offline.alpha', 'attention.alpha'])
      expect(rest).toContain(`resources/tray/${picture}`);
    const { main, desktopName, scripts, devDependencies } = JSON.parse(archives.linux().text('package.json')) as Record<
      string,
      unknown
    >;
    expect({ main, desktopName, scripts, devDependencies }).toEqual({
      main: './out/main/index.js',
      desktopName: 'io.github.quayside.desktop',
      scripts: undefined,
      devDependencies: undefined,
    });
  });

  test('the packages main runs with, and none that only builds, tests or compiles', () => {
    const archive = archives.linux();
    const packed = paths(archive)
      .filter((path) => /^node_modules\/((?:@[^/]+\/)?[^/]+)\/package\.json$/.test(path))
      .map((path) => JSON.parse(archive.text(path)) as { name: string; version: string });
    const named = (entries: readonly { name: string; version: string }[]): readonly string[] =>
      entries.map(({ name, version }) => `${name} ${version}`).toSorted();
    expect(named(packed)).toEqual(named(shippedPackages().filter((entry) => entry.packed)));
    const unwanted = /\.(map|ts|mts|cts|c|cc|h|gyp)$|\/(test|tests|examples?|docs)\/|\/\.|\.bat$/;
    expect(paths(archive).filter((path) => unwanted.test(path))).toEqual([]);
  });

  test('nothing that lay about: no secret, no source, no profile', () => {
    const bytes = readFileSync(join(linuxFolder(), 'resources/app.asar'), 'latin1');
    expect(bytes).not.toContain('in-no-package');
    expect(paths(archives.linux()).filter((path) => /^(src-|test|profile|build|\.)|token/.test(path))).toEqual([]);
  });

  test.each([
    ['linux', 'linux-x64'],
    ['win', 'win32-x64'],
    ['mac', 'darwin-arm64'],
  ] as const)(
    'the keychain module of %s alone lies beside it, and every other file is checked',
    (platform, prebuilt) => {
      const { files } = archives[platform]();
      const native = files.filter(({ path }) => path.endsWith('.node'));
      expect(native.map(({ path, unpacked }) => [path, unpacked])).toEqual([
        [`node_modules/keytar/prebuilds/${prebuilt}/keytar.node`, true],
      ]);
      expect(files.filter((file) => !file.unpacked && !file.checked)).toEqual([]);
    },
  );

  test('all that its programs import', () => {
    const archive = archives.linux();
    const packages = new Set(paths(archive).map((path) => /^node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1]));
    const imported = paths(archive)
      .filter((path) => path.startsWith('out/main/'))
      .flatMap((path) => [
        ...archive
          .text(path)
          .matchAll(/^(?:import|export)\b[^"']*["']([^"'.][^"']*)["'];?$|\bimport\("([^".][^"]*)"\)/gm),
      ])
      .map(([, still, late]) => still ?? late ?? '')
      .filter((name) => name !== 'electron' && !isBuiltin(name))
      .map((name) => /^(?:@[^/]+\/)?[^/]+/.exec(name)?.[0]);
    expect(new Set(imported)).toContain('ky');
    expect([...new Set(imported)].filter((name) => !packages.has(name))).toEqual([]);
  });
});

test('a copy for macOS that nobody signed says so, and the others say nothing', () => {
  expect(existsSync(join(macContents(), 'Resources/unsigned'))).toBe(true);
  for (const folder of [linuxFolder(), windowsFolder()])
    expect(existsSync(join(folder, 'resources/unsigned'))).toBe(false);
});

describe('the program', () => {
  test.each([
    ['Linux', () => join(linuxFolder(), 'quayside-desktop')],
    ['Windows', () => join(windowsFolder(), 'Quayside.exe')],
    ['macOS', () => join(macContents(), '../../Quayside.app')],
  ])('of %s carries the fuses', async (_name, binary) => {
    expect(await readFuses(binary())).toEqual({
      RunAsNode: false,
      EnableCookieEncryption: true,
      EnableNodeOptionsEnvironmentVariable: false,
      EnableNodeCliInspectArguments: false,
      EnableEmbeddedAsarIntegrityValidation: true,
      OnlyLoadAppFromAsar: true,
      LoadBrowserProcessSpecificV8Snapshot: false,
      GrantFileProtocolExtraPrivileges: false,
      WasmTrapHandlers: true,
    });
  });

  test('has an inspector only in a test build', () => {
    expect(fuses(true)).toEqual({ ...fuses(), EnableNodeCliInspectArguments: true });
  });

  test('knows the archive it belongs to', () => {
    const plist = readFileSync(join(macContents(), 'Info.plist'), 'utf8');
    expect(/<key>Resources\/app\.asar<\/key>[^]*?<key>hash<\/key>\s*<string>(\w+)</.exec(plist)?.[1]).toBe(
      archives.mac().hash,
    );
    const program = NtExecutable.from(readFileSync(join(windowsFolder(), 'Quayside.exe')));
    const entry = NtExecutableResource.from(program).entries.find(({ type }) => type === 'INTEGRITY');
    expect(JSON.parse(Buffer.from(entry?.bin ?? new ArrayBuffer()).toString('utf8'))).toEqual([
      { file: 'resources\\app.asar', alg: 'SHA256', value: archives.win().hash },
    ]);
  });

  test('of Windows has the name and the icon', () => {
    const { entries } = NtExecutableResource.from(
      NtExecutable.from(readFileSync(join(windowsFolder(), 'Quayside.exe'))),
    );
    const facts = Resource.VersionInfo.fromEntries(entries)[0]?.getStringValues({ lang: 1033, codepage: 1200 });
    expect(facts).toMatchObject({ ProductName: 'Quayside', FileDescription: 'Quayside' });
    expect(Resource.IconGroupEntry.fromEntries(entries)[0]?.icons.map(({ width }) => width)).toEqual([
      16, 24, 32, 48, 64, 128, 0,
    ]);
  });

  test('of macOS takes links, says why it steers a terminal, and has its icon', () => {
    const plist = readFileSync(join(macContents(), 'Info.plist'), 'utf8');
    expect(plist).toMatch(/<key>CFBundleURLSchemes<\/key>\s*<array>\s*<string>quayside</);
    expect(plist).toContain('<key>NSAppleEventsUsageDescription</key>');
    expect(plist).toMatch(/<key>CFBundleIdentifier<\/key>\s*<string>io\.github\.quayside\.desktop</);
    expect(readFileSync(join(macContents(), 'Resources/icon.icns'))).toEqual(
      readFileSync(join(root, 'resources/app/icon.icns')),
    );
  });

  test('brings the licences of Electron and Chromium, and not Electron’s own page', () => {
    for (const folder of [linuxFolder(), windowsFolder(), join(macContents(), 'Resources')]) {
      expect(readFileSync(join(folder, 'LICENSE.electron.txt'), 'utf8')).toBe('Electron');
      expect(readFileSync(join(folder, 'LICENSES.chromium.html'), 'utf8')).toBe('Chromium');
    }
    const welcome = [
      join(linuxFolder(), 'resources'),
      join(windowsFolder(), 'resources'),
      join(macContents(), 'Resources'),
    ];
    expect(welcome.filter((folder) => existsSync(join(folder, 'default_app.asar')))).toEqual([]);
    expect(readdirSync(join(linuxFolder(), 'locales'))).toEqual(['en-US.pak']);
  });
});

describe('on a Linux desktop', () => {
  test.each([
    ['deb', '/opt/Quayside/quayside-desktop %U', 'quayside-desktop'],
    ['rpm', '/opt/Quayside/quayside-desktop %U', 'quayside-desktop'],
    // With the sandbox: AppImages have been started without it for years.
    ['AppImage', 'AppRun %U', 'AppRun'],
  ])('the %s has an entry with actions and takes links', (format, exec, program) => {
    const desktop = linux.computed.get(format)?.desktop ?? '';
    const lines = desktop.split('\n');
    expect(lines).toEqual(
      expect.arrayContaining([
        'Name=Quayside',
        `Exec=${exec}`,
        'Icon=quayside-desktop',
        'StartupWMClass=io.github.quayside',
        'MimeType=x-scheme-handler/quayside;',
        'Categories=Network;RemoteAccess;',
        'Actions=Open;QuickConnect;Quit;',
      ]),
    );
    const actions = desktop.split(/^\[Desktop Action /m).slice(1);
    expect(actions.map((action) => /^(\w+)\][^]*?^Exec=(.*)$/m.exec(action)?.slice(1))).toEqual([
      ['Open', program],
      ['QuickConnect', `${program} --quick-connect`],
      ['Quit', `${program} --quit`],
    ]);
  });

  test.each(['deb', 'rpm'])('the %s puts entry and icons of every size where desktops look', (format) => {
    const args = linux.computed.get(format)?.args ?? [];
    const icons = args.flatMap(
      (arg) => /=\/usr\/share\/icons\/hicolor\/(\d+)x\1\/apps\/quayside-desktop\.png$/.exec(arg)?.[1] ?? [],
    );
    expect(icons).toEqual(['16', '24', '32', '48', '64', '128', '256', '512']);
    expect(args).toContainEqual(expect.stringMatching(/=\/usr\/share\/applications\/io\.github\.quayside\.desktop$/));
    expect(args).toContainEqual(expect.stringMatching(/=\/opt\/Quayside$/));
  });

  test('each package knows its own way to updates', () => {
    expect(Object.fromEntries(linux.packageTypes)).toEqual({ deb: 'deb', rpm: 'rpm' });
    const told = readFileSync(join(linuxFolder(), 'resources/app-update.yml'), 'utf8');
    expect(told).toContain(`provider: generic\nurl: ${updateUrl}\nchannel: latest\n`);
    expect(existsSync(join(windowsFolder(), 'resources/app-update.yml'))).toBe(false);
  });

  test('the tar.gz is the application as it is, ready to run', () => {
    const archive = readdirSync(linux.output).find((name) => name.endsWith('.tar.gz')) ?? '';
    const { stdout } = spawnSync('tar', ['-tvzf', join(linux.output, archive)], { encoding: 'utf8' });
    const listed = new Map(
      stdout
        .trimEnd()
        .split('\n')
        .map((line) => [line.slice(line.indexOf('Quayside-')).replace(/^[^/]*\//, ''), line.slice(0, 10)]),
    );
    expect(listed.get('quayside-desktop')).toBe('-rwxr-xr-x');
    expect(listed.get('bin/quayside')).toBe('-rwxr-xr-x');
    expect([...listed.keys()]).toEqual(expect.arrayContaining(['resources/app.asar', 'LICENSES.chromium.html']));
    expect([...listed.keys()]).not.toContain('resources/package-type');
  });
});
