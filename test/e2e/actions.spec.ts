import type { Page } from '@playwright/test';
import { addAccount } from './add-account.ts';
import { expect, test } from './stage.ts';
import { expectAccessible, windowTest } from './window-stage.ts';

/** The device's own tab of actions, on the first device the search leaves. */
const openTab = async (page: Page, query: string): Promise<string> => {
  await page.getByRole('searchbox', { name: 'Search devices' }).fill(query);
  await page.getByRole('grid', { name: 'Devices' }).getByRole('row').nth(1).click();
  await page.getByRole('tab', { name: 'Actions' }).click();
  return (await page.locator('section[data-part=panel]').getAttribute('aria-label')) ?? '';
};

test('an operation nobody designed a page for: its form, its call on the wire, its answer as a table', async ({
  page,
  stage,
}) => {
  const { url } = await stage.serve();
  await page.goto(url);
  await addAccount(page, stage);
  const id = stage.vendor.unitIds[3] ?? '';
  await openTab(page, id);
  await page.getByRole('combobox', { name: 'Search actions' }).fill('RIOT-12');
  await page.keyboard.press('Enter');
  const form = page.getByRole('form', { name: 'CustomField' });
  await expect(form.getByLabel('Unit')).toHaveValue(id);
  await expect(form.getByLabel('CustomField')).toBeFocused();

  // Nothing is sent while something is missing, and the field says so.
  await page.keyboard.press('Control+Enter');
  await expect(form.getByText('This is needed.')).toBeVisible();
  expect(stage.vendor.requestsTo('/CustomField')).toHaveLength(0);

  await form.getByLabel('CustomField').fill('Rack');
  await page.keyboard.press('Control+Enter');
  const answer = page.getByRole('region', { name: 'Answer', exact: true });
  await expect(answer.getByRole('cell', { name: id })).toBeVisible();
  await expect(answer).toContainText(/1 row · \d/);
  const [request] = stage.vendor.requestsTo('/CustomField');
  expect(JSON.parse(request?.body.toString() ?? '')).toEqual({ CustomField: 'Rack', Unit: [{ UnitId: id }] });

  // A failure keeps the form, says why, and how long it took.
  stage.vendor.fault({ kind: 'status', status: 500 });
  await form.getByRole('button', { name: 'Run' }).click();
  await expect(form.getByRole('alert')).toContainText('RemoteIoT', { timeout: 20_000 });
});

windowTest('by the keyboard alone: find, fill, run, copy, and back', async ({ page, show }) => {
  await show('devices=80');
  const name = await openTab(page, 'vendor:remoteiot');
  await page.getByRole('combobox', { name: 'Search actions' }).focus();
  await page.keyboard.type('changes name');
  await page.keyboard.press('Enter');
  const form = page.getByRole('form', { name: 'rename' });
  await expect(form.getByRole('textbox', { name: 'Name', exact: true })).toBeFocused();
  await page.keyboard.type('renamed-here');
  await page.keyboard.press('Control+Enter');
  await expect(page.getByRole('region', { name: 'Answer', exact: true })).toContainText('Done.');
  await expect(page.getByRole('dialog').getByRole('heading', { level: 1 })).toHaveText('renamed-here');

  await page.evaluate(() => {
    Object.defineProperty(navigator, 'clipboard', {
      value: { writeText: async (text: string) => document.body.setAttribute('data-copied', text) },
    });
  });
  await form.getByRole('button', { name: 'Copy curl' }).focus();
  await page.keyboard.press('Enter');
  await expect(page.locator('body')).toHaveAttribute(
    'data-copied',
    /^curl --globoff https:.*\/rename --header 'accept: application\/json' --header 'authorization: Bearer '"\$REMOTEIOT_TOKEN"/,
  );
  await form.getByRole('button', { name: 'Copy command' }).focus();
  await page.keyboard.press('Enter');
  await expect(page.locator('body')).toHaveAttribute(
    'data-copied',
    /^quayside api remoteiot rename --account 'Acme Works' --input '\{.*"Name":"renamed-here"/,
  );

  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog').getByRole('combobox', { name: 'Search actions' })).toBeFocused();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('form', { name: 'connect' })).toBeVisible();
  await page.keyboard.press('Escape');
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toHaveCount(0);
  expect(name).not.toBe('renamed-here');
});

