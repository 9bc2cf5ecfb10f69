import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { NtExecutable, NtExecutableResource, Resource } from 'resedit';

/** What @electron/fuses looks for, the version of the wire, its length, and nine fuses as no configuration wants them. */
const fuseWire = Buffer.concat([
  Buffer.from('dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX'),
  Buffer.from([1, 9]),
  Buffer.from('101100110'),
]);

const put = (path: string, content: string | Uint8Array = '', mode = 0o644): void => {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  chmodSync(path, mode);
};

/** A program that says which arguments it got, so that what starts it can be tried. */
const linuxProgram = Buffer.concat([Buffer.from('#!/bin/sh\n# '), fuseWire, Buffer.from('\nprintf "%s\\n" "$@"\n')]);

const windowsProgram = (): Uint8Array => {
  const program = NtExecutable.createEmpty(false, false);
  const resources = NtExecutableResource.from(program);
  const facts = Resource.VersionInfo.createEmpty();
  facts.setStringValues({ lang: 1033, codepage: 1200 }, { ProductName: 'Electron' });
  facts.outputToResourceEntries(resources.entries);
  resources.outputResource(program);
  return Buffer.concat([Buffer.from(program.generate()), fuseWire]);
};

const propertyList = (executable: string): string => `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0"><dict><key>CFBundleExecutable</key><string>${executable}</string></dict></plist>
`;

const macApplication = (folder: string): void => {
  const contents = join(folder, 'Electron.app/Contents');
  put(join(contents, 'Info.plist'), propertyList('Electron'));
  put(join(contents, 'MacOS/Electron'), '', 0o755);
  put(join(contents, 'Resources/electron.icns'));
  put(join(contents, 'Resources/en.lproj/locale.pak'));
  put(join(contents, 'Resources/de.lproj/locale.pak'));
  put(join(contents, 'Resources/default_app.asar'));
  const frameworks = join(contents, 'Frameworks');
  const framework = join(frameworks, 'Electron Framework.framework');
  put(join(framework, 'Versions/A/Electron Framework'), fuseWire, 0o755);
  put(join(framework, 'Versions/A/Resources/en.lproj/locale.pak'));
  symlinkSync('A', join(framework, 'Versions/Current'));
  for (const name of ['Electron Framework', 'Resources'])
    symlinkSync(`Versions/Current/${name}`, join(framework, name));
  for (const kind of ['', ' (GPU)', ' (Plugin)', ' (Renderer)']) {
    const helper = `Electron Helper${kind}`;
    put(join(frameworks, `${helper}.app/Contents/Info.plist`), propertyList(helper));
    put(join(frameworks, `${helper}.app/Contents/MacOS/${helper}`), '', 0o755);
  }
};

/**
 * Writes what electron-builder takes for an unpacked Electron: the files that it renames, edits and removes, and a
 * program with the real fuse wire. It stands in where Electron's binary is not.
 */
export const writeStandInDistribution = (folder: string, platform: 'linux' | 'win' | 'mac'): void => {
  put(join(folder, 'version'), '45.4.1');
  put(join(folder, 'LICENSE'), 'Electron');
  put(join(folder, 'LICENSES.chromium.html'), 'Chromium');
  if (platform === 'mac') return macApplication(folder);
  for (const language of ['en-US', 'de']) put(join(folder, `locales/${language}.pak`));
  put(join(folder, 'resources/default_app.asar'));
  if (platform === 'win') return put(join(folder, 'electron.exe'), windowsProgram());
  put(join(folder, 'electron'), linuxProgram, 0o755);
  put(join(folder, 'chrome-sandbox'), '', 0o755);
};
