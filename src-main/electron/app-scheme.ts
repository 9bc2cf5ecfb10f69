import type { Session } from 'electron';
import { protocol } from 'electron';

/** The scheme and host of the window; the only origin that gets a bridge. */
export const appOrigin = 'app://quayside';

/** Reads the window's files: `readStaticAsset` for the built folder, or the dev server. */
export type ReadAsset = (
  url: URL,
) => Promise<
  { readonly bytes: Uint8Array<ArrayBuffer>; readonly headers: Readonly<Record<string, string>> } | undefined
>;

/** Makes `app:` a standard, secure scheme. Must run before Electron is ready. */
export const registerAppScheme = (): void => {
  protocol.registerSchemesAsPrivileged([
    { scheme: 'app', privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true } },
  ]);
};

/** Answers requests of the scheme with files of the window only. */
export const serveApp = (session: Session, readAsset: ReadAsset): void => {
  session.protocol.handle('app', async (request) => {
    const url = new URL(request.url);
    if (request.method !== 'GET' || `${url.protocol}//${url.host}` !== appOrigin)
      return new Response(null, { status: 403 });
    const asset = await readAsset(url);
    return asset === undefined
      ? new Response(null, { status: 404 })
      : new Response(asset.bytes, { headers: { ...asset.headers } });
  });
};
