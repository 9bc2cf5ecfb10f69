// How Quayside is packed, for every system. Signing, notarisation, where updates come from and who maintains a package
// are told by the environment only; without it, packages are unsigned and look for no updates. .github/workflows/release.yml
// has the names.
import { join } from 'node:path';

import { setFuses } from './fuses.mjs';
import { nodeRuntime } from './node-runtime.mjs';
import { addCommand } from './packed-command.mjs';
import { markUnsigned } from './mark-unsigned.mjs';

const root = join(import.meta.dirname, '..');
/** @type {('x64' | 'arm64')[]} */
const archs = ['x64', 'arm64'];
/** @param {string[]} targets */
const each = (targets) => targets.map((target) => ({ target, arch: archs }));

/**
 * What is packed. The window is bundled into out/; only what main imports at run time is packed besides. Said for each
 * system apart: electron-builder takes a list of exceptions that a system adds to a common one for all files but these.
 * @param {string} platform in Node's words; electron-builder's `${platform}` would be the system that packs
 */
const packedFiles = (platform) => [
  'out/{main,preload,renderer}/**',
  '!out/main/demo.js*',
  '!**/*.map',
  'resources/tray/*.{png,alpha}',
  'resources/app/icon.png',
  'package.json',
  '!node_modules/node-*-{x64,arm64}/**',
  // ssh2 works without its native helpers, which would have to be compiled for every platform.
  '!node_modules/{cpu-features,buildcheck,nan}/**',
  '!node_modules/ssh2/lib/protocol/crypto/{build,src,binding.gyp}/**',
  // node-addon-api is needed to compile keytar only.
  '!node_modules/keytar/{build,script}/**',
  `!node_modules/keytar/prebuilds/!(${platform}-\${arch})/**`,
  '!node_modules/node-addon-api/**',
  '!node_modules/**/{test,tests,__tests__,example,examples,docs}/**',
  '!node_modules/**/*.{ts,mts,cts,c,cc,h,gyp,gypi,bnf}',
  '!node_modules/**/{.*,Jenkinsfile,install.js,tests.js,build_pagent.bat,CONTRIBUTING.md,PULL_REQUEST_TEMPLATE.md}',
];

/**
 * Entries of the launcher's own menu; --quick-connect and --quit are read in src-main/electron/application.ts.
 * @param {string} program
 */
const desktopEntry = (program) => ({
  entry: {
    Actions: 'Open;QuickConnect;Quit;',
    GenericName: 'Remote devices',
    Keywords: 'ssh;vnc;rdp;remote;device;fleet;iot;tunnel;',
    StartupNotify: 'true',
  },
  desktopActions: {
    Open: { Name: 'Open', Exec: program },
    QuickConnect: { Name: 'Quick connect', Exec: `${program} --quick-connect` },
    Quit: { Name: 'Quit', Exec: `${program} --quit` },
  },
});

/**
 * Targets that may be made of one folder at a time. A deb and an rpm leave a file in it that tells the updater which of
 * them it is; AppImage and tar.gz would take it along. The last round writes the list of updates, which lists AppImages.
 * @param {readonly string[]} targets of one system
 */
export const rounds = (targets) =>
  [['deb'], ['rpm'], targets.filter((name) => name !== 'deb' && name !== 'rpm')]
    .map((round) => round.filter((name) => targets.includes(name)))
    .filter((round) => round.length > 0);

/**
 * The page of the project. electron-builder makes no deb or rpm without one; a package from a checkout has none.
 * @param {NodeJS.ProcessEnv} environment
 */
const homepage = ({ QUAYSIDE_HOMEPAGE, GITHUB_SERVER_URL = 'https://github.com', GITHUB_REPOSITORY }) =>
  QUAYSIDE_HOMEPAGE ??
  (GITHUB_REPOSITORY === undefined ? 'https://quayside.invalid' : `${GITHUB_SERVER_URL}/${GITHUB_REPOSITORY}`);

/**
 * Where a package looks for newer ones: a folder on a web server, else the releases of the repository that packs it.
 * @param {NodeJS.ProcessEnv} environment
 * @returns {NonNullable<import('electron-builder').Configuration['publish']> | null}
 */
const feed = ({ QUAYSIDE_UPDATE_URL: url, GITHUB_REPOSITORY: repository, QUAYSIDE_CHANNEL }) => {
  const channel = QUAYSIDE_CHANNEL === 'beta' ? 'beta' : 'latest';
  if (url !== undefined) return [{ provider: 'generic', url, channel }];
  if (repository === undefined) return null;
  const [owner = '', repo = ''] = repository.split('/');
  return [{ provider: 'github', owner, repo, channel, releaseType: 'draft' }];
};

/**
 * The configuration of electron-builder.
 * @param {Record<string, string | undefined>} environment usually that of the process
 * @param {typeof nodeRuntime} runtimeFor where the Node of the command line comes from
 * @returns {import('electron-builder').Configuration}
 */
