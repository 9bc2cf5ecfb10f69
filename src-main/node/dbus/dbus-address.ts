import { existsSync } from 'node:fs';
import { join } from 'node:path';

const unescaped = (text: string): string | undefined => {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
};

/** The socket paths in an address of the bus (`unix:path=…;unix:abstract=…`), in the form that Node accepts. */
export const socketPaths = (address: string): readonly string[] =>
  address.split(';').flatMap((entry) => {
    const [transport, rest = ''] = entry.split(/:(.*)/s);
    if (transport !== 'unix') return [];
    for (const pair of rest.split(',')) {
      const [key, text = ''] = pair.split(/=(.*)/s);
      const value = unescaped(text);
      if (value === undefined || value === '') continue;
      if (key === 'path') return [value];
      // Linux keeps abstract names outside the file system.
      if (key === 'abstract') return [`\0${value}`];
    }
    return [];
  });

/** The addresses of the session bus in this environment; empty if there is none. */
export const sessionBusPaths = (environment: Readonly<Record<string, string | undefined>>): readonly string[] => {
  const address = environment['DBUS_SESSION_BUS_ADDRESS'];
  if (address !== undefined && address !== '') return socketPaths(address);
  const runtime = environment['XDG_RUNTIME_DIR'];
  // Login managers create this one without naming it.
  const usual = runtime?.startsWith('/') === true ? join(runtime, 'bus') : undefined;
  return usual !== undefined && existsSync(usual) ? [usual] : [];
};
