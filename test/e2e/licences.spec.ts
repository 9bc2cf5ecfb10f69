import { expect } from '@playwright/test';
import { shippedPackages } from '../../build/licences.mjs';
import { expectAccessible, windowTest as test } from './window-stage.ts';

test('every package that is shipped is listed with its licence, and found by name', async ({ page, show }) => {
  await show('devices=20');
  await page.keyboard.press('g');
  await page.keyboard.press('s');
  await page.getByRole('button', { name: 'Show licences' }).click();
  const dialog = page.getByRole('dialog', { name: 'Licences' });
  const packages = dialog.locator('summary');
  await expect(packages).toHaveCount(shippedPackages().length);
  await expectAccessible(page, 'licences');

  await dialog.getByRole('searchbox', { name: 'Search packages' }).fill('novnc');
  await expect(packages).toHaveCount(1);
  await packages.click();
  await expect(dialog.getByText('Mozilla Public License', { exact: false }).first()).toBeVisible();
  await dialog.getByRole('searchbox').fill('no such package');
  await expect(dialog.getByText('No package of this name.')).toBeVisible();
  await page.keyboard.press('Escape');
  await page.keyboard.press('Escape');
  await expect(dialog).toBeHidden();
});
