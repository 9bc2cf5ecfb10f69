import { expect, type Page } from '@playwright/test';
import { resize, sizes, troublesIn } from './layout-sizes.ts';
import { acceptKey, screenOf, signInByPassword, test } from './session-stage.ts';

/** Looks at a session at each size. */
const sessionTroubles = async (page: Page, where: string): Promise<readonly string[]> => {
  const found: string[] = [];
  for (const size of sizes) {
    await resize(page, size);
    found.push(...(await troublesIn(page, 'body', `${where}, ${size.name}`)));
  }
  return found;
};

test('questions, a terminal, files and a screen are laid out well at every size', async ({ field }) => {
  const { user, vncPassword } = field;
  const terminal = await field.open('Terminal');
  await expect(terminal.getByRole('dialog')).toBeVisible();
  const found = [...(await sessionTroubles(terminal, 'host key'))];
  await acceptKey(terminal);
  await expect(terminal.getByRole('form', { name: /^Sign in to/ })).toBeVisible();
  found.push(...(await sessionTroubles(terminal, 'sign in')));
  await signInByPassword(terminal, user.name, user.password);
  await expect(screenOf(terminal)).toContainText('$');
  await terminal.getByRole('button', { name: 'Search', exact: true }).click();
  found.push(...(await sessionTroubles(terminal, 'terminal')));

  const files = await field.open('Files');
  await signInByPassword(files, user.name, user.password);
  await expect(files.getByRole('table')).toBeVisible();
  found.push(...(await sessionTroubles(files, 'files')));

  const screen = await field.open('Screen');
  const form = screen.getByRole('form', { name: /^Password of/ });
  await form.getByLabel('Password', { exact: true }).fill(vncPassword);
  found.push(...(await sessionTroubles(screen, 'password of a screen')));
  await form.getByRole('button', { name: 'Connect' }).click();
  await expect(screen.locator('[data-phase=open] [data-part=screen] canvas')).toBeVisible();
  found.push(...(await sessionTroubles(screen, 'screen')));
  expect(found).toEqual([]);
});
