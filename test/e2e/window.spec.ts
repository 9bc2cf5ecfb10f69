import { expect, type Page } from '@playwright/test';
import { expectAccessible, windowTest as test } from './window-stage.ts';

const grid = (page: Page) => page.getByRole('grid', { name: 'Devices' });
const active = (page: Page) => grid(page).locator('[data-part=device][data-active]');
const panel = (page: Page) => page.locator('section[data-part=panel]');

test('everything in the list is reached by the keyboard', async ({ page, show }) => {
  await show('devices=200');
  const search = page.getByRole('searchbox', { name: 'Search devices' });
  await expect(grid(page)).toBeVisible();
  await page.keyboard.press('/');
  await expect(search).toBeFocused();
  await page.keyboard.type('gw');
  await page.keyboard.press('ArrowDown');
  await expect(grid(page)).toBeFocused();
  await expect(active(page)).toHaveCount(1);
  expect(await grid(page).getAttribute('aria-activedescendant')).toBe(await active(page).getAttribute('id'));

  await page.keyboard.press('f');
  await expect(active(page).getByRole('img', { name: 'favourite' })).toBeVisible();
  await page.keyboard.press('Enter');
  await expect(page.getByText(/^Opened .* in xterm\.$/)).toBeVisible();
  await page.keyboard.press(' ');
  await expect(panel(page)).toBeVisible();
  await page.keyboard.press('Control+Enter');
  await expect(page.getByRole('menu')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('menu')).toHaveCount(0);
  await expect(panel(page)).toBeVisible();
  await grid(page).focus();
  await page.keyboard.press('Escape');
  await expect(panel(page)).toHaveCount(0);
  await page.keyboard.press('Escape');
  await expect(search).toHaveValue('');
});

test('letters typed right after the key for the search all reach it, from any page', async ({ page, show }) => {
  await show('devices=200');
  await expect(grid(page)).toBeVisible();
  /** What has the focus the moment the key was handled, as the next letter of a fast typist finds it. */
  const focusedAfter = (key: string): Promise<string | undefined> =>
    page.evaluate((pressed) => {
      document.body.dispatchEvent(new KeyboardEvent('keydown', { key: pressed, bubbles: true, cancelable: true }));
      return document.activeElement?.id;
    }, key);
  expect(await focusedAfter('/')).toBe('search');
  await page.getByRole('button', { name: 'Settings' }).click();
  await expect(grid(page)).toHaveCount(0);
  expect(await focusedAfter('/')).toBe('search');
});

test('the pointer selects: a box under it, a range with Shift, one more with Ctrl, all by the header', async ({
  page,
  show,
}) => {
  await show('devices=60');
  const row = (index: number) => grid(page).locator(`[aria-rowindex="${index}"]`);
  const selected = page.getByRole('toolbar', { name: 'Selected devices' });
  const box = row(3).locator('[data-part=mark]');
  await expect(box).toBeHidden();
  await row(3).hover();
  await expect(box).toBeVisible();
  await box.click();
  await expect(selected).toContainText('1 selected');
  await expect(panel(page)).toHaveCount(0);
  await row(6).click({ modifiers: ['Shift'] });
  await expect(selected).toContainText('4 selected');
  await expect(panel(page)).toHaveCount(0);
  // Shift with the pointer selects lines, never their text.
  expect(await page.evaluate(() => getSelection()?.toString() ?? '')).toBe('');
  await row(9).click({ modifiers: ['ControlOrMeta'] });
  await expect(selected).toContainText('5 selected');
  await row(4).click({ modifiers: ['ControlOrMeta'] });
  await expect(selected).toContainText('4 selected');

  // The line on show does not look like one that is selected.
  await row(12).click();
  await expect(panel(page)).toBeVisible();
  await page.mouse.move(0, 0);
  await expect(row(12).locator('[data-part=mark]')).toBeHidden();
  await expect(row(6).locator('[data-part=mark]')).toBeVisible();
  const tint = (index: number): Promise<string> =>
    row(index).evaluate((element) => getComputedStyle(element).backgroundColor);
  expect(await tint(12)).not.toBe(await tint(6));
  await expectAccessible(page, 'selected lines');

  const all = page.getByRole('checkbox', { name: 'Select all devices of the list' });
  await expect(all).toHaveAttribute('aria-checked', 'mixed');
  await all.click();
  await expect(selected).toContainText('60 selected');
  await all.click();
  await expect(selected).toHaveCount(0);
});