windowTest('what destroys asks for the device’s name first', async ({ page, show }) => {
  await show('devices=80');
  const name = await openTab(page, 'vendor:remoteiot');
  await page.getByRole('combobox', { name: 'Search actions' }).fill('DeleteDevice');
  await page.keyboard.press('Enter');
  const form = page.getByRole('form', { name: 'DeleteDevice' });
  await expect(form).toContainText('The device leaves the account');
  const go = form.getByRole('button', { name: /^Run on / });
  await expect(go).toBeDisabled();
  const confirm = form.getByLabel(`Type ${name} to go on`);
  await confirm.fill(name.slice(0, -1));
  await page.keyboard.press('Control+Enter');
  await expect(go).toBeDisabled();
  expect(await page.evaluate(() => window.scripted.operations.calls.length)).toBe(0);
  await expectAccessible(page, 'destroying form');
  await confirm.fill(name);
  await go.click();
  await expect(page.getByRole('region', { name: 'Answer', exact: true })).toBeVisible();
  expect(await page.evaluate(() => window.scripted.operations.calls.map((call) => call.operation))).toEqual([
    'DeleteDevice',
  ]);
});

windowTest('secrets are typed blind, wiped, and cross in one request alone', async ({ page, show }) => {
  await show('devices=80');
  await page.getByRole('navigation', { name: 'Main' }).getByRole('button', { name: 'Manage accounts' }).click();
  await page.getByRole('button', { name: 'More for Harbour Group' }).click();
  await page.getByRole('menuitem', { name: 'Actions' }).click();
  await page.getByRole('dialog').getByRole('combobox', { name: 'Search actions' }).fill('user/login');
  await page.keyboard.press('Enter');
  const form = page.getByRole('form', { name: 'user/login' });
  await form.getByLabel('username').fill('somebody');
  const password = form.getByLabel('password');
  await expect(password).toHaveAttribute('type', 'password');
  await password.fill('window-secret');
  await form.getByRole('button', { name: 'Copy command' }).click();
  await form.getByRole('button', { name: 'Run' }).click();
  await expect(page.getByRole('region', { name: 'Answer', exact: true })).toBeVisible();
  await expect(password).toHaveValue('');
  const carriers = await page.evaluate(() =>
    window.scripted.requested
      .filter((request) => JSON.stringify(request.input).includes('window-secret'))
      .map((request) => request.name),
  );
  expect(carriers).toEqual(['secrets.hand']);
  expect(await page.evaluate(() => window.scripted.operations.calls.at(-1))).toEqual({
    operation: 'user/login',
    input: { username: 'somebody', password: 'window-secret' },
  });
});

for (const colorScheme of ['light', 'dark'] as const)
  windowTest(
    `what this key cannot call is shown with the key it needs; axe, ${colorScheme}`,
    async ({ page, show }) => {
      await page.emulateMedia({ colorScheme });
      await show('devices=120');
      await openTab(page, 'vendor:mode');
      const option = page.getByRole('option', { name: /receiveCommands/ });
      await expect(option).toContainText('needs a device key');
      await expectAccessible(page, 'actions tab');
      await option.click();
      await expect(page.getByRole('alert')).toContainText('Lab has a user key');
      await expectAccessible(page, 'a form');
      await page
        .getByRole('dialog')
        .getByRole('option', { name: /getDevice/ })
        .click();
      await page.getByRole('button', { name: 'Run' }).click();
      const answer = page.getByRole('region', { name: 'Answer', exact: true });
      await expect(answer).toContainText('••••••');
      await expect(answer).not.toContainText('v1.secret');
      await expectAccessible(page, 'an answer as a tree');
    },
  );

windowTest('a long answer is a table that sorts, of which only the lines in sight exist', async ({ page, show }) => {
  await show('devices=40');
  await page.getByRole('navigation', { name: 'Main' }).getByRole('button', { name: 'Manage accounts' }).click();
  await page.getByRole('button', { name: 'More for Acme Works' }).click();
  await page.getByRole('menuitem', { name: 'Actions' }).click();
  await page.getByRole('dialog').getByRole('combobox', { name: 'Search actions' }).fill('ListConnection');
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Run' }).click();
  const table = page.getByRole('region', { name: 'Answer as a table' });
  await expect(table.getByRole('table')).toHaveAttribute('aria-rowcount', '241');
  expect(await table.getByRole('row').count()).toBeLessThan(60);
  await table.getByRole('button', { name: 'Port', exact: true }).click();
  await table.getByRole('button', { name: 'Port', exact: true }).click();
  await expect(table.getByRole('row').nth(1)).toContainText('33239');
  await expectAccessible(page, 'an answer as a table');
});
