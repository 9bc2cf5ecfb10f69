import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test as base, type Locator, type Page } from '@playwright/test';
import { composeCore } from '../../src-main/compose/compose-core.ts';
import type { Core } from '../../src-main/compose/core.ts';
import { startHeadless } from '../../src-main/compose/compose-headless.ts';
import type { VendorId } from '../support/vendor-ids.ts';
import { locate } from '../../src-main/compose/locations.ts';
import { systemClock } from '../../src-main/node/runtime/system-clock.ts';
import { makeFleet, type FleetDevice } from '../../src-main/simulators/fleet.ts';
import { ModeSimulator } from '../../src-main/simulators/mode/mode.ts';
import { ReemoSimulator } from '../../src-main/simulators/reemo/reemo.ts';
import { RemoteIotSimulator } from '../../src-main/simulators/remoteiot/remoteiot.ts';
import { RemotixSimulator } from '../../src-main/simulators/remotix/remotix.ts';
import { remoteItSecrets, startRemoteIt } from '../support/remoteit-account.ts';
import { modeKey, token } from './stage.ts';

/** The moment at which everything happens: the clocks of page, application and vendors stand still. */
export const moment = Date.UTC(2026, 2, 12, 9, 30);

/** One fleet of each vendor in one window, at a moment that never passes: the same each time. */
export interface Fleet {
  readonly core: Core;
  /** Where the window is; lets one browser in. */
  link(): string;
  readonly remoteIot: RemoteIotSimulator;
}

export const fleetVendors = [
  'remoteit',
  'remoteiot',
  'mode',
  'remotix',
  'reemo',
] as const satisfies readonly VendorId[];

/** What the machines are called: as usual, or as nobody should and somebody does. */
export type Names = 'usual' | 'odd';

const oddNames = [
  `${'gateway-without-a-blank-'.repeat(13)}end`,
  'W'.repeat(300),
  '🛰️🏭👩🏽‍🔧 pump 泵站三号 ポンプ',
  'مضخة المصنع الشمالي رقم ٧ على السطح',
  '‮evil‬ and ​zero​ width',
  `${'a name of many words '.repeat(14)}end`,
];

const odd = (device: FleetDevice): FleetDevice => ({
  ...device,
  name: `${oddNames[device.index % oddNames.length] ?? ''} ${device.index}`,
  site: `${'Werk-Süd-Halle-'.repeat(18)}${device.index % 3}`,
  description: 'Beschreibung'.repeat(25),
  serial: `SN-${'0123456789'.repeat(25)}-${device.index}`,
});

const devicesEach = 30;

const startFleet = async (names: Names, ends: AsyncDisposableStack): Promise<Fleet> => {
  const now = (): number => moment;
  const machines = (seed: number): readonly FleetDevice[] =>
    makeFleet(devicesEach, moment, seed).map((device) => (names === 'odd' ? odd(device) : device));
  const remoteIt = await startRemoteIt({ devices: machines(3), now });
  ends.defer(() => remoteIt.dispose());
  const remoteIot = new RemoteIotSimulator({ token, devices: machines(7), now });
  const mode = new ModeSimulator({ projectKey: modeKey, devices: machines(11), now });
  const remotix = new RemotixSimulator({ devices: machines(17) });
  const reemo = new ReemoSimulator({ secretKey: 'sk_of_the_layout', devices: machines(23), now });
  for (const simulator of [remoteIot, mode, remotix, reemo]) {
    await simulator.listen();
    ends.defer(() => simulator.dispose());
  }
  for (const simulator of [remoteIt, remoteIot, mode, remotix, reemo])
    Object.defineProperty(simulator, 'clockOffsetMs', { get: () => moment - Date.now() });
  const folder = await mkdtemp(join(tmpdir(), 'quayside-layout-'));
  ends.defer(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
  const { forwardWorker, renderer } = locate();
  const composed = await composeCore({
    profile: join(folder, 'profile'),
    vault: 'memory',
    host: 'headless',
    longLived: true,
    forwardWorker,
    clock: { ...systemClock, now },
  });
  if (!composed.ok) throw new Error(composed.error.message);
  const core = composed.value;
  ends.defer(() => core.dispose());
  const host = await startHeadless(core, { port: 0, renderer });
  if (!host.ok) throw new Error(host.error.message);
  ends.defer(() => host.value.dispose());
  const accounts = [
    {
      vendor: 'remoteit',
      label: 'Plants',
      baseUrl: remoteIt.baseUrl,
      fields: { eventsUrl: remoteIt.eventsUrl },
      secrets: remoteItSecrets.accessKey,
    },
    { vendor: 'remoteiot', label: 'Acme', baseUrl: remoteIot.baseUrl, fields: {}, secrets: { token } },
    {
      vendor: 'mode',
      label: 'Sensors',
      baseUrl: mode.baseUrl,
      fields: { projectId: '1265', keyKind: 'project' },
      secrets: { apiKey: modeKey },
    },
    { vendor: 'remotix', label: 'Address book', baseUrl: remotix.baseUrl, fields: {}, secrets: {} },
    {
      vendor: 'reemo',
      label: 'Studio',
      baseUrl: reemo.baseUrl,
      fields: {},
      secrets: { secretKey: 'sk_of_the_layout' },
    },
  ] as const;
  const { signal } = new AbortController();
  for (const account of accounts) {
    const added = await core.accounts.add(account, signal);
    if (!added.ok) throw new Error(added.error.message);
  }
  await core.start();
  return { core, link: () => host.value.link(), remoteIot };
};

/** The fleet for all tests of a file, and a page on it whose clock stands still too. */
export const fleetTest = base.extend<object, { names: Names; fleet: Fleet; fleetPage: Page }>({
  names: ['usual', { scope: 'worker', option: true }],
  fleet: [
    async ({ names }, use) => {
      await using ends = new AsyncDisposableStack();
      await use(await startFleet(names, ends));
    },
    { scope: 'worker', timeout: 60_000 },
  ],
  fleetPage: [
    async ({ browser, fleet }, use) => {
      const page = await browser.newPage({ locale: 'en-GB', timezoneId: 'UTC', reducedMotion: 'reduce' });
      await page.clock.setFixedTime(moment);
      await page.goto(fleet.link());
      await expect(page.getByRole('status', { name: 'Result count' })).toHaveText(
        `${devicesEach * fleetVendors.length} devices`,
      );
      await use(page);
      await page.close();
    },
    { scope: 'worker' },
  ],
});

/** Shows the panel of the first device that is found. */
export const openFirst = async (page: Page, query: string): Promise<Locator> => {
  await page
    .getByRole('navigation', { name: 'Main' })
    .getByRole('button', { name: /^All devices/ })
    .click();
  await page.getByRole('searchbox', { name: 'Search devices' }).fill(query);
  await page.getByRole('grid', { name: 'Devices' }).locator('[data-part=device]').first().click();
  const panel = page.locator('section[data-part=panel]');
  await expect(panel.getByRole('tablist')).toBeVisible();
  return panel;
};

/** Opens the port of a device, so that there is something to see where forwards are. */
export const openPort = async (page: Page): Promise<void> => {
  const panel = await openFirst(page, 'vendor:remoteiot is:online');
  if ((await panel.locator('[data-part=service-forward]').count()) === 0)
    await panel.getByRole('button', { name: 'Open port for SSH' }).click();
  await expect(panel.locator('[data-part=service-forward]')).toBeVisible();
  await page.getByRole('searchbox', { name: 'Search devices' }).fill('');
  await panel.getByRole('button', { name: 'Close panel' }).click();
};
