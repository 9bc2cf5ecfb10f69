// What an unsigned copy for macOS says of itself: Squirrel.Mac replaces signed applications only, so a copy without a signature
// would fetch each new version and throw it away.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Whether the environment brings a certificate for macOS. One in the keychain of whoever packs is not known of here.
 * @param {NodeJS.ProcessEnv} environment
 */
export const signsForMac = (environment) =>
  ['CSC_LINK', 'CSC_NAME'].some((name) => (environment[name] ?? '') !== '') ||
  environment['QUAYSIDE_SIGNING'] === 'required';

/**
 * Marks an unsigned copy, as part of electron-builder's afterPack hook; src-main/electron/updates.ts looks for the mark.
 * @param {import('electron-builder').AfterPackContext} context
 * @param {NodeJS.ProcessEnv} environment
 */
export const markUnsigned = ({ appOutDir, electronPlatformName, packager }, environment) => {
  if (electronPlatformName !== 'darwin' || signsForMac(environment)) return;
  writeFileSync(
    join(packager.getResourcesDir(appOutDir), 'unsigned'),
    'Nobody signed this copy, so it looks for no new versions.\n',
  );
};
