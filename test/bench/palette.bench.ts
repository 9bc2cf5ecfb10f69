import { chromium, type Page } from '@playwright/test';
import config from '../e2e/playwright.config.ts';
import { serveWindow } from '../support/window-harness/serve-window.ts';
import { median, percentile } from './bench.ts';
import type { Bench, Metric, Table } from './bench.ts';

const devices = 50_000;

/** What people type: a name, letters left out, a place and a kind, the query language, something that is not there. */
const queries = ['plant3', 'p3gw', 'plant gw 07', 'is:offline cam', '-is:online pi', 'zzqx nothing', 'sensor 12'];

/** One key: milliseconds from its event, as the browser stamped it. */
interface Stroke {
  /** Until the results are in the document: the search and React. */
  readonly work: number;
  /** Until the frame that shows them was painted. */
  readonly painted: number;
}

declare global {
  interface Window {
    /** Resolves once the key that is typed next is painted. */
    nextStroke: Promise<Stroke>;
  }
}

/**
 * Types a text, each letter once the one before is painted: nobody types faster. A pause of 0 to 16 ms, another before
 * each letter, spreads the keys over the beat of the screen; without it all would come right after a frame.
 */
const typeAndMeasure = async (page: Page, text: string): Promise<readonly Stroke[]> => {
  const strokes: Stroke[] = [];
  for (const [at, letter] of Array.from(text).entries()) {
    await page.evaluate(() => {
      window.nextStroke = new Promise((resolve) => {
        let from = 0;
        document.addEventListener('keydown', ({ timeStamp }) => (from = timeStamp), { capture: true, once: true });
        // Bubbled up here, the letter has been through React, which answers it before anything else happens.
        document.addEventListener(
          'input',
          () => {
            const work = performance.now() - from;
            requestAnimationFrame(() => {
              const { port1, port2 } = new MessageChannel();
              port1.onmessage = () => resolve({ work, painted: performance.now() - from });
              // Posted within a frame, it arrives right after that frame was painted.
              port2.postMessage(undefined);
            });
          },
          { once: true },
        );
      });
    });
    await new Promise((resolve) => setTimeout(resolve, (at * 7) % 17));
    await page.keyboard.press(letter === ' ' ? 'Space' : letter);
    strokes.push(await page.evaluate(() => window.nextStroke));
  }
  return strokes;
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

/** Frames as fast as they can be drawn, instead of 60 in a second. */
const withoutBeat = ['--disable-frame-rate-limit', '--disable-gpu-vsync'] as const;

interface Measured {
  readonly strokes: readonly Stroke[];
  readonly byQuery: ReadonlyMap<string, readonly number[]>;
  readonly shows: readonly number[];
}

const measure = async (url: string, rounds: number, shows: number, flags: readonly string[]): Promise<Measured> => {
  const { launchOptions } = config.use ?? {};
  const browser = await chromium.launch({ ...launchOptions, args: [...(launchOptions?.args ?? []), ...flags] });
  try {
    const page = await browser.newPage({ viewport: { width: 640, height: 424 } });
    await page.goto(url);
    const input = page.getByRole('combobox', { name: 'Search devices and commands' });
    await input.waitFor();
    await input.fill('e');
    await page.locator('.palette-row .presence').nth(4).waitFor({ timeout: 60_000 });
    const strokes: Stroke[] = [];
    const byQuery = new Map<string, number[]>();
    for (let round = 0; round < rounds; round += 1)
      for (const query of queries) {
        await input.fill('');
        const measured = await typeAndMeasure(page, query);
        strokes.push(...measured);
        byQuery.set(query, [...(byQuery.get(query) ?? []), ...measured.map(({ work }) => work)]);
      }
    const shown: number[] = [];
    for (let round = 0; round < shows; round += 1) shown.push(await showAndMeasure(page));
    return { strokes, byQuery, shows: shown };
  } finally {
    await browser.close();
  }
};

/** Keystrokes in quick connect with a large fleet, in real Chromium. */
export const bench: Bench = {
  name: 'palette',
  about: `quick connect over ${devices.toLocaleString('en')} devices, in Chromium`,
  run: async ({ quick }) => {
    const served = await serveWindow();
    try {
      const url = `${served.url}?palette&devices=${devices}`;
      const [rounds, shows] = quick ? [1, 5] : [6, 30];
      const beat = await measure(url, rounds, shows, []);
      const free = await measure(url, rounds, 0, withoutBeat);
      const p95 = (values: readonly number[]): number => percentile(values, 0.95);
      const work = beat.strokes.map((stroke) => stroke.work);
      const painted = beat.strokes.map((stroke) => stroke.painted);
      const freely = free.strokes.map((stroke) => stroke.painted);
      const ms = (value: number): string => `${value.toFixed(1)} ms`;
      const row = (name: string, values: readonly number[]): readonly string[] => [
        name,
        ms(median(values)),
        ms(p95(values)),
      ];
      const tables: readonly Table[] = [
        [
          ['typed', 'median work', 'worst'],
          ...[...beat.byQuery].map(([query, values]) => [query, ms(median(values)), ms(Math.max(...values))]),
        ],
        [
          ['', 'p50', 'p95'],
          row('key to results in the document', work),
          row('key to painted, no limit of frames', freely),
          // A key meets the beat of the screen anywhere in it: 0 to 16.7 ms of this are waiting for the next frame.
          row('key to painted, 60 frames a second', painted),
          row('given the focus to focused input, painted', beat.shows),
        ],
        [['60 frames a second: up to 16.7 ms of it can be the wait for the next frame, whatever the program does.']],
      ];
      const metrics: readonly Metric[] = [
        { metric: 'keystroke work p50', value: median(work), unit: 'ms' },
        { metric: 'keystroke work p95', value: p95(work), unit: 'ms' },
        { metric: 'keystroke to painted, no frame limit, p50', value: median(freely), unit: 'ms' },
        { metric: 'keystroke to painted, no frame limit, p95', value: p95(freely), unit: 'ms' },
        { metric: 'keystroke to painted p50', value: median(painted), unit: 'ms' },
        { metric: 'keystroke to painted p95', value: p95(painted), unit: 'ms' },
        { metric: 'focus to focused input p95', value: p95(beat.shows), unit: 'ms' },
      ];
      return { tables, metrics };
    } finally {
      await served.dispose();
    }
  },
};
