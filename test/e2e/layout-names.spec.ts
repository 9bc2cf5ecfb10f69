import { expect } from '@playwright/test';
import { fleetTest as test, fleetVendors, openFirst, openPort } from './fleet-stage.ts';
import { pageTroubles, tabTroubles } from './layout-walk.ts';

test.use({ names: 'odd' });

// Names of 300 letters without a blank, in any script, with marks that turn the direction around.
test.describe('with odd names', () => {
  for (const vendor of fleetVendors)
    test(`every tab of ${vendor} is laid out well`, async ({ fleetPage: page }) => {
      await openFirst(page, `vendor:${vendor}`);
      expect(await tabTroubles(page)).toEqual([]);
    });

  test('every page and dialog is laid out well', async ({ fleetPage: page }) => {
    await openPort(page);
    expect(await pageTroubles(page)).toEqual([]);
  });

  test('the whole of a name that was shortened is told beside it', async ({ fleetPage: page }) => {
    const panel = await openFirst(page, 'vendor:reemo gateway-without-a-blank');
    const name = (await panel.getAttribute('aria-label')) ?? '';
    expect(name.length).toBeGreaterThan(200);
    for (const place of [
      panel.locator('[data-part=name]'),
      page.locator('[data-part=device][data-active] [data-part=name]'),
    ]) {
      await place.hover();
      await expect(page.locator('.tip')).toContainText(name);
      const box = await page.locator('.tip').boundingBox();
      expect(box?.x).toBeGreaterThanOrEqual(0);
      expect((box?.x ?? 0) + (box?.width ?? 0)).toBeLessThanOrEqual(1280);
      await page.mouse.move(0, 0);
      await expect(page.locator('.tip')).toHaveCount(0);
    }
  });
});
