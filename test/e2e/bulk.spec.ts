import { readFile } from 'node:fs/promises';
import type { Page } from '@playwright/test';
import { addAccount } from './add-account.ts';
import { expect, test } from './stage.ts';
import { expectAccessible, windowTest } from './window-stage.ts';

/** Selects the first `count` devices of the search by the keyboard and opens their actions. */
const choose = async (page: Page, query: string, count: number): Promise<void> => {
  await page.getByRole('searchbox', { name: 'Search devices' }).fill(query);
  await page.getByRole('grid', { name: 'Devices' }).focus();
  await page.keyboard.press('Home');
  await page.keyboard.press('x');
  for (let index = 1; index < count; index += 1) await page.keyboard.press('Shift+ArrowDown');
  const bar = page.getByRole('toolbar', { name: 'Selected devices' });
  await expect(bar).toContainText(`${count} selected`);
  await bar.getByRole('button', { name: 'Actions' }).click();
};

test('devices are renamed at the vendor; the one that fails is tried again, and a reload changes nothing', async ({
  page,
  stage,
}) => {
  const { url } = await stage.serve();
  await page.goto(url);
  await addAccount(page, stage);
  await choose(page, '', 12);
  await page.getByRole('textbox', { name: 'New name' }).fill('line-{n:03}');
  const plan = page.getByRole('table', { name: 'What will change' });
  await expect(plan.getByRole('row').nth(1)).toContainText('line-001');
  // Nothing happens before it is started.
  expect(stage.vendor.requestsTo('/rename')).toHaveLength(0);

  stage.vendor.fault({ kind: 'status', status: 400, path: '/rename', count: 1 });
  const slow = stage.vendor.fault({ kind: 'delay', ms: 300, path: '/rename' });
  await page.getByRole('button', { name: 'Rename 12 devices' }).click();
  await expect(page.getByRole('progressbar', { name: 'Rename 12 devices' })).toBeVisible();
  await page.reload();
  // The run belongs to main: the new window finds it.
  await page.getByRole('status').filter({ hasText: 'Rename 12 devices' }).getByRole('button', { name: 'Show' }).click();
  const dialog = page.getByRole('dialog', { name: 'Rename 12 devices' });
  await expect(dialog.getByText('11 done, 1 failed')).toBeVisible({ timeout: 20_000 });
  slow();
  expect(stage.vendor.requestsTo('/rename')).toHaveLength(12);
  await dialog.getByRole('radio', { name: /^Not done/ }).check();
  await expect(dialog.getByRole('table', { name: 'Results' }).getByRole('row')).toHaveCount(2);

  await dialog.getByRole('button', { name: 'Retry 1' }).click();
  await expect(dialog.getByText('12 done', { exact: true })).toBeVisible();
  // Only the one that failed was sent again.
  expect(stage.vendor.requestsTo('/rename')).toHaveLength(13);
  const names = stage.vendor.unitIds
    .map((id) => stage.vendor.deviceName(id))
    .filter((name) => /^line-\d{3}$/.test(name ?? ''));
  expect(new Set(names).size).toBe(12);

  const download = page.waitForEvent('download');
  await dialog.getByRole('button', { name: 'Save CSV' }).click();
  const report = await readFile(await (await download).path(), 'utf8');
  expect(report.split('\r\n')).toHaveLength(14);
  expect(report).toContain('line-007');
  await dialog.getByRole('button', { name: 'Close' }).first().click();
  await page.getByRole('searchbox', { name: 'Search devices' }).fill('line-0');
  await expect(page.getByRole('status', { name: 'Result count' })).toContainText('12');
});

windowTest('a run can be hidden, found again and cancelled', async ({ page, show }) => {
  await show('devices=200');
  await page.evaluate(() => {
    window.scripted.operations.callMs = 400;
  });
  await choose(page, 'vendor:remoteiot', 40);
  await page.getByRole('textbox', { name: 'New name' }).fill('{name}-{n}');
  await page.getByRole('button', { name: 'Rename 40 devices' }).click();
  const bar = page.getByRole('progressbar', { name: 'Rename 40 devices' });
  await expect(bar).toHaveAttribute('aria-valuetext', /of 40 · about .* left/);
  await page.getByRole('button', { name: 'Hide' }).click();
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await page.getByRole('button', { name: 'Show', exact: true }).click();
  await page.getByRole('button', { name: 'Cancel', exact: true }).click();
  await expect(page.getByRole('dialog').getByText(/\d+ done, \d+ cancelled/)).toBeVisible();
  const sent = await page.evaluate(() => window.scripted.operations.calls.length);
  expect(sent).toBeLessThan(40);
  await expectAccessible(page, 'a cancelled run');
});

