import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** Where the parts of a packed application are. */
export interface PackedPlace {
  /** The application itself. */
  readonly program: string;
  /** The command line, as a user starts it. */
  readonly launcher: string;
}

const places: Readonly<Record<string, readonly PackedPlace[]>> = {
  linux: [{ program: 'quayside-desktop', launcher: 'bin/quayside' }],
  win32: [{ program: 'Quayside.exe', launcher: String.raw`bin\quayside.cmd` }],
  darwin: [
    { program: 'Quayside.app/Contents/MacOS/Quayside', launcher: 'Quayside.app/Contents/Resources/bin/quayside' },
  ],
};

/** Finds the unpacked application for this system: in a folder itself, or in one that `npm run package -- --dir` writes there. */
export const packedPlace = (folder: string): PackedPlace | undefined => {
  const short = { linux: 'linux', win32: 'win', darwin: 'mac' }[process.platform as 'linux' | 'win32' | 'darwin'];
  const arch = process.arch === 'x64' ? '' : `-${process.arch}`;
  const unpacked = short === 'mac' ? `mac${arch}` : `${short}${arch}-unpacked`;
  return [folder, join(folder, unpacked)]
    .flatMap((base) =>
      (places[process.platform] ?? []).map(({ program, launcher }) => ({
        program: join(base, program),
        launcher: join(base, launcher),
      })),
    )
    .find(({ program }) => existsSync(program));
};
