import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test as base, type Locator, type Page } from '@playwright/test';
import { RemoteIotSimulator } from '../../src-main/simulators/remoteiot/remoteiot.ts';
import { startCli } from '../support/app-process.ts';
import { startThrottledRelay, type ThrottledRelay } from '../support/throttled-relay.ts';
import { startSshd, type Sshd } from '../support/sshd.ts';
import { makeSystemUser, type SystemUser } from '../support/system-user.ts';
import { startXvnc, type Xvnc } from '../support/xvnc.ts';
import { addAccount } from './add-account.ts';
import { passphrase, token } from './stage.ts';

export { expectAccessible } from './window-stage.ts';

const run = promisify(execFile);

/** What sessions inside the application are tried on: a device with a real sshd and a real screen behind a vendor. */
export interface Field {
  readonly vendor: RemoteIotSimulator;
  readonly sshd: Sshd;
  /** Between the vendor and sshd. */
  readonly way: ThrottledRelay;
  readonly user: SystemUser;
  readonly xvnc: Xvnc;
  /** Between the vendor and Xvnc. */
  readonly screenRelay: ThrottledRelay;
  readonly vncPassword: string;
  /** For files of the test; everybody may enter it. */
  readonly folder: string;
  /** The window, with the panel of a device open. */
  readonly page: Page;
  /** A line on the console that is no trouble. */
  willSay(line: RegExp): void;
  /** Opens one of the device's ways inside the application: its tab of the browser. */
  open(what: 'Terminal' | 'Screen' | 'Files'): Promise<Page>;
}

/** What is far away, whatever shows it: the devices of a field without its window. */
export type FarSide = Omit<Field, 'page' | 'willSay' | 'open'> & {
  /** A home without keys. */
  readonly home: string;
};

/** Starts the devices; `ends` ends them, also those of a set-up that failed half way. */
export const startFarSide = async (ends: AsyncDisposableStack): Promise<FarSide> => {
  const folder = await mkdtemp(join(tmpdir(), 'quayside-session-'));
  ends.defer(() => rm(folder, { recursive: true, force: true }));
  await run('chmod', ['755', folder]);
  const home = join(folder, 'home');
  await mkdir(home);
  const user = await makeSystemUser();
  ends.defer(() => user.dispose());
  const sshd = await startSshd({ passwords: true });
  ends.defer(() => sshd.dispose());
  const way = await startThrottledRelay(sshd.port);
  ends.defer(() => way.dispose());
  const vncPassword = 'sesame-7';
  const xvnc = await startXvnc({ password: vncPassword });
  ends.defer(() => xvnc.dispose());
  const screenRelay = await startThrottledRelay(xvnc.port);
  ends.defer(() => screenRelay.dispose());
  const vendor = new RemoteIotSimulator({
    token,
    devices: 6,
    target: (_unitId, port) => ({ host: '127.0.0.1', port: port === 22 ? way.port : screenRelay.port }),
  });
  await vendor.listen();
  ends.defer(() => vendor.dispose());
  return { vendor, sshd, way, user, xvnc, screenRelay, vncPassword, folder, home };
};

