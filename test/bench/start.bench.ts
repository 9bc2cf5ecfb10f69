import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startDesktopApp, type DesktopApp } from '../e2e/desktop-app.ts';
import { median, percentile } from './bench.ts';
import type { Bench, Metric, Table } from './bench.ts';
import { prepareCachedFleet } from './cached-fleet.ts';

const devices = 10_000;

interface Start {
  readonly trayMs: number;
  readonly phases: readonly { readonly phase: string; readonly ms: number }[];
  readonly memoryMB: number;
  readonly shortcuts: readonly number[];
}

/** The memory that belongs to a process alone or is resident with it, MB. */
const residentMB = async (pid: number): Promise<number> => {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? Number.NaN) / 1024;
};

declare global {
  interface Window {
    /** Resolves with the time, epoch milliseconds, at which the input had the focus and was painted. */
    focusedAt: Promise<number>;
  }
}

/** Milliseconds from the shortcut, in main, until quick connect's input has the keyboard and is painted, in its page. */
const shortcutMs = async (app: DesktopApp, rounds: number): Promise<readonly number[]> => {
  const page = await app.page('palette');
  const press = (): Promise<number> =>
    app.evaluate(() => {
      const at = performance.timeOrigin + performance.now();
      for (const run of globalThis.recorded.shortcuts.values()) run();
      return at;
    });
  const found: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    await page.evaluate(() => {
      if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
      window.focusedAt = new Promise((resolve) => {
        const painted = (): void => {
          const { port1, port2 } = new MessageChannel();
          port1.onmessage = () => resolve(performance.timeOrigin + performance.now());
          port2.postMessage(undefined);
        };
        document.addEventListener('focusin', () => requestAnimationFrame(painted), { once: true });
      });
    });
    const pressed = await press();
    found.push((await page.evaluate(() => window.focusedAt)) - pressed);
    // The same key hides it.
    await press();
  }
  return found;
};

/** Starts the desktop hidden and takes the time until the tray has its first menu, the favourites of the cache in it. */
const startOnce = async (profile: string, settleMs: number, shortcuts = 0): Promise<Start> => {
  const app = await startDesktopApp({
    profile,
    args: ['--hidden'],
  });
  try {
    const trayMs = await app.evaluate(async () => {
      for (;;) {
        const { menu, firstMenuAt } = globalThis.recorded;
        if (firstMenuAt !== undefined && menu?.items.some(({ label }) => label.startsWith('Favourites')) === true)
          return firstMenuAt;
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    });
    await new Promise((resolve) => setTimeout(resolve, settleMs));
    const memoryMB = await residentMB(app.pid);
    const client = await app.client();
    const diagnostics = await client.request('diagnostics.get', {});
    if (!diagnostics.ok) throw new Error(diagnostics.error.message);
    return {
      trayMs,
      phases: diagnostics.value.timings,
      memoryMB,
      shortcuts: shortcuts === 0 ? [] : await shortcutMs(app, shortcuts),
    };
  } finally {
    await app.dispose();
  }
};

/** From the start of the process to a usable tray, out of the cache, with the vendor out of reach. */
export const bench: Bench = {
  name: 'start',
  about: `a hidden start with ${devices.toLocaleString('en')} cached devices and no network, on the stand-in of Electron`,
  run: async ({ quick }) => {
    const folder = await mkdtemp(join(tmpdir(), 'quayside-bench-start-'));
    const profile = join(folder, 'profile');
    try {
      await prepareCachedFleet(profile, devices);
      await startOnce(profile, 0);
      const starts: Start[] = [];
      for (let round = 0; round < (quick ? 3 : 12); round += 1) starts.push(await startOnce(profile, 500));
      // By then quick connect waits hidden, with the fleet.
      const settled = await startOnce(profile, 5000, quick ? 8 : 40);
      const tray = starts.map(({ trayMs }) => trayMs);
      const names = [...new Set(starts.flatMap(({ phases }) => phases.map(({ phase }) => phase)))];
      const node = Number(
        execFileSync(process.execPath, ['-e', 'console.log(performance.now())'], { encoding: 'utf8' }).trim(),
      );
      const ms = (value: number): string => `${value.toFixed(0)} ms`;
      const tables: readonly Table[] = [
        [
          ['', 'p50', 'p95'],
          ['process to usable tray', ms(median(tray)), ms(percentile(tray, 0.95))],
          ...names.map((name) => {
            const values = starts.map(({ phases }) => phases.find(({ phase }) => phase === name)?.ms ?? 0);
            return [`  ${name}`, ms(median(values)), ms(percentile(values, 0.95))];
          }),
          ['  (an empty Node script)', ms(node), ''],
        ],
        [
          ['main, tray only', 'resident'],
          ['after 5 s', `${settled.memoryMB.toFixed(0)} MB`],
        ],
        [
          ['quick connect', 'p50', 'p95'],
          [
            'shortcut to focused input, painted',
            ms(median(settled.shortcuts)),
            ms(percentile(settled.shortcuts, 0.95)),
          ],
        ],
      ];
      const metrics: readonly Metric[] = [
        { metric: 'start to tray p50', value: median(tray), unit: 'ms' },
        { metric: 'start to tray p95', value: percentile(tray, 0.95), unit: 'ms' },
        { metric: 'shortcut to focused input p50', value: median(settled.shortcuts), unit: 'ms' },
        { metric: 'shortcut to focused input p95', value: percentile(settled.shortcuts, 0.95), unit: 'ms' },
        { metric: 'memory of main, tray only', value: settled.memoryMB, unit: 'MB' },
      ];
      return { tables, metrics };
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
};
