import { Arch, build, Platform } from 'electron-builder';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { prepareBuild, root } from '../../build/bootstrap.mjs';
import { configuration, rounds } from '../../build/electron-builder.mjs';
import { withDistribution } from '../../build/electron-distribution.mjs';
import { nodeRuntime, runtimePackage } from '../../build/node-runtime.mjs';
import { writeStandInDistribution } from './stand-in-distribution.ts';

const lockSchema = z.object({
  packages: z.record(z.string(), z.object({ version: z.string().optional(), dev: z.boolean().optional() })),
});

/** Each is a whole Node; a little file stands for it. */
const nodePackage = /^node_modules\/node-(bin-)?(linux|darwin|win)-/;

/** What a project has besides what is shipped, none of which may get into a package. */
const decoys = {
  '.env': 'SECRET=in-no-package',
  'token.json': '{"token":"in-no-package"}',
  'src-main/index.ts': 'export {};\n',
  'test/unit.test.ts': 'export {};\n',
  'out/main/index.js.map': '{}',
  'profile/accounts.json': '{}',
} as const;

const write = (path: string, content: string): void => {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
};

/** The packages as `npm ci` lays them: those that the application needs to run, and two that only build it. */
const copyPackages = (folder: string): void => {
  const lock = lockSchema.parse(JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')));
  const packages = Object.entries(lock.packages).filter(([path, { dev }]) => path !== '' && dev !== true);
  for (const [path, { version = '' }] of packages)
    if (nodePackage.test(path)) {
      const name = path.replace('node_modules/', '');
      write(join(folder, path, 'package.json'), JSON.stringify({ name, version }));
      write(join(folder, path, 'bin/node'), 'node');
    } else if (existsSync(join(root, path)))
      // A nested package comes with the one that it is nested in, which stands before it.
      cpSync(join(root, path), join(folder, path), { recursive: true, dereference: true });
  for (const name of ['zustand', '@electron/fuses'])
    cpSync(join(root, 'node_modules', name), join(folder, 'node_modules', name), {
      recursive: true,
      dereference: true,
    });
};

const platforms = {
  linux: { target: Platform.LINUX, name: 'linux' },
  win: { target: Platform.WINDOWS, name: 'win32' },
  mac: { target: Platform.MAC, name: 'darwin' },
} as const;

/** Stands for the Node of another system: says with which arguments it was started, each in a line. */
const recordingNode = '#!/bin/sh\nprintf "%s\\n" "$@"\nexit 7\n';

/** What electron-builder had worked out for a Linux package when a tool that is not here would have been called. */
export interface Computed {
  /** Of fpm, which makes deb and rpm; empty for an AppImage. */
  readonly args: readonly string[];
  /** The text of the desktop file. */
  readonly desktop: string;
}

export interface Packed {
  /** Where the packages are written to; the unpacked application is in a folder of it. */
  readonly output: string;
  /** By target. */
  readonly computed: ReadonlyMap<string, Computed>;
  /** What the unpacked application said of the way it is installed, by target. */
  readonly packageTypes: ReadonlyMap<string, string>;
}

const fpmSchema = z.tuple([z.array(z.string()), z.string()]);
const appImageSchema = z.object({ desktop: z.string() });

const readComputed = (options: unknown): Computed => {
  const fpm = fpmSchema.safeParse(options);
  // The file is gone when the packing ends.
  if (fpm.success) return { args: fpm.data[0], desktop: readFileSync(fpm.data[1], 'utf8') };
  return { args: [], desktop: appImageSchema.parse(options).desktop };
};

/**
 * A copy of the built checkout as electron-builder sees it on a machine that packs, with things beside that must not be
 * packed. Packs against a stand-in for Electron, without a network. Dispose removes all of it.
 */
export const packableProject = () => {
  prepareBuild();
  // With a space, as `Program Files` has one.
  const folder = mkdtempSync(join(tmpdir(), 'quayside packaging-'));
  for (const name of ['package.json', 'package-lock.json', 'LICENSE', 'build', 'resources', 'out'])
    cpSync(join(root, name), join(folder, name), { recursive: true });
  for (const [path, content] of Object.entries(decoys)) write(join(folder, path), content);
  copyPackages(folder);
  // electron-builder makes a tar itself and asks 7-Zip to compress it: `a SWITCHES TO FROM`.
  const archiver = join(folder, 'gzip-for-7za');
  writeFileSync(archiver, '#!/bin/sh\nwhile [ $# -gt 2 ]; do shift; done\nexec gzip -1 -c "$2" > "$1"\n', {
    mode: 0o755,
  });
  /** The real Node for this system's package, whichever processor that is for; a stand-in for the others. */
  const runtimeFor = (platform: string, arch: string): ReturnType<typeof nodeRuntime> => {
    if (platform === process.platform) return nodeRuntime(platform, process.arch);
    const standIn = join(folder, 'stand-in', `node-${platform}`);
    for (const program of ['node', 'node.exe']) write(join(standIn, 'bin', program), recordingNode);
    write(join(standIn, 'LICENSE'), 'Node');
    return { folder: standIn, licence: join(standIn, 'LICENSE'), arch: runtimePackage(platform, arch).arch };
  };
  return {
    folder,
    pack: async (
      platform: keyof typeof platforms,
      arch: 'x64' | 'arm64',
      targets: readonly string[],
      environment: Readonly<Record<string, string>> = {},
    ): Promise<Packed> => {
      const { target, name } = platforms[platform];
      const distribution = join(folder, 'stand-in', platform);
      if (!existsSync(distribution)) writeStandInDistribution(distribution, platform);
      const output = join(folder, 'dist', `${platform}-${arch}`);
      const computed = new Map<string, Computed>();
      const packageTypes = new Map<string, string>();
      process.env['ELECTRON_BUILDER_7ZIP_PATH'] = archiver;
      try {
        for (const round of rounds(targets)) {
          await build({
            projectDir: folder,
            targets: new Map([[target, new Map([[Arch[arch], [...round]]])]]),
            config: withDistribution(
              { ...configuration(environment, runtimeFor), directories: { output, buildResources: 'resources/app' } },
              { folder: distribution, platform: name, arch },
            ),
            publish: 'never',
            effectiveOptionComputed: (options) => {
              computed.set(round[0] ?? '', readComputed(options));
              return Promise.resolve(true);
            },
          });
          const said = join(output, 'linux-unpacked/resources/package-type');
          if (existsSync(said)) packageTypes.set(round[0] ?? '', readFileSync(said, 'utf8'));
        }
      } finally {
        delete process.env['ELECTRON_BUILDER_7ZIP_PATH'];
      }
      return { output, computed, packageTypes };
    },
    dispose: () => rmSync(folder, { recursive: true, force: true }),
  };
};
