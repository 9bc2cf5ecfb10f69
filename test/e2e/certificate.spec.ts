import { expect } from '@playwright/test';
import { resize, sizes, troublesIn } from './layout-sizes.ts';
import { expectAccessible, windowTest } from './window-stage.ts';

const digits = (pair: string): string => Array.from({ length: 32 }, () => pair).join(':');

for (const theme of ['light', 'dark'])
  windowTest(
    `a changed RDP certificate is shown beside the old one, and connects once it is trusted, ${theme}`,
    async ({ page, show }) => {
      await show(`devices=200&theme=${theme}`);
      const name = await page.evaluate(
        () =>
          [...window.scripted.devices.values()].find(({ services }) => services.some(({ kind }) => kind === 'vnc'))
            ?.name,
      );
      await page.getByRole('searchbox', { name: 'Search devices' }).fill(name ?? '');
      await page.getByRole('grid', { name: 'Devices' }).locator('[data-part=device]').first().click();
      const launches = () =>
        page.evaluate(() => window.scripted.requested.filter(({ name: asked }) => asked.startsWith('launch.')));
      await page.evaluate(
        ([pinned = '', shown = '']) => {
          window.scripted.changedCertificate = {
            kind: 'forbidden',
            message: 'The certificate of this device has changed.',
            hint: 'Ask whoever runs the device.',
            certificate: { pinned, shown, pinnedAt: 1_790_000_000_000 },
          };
        },
        [digits('0A'), digits('F7')],
      );
      const connect = page.locator('section[data-part=panel]').getByRole('button', { name: 'Connect', exact: true });
      await connect.click();
      const dialog = page.getByRole('dialog', { name: /^The certificate of .* has changed$/ });
      await expect(dialog).toContainText(digits('0A'));
      await expect(dialog).toContainText(digits('F7'));
      for (const size of sizes) {
        await resize(page, size);
        expect(await troublesIn(page, 'dialog', size.name)).toEqual([]);
      }
      await expectAccessible(page, 'a changed certificate');
      // Leaving it trusts nothing.
      await page.keyboard.press('Escape');
      await expect(dialog).toHaveCount(0);
      expect((await launches()).map(({ name: asked }) => asked)).not.toContain('launch.trust');
      await connect.click();
      await dialog.getByRole('button', { name: 'Trust the new one' }).click();
      await expect(dialog).toHaveCount(0);
      await expect(page.locator('.toast', { hasText: 'Opened' })).toBeVisible();
      expect(await launches()).toMatchObject([
        { name: 'launch.open' },
        { name: 'launch.open' },
        { name: 'launch.trust', input: { certificate: digits('F7') } },
        { name: 'launch.open' },
      ]);
    },
  );
