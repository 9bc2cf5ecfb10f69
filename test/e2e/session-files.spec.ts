import { createHash, randomBytes } from 'node:crypto';
import {
  appendFile,
  chmod,
  chown,
  mkdir,
  readdir,
  readFile,
  stat,
  symlink,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, type Locator, type Page } from '@playwright/test';
import { acceptKey, expectAccessible, signInByKey, signInByPassword, test, type Field } from './session-stage.ts';

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

const goTo = async (files: Page, folder: string): Promise<void> => {
  const path = files.getByRole('textbox', { name: 'Folder' });
  await expect(path).toBeEnabled();
  await path.fill(folder);
  await path.press('Enter');
  await expect(files.getByRole('region', { name: `Files in ${folder}` })).toBeVisible();
};

/** Files of the device for whoever runs the test, in an empty folder. */
const openFiles = async (field: Field): Promise<{ readonly files: Page; readonly far: string }> => {
  const far = join(field.folder, 'far');
  await mkdir(far);
  const files = await field.open('Files');
  await acceptKey(files);
  await signInByKey(files, field.sshd.user, field.sshd.clientKey);
  await goTo(files, far);
  return { files, far };
};

const transfer = (files: Page, name: string): Locator => files.getByRole('listitem', { name });

/** Part of what is on its way has arrived. */
const partWay = (files: Page): Promise<unknown> =>
  files.waitForFunction(() => {
    const bar = document.querySelector('progress');
    return bar !== null && bar.value > 0.05 && bar.value < 0.95;
  });

/** What the tests know of the files a page has been given to write. */
interface Disk {
  /** Bytes that are still taken; then writes wait. */
  room: number;
  go: () => void;
  asked: string[];
}

/**
 * Puts the browser's own file system in the place of the question where to save, which no test can answer. `decline`:
 * the person closes the question; `forbid`: the file may not be written; `fill`: the disk has no room.
 */
const answerPicker = (files: Page, how: 'accept' | 'decline' | 'forbid' | 'fill'): Promise<void> =>
  files.evaluate((answer) => {
    const disk: Disk = { room: Infinity, go: () => undefined, asked: [] };
    const pick = async ({ suggestedName }: { suggestedName: string }): Promise<FileSystemFileHandle> => {
      disk.asked.push(suggestedName);
      if (answer === 'decline') throw new DOMException('The user aborted a request.', 'AbortError');
      const root = await navigator.storage.getDirectory();
      const file = await root.getFileHandle(suggestedName, { create: true });
      if (answer === 'forbid') {
        file.createWritable = () => Promise.reject(new DOMException('No.', 'NotAllowedError'));
        return file;
      }
      const create = file.createWritable.bind(file);
      file.createWritable = async () => {
        const writable = await create();
        const write = writable.write.bind(writable);
        writable.write = async (data) => {
          if (answer === 'fill') throw new DOMException('No.', 'QuotaExceededError');
          if (disk.room <= 0) await new Promise<void>((resolve) => (disk.go = resolve));
          if (data instanceof Blob) disk.room -= data.size;
          return write(data);
        };
        return writable;
      };
      return file;
    };
    Object.assign(window, { disk, showSaveFilePicker: pick });
  }, how);

const setRoom = (files: Page, room: number): Promise<void> =>
  files.evaluate((value) => {
    const { disk } = window as unknown as { disk: Disk };
    disk.room = value;
    disk.go();
  }, room);

