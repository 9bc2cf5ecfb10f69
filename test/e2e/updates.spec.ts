import { expect } from '@playwright/test';
import { expectAccessible, windowTest as test } from './window-stage.ts';

test('a version that is ready asks in the window, can be put off, and is found again under About', async ({
  page,
  show,
}) => {
  await show('scenario=update&devices=20');
  const banner = page.getByRole('status').filter({ hasText: 'Quayside 0.2.0 is ready.' });
  await expect(banner).toContainText(/when you quit\. \d+ forwards are open and would start again\./);
  await expectAccessible(page, 'update');
  await banner.getByRole('button', { name: 'Later' }).click();
  await expect(banner).toBeHidden();

  await page.keyboard.press('g');
  await page.keyboard.press('s');
  await expect(page.getByText('A new version is installed when you quit, or at once if you say so.')).toBeVisible();
  await page.getByRole('button', { name: 'Restart now' }).click();
  await expect.poll(() => page.evaluate(() => window.scripted.updateAnswers)).toEqual(['later', 'restart']);
});

test('where a package manager installs, nothing can be restarted; where nothing is looked for, nothing is said', async ({
  page,
  show,
}) => {
  await show('scenario=system-update&devices=20');
  await expect(page.getByText('Install it with your package manager, as you did this one.')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Later' })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Restart now' })).toHaveCount(0);

  await show('devices=20');
  await page.keyboard.press('g');
  await page.keyboard.press('s');
  await expect(page.getByText('Ask vendors for devices')).toBeVisible();
  await expect(page.getByLabel('Updates')).toHaveCount(0);
  await expect(page.getByRole('button', { name: 'Restart now' })).toHaveCount(0);
});
