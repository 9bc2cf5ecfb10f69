import { expect, type Page } from '@playwright/test';
import type { DeviceView } from '../../src-preload/contract/device.ts';
import { expectAccessible, windowTest as test } from './window-stage.ts';

const now = Date.UTC(2026, 10, 20, 12);
const hour = 3_600_000;
const day = 24 * hour;

/** Everything a vendor can tell, some of it longer than the panel is wide. */
const told = {
  description: 'Gateway of the packing line, in the cabinet beside the north gate',
  groups: ['Plant 3'],
  tags: ['line-a', 'beta', `a-tag-${'x'.repeat(90)}`],
  internalAddress: '10.3.0.7',
  externalAddress: '203.0.113.7',
  mac: 'b8:27:eb:00:11:22',
  serial: 'SN-0011-2233-4455-6677-8899-AABB',
  facts: {
    platform: 'Raspberry Pi',
    os: 'Debian GNU/Linux 12 (bookworm) for ARM 64-bit with a real-time kernel',
    manufacturer: 'Raspberry Pi Ltd',
    model: 'Compute Module 4',
    hardwareId: 'a02082-2f4b5a55-0c3e-4d5f-9aa1-0123456789ab',
    agentVersion: '4.15.1',
    firmware: 'edge-5.2.0',
    firmwareInstalledAt: now - 12 * day,
    channel: 'stable',
    city: 'Lyon',
    region: 'Auvergne-Rhône-Alpes',
    country: 'France',
    timezone: 'Europe/Paris',
    provider: 'Example Telecom',
    connectionType: 'Cable/DSL',
    lastAddress: '203.0.113.99',
    quality: 'GOOD',
    availability: 99.249,
    onlineSince: now - 3 * day,
    offlineSince: now - 4 * day,
    lastConnectedAt: now - 2 * hour,
    createdAt: Date.UTC(2024, 4, 3),
    claimedAt: now - 5 * day,
    claimExpiresAt: now + 2 * day,
    owner: 'ann@example.com',
    sharedWith: ['bob@example.com', 'carol@example.com'],
    licence: 'Business',
    permissions: ['VIEW', 'CONNECT', 'MANAGE'],
    attributes: { site: 'north', '$remoteit.categoryA.with-a-name-that-is-far-too-long': 'x'.repeat(120), floor: '2' },
  },
} satisfies Partial<DeviceView>;

/** Shows the panel of a device that is told all of that. */
const showPanel = async (page: Page): Promise<void> => {
  const row = page.getByRole('grid', { name: 'Devices' }).getByRole('row').nth(1);
  await row.click();
  await page.getByRole('tab', { name: 'Overview' }).waitFor();
  await page.evaluate((more) => {
    const name = document.querySelector('section[data-part=panel] h2')?.textContent;
    const device = [...window.scripted.devices.values()].find((one) => one.name === name?.trim());
    if (device === undefined) throw new Error(`no device ${name}`);
    const [first, ...others] = device.services;
    window.scripted.setDevice({
      ...device,
      ...more,
      vendor: 'remoteit',
      presence: { ...device.presence, state: 'online', source: 'vendor-list' },
      services: [
        ...(first === undefined ? [] : [first]),
        ...others,
        {
          id: 'http:8080',
          kind: 'http',
          name: 'Web page',
          route: 'tunnel',
          port: 8080,
          state: 'inactive',
          custom: false,
        },
      ],
    });
  }, told);
  await expect(page.getByRole('region', { name: 'Facts' })).toContainText('Raspberry Pi');
};

const fact = (page: Page, group: string, label: string) =>
  page
    .getByLabel(group, { exact: true })
    .locator('div', { has: page.locator('dt', { hasText: new RegExp(`^${label}$`) }) })
    .locator('dd');