test('a range is selected, and the ends of a long list are in sight', async ({ page, show }) => {
  await show('devices=2000');
  await grid(page).focus();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('x');
  await page.keyboard.press('Shift+ArrowDown');
  await page.keyboard.press('Shift+ArrowDown');
  await expect(page.getByRole('toolbar', { name: 'Selected devices' })).toContainText('3 selected');
  await page.keyboard.press('End');
  await expect(active(page)).toHaveAttribute('aria-rowindex', '2001');
  await expect(active(page)).toBeInViewport({ ratio: 1 });
  await page.keyboard.press('Home');
  await expect(active(page)).toHaveAttribute('aria-rowindex', '2');
  const header = await page.getByRole('columnheader', { name: 'Name' }).boundingBox();
  const first = await active(page).boundingBox();
  expect(first?.y).toBeGreaterThanOrEqual((header?.y ?? 0) + 24);
});

test('g leads to the pages, and is no favourite', async ({ page, show }) => {
  await show('devices=20');
  await grid(page).focus();
  await page.keyboard.press('ArrowDown');
  const stars = await page.getByRole('img', { name: 'favourite' }).count();
  for (const [key, name] of [
    ['f', 'forwards'],
    ['c', 'accounts'],
    ['s', 'settings'],
    ['a', 'devices'],
  ] as const) {
    await page.keyboard.press('g');
    await page.keyboard.press(key);
    await expect(page.locator(`main[data-page=${name}]`)).toBeVisible();
  }
  await expect(page.getByRole('img', { name: 'favourite' })).toHaveCount(stars);
});

test('widths and order of columns are the user’s, and stay', async ({ page, show }) => {
  await show('devices=60');
  const group = page.getByRole('columnheader', { name: 'Group' });
  const edge = await group.locator('[data-part=edge]').boundingBox();
  if (edge === null) throw new Error('The column has no edge.');
  await page.mouse.move(edge.x + 4, edge.y + 4);
  await page.mouse.down();
  await page.mouse.move(edge.x + 84, edge.y + 4);
  await page.mouse.up();
  const width = (await group.boundingBox())?.width ?? 0;
  await page.getByRole('button', { name: 'Seen' }).click();
  await expect(page.getByRole('columnheader', { name: 'Seen' })).toHaveAttribute('aria-sort', 'ascending');
  await page.reload();
  await expect(grid(page)).toBeVisible();
  expect((await group.boundingBox())?.width).toBe(width);
  await expect(page.getByRole('columnheader', { name: 'Seen' })).toHaveAttribute('aria-sort', 'ascending');
  await group.locator('[data-part=edge]').dblclick();
  await expect.poll(async () => (await group.boundingBox())?.width).not.toBe(width);
});

test('the palette finds devices and commands', async ({ page, show }) => {
  await show('devices=500');
  await page.keyboard.press('Control+k');
  const field = page.getByRole('combobox', { name: 'Search devices and commands' });
  await field.fill('gw');
  await expect(page.getByRole('option').first()).toContainText('gw');
  expect(await page.getByRole('option').count()).toBeLessThanOrEqual(8);
  await page.keyboard.press('Control+Enter');
  await expect(panel(page)).toBeVisible();
  await page.keyboard.press('Control+k');
  await field.fill('settings');
  await page.keyboard.press('Enter');
  await expect(page.locator('main[data-page=settings]')).toBeVisible();
  // Main answers before it is chosen, so not `check`, which looks at once.
  await page.getByRole('radio', { name: 'Dark' }).click();
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
});

test('a search that finds nothing offers what was meant, in the list and in the palette', async ({ page, show }) => {
  await show('devices=300');
  const search = page.getByRole('searchbox', { name: 'Search devices' });
  const shown = page.getByRole('status', { name: 'Result count' });
  await search.fill('PLNAT1');
  await page.getByRole('button', { name: 'Did you mean plant1?' }).click();
  await expect(search).toHaveValue('plant1');
  await expect(shown).toHaveText(/^[1-9]\d* of 300$/);
  await search.fill('');
  await page.keyboard.press('Control+k');
  const palette = page.getByRole('combobox', { name: 'Search devices and commands' });
  await palette.fill('pxant1');
  await expect(page.getByRole('option', { name: 'Did you mean plant1?' })).toBeVisible();
  await palette.press('Enter');
  await expect(palette).toHaveValue('plant1');
  await expect(page.getByRole('option').first()).toContainText('plant1');
});

