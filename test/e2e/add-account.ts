import type { Page } from '@playwright/test';
import { expect, token, type Stage } from './stage.ts';

/** Adds the simulator's account as a new user would, from the first-run page. */
export const addAccount = async (page: Page, stage: Pick<Stage, 'vendor'>, label = 'Acme'): Promise<void> => {
  await page.getByRole('button', { name: 'Add account' }).first().click();
  await page.getByRole('radio', { name: 'RemoteIoT' }).check();
  const form = page.getByRole('form', { name: 'Add account' });
  await form.getByLabel('Name', { exact: true }).fill(label);
  await form.getByLabel('Base URL').fill(stage.vendor.baseUrl);
  await form.getByLabel('API token').fill(token);
  await form.getByRole('button', { name: 'Test' }).click();
  await expect(form.getByText('accepted the credentials')).toBeVisible();
  await form.getByRole('button', { name: 'Add account' }).click();
  await expect(form).toBeHidden();
  await page
    .getByRole('navigation', { name: 'Main' })
    .getByRole('button', { name: /^All devices/ })
    .click();
};
