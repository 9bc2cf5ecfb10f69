import { expect, type Page } from '@playwright/test';
import { expectAccessible, windowTest as test } from './window-stage.ts';

const shots = process.env['QUAYSIDE_SHOTS'];

const shoot = async (page: Page, name: string): Promise<void> => {
  if (shots !== undefined) await page.screenshot({ path: `${shots}/forwards-${name}.png` });
};

const details = (page: Page, port: number) => page.getByRole('region', { name: `Forward on port ${port}` });

const openDetails = async (page: Page, port: number): Promise<ReturnType<typeof details>> => {
  await page.getByRole('button', { name: `Details of port ${port}` }).click();
  await expect(details(page, port)).toBeVisible();
  return details(page, port);
};

const asked = (page: Page, name: string): Promise<number> =>
  page.evaluate((wanted) => window.scripted.requested.filter((request) => request.name === wanted).length, name);

const showForwards = async (page: Page): Promise<void> => {
  await page
    .getByRole('navigation', { name: 'Main' })
    .getByRole('button', { name: /^Forwards/ })
    .click();
};

test('a reconnecting forward says why, which attempt it is and when it tries next', async ({ page, show }) => {
  await show('devices=60');
  await showForwards(page);
  const line = page.getByRole('row').filter({ hasText: '33013' });
  await expect(line).toContainText('reconnecting (unreachable, attempt 3)');
  await expect(line).toContainText(/The tunnel was closed at the vendor\. (Next try in \d+ s|Trying again now)\./);
  const detail = await openDetails(page, 33_013);
  await expect(detail.getByRole('status', { name: 'Reconnecting' })).toContainText(
    'The port stays, and new clients wait.',
  );
});

test('the details open by the keyboard, count live while in sight, and stop with them', async ({ page, show }) => {
  await show('devices=60');
  await showForwards(page);
  await page.getByRole('button', { name: 'Details of port 33007' }).focus();
  await page.keyboard.press('Enter');
  const detail = details(page, 33_007);
  await expect(detail.getByRole('region', { name: 'Traffic' })).toContainText('214 kB/s');
  await expect(detail.getByRole('list', { name: '2 clients' })).toContainText('ssh');
  await expect(detail.getByRole('region', { name: 'Addresses' })).toContainText('127.82.4.17:2222');
  await expect(detail.getByRole('region', { name: 'Addresses' })).toContainText('[::1]:33007');
  await expect(detail.getByRole('region', { name: 'Phases' })).toContainText('DNS');
  await expect.poll(() => asked(page, 'forwards.statistics')).toBeGreaterThan(2);

  expect(await asked(page, 'forwards.history')).toBe(0);
  await detail.getByRole('button', { name: 'History' }).focus();
  await page.keyboard.press('Enter');
  const attempts = detail.getByRole('list', { name: 'Attempts, newest first' }).getByRole('listitem');
  await expect(attempts).toHaveCount(3);
  await expect(attempts.nth(1)).toContainText('At the vendor: RemoteIoT cannot reach it; try again when it is online.');

  await page.getByRole('button', { name: 'Details of port 33007' }).click();
  await expect(detail).toHaveCount(0);
  const before = await asked(page, 'forwards.statistics');
  // Another forward counts on: two more of its looks are time enough for one of the closed one.
  await openDetails(page, 33_012);
  await expect.poll(() => asked(page, 'forwards.statistics')).toBeGreaterThan(before + 1);
  const whose = await page.evaluate(
    (from) =>
      window.scripted.requested
        .filter((request) => request.name === 'forwards.statistics')
        .slice(from)
        .map((request) => (request.input as { forwardId: string }).forwardId),
    before,
  );
  expect(new Set(whose)).toEqual(new Set(['f5']));
});

test('sharing is off until computers are named, and warns while it is on', async ({ page, show }) => {
  await show('devices=60');
  await showForwards(page);
  const detail = await openDetails(page, 33_007);
  const sharing = detail.getByRole('region', { name: 'Sharing' });
  await expect(sharing).toContainText('Off: only this computer can use it.');
  await sharing.getByRole('button', { name: 'Share' }).click();
  // One level up is out of the form, not off the page.
  await expect(sharing.getByLabel('Allowed computers')).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(sharing.getByRole('button', { name: 'Share' })).toBeFocused();
  await page.keyboard.press('Enter');
  await sharing.getByLabel('Allowed computers').fill('the lab');
  await sharing.getByRole('button', { name: 'Share with them' }).click();
  await expect(sharing.getByRole('alert')).toContainText('is no address');
  await sharing.getByLabel('Allowed computers').fill('192.168.1.0/24, 10.0.0.7');
  await sharing.getByRole('button', { name: 'Share with them' }).click();
  await expect(sharing.getByRole('alert')).toContainText('as if they were you');
  await expect(sharing.getByRole('alert')).toContainText('192.168.1.20, port 33007');
  const line = page.getByRole('row').filter({ hasText: '33007' }).first();
  await expect(line.getByText('Shared', { exact: true })).toBeVisible();
  await expect(page.getByText('1 shared with the network')).toBeVisible();
  await expect(sharing.getByRole('button', { name: 'Stop sharing' })).toBeFocused();
  await shoot(page, 'shared');
  await page.keyboard.press('Enter');
  await expect(sharing).toContainText('Off: only this computer can use it.');
  await expect(line.getByText('Shared', { exact: true })).toHaveCount(0);

  const limits = detail.getByRole('form', { name: 'Limits' });
  await limits.getByLabel('Idle minutes, 0 never').fill('2000');
  await limits.getByRole('button', { name: 'Change' }).click();
  await expect(limits.getByRole('alert')).toHaveText('Idle minutes: a whole number from 0 to 1,440.');
  await expect(limits.getByLabel('Idle minutes, 0 never')).toBeFocused();
  expect(await asked(page, 'forwards.limit')).toBe(0);
  await limits.getByLabel('Clients at once').fill('4');
  await limits.getByLabel('Idle minutes, 0 never').fill('30');
  await limits.getByRole('button', { name: 'Change' }).click();
  await expect(page.getByText('Port 33007 has its new limits.')).toBeVisible();
  await expect(limits.getByLabel('Clients at once')).toHaveValue('4');
  await limits.getByRole('button', { name: 'Use the defaults' }).click();
  await expect(limits.getByLabel('Clients at once')).toHaveValue('64');
});

