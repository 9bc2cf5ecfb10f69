import { startCli, type RunningCli } from '../support/app-process.ts';
import { addAccount } from './add-account.ts';
import { expect, test } from './stage.ts';

test('a page whose Quayside was started again says how to get back in, and takes the new link; so does a reload', async ({
  page,
  context,
  stage,
}) => {
  const { cli, url } = await stage.serve();
  await page.goto(url);
  await addAccount(page, stage);
  const device = page.getByRole('row').nth(1);
  await expect(device).toBeVisible();
  const { origin, port } = new URL(url);
  const startAgain = async (): Promise<{ readonly again: RunningCli; readonly link: string }> => {
    const again = startCli(['serve', '--port', port], { profile: stage.profile, vault: 'file', env: stage.env });
    const [, link = ''] = await again.waitFor(/Quayside is at (\S+)/);
    return { again, link };
  };
  const field = page.getByLabel('New link');

  await cli.kill();
  await expect(page.getByText('Reconnecting to Quayside')).toBeVisible();
  const second = await startAgain();
  await expect(field).toBeVisible({ timeout: 20_000 });
  // What was known stays to be seen, and no other address is followed.
  await expect(device).toBeVisible();
  await field.fill('http://example.com/?token=x');
  await field.press('Enter');
  await expect(page.getByText('This is no link of Quayside')).toBeVisible();
  // A page that is loaded again has only the way in to show. The browser is let in with it, and the page before goes on.
  const fresh = await context.newPage();
  await fresh.goto(origin);
  await expect(fresh.getByText('Quayside was started again')).toBeVisible();
  await fresh.getByLabel('New link').fill(second.link);
  await fresh.getByRole('button', { name: 'Open' }).click();
  await expect(fresh.getByRole('row').nth(1)).toBeVisible();
  await expect(field).toBeHidden({ timeout: 20_000 });
  await fresh.close();

  await second.again.kill();
  const third = await startAgain();
  await expect(field).toBeVisible({ timeout: 20_000 });
  await field.fill(third.link);
  await field.press('Enter');
  await expect(page.getByRole('row').nth(1)).toBeVisible();
  await expect(field).toHaveCount(0);
  expect(await third.again.stop()).toBe(0);
});
