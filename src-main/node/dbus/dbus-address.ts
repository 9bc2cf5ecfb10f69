import { existsSync } from 'node:fs';
import { join } from 'node:path';

const unescaped = (text: string): string | undefined => {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
};

/** The paths of the sockets in an address of the bus (`unix:path=…;unix:abstract=…`), in the form Node dials. */
export const socketPaths = (address: string): readonly string[] =>
  address.split(';').flatMap((entry) => {
    const [transport, rest = ''] = entry.split(/:(.*)/s);
    if (transport !== 'unix') return [];
    for (const pair of rest.split(',')) {
      const [key, text = ''] = pair.split(/=(.*)/s);
      const value = unescaped(text);
      if (value === undefined || value === '') continue;
      if (key === 'path') return [value];
      // Linux keeps such names beside the file system.
      if (key === 'abstract') return [`\0${value}`];
    }
    return [];
  });

/** Where the session bus of this environment listens; empty if there is none. */
export const sessionBusPaths = (environment: Readonly<Record<string, string | undefined>>): readonly string[] => {
  const address = environment['DBUS_SESSION_BUS_ADDRESS'];
  if (address !== undefined && address !== '') return socketPaths(address);
  const runtime = environment['XDG_RUNTIME_DIR'];
  // Login managers make this one, and need not name it.
  const usual = runtime?.startsWith('/') === true ? join(runtime, 'bus') : undefined;
  return usual !== undefined && existsSync(usual) ? [usual] : [];
};
