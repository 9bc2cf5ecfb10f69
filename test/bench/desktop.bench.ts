import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { startDesktopApp, type DesktopApp } from '../e2e/desktop-app.ts';
import { clickTray } from '../e2e/desktop-stage.ts';
import { median } from './bench.ts';
import type { Bench, Metric, Table } from './bench.ts';
import { prepareCachedFleet } from './cached-fleet.ts';

const devices = 100_000;

/** Milliseconds since the page's navigation began. */
interface Showing {
  /** The page asked main for the state. */
  readonly asked: number;
  /** The first rows were painted. */
  readonly painted: number;
}

declare global {
  interface Window {
    firstRows: Promise<Showing>;
  }
}

/** Runs in the page before its own scripts. */
const watchFirstRows = (): void => {
  let asked = 0;
  // Called on the port it is given to, as ever.
  // oxlint-disable-next-line typescript/unbound-method
  const post = MessagePort.prototype.postMessage;
  MessagePort.prototype.postMessage = function watched(this: MessagePort, message: unknown) {
    if ((message as { readonly type?: string } | null)?.type === 'subscribe') asked = performance.now();
    post.call(this, message);
  };
  window.firstRows = new Promise((resolve) => {
    const look = (): void => {
      if (document.querySelector('[data-part=device]') === null) {
        requestAnimationFrame(look);
        return;
      }
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => resolve({ asked, painted: performance.now() });
      // Posted within a frame, it arrives right after that frame was painted.
      post.call(port2, undefined);
    };
    requestAnimationFrame(look);
  });
};

const isSettled = async (page: Page): Promise<void> => {
  await page.getByText(devices.toLocaleString('en')).first().waitFor({ timeout: 60_000 });
};

const measure = async (app: DesktopApp, rounds: number): Promise<readonly Showing[]> => {
  const client = await app.client();
  // Quick connect would take the fleet at the same time.
  const changed = await client.request('settings.change', { shortcut: '' });
  if (!changed.ok) throw new Error(changed.error.message);
  await clickTray(app, 'Open Quayside');
  const page = await app.page('window');
  await isSettled(page);
  await page.addInitScript(watchFirstRows);
  const found: Showing[] = [];
  for (let round = 0; round < rounds; round += 1) {
    await page.reload();
    found.push(await page.evaluate(() => window.firstRows));
    await isSettled(page);
  }
  return found;
};

/** A large fleet on its way to the desktop's window. */
export const bench: Bench = {
  name: 'desktop',
  about: `a snapshot of ${devices.toLocaleString('en')} devices over the desktop's port, on the stand-in of Electron`,
  run: async ({ quick }) => {
    const folder = await mkdtemp(join(tmpdir(), 'quayside-bench-desktop-'));
    const profile = join(folder, 'profile');
    try {
      await prepareCachedFleet(profile, devices);
      const app = await startDesktopApp({ profile, args: ['--hidden'] });
      try {
        const showings = await measure(app, quick ? 3 : 9);
        const asked = showings.map((showing) => showing.painted - showing.asked);
        const loaded = showings.map(({ painted }) => painted);
        const ms = (value: number): string => `${value.toFixed(0)} ms`;
        const row = (name: string, values: readonly number[]): readonly string[] => [
          name,
          ms(Math.min(...values)),
          ms(median(values)),
          ms(Math.max(...values)),
        ];
        const tables: readonly Table[] = [
          [
            ['', 'best', 'median', 'worst'],
            row('asked for the state to first rows painted', asked),
            row('page loaded anew to first rows painted', loaded),
          ],
        ];
        const metrics: readonly Metric[] = [
          { metric: 'state asked for to first rows painted', value: median(asked), unit: 'ms' },
          { metric: 'page loaded to first rows painted', value: median(loaded), unit: 'ms' },
        ];
        return { tables, metrics };
      } finally {
        await app.dispose();
      }
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
};
