import { readFile } from 'node:fs/promises';
import { addAccount } from './add-account.ts';
import { expect, test as hostTest } from './stage.ts';
import { expectAccessible, windowTest as test } from './window-stage.ts';

/** Incidents and the history, in the window. */

test('an incident is opened, put aside and told again by the keyboard', async ({ page, show }) => {
  await show('scenario=eventful&devices=400');
  const strip = page.getByRole('status').filter({ hasText: 'went offline' });
  await expect(strip).toContainText('14 of 60 devices in Plant 1 went offline · 1 more');
  await strip.getByRole('button', { name: 'Show' }).press('Enter');
  const first = page.getByRole('listitem', { name: /^14 of 60 devices in Plant 1/ });
  await expect(first.getByRole('button', { name: 'Hide its devices' })).toBeFocused();
  await expect(first.getByRole('list', { name: /^Devices of/ }).getByRole('listitem')).toHaveCount(8);
  await first.getByRole('button', { name: 'Show all 14' }).press('Enter');
  await expect(first.getByRole('list', { name: /^Devices of/ }).getByRole('listitem')).toHaveCount(14);

  await first.getByRole('button', { name: /^Snooze or mute/ }).press('Enter');
  await page.getByRole('menuitem', { name: 'Snooze for 2 hours' }).press('Enter');
  await expect(first.getByRole('button', { name: /^Snoozed until \d\d:\d\d/ })).toBeVisible();
  await page.keyboard.press('g');
  await page.keyboard.press('a');
  // What was put aside nags nowhere; the other one is still there.
  await expect(strip).toContainText('went offline');
  await expect(strip).not.toContainText('Plant 1');
  await page.keyboard.press('g');
  await page.keyboard.press('h');
  await first.getByRole('button', { name: /^Snoozed until/ }).press('Enter');
  await page.getByRole('menuitem', { name: 'Tell me again' }).press('Enter');
  await expect(first.getByRole('button', { name: /^Snooze or mute/ })).toBeVisible();
});

test('the history is searched, narrowed, paged and saved', async ({ page, show }) => {
  await show('scenario=eventful&devices=400');
  await page.keyboard.press('g');
  await page.keyboard.press('h');
  const lines = page.locator('[data-part=line]');
  await expect(lines).toHaveCount(100);
  await page.getByRole('button', { name: 'Show older' }).click();
  await expect(lines).toHaveCount(200);

  await page.getByRole('searchbox', { name: 'Search the activity' }).fill('rename');
  await expect(lines.first()).toContainText('Rename device');
  await expect(lines.filter({ hasNotText: 'Rename device' })).toHaveCount(0);
  await page.getByRole('searchbox', { name: 'Search the activity' }).fill('');
  await page.getByRole('combobox', { name: 'Kind' }).selectOption('Connections');
  await expect(lines.first()).toContainText(/SSH|reached/);
  await lines.first().hover();
  await lines
    .first()
    .getByRole('button', { name: /^Only / })
    .click();
  await expect(page.getByRole('status').filter({ hasText: 'that Quayside watched, 1 outage' })).toContainText('99.6 %');
  await page.getByRole('button', { name: 'All devices again' }).click();

  const saved = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Save as CSV' }).click();
  const file = await saved;
  expect(file.suggestedFilename()).toMatch(/^quayside-activity-\d{4}-\d\d-\d\d\.csv$/);
  expect(await readFile(await file.path(), 'utf8')).toContain('at,kind,account,device,text');
});

test('a history that cannot be read says so and is tried again; an empty one says what will come', async ({
  page,
  show,
}) => {
  await show('scenario=failing&devices=60');
  await page.keyboard.press('g');
  await page.keyboard.press('h');
  await expect(page.getByRole('alert').filter({ hasText: 'The history could not be read.' })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Try again' })).toBeVisible();
  await show('devices=60');
  await page.keyboard.press('g');
  await page.keyboard.press('h');
  await expect(page.getByRole('heading', { name: 'Nothing happened yet' })).toBeVisible();
});

for (const scheme of ['light', 'dark'] as const)
  test(`axe finds nothing serious in an eventful activity, ${scheme}`, async ({ page, show }) => {
    await page.emulateMedia({ colorScheme: scheme });
    await show('scenario=eventful&devices=200');
    await page.getByRole('button', { name: 'Show', exact: true }).click();
    await expect(page.locator('[data-part=line]').first()).toBeVisible();
    await expectAccessible(page, 'activity');
    // Nothing of the head is cut off in the smallest window.
    await page.setViewportSize({ width: 720, height: 480 });
    for (const name of ['Kind', 'Account', 'Time']) {
      const box = await page.getByRole('combobox', { name, exact: true }).boundingBox();
      expect(box?.width, name).toBeGreaterThan(120);
    }
  });

hostTest(
  'devices lost together are one incident, which grows, ends, and stays in the history',
  async ({ page, stage }) => {
    const { vendor } = stage;
    for (const id of vendor.unitIds) vendor.setOnline(id, true);
    const { url } = await stage.serve();
    await page.goto(url);
    await addAccount(page, stage);
    await page.getByRole('button', { name: /^Settings/ }).click();
    await page.getByLabel('Wait before telling').selectOption('At once');
    await page.getByRole('button', { name: /^All devices/ }).click();

    const refresh = page.getByRole('button', { name: 'Refresh all accounts' });
    const lost = vendor.unitIds.filter((id) => vendor.deviceName(id)?.startsWith('plant1-') === true);
    expect(lost.length).toBeGreaterThan(12);
    for (const id of lost.slice(0, -3)) vendor.setOnline(id, false);
    await refresh.click();
    // Losses are gathered for ten seconds before they are told; this host has no notices but those in the window.
    const notice = page.getByRole('status').filter({ hasText: 'went offline' });
    await expect(notice).toContainText('devices in Plant 1 went offline', { timeout: 40_000 });
    await notice.getByRole('button', { name: 'Dismiss' }).click();
    for (const id of lost) vendor.setOnline(id, false);
    await refresh.click();
    await page.getByRole('button', { name: /^Activity/ }).click();
    const incidents = page.getByRole('region', { name: 'Incidents' }).locator('li[aria-label]');
    await expect(incidents).toContainText(`${lost.length} offline`, { timeout: 40_000 });
    await expect(incidents).toHaveCount(1);
    await expect(page.locator('[data-part=line][data-kind=offline]')).toHaveCount(lost.length, { timeout: 30_000 });

    for (const id of lost) vendor.setOnline(id, true);
    await page.getByRole('button', { name: /^All devices/ }).click();
    await refresh.click();
    await page.getByRole('button', { name: /^Activity/ }).click();
    await expect(incidents).toContainText(/back after/, { timeout: 40_000 });
    await page.getByRole('combobox', { name: 'Kind' }).selectOption('Incidents');
    await expect(page.locator('[data-part=line][data-kind=resolved]')).toBeVisible({ timeout: 30_000 });
    // Told by its name, not by what stands below it alone.
    await expect(page.locator('[data-part=line][data-kind=incident]')).toContainText('went offline');
  },
);
