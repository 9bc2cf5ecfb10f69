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

/**
 * The program that carries the fuses, in a folder that electron-builder has packed.
 * @param {Pick<import('electron-builder').AfterPackContext, 'appOutDir' | 'electronPlatformName' | 'packager'>} context
 */
export const packedBinary = ({ appOutDir, electronPlatformName, packager }) => {
  const name = packager.appInfo.productFilename;
  const { executableName = name } = /** @type {{ executableName?: string }} */ (packager);
  if (electronPlatformName === 'darwin') return join(appOutDir, `${name}.app`);
  return join(appOutDir, electronPlatformName === 'win32' ? `${name}.exe` : executableName);
};

const names = /** @type {(keyof ReturnType<typeof fuses>)[]} */ (Object.keys(fuses()));

/** Reads the fuses of a binary. @param {string} binary @returns {Promise<Record<string, boolean>>} by name */
export const readFuses = async (binary) => {
  const wire = await getCurrentFuseWire(binary);
  return Object.fromEntries(names.map((name) => [name, wire[FuseV1Options[name]] === FuseState.ENABLE]));
};

/**
 * electron-builder's afterPack hook: sets the fuses, then reads them back from what will be shipped.
 * @param {import('electron-builder').AfterPackContext} context
 */
export const setFuses = async (context) => {
  const binary = packedBinary(context);
  const wanted = fuses(process.env['QUAYSIDE_INSPECT'] === '1');
  const switches = /** @type {Record<FuseV1Options, boolean>} */ (
    Object.fromEntries(names.map((name) => [FuseV1Options[name], wanted[name]]))
  );
  await flipFuses(binary, {
    version: FuseVersion.V1,
    strictlyRequireAllFuses: true,
    // A changed binary loses the signature that an arm64 Mac wants even from a build nobody signs.
    resetAdHocDarwinSignature: context.electronPlatformName === 'darwin' && process.platform === 'darwin',
    ...switches,
  });
  const found = await readFuses(binary);
  const wrong = names.filter((name) => found[name] !== wanted[name]);
  if (wrong.length > 0) throw new Error(`These fuses are not as they were set: ${wrong.join(', ')}`);
};
