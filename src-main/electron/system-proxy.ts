import { session } from 'electron';

/** By which proxies the system reaches an address, in Chromium's words: `PROXY host:port; DIRECT`. Scripts count. */
export const systemProxy = (url: string): Promise<string> => session.defaultSession.resolveProxy(url);