test('60 ports: what is wrong is counted, arrows walk, a filter narrows, and one is forgotten only after a question', async ({
  page,
  show,
}) => {
  await show('devices=60');
  await page.evaluate(() => {
    const some = [...window.scripted.forwards.values()];
    for (let number = 7; number < 60; number += 1) {
      const like = some[number % 7];
      if (like !== undefined) window.scripted.setForward({ ...like, id: `f${number}`, port: 33_007 + number });
    }
  });
  await page.setViewportSize({ width: 720, height: 520 });
  await showForwards(page);
  await expect(page.locator('.page-head')).toContainText('9 failed');
  const details = page.getByRole('button', { name: /^Details of port/ });
  await expect(details).toHaveCount(60);
  // The smallest window shows all of a line.
  await details.first().click();
  await expect(page.getByRole('region', { name: 'Limits' })).toBeVisible();
  const over = await page.locator('.page-scroll').evaluate((scroller) => scroller.scrollWidth - scroller.clientWidth);
  expect(over).toBe(0);
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  await expect(page.getByRole('button', { name: 'Details of port 33009' })).toBeFocused();

  await page.getByRole('searchbox', { name: /^Filter forwards/ }).fill('3301 listening');
  await expect(details).toHaveCount(1);
  await page.keyboard.press('Escape');
  await expect(details).toHaveCount(60);

  const forget = page.getByRole('button', { name: 'Forget port 33008' });
  await forget.focus();
  await page.keyboard.press('Enter');
  const question = page.getByRole('dialog', { name: 'Forget port 33008?' });
  await expect(question).toContainText('gets another port when you open it again');
  await page.keyboard.press('Escape');
  await expect(forget).toBeFocused();
  await page.keyboard.press('Enter');
  await question.getByRole('button', { name: 'Forget port 33008' }).click();
  await expect(forget).toHaveCount(0);
  await expect(page.getByRole('button', { name: 'Details of port 33009' })).toBeFocused();
});

test('a changed host key is loud, and a recognised service is offered its program', async ({ page, show }) => {
  await show('devices=60');
  await showForwards(page);
  await expect(page.getByRole('row').filter({ hasText: '33012' }).getByText('Host key changed')).toBeVisible();
  const changed = await openDetails(page, 33_012);
  await expect(changed.getByRole('alert')).toContainText('somebody is in between');
  await changed.getByRole('button', { name: 'Accept the new key' }).click();
  const question = page.getByRole('dialog', { name: /^Accept the new host key of/ });
  await expect(question).toContainText('SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU');
  await question.getByRole('button', { name: 'Accept the new key' }).click();
  await expect(changed.getByRole('region', { name: 'Host key' })).toContainText('The same as before');
  await expect(page.getByText('Host key changed')).toHaveCount(0);
  const found = await openDetails(page, 33_008);
  await expect(found).toContainText('This looks like VNC.');
  await found.getByRole('button', { name: 'Open the screen' }).click();
  await expect(page.getByText(/^Opened .* in xterm\.$/)).toBeVisible();
});

for (const theme of ['light', 'dark'] as const) {
  test(`axe finds nothing serious in the details, ${theme}`, async ({ page, show }) => {
    await show(`devices=60&theme=${theme}`);
    await showForwards(page);
    for (const port of [33_007, 33_012, 33_013]) await openDetails(page, port);
    await details(page, 33_007).getByRole('button', { name: 'History' }).click();
    await expect(details(page, 33_007).getByRole('list', { name: /^Attempts/ })).toBeVisible();
    await expect(details(page, 33_007).getByRole('list', { name: '2 clients' })).toBeVisible();
    await expectAccessible(page, `forwards ${theme}`);
    await shoot(page, `details-${theme}`);
    await details(page, 33_012).scrollIntoViewIfNeeded();
    await shoot(page, `host-key-${theme}`);

    // The same beside the list, in the panel of the device.
    await page.getByRole('row').filter({ hasText: '33007' }).first().getByRole('rowheader').getByRole('button').click();
    const panel = page.locator('section[data-part=panel]');
    await panel.getByRole('button', { name: 'Details of port 33007' }).click();
    await expect(panel.getByRole('region', { name: 'Traffic' })).toContainText('214 kB/s');
    await expect(panel.getByRole('region', { name: 'Timings' })).toContainText('byte back');
    await expectAccessible(page, `panel ${theme}`);
    await shoot(page, `panel-${theme}`);
  });
}
