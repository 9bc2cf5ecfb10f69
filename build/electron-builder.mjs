// How Quayside is packed, for every system. Signing, notarisation, where updates come from and who maintains a package
// are told by the environment only; without it, packages are unsigned and look for no updates.
import { join } from 'node:path';

import { setFuses } from './fuses.mjs';

const root = join(import.meta.dirname, '..');
const archs = ['x64', 'arm64'];
const each = (targets) => targets.map((target) => ({ target, arch: archs }));

/** Entries of the launcher's own menu; --quick-connect and --quit are read in src-main/electron/application.ts. */
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

/** The page of the project, which deb and rpm name. */
const homepage = ({ QUAYSIDE_HOMEPAGE, GITHUB_SERVER_URL, GITHUB_REPOSITORY }) =>
  QUAYSIDE_HOMEPAGE ?? (GITHUB_REPOSITORY === undefined ? undefined : `${GITHUB_SERVER_URL}/${GITHUB_REPOSITORY}`);

/**
 * The configuration of electron-builder.
 * @param {Record<string, string | undefined>} environment usually that of the process
 * @returns {import('electron-builder').Configuration}
 */
export const configuration = (environment = process.env) => {
  const page = homepage(environment);
  const channel = environment.QUAYSIDE_CHANNEL === 'beta' ? 'beta' : 'latest';
  const notarise = (environment.APPLE_API_KEY ?? environment.APPLE_ID ?? environment.APPLE_KEYCHAIN) !== undefined;
  return {
    appId: 'io.github.quayside.desktop',
    productName: 'Quayside',
    copyright: 'MIT licensed',
    directories: { output: 'dist', buildResources: 'resources/app' },
    // The window is bundled into out/; only what main imports at run time is packed besides.
    files: [
      'out/{main,preload,renderer}/**',
      '!out/main/demo.js*',
      '!**/*.map',
      'resources/tray/*.png',
      'resources/app/icon.png',
      'package.json',
      '!node_modules/node-*-{x64,arm64}/**',
      // ssh2 works without its native helpers, which would have to be compiled for every platform.
      '!node_modules/{cpu-features,buildcheck,nan}/**',
      '!node_modules/ssh2/lib/protocol/crypto/{build,src,binding.gyp}/**',
      // Of keytar's ready-made modules the one of the packed system; node-addon-api is needed to compile it only.
      '!node_modules/keytar/{build,script}/**',
      '!node_modules/keytar/prebuilds/**',
      'node_modules/keytar/prebuilds/${platform}-${arch}/**',
      '!node_modules/node-addon-api/**',
      '!node_modules/**/{test,tests,__tests__,example,examples,docs}/**',
      '!node_modules/**/*.{ts,mts,cts,c,cc,h,gyp,gypi,bnf}',
      '!node_modules/**/{.*,Jenkinsfile,install.js,tests.js,CONTRIBUTING.md,PULL_REQUEST_TEMPLATE.md}',
    ],
    extraMetadata: page === undefined ? {} : { homepage: page },
    asar: true,
    disableAsarIntegrity: false,
    // A native module is loaded by the system, which reads no archive.
    asarUnpack: ['node_modules/keytar/**'],
    npmRebuild: false,
    removePackageScripts: true,
    electronLanguages: ['en-US'],
    protocols: [{ name: 'Quayside link', schemes: ['quayside'], role: 'Viewer' }],
    afterPack: setFuses,
    detectUpdateChannel: false,
    generateUpdatesFilesForAllChannels: false,
    publish:
      environment.QUAYSIDE_UPDATE_URL === undefined
        ? null
        : [{ provider: 'generic', url: environment.QUAYSIDE_UPDATE_URL, channel, publishAutoUpdate: true }],
    artifactName: '${productName}-${version}-${os}-${arch}.${ext}',
    linux: {
      target: each(['deb', 'rpm', 'AppImage', 'tar.gz']),
      category: 'Network',
      // `quayside` is the command line, which is what belongs under that name in a terminal.
      executableName: 'quayside-desktop',
      syncDesktopName: true,
      icon: join(root, 'resources/app/icons'),
      synopsis: 'Fleets of remote devices in one list',
      maintainer: environment.QUAYSIDE_MAINTAINER ?? 'The Quayside founders',
      desktop: desktopEntry('quayside-desktop'),
      extraFiles: [{ from: 'build/launcher/quayside', to: 'bin/quayside' }],
    },
    deb: {
      depends: ['libgtk-3-0', 'libnss3', 'libsecret-1-0', 'libnotify4', 'libxtst6', 'xdg-utils', 'libatspi2.0-0'],
      recommends: ['openssh-client', 'libayatana-appindicator3-1'],
      fpm: [`${join(root, 'build/launcher/quayside')}=/usr/bin/quayside`],
    },
    rpm: {
      depends: ['gtk3', 'nss', 'libsecret', 'libnotify', '(libXtst or libXtst6)', 'xdg-utils', 'at-spi2-core'],
      fpm: [`${join(root, 'build/launcher/quayside')}=/usr/bin/quayside`],
    },
    appImage: { desktop: desktopEntry('AppRun') },
    mac: {
      target: each(['dmg', 'zip']),
      category: 'public.app-category.developer-tools',
      icon: 'resources/app/icon.icns',
      minimumSystemVersion: '13.0',
      hardenedRuntime: true,
      gatekeeperAssess: false,
      entitlements: 'build/entitlements/app.plist',
      entitlementsInherit: 'build/entitlements/helper.plist',
      notarize: notarise,
      extraResources: [{ from: 'build/launcher/quayside', to: 'bin/quayside' }],
    },
    dmg: { sign: false },
    win: {
      target: each(['nsis', 'portable']),
      icon: 'resources/app/icon.ico',
      requestedExecutionLevel: 'asInvoker',
      verifyUpdateCodeSignature: true,
      extraFiles: [{ from: 'build/launcher/quayside.cmd', to: 'bin/quayside.cmd' }],
      ...(environment.AZURE_CODE_SIGNING_ENDPOINT === undefined
        ? {}
        : {
            azureSignOptions: {
              endpoint: environment.AZURE_CODE_SIGNING_ENDPOINT,
              codeSigningAccountName: environment.AZURE_CODE_SIGNING_ACCOUNT ?? '',
              certificateProfileName: environment.AZURE_CODE_SIGNING_PROFILE ?? '',
              publisherName: environment.AZURE_CODE_SIGNING_PUBLISHER ?? '',
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