/** The files the page has written: name and hash. */
const written = (files: Page): Promise<Record<string, string>> =>
  files.evaluate(async () => {
    const found: Record<string, string> = {};
    for await (const handle of (await navigator.storage.getDirectory()).values()) {
      if (!(handle instanceof FileSystemFileHandle)) continue;
      const digest = await crypto.subtle.digest('SHA-256', await (await handle.getFile()).arrayBuffer());
      found[handle.name] = [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
    }
    return found;
  });

test('files: 50 MB there and back with progress, written to the disk as they arrive; a cancelled one leaves nothing', async ({
  field,
}) => {
  test.setTimeout(180_000);
  const { way } = field;
  const near = join(field.folder, 'firmware.bin');
  const content = randomBytes(50 * 1024 * 1024);
  await writeFile(near, content);
  const { files, far } = await openFiles(field);
  await expect(files.getByText('This folder is empty.')).toBeVisible();

  way.allow(20_000_000);
  await files.getByLabel('Files to upload').setInputFiles(near);
  await partWay(files);
  way.open();
  const uploaded = transfer(files, 'Upload of firmware.bin');
  await expect(uploaded).toHaveAttribute('data-state', 'done', { timeout: 90_000 });
  expect(sha256(await readFile(join(far, 'firmware.bin')))).toBe(sha256(content));
  expect(await readdir(far)).toEqual(['firmware.bin']);

  const fetch = files.getByRole('button', { name: 'Download firmware.bin' });
  const fetched = transfer(files, 'Download of firmware.bin');
  await answerPicker(files, 'decline');
  await fetch.click();
  await expect.poll(() => files.evaluate(() => (window as unknown as { disk: Disk }).disk.asked)).toHaveLength(1);
  await answerPicker(files, 'accept');
  await expect(fetched).toHaveCount(0);
  await setRoom(files, 10_000_000);
  await fetch.click();
  await partWay(files);
  await files.getByRole('button', { name: 'Cancel firmware.bin' }).click();
  await expect(fetched).toHaveAttribute('data-state', 'cancelled');
  await expect.poll(() => written(files)).toEqual({});
  await files.getByRole('button', { name: 'Dismiss firmware.bin' }).first().click();

  // It is written as it arrives: the disk makes it wait half way.
  await setRoom(files, 25_000_000);
  await fetch.click();
  await partWay(files);
  await setRoom(files, Infinity);
  await expect(fetched).toHaveAttribute('data-state', 'done', { timeout: 90_000 });
  expect(await written(files)).toEqual({ 'firmware.bin': sha256(content) });

  // What is cancelled leaves nothing behind and what was there as it was.
  await files.getByLabel('Files to upload').setInputFiles(near);
  await expect(files.getByRole('dialog', { name: /^Replace firmware.bin on/ })).toBeVisible();
  way.allow(20_000_000);
  await files.getByRole('button', { name: 'Replace', exact: true }).click();
  await partWay(files);
  await files.getByRole('button', { name: 'Cancel firmware.bin' }).click();
  way.open();
  await expect(files.locator('[data-state=cancelled]')).toBeVisible();
  await expect.poll(() => readdir(far)).toEqual(['firmware.bin']);
  expect(sha256(await readFile(join(far, 'firmware.bin')))).toBe(sha256(content));

  await files.getByRole('button', { name: 'Rename firmware.bin' }).click();
  await files.getByRole('textbox', { name: 'Name' }).fill('old firmware.bin');
  await files.getByRole('button', { name: 'Rename', exact: true }).click();
  await expect(files.getByRole('button', { name: 'Delete old firmware.bin' })).toBeAttached();
  await files.getByRole('button', { name: 'New folder' }).click();
  await files.getByRole('textbox', { name: 'Name' }).fill('archive');
  await files.getByRole('button', { name: 'Create' }).click();
  await expect(files.getByRole('button', { name: 'Delete archive' })).toBeAttached();
  await expectAccessible(files, 'files');
  await files.getByRole('button', { name: 'Delete old firmware.bin' }).click();
  const confirm = files.getByRole('dialog', { name: /^Delete old firmware.bin on/ });
  await confirm.getByRole('button', { name: 'Delete old firmware.bin' }).click();
  await expect(files.getByRole('button', { name: 'Delete old firmware.bin' })).toHaveCount(0);
  expect(await readdir(far)).toEqual(['archive']);
});

test('a small file goes where downloads go, as does one that may not be written; without a way to the disk, a huge one is refused', async ({
  field,
}) => {
  const { files, far } = await openFiles(field);
  const small = randomBytes(200_000);
  await writeFile(join(far, 'small.log'), small);
  await writeFile(join(far, 'huge.img'), '');
  await truncate(join(far, 'huge.img'), 3_200_000_000);
  await files.evaluate(() => Object.assign(window, { showSaveFilePicker: undefined }));
  await files.getByRole('button', { name: 'Refresh' }).click();

  const saved = files.waitForEvent('download');
  await files.getByRole('button', { name: 'Download small.log' }).click();
  const download = await saved;
  expect(download.suggestedFilename()).toBe('small.log');
  expect(sha256(await readFile(await download.path()))).toBe(sha256(small));

  // A file too large to go without a question, of which the browser then may not write anything.
  const middling = randomBytes(9_000_000);
  await writeFile(join(far, 'middling.img'), middling);
  await files.getByRole('button', { name: 'Refresh' }).click();
  await answerPicker(files, 'forbid');
  const collected = files.waitForEvent('download');
  await files.getByRole('button', { name: 'Download middling.img' }).click();
  expect(sha256(await readFile(await (await collected).path()))).toBe(sha256(middling));
  expect(await written(files)).toEqual({});

  await answerPicker(files, 'fill');
  await files.getByRole('button', { name: 'Dismiss middling.img' }).click();
  await files.getByRole('button', { name: 'Download middling.img' }).click();
  const unsaved = transfer(files, 'Download of middling.img');
  await expect(unsaved.getByRole('alert')).toContainText('The disk is full: middling.img was not saved.');
  await expect.poll(() => written(files)).toEqual({});

  await files.evaluate(() => Object.assign(window, { showSaveFilePicker: undefined }));
  await files.getByRole('button', { name: 'Download huge.img' }).click();
  const refused = transfer(files, 'Download of huge.img');
  await expect(refused).toHaveAttribute('data-state', 'failed');
  await expect(refused.getByRole('alert')).toContainText('huge.img is larger than the 500 MB this browser can take');
  await expect(refused.getByRole('alert')).toContainText('copy the file with scp');
  await expectAccessible(files, 'a refused download');
});

test('a folder goes with all in it: no link is followed, and what the device keeps is named', async ({ field }) => {
  const { folder, user } = field;
  const { uid, gid } = await user.ids();
  const far = join(folder, 'far');
  const logs = join(far, 'logs');
  const outside = join(folder, 'outside');
  for (const made of [far, logs, join(logs, 'old'), join(logs, 'old', 'empty'), outside]) {
    await mkdir(made);
    await chown(made, uid, gid);
  }
  for (let at = 0; at < 40; at += 1) await writeFile(join(logs, at % 2 === 0 ? 'old' : '.', `${at}.log`), 'line');
  await writeFile(join(outside, 'precious'), 'stays');
  await chown(join(outside, 'precious'), uid, gid);
  await symlink('../../outside', join(logs, 'old', 'way-out'));
  await symlink(join(outside, 'precious'), join(logs, 'one'));
  // Root's: the user may look into the first, into the second not even that.
  await mkdir(join(logs, 'pinned'));
  await writeFile(join(logs, 'pinned', 'kept.txt'), 'kept');
  await mkdir(join(logs, 'dark'), { mode: 0o700 });
  await writeFile(join(logs, 'dark', 'hidden.txt'), 'hidden');

  const files = await field.open('Files');
  await acceptKey(files);
  await signInByPassword(files, user.name, user.password);
  await goTo(files, far);
  await files.getByRole('button', { name: 'Delete logs' }).click();
  // 40 logs, 4 folders, 2 links, 1 kept file.
  const question = files.getByRole('dialog', { name: 'Delete logs and the 47 items in it?' });
  await expect(question).toContainText('You may not look into 1 folder in it');
  await expectAccessible(files, 'deleting a folder');
  await question.getByRole('button', { name: 'Cancel' }).click();
  expect(await readdir(logs)).toHaveLength(24);
  await files.getByRole('button', { name: 'Delete logs' }).click();
  await question.getByRole('button', { name: 'Delete logs' }).click();
  const deletion = transfer(files, 'Deletion of logs');
  await expect(deletion).toHaveAttribute('data-state', 'failed');
  await expect(deletion).toContainText('44 of 47 items deleted');
  const alarm = deletion.getByRole('alert');
  await expect(alarm).toContainText('could not be deleted: the device does not allow it.');
  await expect(alarm).toContainText(/^2 items, the first of them \S+\/logs\/(dark|pinned\/kept\.txt), could/);
  await expectAccessible(files, 'what could not be deleted');
  expect((await readdir(logs, { recursive: true })).toSorted()).toEqual([
    'dark',
    join('dark', 'hidden.txt'),
    'pinned',
    join('pinned', 'kept.txt'),
  ]);
  expect(await readFile(join(outside, 'precious'), 'utf8')).toBe('stays');

  // Once it is allowed, the rest goes too.
  for (const mine of ['pinned', 'dark']) await chown(join(logs, mine), uid, gid);
  await files.getByRole('button', { name: 'Dismiss logs' }).click();
  await files.getByRole('button', { name: 'Delete logs' }).click();
  const rest = files.getByRole('dialog', { name: 'Delete logs and the 4 items in it?' });
  await rest.getByRole('button', { name: 'Delete logs' }).click();
  await expect(deletion).toContainText('4 items · deleted');
  await expect(files.getByText('This folder is empty.')).toBeVisible();
  expect(await readdir(far)).toEqual([]);
  expect(await readdir(dirname(join(outside, 'precious')))).toEqual(['precious']);
});

test('deleting a folder is cancelled in the middle: what had not been reached stays', async ({ field }) => {
  const { way } = field;
  const { files, far } = await openFiles(field);
  const logs = join(far, 'logs');
  await mkdir(logs);
  for (let at = 0; at < 400; at += 1) await writeFile(join(logs, `${at}.log`), '');
  await files.getByRole('button', { name: 'Refresh' }).click();
  await files.getByRole('button', { name: 'Delete logs' }).click();
  const question = files.getByRole('dialog', { name: 'Delete logs and the 400 items in it?' });
  await expect(question).toBeVisible();
  // Some dozens of requests get through, and then none.
  way.allow(8192);
  await question.getByRole('button', { name: 'Delete logs' }).click();
  const deletion = transfer(files, 'Deletion of logs');
  await expect(deletion).toContainText(/[1-9]\d* of 400 items deleted/);
  await expect(deletion.getByRole('progressbar')).toBeVisible();
  await files.getByRole('button', { name: 'Cancel logs' }).click();
  way.open();
  await expect(deletion).toHaveAttribute('data-state', 'cancelled');
  const left = (await readdir(logs)).length;
  expect(left).toBeGreaterThan(0);
  await expect(deletion).toContainText(`${400 - left} of 400 items deleted · cancelled`);
  // The files still answer.
  await goTo(files, logs);
  await expect(files.getByRole('table')).toHaveAttribute('aria-rowcount', String(left + 1));
});

test('a folder of 12,000 is shown whole, found in and sorted; each folder begins at its top, and is where it was on going back', async ({
  field,
}) => {
  const { files, far } = await openFiles(field);
  const logs = join(far, 'logs');
  for (const made of [logs, join(logs, 'zz-old')]) await mkdir(made);
  await Promise.all(Array.from({ length: 12_000 }, (_, at) => writeFile(join(logs, `${at}.log`), 'x'.repeat(at % 7))));
  for (let at = 0; at < 60; at += 1) await writeFile(join(logs, 'zz-old', `${at}.log`), '');
  await goTo(files, logs);
  const table = files.getByRole('table');
  await expect(table).toHaveAttribute('aria-rowcount', '12002');
  expect(await files.locator('tbody tr').count()).toBeLessThan(200);
  const region = files.getByRole('region', { name: `Files in ${logs}` });
  const top = (): Promise<number> => files.locator('[role=region]').evaluate((element) => element.scrollTop);
  await region.evaluate((element) => element.scrollTo(0, element.scrollHeight));
  await expect(files.getByRole('button', { name: '11999.log', exact: true })).toBeVisible();
  await files.getByRole('button', { name: 'Name', exact: true }).click();
  await expect(files.getByRole('button', { name: '0.log', exact: true })).toBeVisible();
  await files.getByRole('button', { name: 'Size', exact: true }).click();
  await expect(files.getByRole('columnheader', { name: 'Size' })).toHaveAttribute('aria-sort', 'ascending');
  await files.getByRole('searchbox', { name: 'Filter by name' }).fill('11998');
  await expect(table).toHaveAttribute('aria-rowcount', '2');
  await expect(files.getByRole('button', { name: '11998.log', exact: true })).toBeVisible();
  await expectAccessible(files, 'a filtered folder');
  await files.getByRole('searchbox', { name: 'Filter by name' }).fill('nothing has this');
  await expect(files.getByText('None of the 12,001 names here has that in it.')).toBeVisible();
  await files.getByRole('searchbox', { name: 'Filter by name' }).fill('');

  await region.evaluate((element) => element.scrollTo(0, 20_000));
  await expect.poll(top).toBe(20_000);
  await goTo(files, join(logs, 'zz-old'));
  await expect.poll(top).toBe(0);
  await files.getByRole('button', { name: 'Folder above' }).click();
  await expect(files.getByRole('region', { name: `Files in ${logs}`, exact: true })).toBeVisible();
  await expect.poll(top).toBe(20_000);

  // While a folder is read, the path is that of the rows on show, and nothing can be done with them.
  field.way.allow(0);
  const path = files.getByRole('textbox', { name: 'Folder' });
  await path.fill(far);
  await path.press('Enter');
  await expect(files.getByRole('status').filter({ hasText: `Reading ${far}` })).toBeVisible();
  await expect(region).toHaveAttribute('aria-busy', 'true');
  await expect(table).toHaveAttribute('inert');
  field.way.open();
  await expect(files.getByRole('region', { name: `Files in ${far}`, exact: true })).toHaveAttribute(
    'aria-busy',
    'false',
  );
  await path.fill(join(far, 'missing'));
  await path.press('Enter');
  await expect(files.getByRole('alert')).toContainText('missing is not there.');
  await expect(path).toHaveValue(far);
});

test('links, names that are no text, files of others and folders that are dropped are what they are', async ({
  field,
}) => {
  const { folder, user } = field;
  const { uid, gid } = await user.ids();
  const far = join(folder, 'far');
  await mkdir(far);
  await chown(far, uid, gid);
  await writeFile(join(far, '2026.log'), 'lines of the log');
  await symlink('2026.log', join(far, 'current.log'));
  await symlink('2027.log', join(far, 'next.log'));
  await writeFile(Buffer.concat([Buffer.from(`${far}/`), Buffer.from('caf\xe9.txt', 'latin1')]), 'latin');
  await chown(Buffer.concat([Buffer.from(`${far}/`), Buffer.from('caf\xe9.txt', 'latin1')]), uid, gid);
  await writeFile(join(far, 'web.html'), 'an old page');
  await chmod(join(far, 'web.html'), 0o666);
  const files = await field.open('Files');
  await acceptKey(files);
  await signInByPassword(files, user.name, user.password);
  await goTo(files, far);

  const saved = files.waitForEvent('download');
  await files.getByRole('button', { name: 'current.log', exact: true }).click();
  expect(await readFile(await (await saved).path(), 'utf8')).toBe('lines of the log');
  await files.getByRole('button', { name: 'next.log', exact: true }).click();
  await expect(files.getByRole('alert')).toContainText(`next.log is a link to ${far}/2027.log, which is not there.`);
  await files.getByRole('button', { name: 'Dismiss', exact: true }).click();

  const latin = String.raw`caf\xe9.txt`;
  const fetched = files.waitForEvent('download');
  await files.getByRole('button', { name: `Download ${latin}` }).click();
  expect(await readFile(await (await fetched).path(), 'utf8')).toBe('latin');
  await files.getByRole('button', { name: `Delete ${latin}` }).click();
  await files
    .getByRole('dialog')
    .getByRole('button', { name: `Delete ${latin}` })
    .click();
  await expect(files.getByRole('button', { name: latin, exact: true })).toHaveCount(0);

  // A file of root's, which others may write: it stays root's.
  const near = join(folder, 'web.html');
  await writeFile(near, 'a new page');
  await files.getByLabel('Files to upload').setInputFiles(near);
  await files.getByRole('button', { name: 'Replace', exact: true }).click();
  const question = files.getByRole('dialog', { name: 'Write into web.html?' });
  await expect(question).toContainText('web.html belongs to another user');
  await expectAccessible(files, 'writing in place');
  await question.getByRole('button', { name: 'Write into it' }).click();
  await expect(transfer(files, 'Upload of web.html')).toHaveAttribute('data-state', 'done');
  expect(await readFile(join(far, 'web.html'), 'utf8')).toBe('a new page');
  expect((await stat(join(far, 'web.html'))).uid).toBe(0);

  // A log that is written to after it was chosen fails with its reason, and the next one goes.
  const log = join(folder, '2026.log');
  await writeFile(log, 'first line');
  await writeFile(join(folder, 'after.txt'), 'goes');
  await files.getByLabel('Files to upload').setInputFiles([log, join(folder, 'after.txt')]);
  await expect(files.getByRole('dialog', { name: /^Replace 2026.log on/ })).toBeVisible();
  await appendFile(log, 'second line');
  await files.getByRole('button', { name: 'Replace', exact: true }).click();
  await expect(transfer(files, 'Upload of 2026.log').getByRole('alert')).toContainText('could not be read to its end');
  await expect(transfer(files, 'Upload of after.txt')).toHaveAttribute('data-state', 'done');
  expect(await readFile(join(far, '2026.log'), 'utf8')).toBe('lines of the log');

  await files.evaluate(() => {
    const file = (name: string, text: string) => ({
      isDirectory: false,
      name,
      file: (done: (file: File) => void) => done(new File([text], name, { lastModified: 1_000_000_000_000 })),
    });
    const dir = (name: string, inside: readonly object[]) => ({
      isDirectory: true,
      name,
      createReader: () => {
        const parts = [inside, []];
        return { readEntries: (done: (entries: readonly object[]) => void) => done(parts.shift() ?? []) };
      },
    });
    const tree = dir('release', [file('a.txt', 'a'), dir('deep', [file('b.txt', 'b')]), dir('empty', [])]);
    const event = new Event('drop', { bubbles: true });
    Object.assign(event, { dataTransfer: { files: [], items: [{ webkitGetAsEntry: () => tree }] } });
    document.querySelector('[role=region]')?.dispatchEvent(event);
  });
  await expect(transfer(files, 'Upload of b.txt')).toHaveAttribute('data-state', 'done');
  await expect(files.getByRole('button', { name: 'release', exact: true })).toBeVisible();
  expect((await readdir(join(far, 'release'), { recursive: true })).toSorted()).toEqual([
    'a.txt',
    'deep',
    'deep/b.txt',
    'empty',
  ]);
  expect((await stat(join(far, 'release/deep/b.txt'))).mtimeMs).toBe(1_000_000_000_000);
  expect((await readdir(far)).filter((name) => name.endsWith('.part'))).toEqual([]);
});
