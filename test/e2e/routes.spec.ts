import type { Page } from '@playwright/test';
import { ReemoSimulator } from '../../src-main/simulators/reemo/reemo.ts';
import { RemotixSimulator } from '../../src-main/simulators/remotix/remotix.ts';
import { expect, modeKey, test } from './stage.ts';

/** Connect does the right thing for each route, in the window. */

const show = async (page: Page, name: string): Promise<void> => {
  const grid = page.getByRole('grid', { name: 'Devices' });
  await expect(grid.getByRole('row').nth(1)).toBeVisible();
  await page.keyboard.press('/');
  await page.keyboard.type(name);
  await expect(page.getByRole('status', { name: 'Result count' })).toContainText('of');
  await grid.getByRole('row').nth(1).getByText(name, { exact: true }).click();
  await expect(page.getByRole('region', { name })).toBeVisible();
};

test('a Reemo session opens in a tab of its own', async ({ stage, page, context }) => {
  const secretKey = 'sk_live_e2e-4711';
  const reemo = new ReemoSimulator({ secretKey, devices: 3 });
  await reemo.listen();
  try {
    const id = reemo.ids[0] ?? '';
    reemo.setOnline(id, true);
    await stage.addAccount('reemo', 'Desks', reemo.baseUrl, { secretKey }, { clientScript: reemo.clientScript });
    const { url } = await stage.serve();
    await page.goto(url);
    const name = reemo.computer(id)?.name ?? '';
    await show(page, name);
    const opened = context.waitForEvent('page');
    await page.getByRole('button', { name: 'Connect', exact: true }).click();
    const tab = await opened;
    await expect(tab.getByRole('status')).toHaveText('Connected through Reemo.');
    await expect(tab.getByRole('heading', { name })).toBeVisible();
    expect(new URL(tab.url()).origin).not.toBe(new URL(url).origin);
    expect(await tab.evaluate(() => window.opener === null)).toBe(true);
    expect(reemo.sessions).toEqual([id]);
    await tab.screenshot({ path: test.info().outputPath('session.png') });
    // The page was good once.
    await tab.reload();
    await expect(tab.locator('body')).toContainText('good once');
  } finally {
    await reemo.dispose();
  }
});

test('what Remotix offers is listed and done', async ({ stage, page }) => {
  const remotix = new RemotixSimulator({ devices: 6 });
  await remotix.listen();
  try {
    await stage.addAccount('remotix', 'Book', remotix.baseUrl, {});
    const id = remotix.book.ids.find((candidate) => remotix.book.computer(candidate)?.isOn === true) ?? '';
    const name = remotix.book.computer(id)?.name ?? '';
    const { url } = await stage.serve();
    await page.goto(url);
    await show(page, name);
    const offered = page.getByRole('region', { name: 'Services' }).getByRole('listitem');
    await expect(offered.first()).toBeVisible();
    await page.getByRole('button', { name: /^Run .*observe/i }).click();
    await expect.poll(() => remotix.actions).toEqual([{ target: id, type: 'NEAR', action: 'observe' }]);
    await page.getByRole('button', { name: 'Connect', exact: true }).click();
    await expect.poll(() => remotix.actions.at(-1)).toEqual({ target: id, type: 'NEAR', action: 'control' });

    // The document leaves open what becomes of its groups, so the name is saved only after that was said.
    await page.getByRole('tab', { name: 'Settings' }).click();
    const form = page.getByRole('form', { name: 'Name' });
    await form.getByLabel('Name', { exact: true }).fill('night-desk');
    await form.getByRole('button', { name: 'Save', exact: true }).click();
    await expect(form.getByRole('alert')).toContainText('stays in the others');
    expect(remotix.book.computer(id)?.name).toBe(name);
    await form.getByRole('button', { name: 'Save anyway' }).click();
    await expect(page.getByRole('heading', { name: 'night-desk' })).toBeVisible();
    expect(remotix.book.computer(id)?.name).toBe('night-desk');
  } finally {
    await remotix.dispose();
  }
});

test('MODE’s application opens in a tab, through the local port', async ({ stage, page, context }) => {
  const mode = await stage.mode();
  mode.setOnline('34256', true);
  await stage.addAccount('mode', 'Sensors', mode.baseUrl, { apiKey: modeKey }, { appProxyPath: 'app' });
  const { url } = await stage.serve();
  await page.goto(url);
  const name = mode.fleet.find('34256')?.name ?? '';
  await show(page, name);
  const opened = context.waitForEvent('page');
  await page.getByRole('button', { name: 'Connect', exact: true }).click();
  const tab = await opened;
  await expect(tab.locator('body')).toContainText('"method":"GET"');
  expect(new URL(tab.url()).hostname).toMatch(/^127\./);
  expect(await tab.content()).not.toContain(modeKey);
});
