import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, type Locator, type Page } from '@playwright/test';
import { browserArguments, windowedChromium } from './browser.ts';
import { fleetTest as test, fleetVendors, openFirst, type Fleet } from './fleet-stage.ts';
import { themes } from './layout-sizes.ts';

const pictures = join(import.meta.dirname, 'pictures');

/** What the pictures were taken with: another version draws letters and lines a little otherwise. */
const taken: { readonly chromium: number; readonly mono: string } = JSON.parse(
  readFileSync(join(pictures, 'taken-with.json'), 'utf8'),
);

// The one without a window draws letters a little otherwise.
test.use({ launchOptions: { executablePath: windowedChromium, args: browserArguments } });

/** Heights of the window: that of a usual one, and more where a tab is longer, so that all of it is in sight. */
const usualHeight = 800;

/** Why the pictures would not be the same here, if so. */
const differsHere = async (page: Page): Promise<string | undefined> => {
  const [major] = (page.context().browser()?.version() ?? '').split('.');
  if (Number(major) !== taken.chromium)
    return `The pictures of tabs are compared on Chromium ${taken.chromium}; here is ${major}.`;
  const hasMono = await page.evaluate((mono) => {
    const pen = document.createElement('canvas').getContext('2d');
    const widthIn = (font: string): number => {
      if (pen !== null) pen.font = `40px ${font}`;
      return pen?.measureText('il. WM').width ?? 0;
    };
    return widthIn(`'${mono}', serif`) !== widthIn('serif');
  }, taken.mono);
  return hasMono ? undefined : `The pictures of tabs need the font ${taken.mono}.`;
};

/** Gives a device of RemoteIoT a log and a job to show, once. */
const fill = async (page: Page, panel: Locator, fleet: Fleet): Promise<void> => {
  const jobs = panel.getByRole('list', { name: 'Jobs' }).getByRole('listitem');
  await panel.getByRole('tab', { name: 'Jobs' }).click();
  await expect(panel.locator('[aria-busy=true]')).toHaveCount(0);
  if ((await jobs.count()) > 0) return;
  const form = panel.getByRole('form', { name: 'Run a job' });
  await form.getByLabel('Command', { exact: true }).last().fill('df -h');
  await form.getByRole('button', { name: 'Run', exact: true }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Run it' }).click();
  await expect(jobs).toHaveCount(1);
  await page.getByRole('button', { name: 'Dismiss' }).click();

  const name = await panel.getAttribute('aria-label');
  const id = fleet.remoteIot.unitIds.find((unitId) => fleet.remoteIot.deviceName(unitId) === name) ?? '';
  for (const line of ['usb 1-1: new device', 'eth0: link is down', 'usb 1-1: error -71'])
    fleet.remoteIot.appendLog(id, 'System error', line);
  await panel.getByRole('tab', { name: 'Logs' }).click();
  await panel.getByRole('button', { name: 'Take new lines' }).click();
  await expect(panel.getByText('eth0: link is down')).toBeVisible();
};

test('the pictures are 3 MB at most', () => {
  const sizes = readdirSync(pictures).map((name) => statSync(join(pictures, name)).size);
  expect(sizes.length).toBeGreaterThan(50);
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(3_000_000);
});

for (const theme of themes)
  test.describe(`each tab looks as it did, ${theme}`, () => {
    for (const vendor of fleetVendors)
      test(vendor, async ({ fleetPage: page, fleet }) => {
        const reason = await differsHere(page);
        test.skip(reason !== undefined, reason);
        // The only font of the window that is the system's.
        await page.evaluate((mono) => document.documentElement.style.setProperty('--mono', `'${mono}'`), taken.mono);
        await page.emulateMedia({ colorScheme: theme });
        await page.setViewportSize({ width: 1280, height: usualHeight });
        const panel = await openFirst(page, `vendor:${vendor} -is:offline`);
        if (vendor === 'remoteiot') await fill(page, panel, fleet);
        const scroll = panel.locator('[data-part=scroll]');
        for (const tab of await panel.getByRole('tab').allTextContents()) {
          await panel.getByRole('tab', { name: tab }).click();
          await expect(panel.locator('[aria-busy=true]')).toHaveCount(0);
          const hidden = await scroll.evaluate((element) => element.scrollHeight - element.clientHeight);
          await page.setViewportSize({ width: 1280, height: usualHeight + hidden });
          await expect(scroll).toHaveScreenshot(`${vendor}-${tab.toLowerCase()}-${theme}.png`);
          await page.setViewportSize({ width: 1280, height: usualHeight });
        }
        await panel.getByRole('tab', { name: 'Overview' }).click();
      });
  });
