import { join } from 'node:path';

/**
 * Runs a command in place of the application: the Node that is packed beside the archive takes over this very process, its
 * number, signals and standard streams, before Electron has started anything of Chromium. Only an AppImage is asked in this
 * way, since what it brings can be started through its one file alone; elsewhere a launcher starts that Node (build/launcher).
 * @param resources Electron's `process.resourcesPath`
 */
export const runCommandLine = (resources: string, command: readonly string[]): never => {
  const folder = join(resources, 'command');
  const node = join(folder, 'node');
  const { NODE_OPTIONS: _own, ...env } = process.env;
  // Node says on standard error, which carries our JSON errors, that this is new.
  process.removeAllListeners('warning');
  if (process.execve === undefined) throw new Error('A command is run by bin/quayside here, not by the application.');
  return process.execve(node, [node, join(folder, 'out/main/cli.js'), ...command], env);
};
