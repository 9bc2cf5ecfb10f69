import { chromium, type Page } from '@playwright/test';
import config from '../e2e/playwright.config.ts';
import { serveWindow } from '../support/window-harness/serve-window.ts';
import { median, percentile } from './bench.ts';
import type { Bench, Metric, Table } from './bench.ts';

const devices = 50_000;

/** What people type: a name, letters left out, a place and a kind, the query language, something that is not there. */
const queries = ['plant3', 'p3gw', 'plant gw 07', 'is:offline cam', '-is:online pi', 'zzqx nothing', 'sensor 12'];

/**
 * Milliseconds from the event of a key to the frame that shows what it did, as the browser itself measures it: the
 * work of the handler, of React, layout and paint. A frame is waited for after it, so 0 to 16.7 ms of the time are
 * the screen's own beat; `work` is without.
 */
const typeAndMeasure = async (page: Page, text: string): Promise<readonly { work: number; painted: number }[]> => {
  await page.evaluate(() => {
    const found: { work: number; painted: number }[] = [];
    (window as unknown as { measured: typeof found }).measured = found;
    const measure = (event: Event): void => {
      const from = event.timeStamp;
      // React works on the event after this listener, in a task of its own; the next frame comes after that.
      requestAnimationFrame(() => {
        const work = performance.now() - from;
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = () => found.push({ work, painted: performance.now() - from });
        // Posted within a frame, it arrives right after that frame was painted.
        port2.postMessage(undefined);
      });
    };
    document.addEventListener('keydown', measure, { capture: true });
    (window as unknown as { stopMeasuring: () => void }).stopMeasuring = () =>
      document.removeEventListener('keydown', measure, { capture: true });
  });
  for (const letter of text) await page.keyboard.press(letter === ' ' ? 'Space' : letter);
  await page.waitForFunction(
    (count) => (window as unknown as { measured: unknown[] }).measured.length >= count,
    text.length,
  );
  return page.evaluate(() => {
    (window as unknown as { stopMeasuring: () => void }).stopMeasuring();
    return (window as unknown as { measured: { work: number; painted: number }[] }).measured;
  });
};

/** Milliseconds until the search has the keyboard after the system gave the window the focus. */
const showAndMeasure = (page: Page): Promise<number> =>
  page.evaluate(
    () =>
      new Promise<number>((resolve) => {
        (document.activeElement as HTMLElement | null)?.blur();
        const from = performance.now();
        const look = (): void => {
          if (document.activeElement instanceof HTMLInputElement)
            requestAnimationFrame(() => resolve(performance.now() - from));
          else requestAnimationFrame(look);
        };
        window.dispatchEvent(new Event('focus'));
        look();
      }),
  );

/** Keystrokes in quick connect with a large fleet, in real Chromium. */
export const bench: Bench = {
  name: 'palette',
  about: `quick connect over ${devices.toLocaleString('en')} devices, in Chromium`,
  run: async ({ quick }) => {
    const served = await serveWindow();
    const browser = await chromium.launch({ ...config.use?.launchOptions });
    try {
      const page = await browser.newPage({ viewport: { width: 640, height: 424 } });
      await page.goto(`${served.url}?palette&devices=${devices}`);
      const input = page.getByRole('combobox', { name: 'Search devices and commands' });
      await input.waitFor();
      await input.fill('e');
      await page.locator('.palette-row .presence').nth(4).waitFor({ timeout: 60_000 });
      await input.fill('');
      const rounds = quick ? 1 : 6;
      const strokes: { work: number; painted: number }[] = [];
      const byQuery = new Map<string, number[]>();
      for (let round = 0; round < rounds; round += 1)
        for (const query of queries) {
          await input.fill('');
          const measured = await typeAndMeasure(page, query);
          strokes.push(...measured);
          byQuery.set(query, [...(byQuery.get(query) ?? []), ...measured.map(({ work }) => work)]);
        }
      const shows: number[] = [];
      for (let round = 0; round < (quick ? 5 : 30); round += 1) shows.push(await showAndMeasure(page));
      const work = strokes.map((stroke) => stroke.work);
      const painted = strokes.map((stroke) => stroke.painted);
      const ms = (value: number): string => `${value.toFixed(1)} ms`;
      const tables: readonly Table[] = [
        [
          ['typed', 'median work', 'worst'],
          ...[...byQuery].map(([query, values]) => [query, ms(median(values)), ms(Math.max(...values))]),
        ],
        [
          ['', 'p50', 'p95'],
          ['key to work done, at the next frame', ms(median(work)), ms(percentile(work, 0.95))],
          ['key to painted', ms(median(painted)), ms(percentile(painted, 0.95))],
          ['shown to focused input, painted', ms(median(shows)), ms(percentile(shows, 0.95))],
        ],
      ];
      const metrics: readonly Metric[] = [
        { metric: 'keystroke work p50', value: median(work), unit: 'ms' },
        { metric: 'keystroke work p95', value: percentile(work, 0.95), unit: 'ms' },
        { metric: 'keystroke to painted p50', value: median(painted), unit: 'ms' },
        { metric: 'keystroke to painted p95', value: percentile(painted, 0.95), unit: 'ms' },
        { metric: 'shown to focused p95', value: percentile(shows, 0.95), unit: 'ms' },
      ];
      return { tables, metrics };
    } finally {
      await browser.close();
      await served.dispose();
    }
  },
};
