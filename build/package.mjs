// npm run package [-- linux|mac|win …] [-- --dir] [-- --x64|--arm64] [-- --target deb …]: packs for this system, or for
// those named, into dist/, with the bill of materials beside. Uploads nothing: .github/workflows/release.yml does.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { Arch, build, Platform } from 'electron-builder';

import { prepareBuild, root, SetUpError } from './bootstrap.mjs';
import { configuration, rounds } from './electron-builder.mjs';
import { installedDistribution, withDistribution } from './electron-distribution.mjs';
import { writeBillOfMaterials } from './sbom.mjs';

// A workflow passes a missing secret as an empty text.
for (const [name, value] of Object.entries(process.env))
  if (value === '' && /^(CSC|WIN_CSC|APPLE|AZURE|QUAYSIDE)_/.test(name)) delete process.env[name];

const usage =
  'Usage: npm run package -- [linux] [mac] [win] [--x64] [--arm64] [--dir] [--target deb|rpm|AppImage|tar.gz|dmg|zip|nsis|portable]';
const platforms = { linux: Platform.LINUX, mac: Platform.MAC, win: Platform.WINDOWS };
/** @type {Partial<Record<NodeJS.Platform, keyof typeof platforms>>} */
const ownNames = { linux: 'linux', darwin: 'mac', win32: 'win' };
const own = ownNames[process.platform];

/** @param {string | undefined} name @returns {name is keyof typeof platforms} */
const isPlatform = (name) => name !== undefined && Object.hasOwn(platforms, name);

/**
 * The targets of a system, by name.
 * @param {import('electron-builder').PlatformSpecificBuildOptions | null | undefined} options
 */
const targetsOf = (options) =>
  [options?.target ?? []].flat().map((entry) => (typeof entry === 'string' ? entry : entry.target));

/** What to pack, or undefined if the arguments ask for nothing that there is. */
const wishes = () => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      dir: { type: 'boolean', default: false },
      x64: { type: 'boolean', default: false },
      arm64: { type: 'boolean', default: false },
      target: { type: 'string', multiple: true, default: [] },
    },
  });
  const names = positionals.length > 0 ? positionals : [own];
  if (!names.every(isPlatform)) return undefined;
  const archs = /** @type {const} */ (['x64', 'arm64']).filter(
    (arch) => values[arch] || (!values.x64 && !values.arm64),
  );
  const config = configuration();
  const chosen = names.map((name) => {
    const all = targetsOf(config[name]);
    const targets = values.dir
      ? ['dir']
      : values.target.length === 0
        ? all
        : all.filter((it) => values.target.includes(it));
    return { name, targets };
  });
  return chosen.every(({ targets }) => targets.length > 0) ? { config, archs, chosen } : undefined;
};

/** @param {string} path of a package.json @returns {{ version: string }} */
const readVersion = (path) => JSON.parse(readFileSync(join(root, path), 'utf8'));

/** @param {NonNullable<ReturnType<typeof wishes>>} wishes */
const pack = async ({ config, archs, chosen }) => {
  prepareBuild({ force: true });
  const folder = installedDistribution();
  const { version: electron } = readVersion('node_modules/electron/package.json');
  const { platform, arch: processor } = process;
  if (folder === undefined) console.error(`Electron ${electron} is not on this computer; it is fetched now.`);
  try {
    for (const { name, targets } of chosen)
      for (const round of rounds(targets))
        await build({
          projectDir: root,
          targets: new Map([[platforms[name], new Map(archs.map((arch) => [Arch[arch], round]))]]),
          config: folder === undefined ? config : withDistribution(config, { folder, platform, arch: processor }),
          publish: 'never',
        });
  } catch (thrown) {
    const text = thrown instanceof Error ? thrown.message : String(thrown);
    if (
      !/ENOTFOUND|ECONNREFUSED|ECONNRESET|EAI_AGAIN|ETIMEDOUT|fetch failed|HTTPError|status code|getaddrinfo/i.test(
        `${thrown instanceof Error && 'code' in thrown ? String(thrown.code) : ''} ${text}`,
      )
    )
      throw thrown;
    throw new SetUpError(
      `Packing needs something that is neither on this computer nor could be fetched:\n  ${text.split('\n')[0]}\n` +
        `Packages are made of Electron ${electron} (npx install-electron, or an unpacked one named by\n` +
        'ELECTRON_OVERRIDE_DIST_PATH) and, unless with --dir, by tools of electron-builder that come from GitHub once.',
    );
  }
  const { version } = readVersion('package.json');
  writeBillOfMaterials(join(root, config.directories?.output ?? 'dist', `Quayside-${version}.cdx.json`));
};

const wanted = wishes();
if (wanted === undefined) {
  console.error(usage);
  process.exitCode = 2;
} else {
  try {
    await pack(wanted);
  } catch (error) {
    if (!(error instanceof SetUpError)) throw error;
    console.error(error.message);
    process.exitCode = 1;
  }
}
