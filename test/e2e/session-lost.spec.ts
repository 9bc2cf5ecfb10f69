import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, type Page } from '@playwright/test';
import { expectAccessible, isSamePicture, pixelsOf, test, type Field } from './session-stage.ts';

const run = promisify(execFile);

const paint = async ({ xvnc }: Field, colour: string): Promise<void> => {
  await run('xsetroot', ['-solid', colour], { env: { PATH: process.env['PATH'], DISPLAY: xvnc.display } });
};
const givePassword = async (screen: Page, password: string): Promise<void> => {
  const form = screen.getByRole('form', { name: /^Password of/ });
  await form.getByLabel('Password', { exact: true }).fill(password);
  await form.getByRole('button', { name: 'Connect' }).click();
};

test('a screen that is lost keeps its picture, says why, and comes back by itself until somebody is wanted', async ({
  field,
}) => {
  test.setTimeout(120_000);
  const { screenWay, vncPassword, xvnc } = field;
  await paint(field, '#2a7f3f');
  const screen = await field.open('Screen');
  const live = screen.locator('.screen-host canvas');
  const kept = screen.locator('.screen-last canvas');
  await givePassword(screen, vncPassword);
  await expect.poll(() => isSamePicture(xvnc, live)).toBe(true);

  // Lost: the last picture stays, whatever happens there meanwhile.
  const before = await pixelsOf(live);
  screenWay.cut();
  await expect(screen.locator('[data-phase=lost]')).toBeVisible();
  await expect(screen.getByText(/^Reconnecting/)).toBeVisible();
  await expect(kept).toBeVisible();
  expect((await pixelsOf(kept)).equals(before)).toBe(true);
  await expectAccessible(screen, 'a lost screen');
  await paint(field, '#7711cc');
  const { came: tries } = screenWay;
  await screen.getByRole('button', { name: 'Reconnect now' }).and(screen.locator('[aria-disabled=false]')).click();
  await expect.poll(() => screenWay.came).toBeGreaterThan(tries);
  await expect(screen.getByText('Reconnecting by itself')).toBeVisible();

  // The way is back: nobody does anything, not even the password that was typed and not kept is asked for.
  screenWay.open();
  await expect(screen.locator('[data-phase=open]')).toBeVisible({ timeout: 40_000 });
  await expect.poll(() => isSamePicture(xvnc, live)).toBe(true);
  await expect(kept).toHaveCount(0);

  // A person may stop it, and go on with Enter.
  screenWay.cut();
  await screen.getByRole('button', { name: 'Stop' }).click();
  await expect(screen.locator('[data-phase=ended]')).toBeVisible();
  await expect(kept).toBeVisible();
  screenWay.open();
  const reconnect = screen.locator('.session-ended').getByRole('button', { name: 'Reconnect' });
  await expect(reconnect).toBeFocused();
  await expect(reconnect).toHaveAttribute('data-quiet', 'true');
  await screen.keyboard.press('Enter');
  await expect.poll(() => isSamePicture(xvnc, live)).toBe(true);

  // A password that is no longer right is asked for once, and nothing goes on by itself then.
  await xvnc.setPassword('another');
  screenWay.cut();
  await expect(screen.locator('[data-phase=lost]')).toBeVisible();
  screenWay.open();
  await expect(screen.getByRole('alert')).toContainText('refused', { timeout: 40_000 });
  await expect(kept).toBeVisible();
  const { came } = screenWay;
  await screen.evaluate(() => window.dispatchEvent(new Event('online')));
  await givePassword(screen, 'wrong');
  await expect.poll(() => screenWay.came).toBe(came + 1);
  await givePassword(screen, 'another');
  await expect.poll(() => isSamePicture(xvnc, live)).toBe(true);
  expect(screenWay.came).toBe(came + 2);
});
