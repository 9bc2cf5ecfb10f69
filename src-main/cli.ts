#!/usr/bin/env node
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The entry of the command line. It stays so small that an old Node can run it: a Node that is too old for the rest
 * starts the Node that was installed beside the packages.
 */
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);

if (major > 22 || (major === 22 && minor >= 13)) {
  // Node before 24 warns about its own SQLite on standard error, which carries our JSON errors.
  if (major < 24) process.removeAllListeners('warning');
  const { endProcess, main } = await import('./cli/main.ts');
  await main(process.argv.slice(2));
  await endProcess();
} else {
  const name = process.platform === 'win32' ? 'node.exe' : 'node';
  const bin = ['../../node_modules/.bin', '../node_modules/.bin'].map((path) => join(import.meta.dirname, path, name));
  const newer = bin.find((path) => existsSync(path));
  if (newer === undefined) {
    process.stderr.write(`Quayside needs Node 22.13 or newer; this is ${process.versions.node}.\n`);
    process.exitCode = 1;
  } else {
    const child = spawn(newer, [join(import.meta.dirname, 'cli.js'), ...process.argv.slice(2)], { stdio: 'inherit' });
    // Ctrl-C reaches the child directly, as part of the terminal's foreground group; other signals do not.
    process.on('SIGINT', () => undefined);
    for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.on(signal, () => child.kill(signal));
    child.on('error', () => {
      process.stderr.write(`Quayside could not start ${newer}.\n`);
      process.exitCode = 1;
    });
    child.on('exit', (code) => {
      process.exitCode = code ?? 1;
    });
  }
}