export const test = base.extend<{ field: Field }>({
  field: async ({ page, context }, use) => {
    const troubles: string[] = [];
    const expected: RegExp[] = [];
    await using ends = new AsyncDisposableStack();
    const { home, ...far } = await startFarSide(ends);
    const { vendor, folder } = far;
    const cli = startCli(['serve'], {
      profile: join(folder, 'profile'),
      vault: 'file',
      // No agent, and a home without keys: each way in is the test's own.
      env: { HOME: home, SSH_AUTH_SOCK: '', QUAYSIDE_VAULT_PASSPHRASE: passphrase },
    });
    ends.defer(async () => void (await cli.stop()));
    // A page that outlives its host says so in the console.
    ends.defer(async () => {
      for (const opened of context.pages()) await opened.close();
    });
    context.on('page', (opened) => {
      opened.on('pageerror', (error) => troubles.push(String(error)));
      opened.on('console', (message) => {
        if (message.type() === 'error') troubles.push(message.text());
      });
    });
    const [, url = ''] = await cli.waitFor(/Quayside is at (\S+)/);
    await page.goto(url);
    await addAccount(page, { vendor });
    const online = page.getByRole('row').filter({ has: page.getByRole('img', { name: 'online', exact: true }) });
    await online.first().click();
    await use({
      ...far,
      page,
      willSay: (line) => void expected.push(line),
      open: async (what) => {
        await page.getByRole('button', { name: 'Other ways to connect' }).click();
        const opened = context.waitForEvent('page');
        await page.getByRole('menuitem', { name: `${what} in Quayside` }).click();
        return opened;
      },
    });
    await ends.disposeAsync();
    // Nothing threw, and the policy of the page refused nothing.
    expect(troubles.filter((trouble) => !expected.some((line) => line.test(trouble)))).toEqual([]);
  },
});

/** The text on a terminal's screen. */
export const screenOf = (page: Page) => page.locator('.xterm-rows');

export const acceptKey = (page: Page): Promise<void> =>
  page.getByRole('button', { name: 'Accept the key and connect' }).click();

export const signInByPassword = async (page: Page, user: string, password: string): Promise<void> => {
  const form = page.getByRole('form', { name: /^Sign in to/ });
  await form.getByLabel('User', { exact: true }).fill(user);
  await form.getByRole('radio', { name: 'Password' }).check();
  await form.getByLabel('Password', { exact: true }).and(form.locator('input[type=password]')).fill(password);
  await form.getByRole('button', { name: 'Sign in' }).click();
};

export const signInByKey = async (page: Page, user: string, keyFile: string, keyPassphrase = ''): Promise<void> => {
  const form = page.getByRole('form', { name: /^Sign in to/ });
  await form.getByLabel('User', { exact: true }).fill(user);
  await form.getByRole('radio', { name: 'Key file' }).check();
  await form.getByLabel('Key file').and(form.locator('input[name=keyFile]')).fill(keyFile);
  await form.getByLabel('Passphrase', { exact: true }).fill(keyPassphrase);
  await form.getByRole('button', { name: 'Sign in' }).click();
};

/** Types a command and runs it. */
export const enter = async (page: Page, command: string): Promise<void> => {
  await expect(page.locator('[data-part=pane]:not([hidden]) [data-phase=open]')).toBeVisible();
  await page.locator('.xterm-helper-textarea').focus();
  await page.keyboard.insertText(command);
  await page.keyboard.press('Enter');
};

/** What a canvas shows: red, green and blue of each pixel. */
export const pixelsOf = async (canvas: Locator): Promise<Buffer> => {
  const text = await canvas.evaluate((shown) => {
    if (!(shown instanceof HTMLCanvasElement) || shown.width === 0 || shown.height === 0) return '';
    const data = shown.getContext('2d')?.getImageData(0, 0, shown.width, shown.height).data ?? [];
    let rgb = '';
    for (let pixel = 0; pixel < data.length; pixel += 4)
      rgb += String.fromCharCode(data[pixel] ?? 0, data[pixel + 1] ?? 0, data[pixel + 2] ?? 0);
    return btoa(rgb);
  });
  return Buffer.from(text, 'base64');
};

/** Whether a canvas shows what is on a display now, pixel by pixel. */
export const isSamePicture = async (xvnc: Xvnc, canvas: Locator): Promise<boolean> => {
  const { stdout } = await run(
    'import',
    ['-silent', '-display', xvnc.display, '-window', 'root', '-depth', '8', 'rgb:-'],
    { encoding: 'buffer', maxBuffer: 64 * 1024 * 1024, env: { PATH: process.env['PATH'], DISPLAY: xvnc.display } },
  );
  return stdout.equals(await pixelsOf(canvas));
};
