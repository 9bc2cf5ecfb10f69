import { app } from 'electron';

/** Runs a command in place of the application, without window, tray or lock, and ends with its exit code. */
export const runCommandLine = async (main: () => Promise<void>): Promise<void> => {
  if (process.platform === 'darwin') app.dock?.hide();
  try {
    await main();
  } catch (thrown) {
    // Nobody else would end a process without a window.
    process.stderr.write(`${String(thrown)}\n`);
    process.exitCode = 1;
  }
  // Electron stays when there is nothing left to do; what was printed must be out first.
  await new Promise<void>((done) => void process.stdout.write('', () => done()));
  app.exit(Number(process.exitCode ?? 0));
};
