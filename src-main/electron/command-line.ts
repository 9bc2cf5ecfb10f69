import { app } from 'electron';
import { createReadStream } from 'node:fs';

/** Runs a command in place of the application, without window, tray or lock, and ends with its exit code. */
export const runCommandLine = async (main: () => Promise<void>): Promise<void> => {
  if (process.platform === 'darwin') app.dock?.hide();
  // On Windows Electron puts a stream that has already ended in place of the real one.
  if (process.platform === 'win32')
    Object.defineProperty(process, 'stdin', { value: createReadStream('', { fd: 0 }), configurable: true });
  await main();
  // Electron stays when there is nothing left to do; what was printed must be out first.
  await new Promise<void>((done) => void process.stdout.write('', () => done()));
  app.exit(Number(process.exitCode ?? 0));
};
