import { join } from 'node:path';

/**
 * Runs a command instead of the application: the Node packed beside the archive takes over this process, with its
 * number, signals and standard streams, before Electron has started anything of Chromium. Only an AppImage needs this,
 * because its single file is all that can be started; elsewhere a launcher starts that Node (build/launcher). @param
 * resources Electron's `process.resourcesPath`
 */
export const runCommandLine = (resources: string, command: readonly string[]): never => {
  const folder = join(resources, 'command');
  const node = join(folder, 'node');
  const { NODE_OPTIONS: _own, ...env } = process.env;
  // Node would warn on standard error, which carries our JSON errors, that this is experimental.
  process.removeAllListeners('warning');
  if (process.execve === undefined) throw new Error('A command is run by bin/quayside here, not by the application.');
  return process.execve(node, [node, join(folder, 'out/main/cli.js'), ...command], env);
};
