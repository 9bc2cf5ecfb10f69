import { expect } from '@playwright/test';
import { fleetTest as test, fleetVendors, openFirst, openPort } from './fleet-stage.ts';
import { resize, sizes } from './layout-sizes.ts';
import { pageTroubles, tabTroubles } from './layout-walk.ts';

for (const size of sizes)
  test.describe(`at ${size.name}`, () => {
    for (const vendor of fleetVendors)
      test(`every tab of ${vendor} is laid out well, in the panel and on the page`, async ({ fleetPage: page }) => {
        await resize(page, size);
        await openFirst(page, `vendor:${vendor}`);
        expect(await tabTroubles(page)).toEqual([]);
      });

    test('every page and dialog is laid out well', async ({ fleetPage: page }) => {
      await resize(page, size);
      await openPort(page);
      expect(await pageTroubles(page)).toEqual([]);
    });
  });

test('a message leaves the buttons for the selected devices free', async ({ fleetPage: page }) => {
  await resize(page, sizes[0]);
  const panel = await openFirst(page, 'vendor:remoteit');
  await panel.getByRole('tab', { name: 'Overview' }).click();
  await panel.getByRole('button', { name: /^Copy Device id/ }).click();
  await panel.getByRole('button', { name: 'Close panel' }).click();
  await page.getByRole('grid', { name: 'Devices' }).focus();
  await page.keyboard.press('x');
  const message = await page.locator('.toast').first().boundingBox();
  const bar = await page.getByRole('toolbar', { name: 'Selected devices' }).boundingBox();
  expect((message?.y ?? 0) + (message?.height ?? 0)).toBeLessThan(bar?.y ?? 0);
  await page.keyboard.press('Escape');
});

test('the ring of the tab with the keyboard goes around its label', async ({ fleetPage: page }) => {
  const panel = await openFirst(page, 'vendor:remoteiot');
  await panel.getByRole('tab', { name: 'Overview' }).focus();
  // A ring is drawn from the first key on.
  await page.keyboard.press('End');
  await page.keyboard.press('Home');
  for (const tab of await panel.getByRole('tab').all()) {
    await expect(tab).toBeFocused();
    const room = await tab.evaluate((element) => {
      const label = document.createRange();
      label.selectNodeContents(element);
      const ring = getComputedStyle(element);
      const inner = element.getBoundingClientRect().left - parseFloat(ring.outlineOffset);
      return { style: ring.outlineStyle, left: label.getBoundingClientRect().left - inner };
    });
    expect(room.style).toBe('solid');
    expect(room.left).toBeGreaterThanOrEqual(1);
    await page.keyboard.press('ArrowRight');
  }
});
