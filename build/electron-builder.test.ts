import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { root } from './bootstrap.mjs';
import { configuration, rounds } from './electron-builder.mjs';
import { signsForMac } from './mark-unsigned.mjs';

interface Platform {
  readonly target: readonly { readonly target: string; readonly arch: readonly string[] }[];
  readonly icon: string;
}
interface Files {
  readonly from: string;
}

/** electron-builder's own type leaves everything open; this is what is read here of what we say. */
interface Said {
  readonly artifactName: string;
  readonly asar: boolean;
  readonly disableAsarIntegrity: boolean;
  readonly forceCodeSigning: boolean;
  readonly generateUpdatesFilesForAllChannels: boolean;
  readonly publish: unknown;
  readonly protocols: unknown;
  readonly linux: Platform & { readonly extraFiles: readonly Files[] };
  readonly mac: Platform & {
    readonly entitlements: string;
    readonly entitlementsInherit: string;
    readonly extraResources: readonly Files[];
    readonly notarize: boolean;
  };
  readonly win: Platform & { readonly extraFiles: readonly Files[]; readonly requestedExecutionLevel: string };
  readonly deb: { readonly depends: readonly string[] };
  readonly rpm: { readonly depends: readonly string[] };
  readonly appImage: { readonly executableArgs: readonly string[] };
  readonly nsis: { readonly artifactName: string };
  readonly portable: { readonly artifactName: string };
}

const said = (environment: Readonly<Record<string, string>>): Said => configuration(environment) as unknown as Said;
const plain = said({});
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

describe('every format', () => {
  test.each([
    ['linux', ['deb', 'rpm', 'AppImage', 'tar.gz']],
    ['mac', ['dmg', 'zip']],
    ['win', ['nsis', 'portable']],
  ] as const)('of %s is made for both processors', (name, formats) => {
    expect(plain[name].target).toEqual(formats.map((target) => ({ target, arch: ['x64', 'arm64'] })));
  });

  test('has a name of its own', () => {
    const names = [plain.artifactName, plain.nsis.artifactName, plain.portable.artifactName];
    expect(new Set(names).size).toBe(3);
    for (const name of names) for (const macro of ['version', 'arch', 'ext']) expect(name).toContain(`\${${macro}}`);
  });

  test('is packed without what another one leaves in the folder', () => {
    expect(rounds(['deb', 'rpm', 'AppImage', 'tar.gz'])).toEqual([['deb'], ['rpm'], ['AppImage', 'tar.gz']]);
    expect(rounds(['dmg', 'zip'])).toEqual([['dmg', 'zip']]);
    expect(rounds(['dir'])).toEqual([['dir']]);
  });

  test.each([
    [{}, false],
    [{ CSC_LINK: '', QUAYSIDE_SIGNING: '' }, false],
    [{ CSC_LINK: 'file' }, true],
    [{ CSC_NAME: 'Someone' }, true],
    [{ QUAYSIDE_SIGNING: 'required' }, true],
  ])('of macOS, packed with %j, counts as signed: %s', (environment, signed) => {
    expect(signsForMac(environment)).toBe(signed);
  });

  test('knows what it needs of the system', () => {
    // What electron-builder says where nobody says anything (app-builder-lib, targets/FpmTarget.js, getDefaultDepends).
    const usual = {
      deb: 'libgtk-3-0 libnotify4 libnss3 libxss1 libxtst6 xdg-utils libatspi2.0-0 libuuid1 libsecret-1-0',
      rpm: 'gtk3 libnotify nss libXScrnSaver xdg-utils at-spi2-core',
    };
    for (const target of ['deb', 'rpm'] as const) {
      const { depends } = plain[target];
      expect(depends).toEqual(expect.arrayContaining(usual[target].split(' ')));
      // And what Debian's package of Chromium names besides.
      expect(depends.join(' ')).toMatch(/libsecret.*asound.*gbm/);
    }
    expect(plain.appImage.executableArgs).not.toContain('--no-sandbox');
  });

  test('of Windows is installed for one user, says where, and keeps what is theirs', () => {
    expect(plain.nsis).toMatchObject({
      oneClick: false,
      perMachine: false,
      allowToChangeInstallationDirectory: true,
      deleteAppDataOnUninstall: false,
      buildUniversalInstaller: false,
    });
    expect(plain.win.requestedExecutionLevel).toBe('asInvoker');
  });

  test('takes links and checks its archive', () => {
    expect(plain.protocols).toMatchObject([{ schemes: ['quayside'] }]);
    expect({ asar: plain.asar, disableAsarIntegrity: plain.disableAsarIntegrity }).toEqual({
      asar: true,
      disableAsarIntegrity: false,
    });
  });
});

