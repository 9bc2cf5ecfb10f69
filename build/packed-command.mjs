// The command line of a package: `resources/command`, a Node and the files of the archive that it needs. Electron's program
// is no console program (on Windows it has no console and writes an empty line first; everywhere it starts Chromium), and a
// fuse keeps it from being Node.
import { chmodSync, copyFileSync, cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import { extractAll } from '@electron/asar';
import { Arch } from 'electron-builder';

import { root } from './bootstrap.mjs';
import { nodeRuntime } from './node-runtime.mjs';

/** What only the application has a use for. */
const applicationOnly = ['out/main/index.js', 'out/preload', 'node_modules/electron-updater'];

/**
 * Lays the command line beside the archive, as part of electron-builder's afterPack hook. The archive keeps its checked copy
 * for the application; only the forward worker is started from here by both (src-main/compose/locations.ts).
 * @param {import('electron-builder').AfterPackContext} context
 * @param {typeof nodeRuntime} runtimeFor
 */
export const addCommand = ({ appOutDir, arch, electronPlatformName: platform, packager }, runtimeFor = nodeRuntime) => {
  const resources = packager.getResourcesDir(appOutDir);
  const folder = join(resources, 'command');
  const runtime = runtimeFor(platform, Arch[arch]);
  rmSync(folder, { recursive: true, force: true });
  extractAll(join(resources, 'app.asar'), folder);
  for (const path of applicationOnly) rmSync(join(folder, path), { recursive: true });
  // The keychain's module is loaded by this Node, whose processor is not always the package's.
  const prebuilt = join('node_modules/keytar/prebuilds', `${platform}-${runtime.arch}`);
  rmSync(join(folder, 'node_modules/keytar/prebuilds'), { recursive: true });
  cpSync(join(root, prebuilt), join(folder, prebuilt), { recursive: true });
  const program = platform === 'win32' ? 'node.exe' : 'node';
  copyFileSync(join(runtime.folder, 'bin', program), join(folder, program));
  if (platform !== 'win32') chmodSync(join(folder, program), 0o755);
  copyFileSync(runtime.licence, join(folder, 'LICENSE.node.txt'));
};
