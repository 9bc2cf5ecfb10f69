import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nodeProgram, root } from '../../build/bootstrap.mjs';
import { clientOf, start, within } from './program.ts';

/**
 * `npm start` in a checkout: what opens is the application, or the browser with a reason, as expected; it answers, and ends
 * when told to.
 * @param check runs one part and tells of it
 */
export const smokeStart = async (
  expected: 'desktop' | 'browser',
  check: (name: string, part: () => Promise<void>) => Promise<void>,
): Promise<void> => {
  const work = mkdtempSync(join(tmpdir(), 'quayside smoke-'));
  const profile = join(work, 'profile');
  const npmStart = (...more: readonly string[]) =>
    start(
      nodeProgram(),
      [join(root, 'build/run.mjs'), 'start', '--', '--profile', profile, '--vault', 'file', ...more],
      { env: { QUAYSIDE_VAULT_PASSPHRASE: 'of the smoke test' } },
    );
  const running = npmStart();
  const isRunning = (): boolean => running.child.exitCode === null && running.child.signalCode === null;
  try {
    await check(`npm start opens the ${expected}`, async () => {
      // The binary may have to be fetched first.
      const client = await clientOf(profile, 300, isRunning).catch((thrown: unknown) => {
        throw new Error(`${String(thrown)}\n${running.output()}`);
      });
      const answered = await client.request('accounts.list', {});
      client.close();
      if (!answered.ok) throw new Error(JSON.stringify(answered));
      const because = /^The window opens in a browser, because .*$/m.exec(running.output())?.[0];
      if ((because === undefined ? 'desktop' : 'browser') !== expected)
        throw new Error(because ?? 'It opened the application.');
      if (because !== undefined) console.log(`       ${because}`);
    });
    await check('it ends when told to', async () => {
      if (expected === 'desktop') {
        const { code, stderr } = await within(30, 'npm start -- --quit', npmStart('--quit').ended);
        if (code !== 0) throw new Error(`--quit ended with ${code}: ${stderr}`);
      } else running.child.kill('SIGTERM');
      const { code } = await within(30, 'the end', running.ended);
      if (code !== 0) throw new Error(`It ended with ${code}: ${running.output()}`);
    });
  } finally {
    // Not killed: what it started itself would be left.
    if (isRunning()) running.child.kill('SIGTERM');
    await within(30, 'the end', running.ended).catch(() => running.child.kill('SIGKILL'));
    rmSync(work, { recursive: true, force: true, maxRetries: 5 });
  }
};
