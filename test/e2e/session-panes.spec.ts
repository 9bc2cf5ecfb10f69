import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, type Locator, type Page } from '@playwright/test';
import { sizes, themes, troublesIn } from './layout-sizes.ts';
import { acceptKey, expectAccessible, signInByKey, test } from './session-stage.ts';

const goTo = async (pane: Locator, folder: string): Promise<void> => {
  const path = pane.getByRole('textbox', { name: 'Folder' });
  await expect(path).toBeEnabled();
  await path.fill(folder);
  await path.press('Enter');
  await expect(pane.getByRole('region', { name: `Files in ${folder}` })).toBeVisible();
};

/** The layout at the smallest and a usual size, and what a screen reader meets, in both themes. */
const look = async (files: Page, where: string): Promise<readonly string[]> => {
  const found: string[] = [];
  // No colour is on its way from one theme to the other while it is looked at.
  await files.emulateMedia({ reducedMotion: 'reduce' });
  for (const size of sizes.slice(0, 2)) {
    await files.setViewportSize(size);
    found.push(...(await troublesIn(files, 'body', `${where}, ${size.name}`)));
    for (const theme of themes) {
      await files.evaluate((chosen) => (document.documentElement.dataset['theme'] = chosen), theme);
      await expectAccessible(files, `${where}, ${size.name}, ${theme}`);
    }
  }
  return found;
};

test('two panes: files go from one device to another by key, button and mouse, through the list of transfers', async ({
  field,
}) => {
  test.setTimeout(120_000);
  const { sshd, folder } = field;
  const one = join(folder, 'one');
  const two = join(folder, 'two');
  for (const made of [one, two, join(one, 'logs')]) await mkdir(made);
  await writeFile(join(one, 'app.conf'), 'one\n', { mode: 0o600 });
  await writeFile(join(one, 'logs', 'a.log'), 'line\n');
  await writeFile(join(two, 'back.txt'), 'back\n');

  const files = await field.open('Files');
  await acceptKey(files);
  await signInByKey(files, sshd.user, sshd.clientKey);
  const panes = files.locator('[data-part=files-pane]');
  const left = panes.first();
  const right = panes.nth(1);
  await goTo(left, one);
  const found: string[] = [];

  // A browser shows nothing of this computer, and says so; a device is found by its name.
  await files.getByRole('button', { name: 'Show a second pane' }).click();
  const dialog = files.getByRole('dialog', { name: 'Show beside these files' });
  await expect(dialog.getByRole('button', { name: 'This computer' })).toBeDisabled();
  await expect(dialog).toContainText('In a browser, Quayside shows no folders of this computer.');
  found.push(...(await look(files, 'what is shown beside')));
  const offered = dialog.getByRole('list', { name: 'Devices' }).getByRole('button');
  const other = (await offered.nth(1).textContent()) ?? '';
  await dialog.getByRole('searchbox', { name: 'Find a device' }).fill(other);
  await expect(offered).toHaveCount(1);
  await offered.click();
  const accept = right.getByRole('button', { name: 'Accept the key and connect' });
  await expect(accept).toBeVisible();
  found.push(...(await look(files, 'a question in the second pane')));
  // The key file is remembered, so nothing else is asked.
  await accept.click();
  await goTo(right, two);

  // By key, with its permissions; the arrow keys go from row to row, F6 from pane to pane.
  await left.getByRole('button', { name: 'logs', exact: true }).press('ArrowDown');
  const conf = left.getByRole('button', { name: 'app.conf', exact: true });
  await expect(conf).toBeFocused();
  await conf.press('F5');
  await expect(left.getByRole('listitem', { name: 'Copy of app.conf' })).toHaveAttribute('data-state', 'done');
  await expect(right.getByRole('button', { name: 'app.conf', exact: true })).toBeVisible();
  expect(await readFile(join(two, 'app.conf'), 'utf8')).toBe('one\n');
  expect((await stat(join(two, 'app.conf'))).mode & 0o777).toBe(0o600);
  await conf.press('F6');
  await expect(right.getByRole('button', { name: 'app.conf', exact: true })).toBeFocused();

  // By button, a folder with all in it.
  await left.getByRole('button', { name: `Copy logs to ${other}` }).click();
  await expect(right.getByRole('button', { name: 'logs', exact: true })).toBeVisible();
  expect(await readFile(join(two, 'logs', 'a.log'), 'utf8')).toBe('line\n');

  // By mouse, back.
  await right
    .getByRole('button', { name: 'back.txt', exact: true })
    .dragTo(left.getByRole('region', { name: /^Files in/ }));
  await expect(left.getByRole('button', { name: 'back.txt', exact: true })).toBeVisible();
  expect(await readdir(one)).toEqual(['app.conf', 'back.txt', 'logs']);
  await expect(right.getByRole('listitem', { name: 'Copy of back.txt' })).toHaveAttribute('data-state', 'done');
  found.push(...(await look(files, 'two panes')));

  // What is there is replaced only by a person's word.
  await writeFile(join(one, 'app.conf'), 'newer\n');
  await conf.press('F5');
  const question = files.getByRole('dialog', { name: `Replace app.conf in ${other}?` });
  await question.getByRole('button', { name: 'Cancel' }).click();
  expect(await readFile(join(two, 'app.conf'), 'utf8')).toBe('one\n');
  await conf.press('F5');
  await question.getByRole('button', { name: 'Replace' }).click();
  await expect.poll(() => readFile(join(two, 'app.conf'), 'utf8')).toBe('newer\n');

  await right.getByRole('button', { name: /^Close the pane of/ }).click();
  await expect(panes).toHaveCount(1);
  await expect(left.getByRole('button', { name: /^Copy app.conf to/ })).toHaveCount(0);
  expect(found).toEqual([]);
});
