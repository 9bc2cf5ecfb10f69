import { chmod, mkdir, readdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, type Locator, type Page } from '@playwright/test';
import { sizes, themes, troublesIn } from './layout-sizes.ts';
import { acceptKey, expectAccessible, signInByKey, test, type Field } from './session-stage.ts';

/** An editor that notes which file it is given, and leaves the rest to the test. */
const chooseEditor = async ({ folder, page }: Field): Promise<() => Promise<readonly string[]>> => {
  const opened = join(folder, 'opened');
  const program = join(folder, 'editor');
  await writeFile(opened, '');
  await writeFile(program, `#!/bin/sh\nprintf '%s\\n' "$2" >> "${opened}"\n`, { mode: 0o755 });
  const devices = page.url();
  await page.getByRole('button', { name: /^Settings/ }).click();
  await page.getByRole('button', { name: 'Choose an editor' }).click();
  const dialog = page.getByRole('dialog', { name: 'Editor' });
  await dialog.getByLabel('Program').fill('bin/editor');
  await dialog.getByLabel('Arguments').fill('--wait\n{file}');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(dialog.getByRole('alert')).toContainText('Give the whole path, or the name alone.');
  await expectAccessible(page, 'an editor');
  await dialog.getByLabel('Program').fill(program);
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByText(`Files of devices are edited in ${program}.`)).toBeVisible();
  await page.goto(devices);
  const online = page.getByRole('row').filter({ has: page.getByRole('img', { name: 'online', exact: true }) });
  await online.first().click();
  return async () => (await readFile(opened, 'utf8')).split('\n').filter((line) => line !== '');
};

/** Saves as many editors do: another file takes the name. */
const save = async (path: string, content: string): Promise<void> => {
  await writeFile(`${path}.new`, content);
  await rename(`${path}.new`, path);
};

const edited = (files: Page, name: string): Locator => files.getByRole('listitem', { name: `Edited file ${name}` });

const goTo = async (files: Page, folder: string): Promise<void> => {
  const path = files.getByRole('textbox', { name: 'Folder' });
  await expect(path).toBeEnabled();
  await path.fill(folder);
  await path.press('Enter');
  await expect(files.getByRole('region', { name: `Files in ${folder}` })).toBeVisible();
};

/** The layout at each size, and what a screen reader meets, in one state. */
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

test('a file is edited in the user’s own editor, and what is saved goes back after one question', async ({ field }) => {
  test.setTimeout(120_000);
  const { sshd, way, folder } = field;
  const far = join(folder, 'far');
  await mkdir(far);
  const conf = join(far, 'app.conf');
  await writeFile(conf, 'one\n');
  await chmod(conf, 0o640);
  await writeFile(join(far, 'notes.txt'), 'notes\n');
  const openedIn = await chooseEditor(field);

  const files = await field.open('Files');
  await acceptKey(files);
  await signInByKey(files, sshd.user, sshd.clientKey);
  await goTo(files, far);
  const found: string[] = [];

  // It is opened from a folder that only its owner can enter.
  await files.getByRole('button', { name: 'Edit app.conf' }).click();
  await expect.poll(openedIn).toHaveLength(1);
  const [copy = ''] = await openedIn();
  expect(await readFile(copy, 'utf8')).toBe('one\n');
  expect([(await stat(copy)).mode & 0o777, (await stat(dirname(copy))).mode & 0o777]).toEqual([0o600, 0o700]);
  const row = edited(files, 'app.conf');
  await expect(row).toContainText('open in your editor');

  // The first save asks, and nothing is sent before the answer.
  await save(copy, 'two\n');
  await expect(row.getByRole('alert')).toContainText(/^Send each save of app.conf back to .+\?/);
  found.push(...(await look(files, 'a save that asks')));
  expect(await readFile(conf, 'utf8')).toBe('one\n');
  await row.getByRole('button', { name: 'Send: app.conf' }).click();
  await expect(row).toContainText('saved and sent at');
  expect(await readFile(conf, 'utf8')).toBe('two\n');
  await save(copy, 'three\n');
  await expect.poll(() => readFile(conf, 'utf8')).toBe('three\n');

  // Somebody else was there: both are kept.
  await writeFile(conf, 'theirs\n');
  await save(copy, 'mine\n');
  await expect(row.getByRole('alert')).toContainText('app.conf has changed on');
  found.push(...(await look(files, 'a file that has changed')));
  await row.getByRole('button', { name: 'Keep both: app.conf' }).click();
  const beside = edited(files, 'app (yours).conf');
  await expect(beside).toContainText('saved and sent at');
  expect([await readFile(conf, 'utf8'), await readFile(join(far, 'app (yours).conf'), 'utf8')]).toEqual([
    'theirs\n',
    'mine\n',
  ]);
  // As private as the file it lies beside, which has kept its own permissions.
  const modes = [conf, join(far, 'app (yours).conf')].map(async (path) => (await stat(path)).mode & 0o777);
  expect(await Promise.all(modes)).toEqual([0o640, 0o640]);

  // The connection goes: what is saved waits here, and is sent when it is back.
  way.cut();
  await expect(files.locator('[data-part=ended]')).toBeVisible();
  await expect(beside).toContainText('saves are kept here until the connection is back');
  found.push(...(await look(files, 'edited without a connection')));
  await save(copy, 'while away\n');
  way.open();
  await files.getByRole('button', { name: 'Reconnect' }).click();
  await expect.poll(() => readFile(join(far, 'app (yours).conf'), 'utf8')).toBe('while away\n');
  await expect(beside).toContainText('saved and sent at');
  expect(await readdir(far)).toEqual(['app (yours).conf', 'app.conf', 'notes.txt']);

  // By key, and not sent: closing the tab asks, and takes every copy away.
  await files.getByRole('button', { name: 'notes.txt', exact: true }).press('F4');
  await expect.poll(openedIn).toHaveLength(2);
  const notes = (await openedIn())[1] ?? '';
  await save(notes, 'other notes\n');
  await edited(files, 'notes.txt').getByRole('button', { name: 'Not: notes.txt' }).click();
  await expect(edited(files, 'notes.txt')).toContainText('saved here, not sent');
  found.push(...(await look(files, 'a save that is held')));
  await files.getByRole('button', { name: /^Close files of/ }).click();
  const question = files.getByRole('dialog', { name: 'Close without sending notes.txt?' });
  await expectAccessible(files, 'closing with a save that was not sent');
  await question.getByRole('button', { name: 'Cancel' }).click();
  expect(await readFile(notes, 'utf8')).toBe('other notes\n');
  await files.getByRole('button', { name: /^Close files of/ }).click();
  await question.getByRole('button', { name: 'Close the tab' }).click();
  await expect.poll(() => readdir(join(folder, 'profile', 'edits'))).toEqual([]);
  expect(await readFile(join(far, 'notes.txt'), 'utf8')).toBe('notes\n');
  expect(found).toEqual([]);

  // What was written is in no log.
  const logs = join(folder, 'profile', 'logs');
  const lines = await Promise.all((await readdir(logs)).map((name) => readFile(join(logs, name), 'utf8')));
  expect(lines.join('')).not.toMatch(/while away|other notes/);
});
