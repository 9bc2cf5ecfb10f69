import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test as base, type Page } from '@playwright/test';
import { startDesktopApp, type DesktopApp } from './desktop-app.ts';
import { addFleet } from './desktop-stage.ts';
import {
  acceptKey,
  enter,
  isSamePicture,
  screenOf,
  signInByKey,
  signInByPassword,
  startFarSide,
  type FarSide,
} from './session-stage.ts';

const run = promisify(execFile);
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** The desktop with a device whose sessions are opened inside the application: all bytes pass through its ports. */
interface Field extends FarSide {
  readonly app: DesktopApp;
  readonly open: (what: 'Terminal' | 'Screen' | 'Files') => Promise<Page>;
}

const test = base.extend<{ field: Field }>({
  // oxlint-disable-next-line no-empty-pattern
  field: async ({}, use) => {
    await using ends = new AsyncDisposableStack();
    const far = await startFarSide(ends);
    const app = await startDesktopApp({
      profile: join(far.folder, 'profile'),
      env: { HOME: far.home, SSH_AUTH_SOCK: '' },
    });
    ends.defer(() => app.dispose());
    const page = await app.page('window');
    const { name } = await addFleet(app, far);
    await page.getByRole('row', { name }).first().click();
    await use({
      ...far,
      app,
      open: async (what) => {
        await page.getByRole('button', { name: 'Other ways to connect' }).click();
        await page.getByRole('menuitem', { name: `${what} in Quayside` }).click();
        return app.page('session');
      },
    });
  },
});

test.describe.configure({ timeout: 120_000 });

test('a terminal over the desktop: keys, a megabyte of output, and the shell ends with the window', async ({
  field,
}) => {
  const { sshd, user, app } = field;
  const terminal = await field.open('Terminal');
  await acceptKey(terminal);
  await signInByPassword(terminal, user.name, user.password);
  await expect(screenOf(terminal)).toContainText('$');
  await enter(terminal, 'echo "I am $(whoami) on $TERM, $((40 + 2)) äöü"');
  await expect(screenOf(terminal)).toContainText(`I am ${user.name} on xterm-256color, 42 äöü`);
  await enter(terminal, 'head -c 800000 /dev/urandom | base64; echo all-$((9 * 9))-there');
  await expect(screenOf(terminal)).toContainText('all-81-there', { timeout: 30_000 });
  await app.evaluate(({ BrowserWindow }) => {
    for (const window of BrowserWindow.getAllWindows())
      if (window.webContents.getURL().includes('?session')) window.close();
  });
  await expect.poll(() => sshd.log()).toMatch(/Received disconnect|Connection closed|Disconnected from/);
});

test('a screen over the desktop shows what is painted far away, pixel by pixel', async ({ field }) => {
  const { xvnc, vncPassword } = field;
  const paint = (...args: readonly string[]): Promise<unknown> =>
    run('xsetroot', [...args], { env: { PATH: process.env['PATH'], DISPLAY: xvnc.display } });
  await paint('-mod', '16', '12', '-fg', '#2a7f3f', '-bg', '#e0a020');
  const screen = await field.open('Screen');
  const form = screen.getByRole('form', { name: /^Password of/ });
  await form.getByLabel('Password', { exact: true }).fill(vncPassword);
  await form.getByRole('button', { name: 'Connect' }).click();
  const canvas = screen.locator('[data-part=screen] canvas');
  await expect(screen.locator('[data-phase=open] [data-part=screen] canvas')).toBeVisible();
  await expect.poll(() => isSamePicture(xvnc, canvas)).toBe(true);
  await paint('-mod', '5', '7', '-fg', '#7711cc', '-bg', '#103050');
  await expect.poll(() => isSamePicture(xvnc, canvas)).toBe(true);
});

test('files over the desktop: 8 MB there and back, byte for byte', async ({ field }) => {
  const { app, folder, sshd } = field;
  const far = join(folder, 'far');
  await mkdir(far);
  const near = join(folder, 'firmware.bin');
  const content = randomBytes(8 * 1024 * 1024);
  await writeFile(near, content);
  const files = await field.open('Files');
  await acceptKey(files);
  await signInByKey(files, sshd.user, sshd.clientKey);
  const path = files.getByRole('textbox', { name: 'Folder' });
  await expect(path).toBeEnabled();
  await path.fill(far);
  await path.press('Enter');
  await expect(files.getByText('This folder is empty.')).toBeVisible();
  await files.getByLabel('Files to upload').setInputFiles(near);
  await expect(files.getByRole('listitem', { name: 'Upload of firmware.bin' })).toHaveAttribute('data-state', 'done', {
    timeout: 60_000,
  });
  expect(sha256(await readFile(join(far, 'firmware.bin')))).toBe(sha256(content));

  await app.evaluate(({ app: electron }, downloads) => electron.setPath('downloads', downloads), folder);
  await writeFile(join(far, 'log.txt'), 'first line\n');
  await files.getByRole('button', { name: 'Refresh' }).click();
  await files.getByRole('button', { name: 'Download log.txt' }).click();
  await expect(files.getByRole('listitem', { name: 'Download of log.txt' })).toHaveAttribute('data-state', 'done');
  await expect.poll(() => readFile(join(folder, 'log.txt'), 'utf8').catch(() => '')).toBe('first line\n');
});

test('this computer beside a device: a folder goes there, a file comes back, each with its permissions', async ({
  field,
}) => {
  const { folder, sshd } = field;
  const far = join(folder, 'far');
  const near = join(folder, 'near');
  for (const made of [far, near, join(near, 'site')]) await mkdir(made);
  await writeFile(join(near, 'site', 'key.pem'), 'secret\n', { mode: 0o600 });
  await writeFile(join(far, 'run.sh'), '#!/bin/sh\n', { mode: 0o750 });
  const files = await field.open('Files');
  await acceptKey(files);
  await signInByKey(files, sshd.user, sshd.clientKey);
  const panes = files.locator('[data-part=files-pane]');
  const goTo = async (at: number, place: string): Promise<void> => {
    const path = panes.nth(at).getByRole('textbox', { name: 'Folder' });
    await expect(path).toBeEnabled();
    await path.fill(place);
    await path.press('Enter');
    await expect(panes.nth(at).getByRole('region', { name: `Files in ${place}` })).toBeVisible();
  };
  await goTo(0, far);
  await files.getByRole('button', { name: 'Show a second pane' }).click();
  await files.getByRole('dialog').getByRole('button', { name: 'This computer' }).click();
  await goTo(1, near);
  // Its files are copied, and nothing else is done with them here.
  await expect(panes.nth(1).getByRole('button', { name: /^(Download|Edit|Rename|Delete|Upload)/ })).toHaveCount(0);

  await panes.nth(1).getByRole('button', { name: 'site', exact: true }).press('F5');
  await expect(panes.nth(0).getByRole('button', { name: 'site', exact: true })).toBeVisible();
  await panes.nth(0).getByRole('button', { name: 'Copy run.sh to This computer' }).click();
  await expect(panes.nth(1).getByRole('button', { name: 'run.sh', exact: true })).toBeVisible();
  expect(await readFile(join(far, 'site', 'key.pem'), 'utf8')).toBe('secret\n');
  const modes = [join(far, 'site', 'key.pem'), join(near, 'run.sh')].map(
    async (path) => (await stat(path)).mode & 0o777,
  );
  expect(await Promise.all(modes)).toEqual([0o600, 0o750]);
});