test('every fact a vendor tells is in the panel, in words and units, and is copied whole', async ({
  page,
  context,
  show,
}) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.clock.setFixedTime(now);
  await show('devices=20');
  await showPanel(page);
  for (const [group, label, shown] of [
    ['Device', 'Platform', 'Raspberry Pi'],
    ['Device', 'System', told.facts.os],
    ['Device', 'Maker', 'Raspberry Pi Ltd'],
    ['Device', 'Model', 'Compute Module 4'],
    ['Device', 'Serial', told.serial.slice(0, 12)],
    ['Device', 'Hardware id', 'a02082'],
    ['Software', 'Firmware', 'edge-5.2.0'],
    ['Software', 'Installed', 'on 8 Nov'],
    ['Software', 'Channel', 'stable'],
    ['Software', 'Agent', '4.15.1'],
    ['Network', 'Internal', '10.3.0.7'],
    ['Network', 'External', '203.0.113.7'],
    ['Network', 'Last address', '203.0.113.99'],
    ['Network', 'MAC', 'b8:27:eb:00:11:22'],
    ['Network', 'Provider', 'Example Telecom'],
    ['Network', 'Connection', 'Cable/DSL'],
    ['Network', 'Quality', 'GOOD'],
    ['Network', 'Time online', '99.2 %'],
    ['Network', 'Online for', '3 d'],
    ['Network', 'Went offline', '4 d ago'],
    ['Network', 'Connected', '2 h ago'],
    ['Place', 'Place', 'Lyon, Auvergne-Rhône-Alpes, France'],
    ['Place', 'Time zone', 'Europe/Paris'],
    ['Belongs to', 'Groups', 'Plant 3'],
    ['Belongs to', 'Tags', 'line-abetaa-tag-x'],
    ['Belongs to', 'Owner', 'ann@example.com'],
    ['Belongs to', 'Shared with', 'bob@example.comcarol@example.com'],
    ['Belongs to', 'You may', 'VIEWCONNECTMANAGE'],
    ['Belongs to', 'Licence', 'Business'],
    ['Belongs to', 'Added', 'on 3 May 2024'],
    ['Belongs to', 'Claimed', '5 d ago'],
    ['Belongs to', 'Claim ends', 'in 2 d'],
    ['Attributes', 'site', 'north'],
    ['Attributes', 'floor', '2'],
  ] as const)
    await expect(fact(page, group, label), label).toContainText(shown);

  // What is cut in the panel is whole in the tip and on the clipboard; a time is told exactly.
  const hardware = fact(page, 'Device', 'Hardware id').getByRole('button');
  await expect(hardware).toHaveAttribute('data-tip', `Copy ${told.facts.hardwareId}`);
  await hardware.click();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(told.facts.hardwareId);
  await expect(fact(page, 'Network', 'Online for').getByRole('button')).toHaveAttribute('data-tip', /^17 Nov 2026, /);

  const service = page.getByRole('listitem', { name: 'Web page, inactive' });
  await expect(service).toContainText('inactive');
  await service.getByRole('button', { name: 'Connect Web page' }).click();
  await expect(page.getByRole('alert').filter({ hasText: 'remote.it says that Web page of' })).toBeVisible();
  await expect
    .poll(() => page.evaluate(() => window.scripted.requested.map(({ name }) => name)))
    .toContain('forwards.open');
});

for (const colorScheme of ['light', 'dark'] as const)
  for (const width of [720, 1280])
    test(`no fact is wider than the panel, and axe finds nothing serious, ${colorScheme}, ${width} px`, async ({
      page,
      show,
    }) => {
      await page.setViewportSize({ width, height: 900 });
      await page.emulateMedia({ colorScheme });
      await page.clock.setFixedTime(now);
      await show('devices=20');
      await showPanel(page);
      const facts = page.getByRole('region', { name: 'Facts' });
      const wide = await facts.evaluate((region) => {
        const edge = region.getBoundingClientRect().right + 0.5;
        return [...region.querySelectorAll('*')]
          .filter((part) => part.getBoundingClientRect().right > edge)
          .map((part) => part.textContent);
      });
      expect(wide).toEqual([]);
      const scroller = page.locator('section[data-part=panel] [data-part=scroll]');
      expect(await scroller.evaluate((box) => box.scrollWidth - box.clientWidth)).toBe(0);
      await expectAccessible(page, 'facts');
    });
