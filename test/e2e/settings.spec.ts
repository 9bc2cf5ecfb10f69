import { readFile } from 'node:fs/promises';
import { startCli } from '../support/app-process.ts';
import { addAccount } from './add-account.ts';
import { expect, passphrase, test, token } from './stage.ts';
import { expectAccessible, windowTest } from './window-stage.ts';

/** What the user chose about being told, and what the application says of itself. */

test('quiet hours, rules and maintenance are kept over a restart; a rule is changed and removed', async ({
  page,
  stage,
}) => {
  const { url, cli } = await stage.serve();
  await page.goto(url);
  await addAccount(page, stage);
  const settings = page.getByRole('button', { name: /^Settings/ });
  await settings.click();
  const quiet = page.getByRole('switch', { name: 'Quiet hours' });
  await quiet.press('Space');
  await page.getByLabel('From', { exact: true }).fill('21:30');
  await page.getByRole('checkbox', { name: 'Sun' }).click();

  await page.getByRole('button', { name: 'Add rule' }).press('Enter');
  const form = page.getByRole('dialog');
  await form.getByRole('button', { name: 'Add rule' }).click();
  await expect(form.getByText('Choose what the rule is for.')).toBeVisible();
  await form.getByRole('combobox', { name: 'For', exact: true }).fill('acme');
  await page.keyboard.press('Enter');
  await form.getByLabel('Tell me about').selectOption('As usual');
  await form.getByRole('button', { name: 'Add rule' }).click();
  await expect(form.getByText('Choose at least one thing that this rule changes.')).toBeVisible();
  await form.getByLabel('Tell me about').selectOption('Favourites only');
  await form.getByRole('button', { name: 'Add rule' }).click();
  await expect(form).toBeHidden();
  const rules = page.getByRole('list', { name: 'Rules' }).getByRole('listitem');
  await expect(rules).toHaveText(/^Account Acme\s*favourites only$/);
  await rules.getByRole('button', { name: 'Change the rule of Account Acme' }).press('Enter');
  await expect(form.getByLabel('Tell me about')).toHaveValue('favourites');
  await form.getByLabel('Wait before telling').selectOption('15 minutes');
  await form.getByRole('button', { name: 'Save' }).click();
  await expect(form).toBeHidden();
  await expect(rules).toHaveText(/^Account Acme\s*favourites only, after 15 min$/);

  await page.getByRole('button', { name: 'Plan maintenance' }).click();
  await form.getByLabel('Note').fill('New switches');
  await form.getByRole('button', { name: 'Plan', exact: true }).click();
  const planned = page.getByRole('list', { name: 'Maintenance' }).getByRole('listitem');
  await expect(form).toBeHidden();
  await expect(planned).toContainText('New switches');

  await cli.stop();
  const again = startCli(['serve'], { profile: stage.profile, vault: 'file', env: stage.env });
  try {
    const [, later = ''] = await again.waitFor(/Quayside is at (\S+)/);
    await page.goto(later);
    await settings.click();
    await expect(quiet).toBeChecked();
    await expect(page.getByLabel('From', { exact: true })).toHaveValue('21:30');
    await expect(page.getByRole('checkbox', { name: 'Sun' })).not.toBeChecked();
    await expect(planned).toContainText('New switches');
    await expect(rules).toHaveText(/^Account Acme\s*favourites only, after 15 min$/);
    await rules.getByRole('button', { name: 'Remove the rule of Account Acme' }).click();
    await expect(rules).toHaveCount(0);
  } finally {
    await again.stop();
  }
});

test('diagnostics say how every part is, and the report holds no secret, name or address', async ({ page, stage }) => {
  const { url } = await stage.serve();
  await page.goto(url);
  await addAccount(page, stage, 'Secret Works');
  await page.getByRole('button', { name: /^Settings/ }).click();
  await page.getByRole('button', { name: 'Show diagnostics' }).press('Enter');
  const dialog = page.getByRole('dialog', { name: 'Diagnostics' });
  await expect(dialog.getByText('Encrypted file')).toBeVisible();
  await expect(dialog.getByText(/^240 devices, listed/)).toBeVisible();
  await dialog.getByRole('button', { name: 'Write report' }).click();
  const path = await dialog.getByRole('button', { name: /quayside-report-.*\.json$/ }).textContent();
  const report = await readFile(path ?? '', 'utf8');
  expect(JSON.parse(report)).toMatchObject({
    vault: { kind: 'file' },
    accounts: [{ vendor: 'remoteiot', devices: 240 }],
  });
  const device = stage.vendor.deviceName(stage.vendor.unitIds[0] ?? '') ?? 'no name';
  for (const hidden of [token, passphrase, 'Secret Works', device]) expect(report).not.toContain(hidden);
});

for (const scheme of ['light', 'dark'] as const)
  windowTest(`axe finds nothing serious in the settings and the diagnostics, ${scheme}`, async ({ page, show }) => {
    await page.emulateMedia({ colorScheme: scheme });
    await show('scenario=eventful&devices=60');
    await page.getByRole('button', { name: /^Settings/ }).click();
    await page.getByRole('switch', { name: 'Quiet hours' }).click();
    await expectAccessible(page, 'settings');
    await page.getByRole('button', { name: 'Show diagnostics' }).click();
    await expect(page.getByText('What went wrong lately')).toBeVisible();
    await expectAccessible(page, 'diagnostics');
  });