test('a secret leaves the form at once and crosses in one request alone', async ({ page, show }) => {
  await show('scenario=first-run');
  await page.getByRole('button', { name: 'Add account' }).click();
  const form = page.getByRole('form', { name: 'Add account' });
  await form.getByRole('radio', { name: 'RemoteIoT' }).check();
  await form.getByLabel('Name', { exact: true }).fill('Fresh');
  await form.getByLabel('Base URL').fill('https://portal.example/portal/api');
  await form.getByLabel('API token').fill('window-secret');
  await form.getByRole('button', { name: 'Test' }).click();
  await expect(form.getByText('accepted the credentials')).toBeVisible();
  await expect(form.getByLabel('API token')).toHaveValue('');
  await form.getByRole('button', { name: 'Add account' }).click();
  // The first account's devices are what somebody came for.
  await expect(page.locator('main[data-page=devices]')).toBeVisible();
  await page.keyboard.press('g');
  await page.keyboard.press('c');
  const account = page.getByRole('main').getByRole('listitem', { name: 'Fresh' });
  await expect(account).toBeVisible();
  const carriers = await page.evaluate(() =>
    window.scripted.requested
      .filter((request) => JSON.stringify(request.input).includes('window-secret'))
      .map((request) => request.name),
  );
  expect(carriers).toEqual(['secrets.hand']);

  await account.getByRole('button', { name: 'More for Fresh' }).click();
  await page.getByRole('menuitem', { name: 'Remove' }).click();
  await expect(page.getByRole('dialog', { name: 'Remove Fresh?' })).toContainText('secrets');
  await page.getByRole('button', { name: 'Remove account' }).click();
  await expect(account).toHaveCount(0);
});

test('presence changes are shown and said', async ({ page, show }) => {
  await show('devices=40');
  const row = grid(page)
    .getByRole('row')
    .filter({ has: page.getByRole('img', { name: 'online' }) })
    .first();
  await row.click();
  const name = (await panel(page).getAttribute('aria-label')) ?? '';
  await page.evaluate((wanted) => {
    const device = [...window.scripted.devices.values()].find((candidate) => candidate.name === wanted);
    if (device !== undefined) window.scripted.setPresence(device.key, 'offline');
  }, name);
  await expect(panel(page).getByRole('img', { name: 'offline' })).toBeVisible();
  await expect(page.getByRole('status', { name: 'Changes' })).toHaveText(`${name} is offline now.`);
});

test('every state says what it is and what to do', async ({ page, show }) => {
  await show('scenario=loading');
  await expect(page.getByRole('status', { name: 'Loading devices' })).toBeVisible();
  await show('scenario=partial&devices=60');
  await expect(page.getByRole('alert').filter({ hasText: 'Acme Works' })).toContainText('as of 13 min ago');
  await expect(page.getByRole('button', { name: 'Retry Acme Works' })).toBeVisible();
  await expect(grid(page)).toBeVisible();
  await show('scenario=vault-locked&devices=60');
  await page.getByLabel('Passphrase of the vault').fill('anything');
  await page.getByRole('button', { name: 'Unlock' }).click();
  await expect(page.getByLabel('Passphrase of the vault')).toHaveCount(0);
  await show('scenario=notice&devices=60');
  const shared = page.getByRole('status').filter({ hasText: 'have the same SSH host key' });
  const second = shared.getByRole('button').nth(1);
  const name = (await second.textContent()) ?? '';
  await second.click();
  await expect(page.getByRole('region', { name })).toBeVisible();
  await page.getByRole('button', { name: 'Dismiss' }).first().click();
  await expect(page.getByText('was set aside')).toHaveCount(0);
  await show('devices=60');
  await page.getByRole('searchbox', { name: 'Search devices' }).fill('submarine');
  await page.getByRole('button', { name: 'Clear search' }).last().click();
  await expect(grid(page)).toBeVisible();
});

test('a lost host leaves the list in place and says so', async ({ page, show }) => {
  await show('devices=60');
  await expect(grid(page)).toBeVisible();
  await page.evaluate(() => {
    window.scripted.send = () => {};
    window.scripted.close();
  });
  await expect(page.getByText('Reconnecting to Quayside.')).toBeVisible();
  await expect(grid(page)).toBeVisible();
});

