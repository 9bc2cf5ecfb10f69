import type { Page } from '@playwright/test';
import { layoutTroubles } from '../support/layout-check.ts';

/** The window as it is tried: the smallest, a usual and a wide one, and the usual one at twice the size of everything. */
export const sizes = [
  { name: '720 px', width: 720, height: 480, deviceScaleFactor: 1 },
  { name: '1280 px', width: 1280, height: 800, deviceScaleFactor: 1 },
  { name: '1920 px', width: 1920, height: 1080, deviceScaleFactor: 1 },
  { name: '200 %', width: 640, height: 400, deviceScaleFactor: 2 },
] as const;

/** Gives the window a size, without a reload. */
export const resize = async (
  page: Page,
  { width, height, deviceScaleFactor }: Omit<(typeof sizes)[number], 'name'>,
): Promise<void> => {
  const session = await page.context().newCDPSession(page);
  await session.send('Emulation.setDeviceMetricsOverride', { width, height, deviceScaleFactor, mobile: false });
  await session.detach();
};

export const themes = ['light', 'dark'] as const;

/** What is meant to be scrolled sideways: tabs that do not fit, tables of answers, what a device or a vendor wrote. */
const sideways = '.tab-list, .session-bar, .table-scroll, .answer-table, .answer-tree, .grid';

/** What is wrong with the layout of a part of the page in both themes, each fault with where it was seen. */
export const troublesIn = async (page: Page, scope: string, where: string): Promise<readonly string[]> => {
  const found: string[] = [];
  await page.mouse.move(0, 0);
  // What watches its own size draws itself anew in the next frame.
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  for (const colorScheme of themes) {
    await page.emulateMedia({ colorScheme });
    const troubles = await page.evaluate(layoutTroubles, { scope, sideways });
    found.push(...troubles.map((trouble) => `${where}, ${colorScheme}: ${trouble}`));
  }
  return found;
};
