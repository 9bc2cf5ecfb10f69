// npm run package [-- linux|mac|win …] [-- --dir] [-- --x64|--arm64]: packs for this system, or for those named, into
// dist/, with the bill of materials beside. --publish uploads what the environment tells where to.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { Arch, build, Platform } from 'electron-builder';

import { prepareBuild, root } from './bootstrap.mjs';
import { configuration } from './electron-builder.mjs';
import { writeBillOfMaterials } from './sbom.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    dir: { type: 'boolean', default: false },
    x64: { type: 'boolean', default: false },
    arm64: { type: 'boolean', default: false },
    publish: { type: 'boolean', default: false },
  },
});
const platforms = { linux: Platform.LINUX, mac: Platform.MAC, win: Platform.WINDOWS };
const own = { linux: 'linux', darwin: 'mac', win32: 'win' }[process.platform];
const wanted = positionals.length > 0 ? positionals : [own];
const unknown = wanted.filter((name) => name === undefined || !Object.hasOwn(platforms, name));
if (unknown.length > 0) {
  console.error('Usage: npm run package -- [linux] [mac] [win] [--x64] [--arm64] [--dir] [--publish]');
  process.exit(2);
}
const archs = ['x64', 'arm64'].filter((arch) => values[arch] || (!values.x64 && !values.arm64));
const config = configuration();
const targets = new Map(
  wanted.map((name) => [
    platforms[name],
    new Map(archs.map((arch) => [Arch[arch], values.dir ? ['dir'] : config[name].target.map(({ target }) => target)])),
  ]),
);

prepareBuild({ force: true });
await build({ projectDir: root, targets, config, publish: values.publish ? 'always' : 'never' });
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
writeBillOfMaterials(join(root, config.directories.output, `Quayside-${version}.cdx.json`));