test('a list too narrow for widths of columns has no edges to draw, and widths never push a column out', async ({
  page,
  show,
}) => {
  await show('devices=60');
  const edge = page.getByRole('columnheader', { name: 'Group' }).locator('[data-part=edge]');
  await expect(edge).toBeVisible();
  await grid(page).getByRole('row').nth(2).click();
  await expect(panel(page)).toBeVisible();
  // The columns beside a panel have widths of their own: what is drawn here would count only once it is closed.
  await expect(edge).toBeHidden();
  expect(await page.evaluate(() => localStorage.getItem('quayside.columns'))).toBeNull();

  await page.evaluate(() =>
    localStorage.setItem('quayside.columns', JSON.stringify({ name: 640, group: 640, account: 640 })),
  );
  await page.reload();
  const last = page.getByRole('columnheader', { name: 'Forward' });
  await expect(last).toBeInViewport({ ratio: 1 });
});

test('in the smallest window the panel lies over the whole list and all that is said above it', async ({
  page,
  show,
}) => {
  await page.setViewportSize({ width: 720, height: 480 });
  await show('devices=60&scenario=failing');
  await expect(page.getByRole('button', { name: /^Retry/ }).first()).toBeVisible();
  await grid(page).getByRole('row').nth(2).click();
  await expect(panel(page)).toBeInViewport({ ratio: 1 });
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(720);
  const rail = await page.getByRole('navigation', { name: 'Main' }).boundingBox();
  // Its slide has ended once it begins where the rail ends.
  await expect.poll(async () => (await panel(page).boundingBox())?.x).toBe(rail?.width);
  expect(await panel(page).boundingBox()).toEqual({
    x: rail?.width,
    y: 0,
    width: 720 - (rail?.width ?? 0),
    height: 480,
  });
  await page.getByRole('button', { name: 'Close panel' }).click();
  await expect(grid(page).getByRole('row').nth(2)).toBeInViewport();
});

test('what a rule is for is found by typing in a large fleet: a device too, and no tag that one device has', async ({
  page,
  show,
}) => {
  await show('devices=20000');
  // A serial number that is told as a tag, as MODE's are.
  const name = await page.evaluate(() => {
    const [device] = window.scripted.devices.values();
    if (device === undefined) throw new Error('no device');
    window.scripted.setDevice({ ...device, tags: ['serial-4711'] });
    return device.name;
  });
  await page.getByRole('button', { name: 'Settings' }).click();
  await page.getByRole('button', { name: 'Add rule' }).click();
  const form = page.getByRole('dialog', { name: 'Add a rule' });
  const field = form.getByRole('combobox', { name: 'For', exact: true });
  const options = form.getByRole('listbox', { name: 'What it is for' }).getByRole('option');
  await field.press('ArrowDown');
  await expect(options.first()).toContainText('Account ');
  expect(await options.count()).toBeLessThanOrEqual(8);
  await field.fill('tag serial-4711');
  await expect(options.filter({ hasText: /^Tag serial-4711/ })).toHaveCount(0);
  // Escape closes the list, and only then the dialog.
  await field.press('Escape');
  await expect(options).toHaveCount(0);
  await expect(form).toBeVisible();
  await field.fill(name);
  await expect(options.filter({ hasText: name }).first()).toBeVisible();
  await expectAccessible(page, 'choosing what a rule is for');
  await options.filter({ hasText: name }).first().click();
  await expect(field).toHaveValue(name);
  await form.getByRole('button', { name: 'Add rule' }).click();
  await expect(form).toHaveCount(0);
  await expect(page.getByRole('list', { name: 'Rules' })).toContainText(name);
  // Or for whatever matches a query, now and later.
  await page.getByRole('button', { name: 'Add rule' }).click();
  await field.fill('is:offline group:"Plant 3"');
  await options.filter({ hasText: 'Devices that match is:offline group:"Plant 3"' }).click();
  await form.getByRole('button', { name: 'Add rule' }).click();
  await expect(form).toHaveCount(0);
  await expect(page.getByRole('list', { name: 'Rules' })).toContainText(
    'Devices that match is:offline group:"Plant 3"',
  );
});
