import { session } from 'electron';

/**
 * The proxies by which the system reaches an address, in Chromium's format: `PROXY host:port; DIRECT`. Scripts are
 * evaluated.
 */
export const systemProxy = (url: string): Promise<string> => session.defaultSession.resolveProxy(url);
