import { app } from 'electron';
import type { ReadAsset } from './app-scheme.ts';

/**
 * The content policy while the page comes from Vite's dev server, which injects scripts and styles and reports changes
 * over its own WebSocket.
 */
const headersFor = (server: URL, type: string): Readonly<Record<string, string>> => ({
  'content-security-policy':
    `default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; ` +
    `font-src 'self' data:; connect-src 'self' ws://${server.host}; base-uri 'none'; form-action 'none'`,
  'content-type': type,
  'cache-control': 'no-store',
});

/** The dev server named by `npm run dev` in ELECTRON_RENDERER_URL; undefined in a package, or if none is named. */
const developmentServer = (environment: NodeJS.ProcessEnv): URL | undefined => {
  const address = environment['ELECTRON_RENDERER_URL'];
  return app.isPackaged || address === undefined || !URL.canParse(address) ? undefined : new URL(address);
};

/** Lets the page receive changes from the dev server on loopback. Must run before Electron is ready. */
export const prepareDevelopment = (environment: NodeJS.ProcessEnv): void => {
  if (developmentServer(environment) === undefined) return;
  app.commandLine.appendSwitch('disable-features', 'LocalNetworkAccessChecks');
};

/** Reads the window from the dev server, so that it changes as its sources are edited; undefined if there is none. */
export const developmentAssets = (environment: NodeJS.ProcessEnv): ReadAsset | undefined => {
  const server = developmentServer(environment);
  if (server === undefined) return undefined;
  return async ({ pathname, search }) => {
    const answer = await fetch(new URL(`${pathname}${search}`, server), { signal: AbortSignal.timeout(60_000) });
    if (!answer.ok) return undefined;
    return {
      bytes: new Uint8Array(await answer.arrayBuffer()),
      headers: headersFor(server, answer.headers.get('content-type') ?? 'text/plain'),
    };
  };
};
