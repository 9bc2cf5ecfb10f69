import { expect } from '@playwright/test';
import { windowTest } from './window-stage.ts';

windowTest(
  'Connect opens what the user chose for the device, until the choice is taken back',
  async ({ page, show }) => {
    await show('devices=200');
    const key = await page.evaluate(
      () =>
        [...window.scripted.devices.values()].find(({ services }) => services.some(({ kind }) => kind === 'vnc'))?.id,
    );
    await page.getByRole('searchbox', { name: 'Search devices' }).fill(key ?? '');
    await page.getByRole('grid', { name: 'Devices' }).locator('[data-part=device]').first().click();
    const panel = page.locator('section[data-part=panel]');
    const connect = panel.getByRole('button', { name: 'Connect', exact: true });
    await expect(connect).toContainText('SSH');
    const choose = async (name: string): Promise<void> => {
      await panel.getByRole('button', { name: 'Other ways to connect' }).click();
      await page.getByRole('menuitem', { name: /^What Connect opens/ }).press('ArrowRight');
      await page.getByRole('menuitemradio', { name }).press('Enter');
      await expect(page.getByRole('menu')).toHaveCount(0);
    };
    await choose('VNC');
    await expect(connect).toContainText('VNC');
    await connect.click();
    await expect
      .poll(() => page.evaluate(() => window.scripted.requested.filter(({ name }) => name === 'forwards.open')))
      .toMatchObject([{ input: { serviceId: 'vnc:5900' } }]);
    await choose('Quayside chooses');
    await expect(connect).toContainText('SSH');
  },
);