describe('signing', () => {
  test('macOS: hardened, with no more rights than are used, helpers with fewer', () => {
    expect(plain.mac).toMatchObject({ hardenedRuntime: true, notarize: false });
    const rights = (path: string): readonly string[] =>
      [...read(path).matchAll(/<key>([^<]+)<\/key>\s*<true\/>/g)].map(([, key = '']) => key);
    expect(rights(plain.mac.entitlements)).toEqual([
      'com.apple.security.cs.allow-jit',
      'com.apple.security.automation.apple-events',
      'com.apple.security.device.audio-input',
    ]);
    expect(rights(plain.mac.entitlementsInherit)).toEqual([
      'com.apple.security.cs.allow-jit',
      'com.apple.security.device.audio-input',
    ]);
  });

  test.each(['APPLE_API_KEY', 'APPLE_ID', 'APPLE_KEYCHAIN'])('macOS: notarised where there is %s', (name) => {
    expect(said({ [name]: 'x' }).mac.notarize).toBe(true);
  });

  test('Windows: by Azure where its names are told, and never without a check of who signed an update', () => {
    expect(plain.win).not.toHaveProperty('azureSignOptions');
    const { win } = said({
      AZURE_CODE_SIGNING_ENDPOINT: 'https://eus.codesigning.example',
      AZURE_CODE_SIGNING_ACCOUNT: 'account',
      AZURE_CODE_SIGNING_PROFILE: 'profile',
      AZURE_CODE_SIGNING_PUBLISHER: 'Quayside',
    });
    expect(win).toMatchObject({
      verifyUpdateCodeSignature: true,
      azureSignOptions: {
        endpoint: 'https://eus.codesigning.example',
        codeSigningAccountName: 'account',
        certificateProfileName: 'profile',
        publisherName: 'Quayside',
      },
    });
  });

  test('a release may insist on it', () => {
    expect(plain.forceCodeSigning).toBe(false);
    expect(said({ QUAYSIDE_SIGNING: 'required' }).forceCodeSigning).toBe(true);
  });
});

describe('updates', () => {
  test('a package from a checkout looks for none', () => {
    expect(plain.publish).toBeNull();
  });

  test('a release looks at the releases of its repository, as a draft until somebody publishes it', () => {
    expect(said({ GITHUB_REPOSITORY: 'somebody/quayside' }).publish).toEqual([
      { provider: 'github', owner: 'somebody', repo: 'quayside', channel: 'latest', releaseType: 'draft' },
    ]);
  });

  test('or at a web server, for finished or for test versions', () => {
    const environment = { QUAYSIDE_UPDATE_URL: 'https://updates.example', GITHUB_REPOSITORY: 'somebody/quayside' };
    const feed = { provider: 'generic', url: 'https://updates.example' };
    expect(said(environment).publish).toEqual([{ ...feed, channel: 'latest' }]);
    expect(said({ ...environment, QUAYSIDE_CHANNEL: 'beta' }).publish).toEqual([{ ...feed, channel: 'beta' }]);
    // Who asked for test versions is offered finished ones, too.
    expect(plain.generateUpdatesFilesForAllChannels).toBe(true);
  });
});

describe('icons', () => {
  test.each([16, 24, 32, 48, 64, 128, 256, 512])('of Linux, %i pixels', (size) => {
    const png = readFileSync(join(root, `resources/app/icons/${size}x${size}.png`));
    expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([size, size]);
  });

  test('of macOS, up to 1024 pixels', () => {
    const icns = readFileSync(join(root, plain.mac.icon));
    expect(icns.subarray(0, 4).toString()).toBe('icns');
    expect(icns.readUInt32BE(4)).toBe(icns.length);
    const types: string[] = [];
    for (let at = 8; at < icns.length; at += icns.readUInt32BE(at + 4)) types.push(icns.toString('latin1', at, at + 4));
    expect(types).toEqual(expect.arrayContaining(['icp4', 'ic07', 'ic08', 'ic09', 'ic10', 'ic13', 'ic14']));
  });

  test('of Windows, up to 256 pixels', () => {
    const ico = readFileSync(join(root, plain.win.icon));
    const sizes = Array.from({ length: ico.readUInt16LE(4) }, (_, index) => ico.readUInt8(6 + 16 * index));
    expect(sizes).toEqual([16, 24, 32, 48, 64, 128, 0]);
  });
});

test('every file that the configuration names is there', () => {
  const named = [
    plain.mac.icon,
    plain.win.icon,
    plain.mac.entitlements,
    plain.mac.entitlementsInherit,
    ...[...plain.linux.extraFiles, ...plain.win.extraFiles, ...plain.mac.extraResources].map(({ from }) => from),
  ];
  expect(named.filter((path) => !existsSync(join(root, path)))).toEqual([]);
});
