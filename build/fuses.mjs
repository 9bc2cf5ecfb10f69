// The switches inside Electron's binary. Electron 45 has nine; a tenth makes the packaging fail until it is decided here.
import { join } from 'node:path';

import { flipFuses, FuseState, FuseV1Options, FuseVersion, getCurrentFuseWire } from '@electron/fuses';

/**
 * What every package ships with.
 * @param {boolean} inspect for a test build only: Playwright drives the application through Node's inspector
 */
export const fuses = (inspect = false) => ({
  // Our binary is no Node for others: the command line has one of its own (packed-command.mjs).
  RunAsNode: false,
  EnableCookieEncryption: true,
  EnableNodeOptionsEnvironmentVariable: false,
  EnableNodeCliInspectArguments: inspect,
  EnableEmbeddedAsarIntegrityValidation: true,
  OnlyLoadAppFromAsar: true,
  LoadBrowserProcessSpecificV8Snapshot: false,
  GrantFileProtocolExtraPrivileges: false,
  WasmTrapHandlers: true,
});

/** The program that carries the fuses, in a folder that electron-builder has packed. */
export const packedBinary = ({ appOutDir, electronPlatformName, packager }) => {
  const name = packager.appInfo.productFilename;
  if (electronPlatformName === 'darwin') return join(appOutDir, `${name}.app`);
  return join(appOutDir, electronPlatformName === 'win32' ? `${name}.exe` : packager.executableName);
};

/** Reads the fuses of a binary. @returns {Promise<Record<string, boolean>>} by name */
export const readFuses = async (binary) => {
  const wire = await getCurrentFuseWire(binary);
  return Object.fromEntries(Object.keys(fuses()).map((name) => [name, wire[FuseV1Options[name]] === FuseState.ENABLE]));
};

/** electron-builder's afterPack hook: sets the fuses, then reads them back from what will be shipped. */
export const setFuses = async (context) => {
  const binary = packedBinary(context);
  const wanted = fuses(process.env.QUAYSIDE_INSPECT === '1');
  await flipFuses(binary, {
    version: FuseVersion.V1,
    strictlyRequireAllFuses: true,
    // A changed binary loses the signature that an arm64 Mac wants even from a build nobody signs.
    resetAdHocDarwinSignature: context.electronPlatformName === 'darwin' && process.platform === 'darwin',
    ...Object.fromEntries(Object.entries(wanted).map(([name, on]) => [FuseV1Options[name], on])),
  });
  const found = await readFuses(binary);
  const wrong = Object.keys(wanted).filter((name) => found[name] !== wanted[name]);
  if (wrong.length > 0) throw new Error(`These fuses are not as they were set: ${wrong.join(', ')}`);
};
