import { readFile, realpath } from 'node:fs/promises';
import { extname, join, sep } from 'node:path';

/** A file of the window, with its headers for any host. */
export interface StaticAsset {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly headers: Readonly<Record<string, string>>;
}

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.json': 'application/json; charset=utf-8',
};

/**
 * The window loads only its own files and connects only to its own host. `connect` adds what `'self'` does not cover:
 * browsers differ on whether it includes the WebSocket of the same origin.
 */
export const securityHeaders = (connect = ''): Readonly<Record<string, string>> => ({
  'content-security-policy':
    `default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; ` +
    `connect-src 'self'${connect === '' ? '' : ` ${connect}`}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
});

/**
 * Reads a file of the built window. Answers undefined for whatever is not a regular file of a known type
 * below `root`, symbolic links and encoded dots included. `pathname` is that of a parsed URL; `/` means index.html.
 */
export const readStaticAsset = async (
  root: string,
  pathname: string,
  connect = '',
): Promise<StaticAsset | undefined> => {
  let decoded: string;
  try {
    decoded = decodeURIComponent(pathname);
  } catch {
    return undefined;
  }
  if (decoded.includes('\0') || decoded.includes('\\')) return undefined;
  const relative = decoded === '/' ? '/index.html' : decoded;
  const type = types[extname(relative).toLowerCase()];
  if (type === undefined) return undefined;
  try {
    const base = await realpath(root);
    const file = await realpath(join(base, relative));
    if (!file.startsWith(base + sep)) return undefined;
    return {
      bytes: new Uint8Array(await readFile(file)),
      headers: {
        ...securityHeaders(connect),
        'content-type': type,
        // Built files carry a hash in their name; the page that names them must be asked for again.
        'cache-control': type.startsWith('text/html') ? 'no-store' : 'max-age=31536000, immutable',
      },
    };
  } catch {
    return undefined;
  }
};
