import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect } from '@playwright/test';
import { acceptKey, enter, isSamePicture, screenOf, signInByPassword, test } from './session-stage.ts';

const run = promisify(execFile);

test('a tab that is closed at the question of its host key, and a screen that noVNC throws at, end themselves alone', async ({
  field,
}) => {
  test.setTimeout(120_000);
  const { page, user, vncPassword, xvnc } = field;
  const paint = (colour: string): Promise<unknown> =>
    run('xsetroot', ['-solid', colour], { env: { PATH: process.env['PATH'], DISPLAY: xvnc.display } });
  const screen = await field.open('Screen');
  const canvas = screen.locator('[data-part=screen] canvas');
  const form = screen.getByRole('form', { name: /^Password of/ });
  await form.getByLabel('Password', { exact: true }).fill(vncPassword);
  await form.getByRole('button', { name: 'Connect' }).click();
  await expect.poll(() => isSamePicture(xvnc, canvas)).toBe(true);

  const asking = await field.open('Files');
  await expect(asking.getByRole('button', { name: 'Accept the key and connect' })).toBeVisible();
  await asking.close();
  // The host is still there, and so is the other session.
  await page.reload();
  await expect(page.getByRole('row').nth(1)).toBeVisible();
  await paint('#2a7f3f');
  await expect.poll(() => isSamePicture(xvnc, canvas)).toBe(true);

  // A terminal beside the screen in one page: what noVNC throws takes the screen, and not the page.
  await screen.getByRole('button', { name: /^New tab: terminal of/ }).click();
  await acceptKey(screen);
  await signInByPassword(screen, user.name, user.password);
  await enter(screen, 'echo before-$((6 * 7))');
  await expect(screenOf(screen)).toContainText('before-42');
  await screen.evaluate(() => {
    const fail = (): never => {
      throw new Error('wanted by the test');
    };
    CanvasRenderingContext2D.prototype.putImageData = fail;
    CanvasRenderingContext2D.prototype.fillRect = fail;
  });
  field.willSay(/^Failed while connected: Error decoding rect: Error: wanted by the test/);
  await paint('#7711cc');
  await expect(screen.locator('[data-phase=ended]')).toHaveCount(1);
  await enter(screen, 'echo after-$((6 * 7))');
  await expect(screenOf(screen)).toContainText('after-42');
  await screen.getByRole('button', { name: /^Screen · / }).click();
  await expect(screen.getByText('is no screen that Quayside understands')).toBeVisible();
});