export const configuration = (environment = process.env, runtimeFor = nodeRuntime) => {
  const notarise =
    (environment['APPLE_API_KEY'] ?? environment['APPLE_ID'] ?? environment['APPLE_KEYCHAIN']) !== undefined;
  return {
    appId: 'io.github.quayside.desktop',
    productName: 'Quayside',
    copyright: 'MIT licensed',
    directories: { output: 'dist', buildResources: 'resources/app' },
    extraMetadata: { homepage: homepage(environment) },
    asar: true,
    disableAsarIntegrity: false,
    // A native module is loaded by the system, which reads no archive.
    asarUnpack: ['node_modules/keytar/**'],
    npmRebuild: false,
    removePackageScripts: true,
    electronLanguages: ['en-US'],
    protocols: [{ name: 'Quayside link', schemes: ['quayside'], role: 'Viewer' }],
    // The command line first: on a Mac the fuses end with a new signature of all that is there.
    afterPack: (context) => {
      addCommand(context, runtimeFor);
      markUnsigned(context, environment);
      return setFuses(context);
    },
    detectUpdateChannel: false,
    // Who asked for test versions gets the finished ones too.
    generateUpdatesFilesForAllChannels: true,
    publish: feed(environment),
    forceCodeSigning: environment['QUAYSIDE_SIGNING'] === 'required',
    artifactName: '${productName}-${version}-${os}-${arch}.${ext}',
    linux: {
      files: packedFiles('linux'),
      target: each(['deb', 'rpm', 'AppImage', 'tar.gz']),
      category: 'Network;RemoteAccess',
      // `quayside` is the command line, which is what belongs under that name in a terminal.
      executableName: 'quayside-desktop',
      syncDesktopName: true,
      icon: join(root, 'resources/app/icons'),
      synopsis: 'Fleets of remote devices in one list',
      maintainer: environment['QUAYSIDE_MAINTAINER'] ?? 'The Quayside founders',
      extraFiles: [{ from: 'build/launcher/quayside', to: 'bin/quayside' }],
    },
    // Not said once for `linux`: electron-builder writes what an AppImage has of its own into that very object.
    deb: {
      desktop: desktopEntry('quayside-desktop'),
      // electron-builder's own list, and what Chromium links besides that GTK does not bring (Debian's package chromium).
      depends: [
        ...[
          'libgtk-3-0',
          'libnss3',
          'libsecret-1-0',
          'libnotify4',
          'libxss1',
          'libxtst6',
          'xdg-utils',
          'libatspi2.0-0',
        ],
        ...['libuuid1', 'libasound2 | libasound2t64', 'libdrm2', 'libgbm1'],
      ],
      recommends: ['openssh-client', 'libayatana-appindicator3-1'],
      fpm: [`${join(root, 'build/launcher/quayside')}=/usr/bin/quayside`],
    },
    rpm: {
      desktop: desktopEntry('quayside-desktop'),
      depends: [
        ...[
          'gtk3',
          'nss',
          'libsecret',
          'libnotify',
          'libXScrnSaver',
          '(libXtst or libXtst6)',
          'xdg-utils',
          'at-spi2-core',
        ],
        ...['(libuuid or libuuid1)', '(alsa-lib or libasound2)', '(libdrm or libdrm2)', '(mesa-libgbm or libgbm1)'],
      ],
      fpm: [`${join(root, 'build/launcher/quayside')}=/usr/bin/quayside`],
    },
    // Its own start script looks whether the sandbox can be, and goes without only where it cannot.
    appImage: { desktop: desktopEntry('AppRun'), executableArgs: [] },
    // The older runtime needs libfuse2, which current distributions do not bring.
    toolsets: { appimage: '1.0.3' },
    mac: {
      files: packedFiles('darwin'),
      target: each(['dmg', 'zip']),
      category: 'public.app-category.developer-tools',
      icon: 'resources/app/icon.icns',
      // That of Node 24 (BUILDING.md there); Electron itself would run on an older one.
      minimumSystemVersion: '13.5',
      hardenedRuntime: true,
      gatekeeperAssess: false,
      entitlements: 'build/entitlements/app.plist',
      entitlementsInherit: 'build/entitlements/helper.plist',
      notarize: notarise,
      extendInfo: {
        NSAppleEventsUsageDescription: 'Quayside opens sessions in your terminal.',
        NSMicrophoneUsageDescription: 'A remote desktop can hear you once you share the microphone with it.',
      },
      extraResources: [{ from: 'build/launcher/quayside', to: 'bin/quayside' }],
    },
    dmg: { sign: false },
    win: {
      files: packedFiles('win32'),
      target: each(['nsis', 'portable']),
      icon: 'resources/app/icon.ico',
      requestedExecutionLevel: 'asInvoker',
      verifyUpdateCodeSignature: true,
      extraFiles: [{ from: 'build/launcher/quayside.cmd', to: 'bin/quayside.cmd' }],
      ...(environment['AZURE_CODE_SIGNING_ENDPOINT'] === undefined
        ? {}
        : {
            azureSignOptions: {
              endpoint: environment['AZURE_CODE_SIGNING_ENDPOINT'],
              codeSigningAccountName: environment['AZURE_CODE_SIGNING_ACCOUNT'] ?? '',
              certificateProfileName: environment['AZURE_CODE_SIGNING_PROFILE'] ?? '',
              publisherName: environment['AZURE_CODE_SIGNING_PUBLISHER'] ?? '',
            },
          }),
    },
    nsis: {
      artifactName: '${productName}-${version}-windows-${arch}-setup.${ext}',
      oneClick: false,
      perMachine: false,
      allowToChangeInstallationDirectory: true,
      // Accounts and history are the user's; an uninstalled program is often installed again.
      deleteAppDataOnUninstall: false,
      buildUniversalInstaller: false,
      runAfterFinish: true,
    },
    portable: {
      artifactName: '${productName}-${version}-windows-${arch}-portable.${ext}',
      buildUniversalInstaller: false,
    },
  };
};
