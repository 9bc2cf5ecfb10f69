import { addAccount } from './add-account.ts';
import { expect, test } from './stage.ts';
import { expectAccessible } from './window-stage.ts';

for (const colorScheme of ['light', 'dark'] as const) {
  test(`axe finds nothing serious on any page, ${colorScheme}`, async ({ page, stage }) => {
    const { url } = await stage.serve();
    await page.emulateMedia({ colorScheme });
    await page.goto(url);
    const rail = page.getByRole('navigation', { name: 'Main' });
    await expect(page.getByRole('button', { name: 'Add account' }).first()).toBeVisible();
    await expectAccessible(page, 'first run');
    await addAccount(page, stage);

    const row = page.getByRole('grid', { name: 'Devices' }).getByRole('row').nth(2);
    await row.click();
    await expect(page.getByRole('region', { name: 'Services' })).toBeVisible();
    await expectAccessible(page, 'devices with the panel');
    await page.getByRole('searchbox', { name: 'Search devices' }).fill('no such device anywhere');
    await expect(page.getByRole('status', { name: 'Result count' })).toContainText('0');
    await expectAccessible(page, 'nothing found');
    await page.getByRole('searchbox', { name: 'Search devices' }).fill('');

    stage.vendor.fault({ kind: 'status', status: 500 });
    await page
      .getByRole('button', { name: /^Refresh/ })
      .first()
      .click();
    await expect(page.getByRole('button', { name: 'Retry Acme' })).toBeVisible({ timeout: 20_000 });
    await expectAccessible(page, 'failing account');

    for (const [entry, name] of [
      ['Manage accounts', 'accounts'],
      ['Forwards', 'forwards'],
      ['Settings', 'settings'],
    ] as const) {
      await rail.getByRole('button', { name: new RegExp(`^${entry}`) }).click();
      await expect(page.locator(`main[data-page=${name}]`)).toBeVisible();
      await expectAccessible(page, name);
    }
    await page.keyboard.press('Control+k');
    await expect(page.getByRole('combobox', { name: 'Search devices and commands' })).toBeVisible();
    await expectAccessible(page, 'palette');
    await page.keyboard.press('Escape');
    await page.keyboard.press('?');
    await expectAccessible(page, 'shortcuts');
  });
}
