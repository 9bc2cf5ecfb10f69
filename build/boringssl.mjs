// A runtime built on BoringSSL, as Electron is: Bun. What we use of node:crypto and node:tls runs on it once.
import { join } from 'node:path';

import { SetUpError } from './bootstrap.mjs';
import { npmPackage } from './npm-package.mjs';

/** From the registry: `npm view @oven/bun-linux-x64@1.4.5 dist.integrity`. Its program is in the package itself. */
const bun = {
  name: '@oven/bun-linux-x64',
  version: '1.4.5',
  integrity: 'sha512-IWX9BELoGHAUtMonkeSaNaZwXzRk+oDw6Mk+HBFXd3KHYIBNBsIGRupMZPcgNoDbJpLu6gAJjIoIVPZtt1aJ1g==',
};

/** The program. Throws a SetUpError if it cannot be had here. @returns {string} */
export const boringSslRuntime = () => {
  if (process.platform !== 'linux' || process.arch !== 'x64')
    throw new SetUpError('The runtime that is built on BoringSSL is fetched for Linux on x64 alone.');
  return join(npmPackage(bun), 'bin/bun');
};

/** Why that runtime cannot be had here, else undefined. @returns {string | undefined} */
export const prepareBoringSsl = () => {
  try {
    boringSslRuntime();
    return undefined;
  } catch (error) {
    if (!(error instanceof SetUpError)) throw error;
    return error.message.split('\n')[0];
  }
};