windowTest('what may have been done is not sent a second time', async ({ page, show }) => {
  await show('devices=200');
  await choose(page, 'vendor:remoteiot', 6);
  await page.getByRole('radio', { name: 'Run a job' }).check();
  await page.getByRole('textbox', { name: 'Name of the job' }).fill('Update');
  await page.getByRole('textbox', { name: 'Command' }).fill('apt-get -y upgrade');
  await page.evaluate(() => {
    const [first, second] = [...window.scripted.devices.values()]
      .filter((device) => device.vendor === 'remoteiot')
      .toSorted((a, b) => (a.name < b.name ? -1 : 1));
    window.scripted.operations.lost.add(first?.key ?? '');
    window.scripted.operations.failing.add(second?.key ?? '');
  });
  await page.getByLabel('Type 6 to go on').fill('6');
  await page.getByRole('button', { name: 'Run on 6 devices' }).click();
  const dialog = page.getByRole('dialog');
  await expect(dialog.getByText('4 done, 1 failed, 1 not known')).toBeVisible();
  await expect(dialog.getByRole('alert')).toContainText('may have been changed or not');
  await page.evaluate(() => window.scripted.operations.failing.clear());
  await dialog.getByRole('button', { name: 'Retry 1' }).click();
  await expect(dialog.getByText('5 done, 1 not known')).toBeVisible();
  await expect(dialog.getByRole('button', { name: /^Retry/ })).toHaveCount(0);
  expect(await page.evaluate(() => window.scripted.operations.calls.length)).toBe(7);
});

windowTest('destroying asks for the count, and a wrong one does nothing', async ({ page, show }) => {
  await show('devices=200');
  await choose(page, 'vendor:remoteiot', 5);
  await page.getByRole('radio', { name: 'Delete' }).check();
  const go = page.getByRole('button', { name: 'Delete 5 devices' });
  const confirm = page.getByLabel('Type 5 to go on');
  await expect(confirm).toBeVisible();
  await expect(page.getByRole('dialog')).toContainText('The devices leave the account');
  await expect(go).toBeDisabled();
  await confirm.fill('50');
  await confirm.press('Enter');
  await expect(go).toBeDisabled();
  expect(await page.evaluate(() => window.scripted.operations.calls.length)).toBe(0);
  await confirm.fill('5');
  await confirm.press('Enter');
  await expect(page.getByRole('dialog').getByText('5 done', { exact: true })).toBeVisible();
});

for (const colorScheme of ['light', 'dark'] as const)
  windowTest(
    `devices of several vendors: who can, who is left out and why; axe, ${colorScheme}`,
    async ({ page, show }) => {
      await page.emulateMedia({ colorScheme });
      await show('devices=200');
      await choose(page, '', 30);
      await expectAccessible(page, 'renaming');
      await page.getByRole('textbox', { name: 'New name' }).fill('same');
      await expect(page.getByText(/names that are not unique/)).toBeVisible();
      await page.getByRole('textbox', { name: 'New name' }).fill('{serial}');
      await expect(page.getByRole('dialog').getByRole('alert')).toContainText('{serial}');
      await page.getByRole('radio', { name: 'Move to a group' }).check();
      await page.getByRole('combobox', { name: 'Group' }).fill('Plant 9');
      await page.getByRole('radio', { name: /^Left out/ }).check();
      await expect(page.getByRole('table', { name: 'Left out' })).toContainText('has tags instead of groups');
      await page.getByRole('radio', { name: 'Any operation' }).check();
      await expectAccessible(page, 'any operation');
    },
  );

windowTest('by the keyboard alone', async ({ page, show }) => {
  await show('devices=120');
  await page.getByRole('searchbox', { name: 'Search devices' }).fill('vendor:remoteiot');
  await page.getByRole('grid', { name: 'Devices' }).focus();
  await page.keyboard.press('Control+a');
  await page.keyboard.press('Control+k');
  await page.keyboard.type('actions for');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('dialog', { name: 'Change many devices' })).toBeVisible();
  await page.getByRole('radio', { name: 'Rename by pattern' }).focus();
  await page.keyboard.press('ArrowDown');
  await expect(page.getByRole('radio', { name: 'Replace in names' })).toBeChecked();
  await page.getByRole('textbox', { name: 'Find' }).focus();
  await page.keyboard.type('-');
  await page.keyboard.press('Tab');
  await page.keyboard.type('_');
  const go = page.getByRole('button', { name: /^Rename \d+ devices$/ });
  await expect(go).toBeEnabled();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('dialog').getByText(/^\d+ done$/)).toBeVisible({ timeout: 20_000 });
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toHaveCount(0);
});
