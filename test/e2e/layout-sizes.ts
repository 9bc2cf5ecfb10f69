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
const sideways = '[role=tablist], nav[aria-label=Sessions], [data-part=wide], [role=grid]';

/** What a terminal or a device draws is not ours. */
const foreign = '.xterm, [data-part=screen]';

/** What is wrong with the layout of a part of the page in both themes, each fault with where it was seen. */
export const troublesIn = async (page: Page, scope: string, where: string): Promise<readonly string[]> => {
  // In one go, for hundreds of places are looked at. What watches its own size draws itself again in the next frame.
  const found = await page.evaluate<readonly string[]>(`(async () => {
    const troublesOf = ${layoutTroubles.toString()};
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
    const { dataset } = document.documentElement;
    const chosen = dataset.theme;
    const found = ${JSON.stringify(themes)}.flatMap((theme) => {
      dataset.theme = theme;
      return troublesOf(${JSON.stringify({ scope, sideways, foreign })}).map((trouble) => theme + ': ' + trouble);
    });
    if (chosen === undefined) delete dataset.theme;
    else dataset.theme = chosen;
    return found;
  })()`);
  return found.map((trouble) => `${where}, ${trouble}`);
};
