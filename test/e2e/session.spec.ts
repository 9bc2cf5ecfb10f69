import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, type Locator } from '@playwright/test';
import {
  acceptKey,
  enter,
  expectAccessible,
  isSamePicture,
  pixelsOf,
  screenOf,
  signInByKey,
  signInByPassword,
  test,
} from './session-stage.ts';

const run = promisify(execFile);
const fingerprintOf = async (publicKey: string): Promise<string> =>
  `SHA256:${createHash('sha256')
    .update(Buffer.from(publicKey.split(' ')[1] ?? '', 'base64'))
    .digest('base64')
    .replace(/=+$/, '')}`;

test('a terminal: the first host key is shown, a wrong password is refused, the right one opens a shell', async ({
  field,
}) => {
  const { sshd, user } = field;
  const terminal = await field.open('Terminal');
  const question = terminal.getByRole('dialog');
  await expect(question).toContainText(await fingerprintOf(await sshd.hostPublicKey()));
  await acceptKey(terminal);
  await signInByPassword(terminal, user.name, 'not the password');
  await expect(terminal.getByText(`did not accept this password for ${user.name}`)).toBeVisible();
  await signInByPassword(terminal, user.name, user.password);
  await expect(screenOf(terminal)).toContainText('$');
  await enter(terminal, 'echo "I am $(whoami) on $TERM, $((40 + 2))"');
  await expect(screenOf(terminal)).toContainText(`I am ${user.name} on xterm-256color, 42`);

  // The window's size is the terminal's.
  await terminal.setViewportSize({ width: 700, height: 480 });
  await enter(terminal, 'stty size | tr " " x');
  const columns = await terminal.locator('.xterm-rows').evaluate((rows) => rows.children.length);
  await expect(screenOf(terminal)).toContainText(new RegExp(`${columns}x\\d+`));

  await terminal.getByRole('button', { name: 'Search', exact: true }).click();
  await terminal.getByRole('textbox', { name: 'Search in this terminal' }).fill('xterm-256color');
  await expect(terminal.locator('.xterm-selection div').first()).toBeAttached();
  await expect(terminal.getByRole('search').getByRole('status')).toHaveText(/^\d+ of \d+$/);
  await terminal.keyboard.insertText(' nowhere');
  await expect(terminal.getByRole('search').getByRole('status')).toHaveText('Not found');
  await terminal.keyboard.press('Escape');

  // The terminal takes every key but one, which leads to its tab, and from there Enter leads back.
  await expect(terminal.locator('.xterm-helper-textarea')).toBeFocused();
  await terminal.keyboard.press('Control+F6');
  await expect(terminal.getByRole('button', { name: /^SSH · / })).toBeFocused();
  await terminal.keyboard.press('Enter');
  await expect(terminal.locator('.xterm-helper-textarea')).toBeFocused();

  await enter(terminal, 'exit');
  const ended = terminal.getByText('The device ended this session.');
  await expect(ended).toBeVisible();
  // What is said about the end covers none of the last lines.
  await expect
    .poll(() =>
      terminal.evaluate(
        () =>
          (document.querySelector('.xterm-rows')?.getBoundingClientRect().bottom ?? Number.POSITIVE_INFINITY) -
          (document.querySelector('[data-part=ended]')?.getBoundingClientRect().top ?? 0),
      ),
    )
    .toBeLessThanOrEqual(0);
  // Whoever does not want to sign in after all is let go, and may come back.
  await terminal.getByRole('button', { name: 'Reconnect' }).last().click();
  await expect(terminal.getByRole('form', { name: /^Sign in to/ })).toBeVisible();
  await terminal.keyboard.press('Escape');
  await expect(terminal.getByText('Not connected.')).toBeVisible();
  await terminal.getByRole('button', { name: 'Connect', exact: true }).click();
  await signInByPassword(terminal, user.name, user.password);
  await enter(terminal, 'echo again-$((4 * 4))');
  await expect(screenOf(terminal)).toContainText('again-16');

  // Closing the tab ends the session at the device.
  const before = sshd.log().split('Disconnected from user').length;
  await terminal.getByRole('button', { name: /^Close terminal of/ }).click();
  await expect(terminal.getByText('No session is open')).toBeVisible();
  await expect.poll(() => sshd.log().split('Disconnected from user').length).toBeGreaterThan(before);
});

test('a terminal by key: a wrong one is refused, one with a passphrase opens, a changed host key is stopped', async ({
  field,
}) => {
  const { sshd } = field;
  const wrong = join(field.folder, 'wrong');
  await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', wrong]);
  const right = join(field.folder, 'right');
  await writeFile(right, await readFile(sshd.clientKey), { mode: 0o600 });
  await run('ssh-keygen', ['-q', '-p', '-P', '', '-N', 'a passphrase', '-f', right]);
  const terminal = await field.open('Terminal');
  await acceptKey(terminal);
  await signInByKey(terminal, sshd.user, wrong);
  await expect(terminal.getByText(`did not accept this key for ${sshd.user}`)).toBeVisible();
  await signInByKey(terminal, sshd.user, right, 'not it');
  await expect(terminal.getByText('This is not the passphrase of the key.')).toBeVisible();
  await signInByKey(terminal, sshd.user, right, 'a passphrase');
  await expect(screenOf(terminal)).toContainText('#');
  await enter(terminal, 'echo by-key-$((6 * 7))');
  await expect(screenOf(terminal)).toContainText('by-key-42');

  const old = await fingerprintOf(await sshd.hostPublicKey());
  await sshd.restart({ newHostKey: true });
  const fresh = await fingerprintOf(await sshd.hostPublicKey());
  await terminal.getByRole('button', { name: 'Reconnect' }).last().click();
  const alarm = terminal.getByRole('alertdialog');
  await expect(alarm).toContainText(old);
  await expect(alarm).toContainText(fresh);
  await expectAccessible(terminal, 'a changed host key');
  const accept = alarm.getByRole('button', { name: 'Replace the key and connect' });
  await expect(accept).toBeDisabled();
  await alarm.getByRole('button', { name: 'Do not connect' }).click();
  await expect(terminal.getByText('host key was not accepted')).toBeVisible();
  await terminal.getByRole('button', { name: 'Reconnect' }).last().click();
  await terminal.getByRole('checkbox', { name: /^The new key is right/ }).check();
  await accept.click();
  await signInByKey(terminal, sshd.user, right, 'a passphrase');
  await enter(terminal, 'echo with-the-new-key-$((7 * 7))');
  await expect(screenOf(terminal)).toContainText('with-the-new-key-49');
  // Nothing more is asked of a key that was accepted, not even after the page was loaded again.
  await terminal.reload();
  await signInByKey(terminal, sshd.user, right, 'a passphrase');
  await expect(screenOf(terminal)).toContainText('#');
});

test('10 MB of output freeze nothing: what is typed meanwhile is done before the output ends', async ({ field }) => {
  test.setTimeout(120_000);
  const { sshd } = field;
  const terminal = await field.open('Terminal');
  await acceptKey(terminal);
  await signInByKey(terminal, sshd.user, sshd.clientKey);
  await expect(screenOf(terminal)).toContainText('#');
  const began = join(field.folder, 'began');
  const typed = join(field.folder, 'typed');
  const ended = join(field.folder, 'ended');
  await terminal.evaluate(() => {
    const gaps: number[] = [];
    let last = performance.now();
    const look = (): void => {
      const now = performance.now();
      gaps.push(now - last);
      last = now;
      requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
    Object.assign(window, { gaps });
  });
  await enter(
    terminal,
    `(touch ${began}; head -c 7900000 /dev/urandom | base64; date +%s%N > ${ended}; echo all-$((9 * 9))-there) &`,
  );
  await expect.poll(() => readdir(field.folder)).toContain('began');
  await enter(terminal, `date +%s%N > ${typed}`);
  await expect(screenOf(terminal)).toContainText('all-81-there', { timeout: 90_000 });
  const at = async (file: string): Promise<number> => Number(await readFile(file, 'utf8'));
  expect(await at(typed)).toBeLessThan(await at(ended));
  const longest = await terminal.evaluate(() => Math.max(...(window as unknown as { gaps: number[] }).gaps));
  test.info().annotations.push({ type: 'longest frame', description: `${Math.round(longest)} ms` });
  expect(longest).toBeLessThan(1000);
  await enter(terminal, 'echo alive-$((3 * 3))');
  await expect(screenOf(terminal)).toContainText('alive-9');
});

test('a screen shows what is painted far away, pixel by pixel; its password never reaches the window', async ({
  field,
}) => {
  const { xvnc, vncPassword } = field;
  const env = { PATH: process.env['PATH'], DISPLAY: xvnc.display };
  await run('xsetroot', ['-mod', '16', '12', '-fg', '#2a7f3f', '-bg', '#e0a020'], { env });
  const screen = await field.open('Screen');
  const sent: string[] = [];
  screen.on('websocket', (socket) =>
    socket.on('framereceived', ({ payload }) => sent.push(payload.toString('latin1'))),
  );
  const form = screen.getByRole('form', { name: /^Password of/ });
  await form.getByLabel('Password', { exact: true }).fill('wrong');
  await form.getByRole('button', { name: 'Connect' }).click();
  await expect(form.getByRole('alert')).toBeVisible();
  await form.getByLabel('Password', { exact: true }).fill(vncPassword);
  await form.getByRole('checkbox', { name: /^Keep the password/ }).check();
  await form.getByRole('button', { name: 'Connect' }).click();
  await expect(screen.locator('[data-phase=open] [data-part=screen] canvas')).toBeVisible();

  const same = (): Promise<boolean> => isSamePicture(xvnc, screen.locator('[data-part=screen] canvas'));
  await expect.poll(same).toBe(true);
  await run('xsetroot', ['-mod', '5', '7', '-fg', '#7711cc', '-bg', '#103050'], { env });
  await expect.poll(same).toBe(true);
  expect((await pixelsOf(screen.locator('[data-part=screen] canvas'))).length).toBe(640 * 480 * 3);

  await expect(screen.getByRole('switch', { name: 'Share clipboard' })).not.toBeChecked();
  await expectAccessible(screen, 'a screen');
  // The vault has the password now: nothing is asked.
  await screen.getByRole('button', { name: 'Reconnect' }).first().click();
  await expect(screen.locator('[data-phase=open] [data-part=screen] canvas')).toBeVisible();
  await expect.poll(same).toBe(true);
  expect(sent.join('\n')).not.toContain(vncPassword);
});

/** Pixels of the pointer over an element that can be seen. */
const pointerPixels = (canvas: Locator): Promise<number> =>
  canvas.evaluate(async (element) => {
    const [, url = ''] = /url\("(.+?)"\)/.exec(getComputedStyle(element).cursor) ?? [];
    if (url === '') return 0;
    const image = new Image();
    image.src = url;
    await image.decode();
    const drawn = new OffscreenCanvas(image.width, image.height).getContext('2d');
    drawn?.drawImage(image, 0, 0);
    const { data = [] } = drawn?.getImageData(0, 0, image.width, image.height) ?? {};
    return data.filter((_value, at) => at % 4 === 3 && (data[at] ?? 0) > 0).length;
  });

test('a screen has a pointer where the device shows none, and keeps no key that is released elsewhere', async ({
  field,
}) => {
  const { folder, vncPassword, xvnc } = field;
  // A pointer without a pixel, as a kiosk or a server without one has.
  const bits = Array.from({ length: 8 }, () => '0x00').join(',');
  const empty = join(folder, 'empty.xbm');
  await writeFile(
    empty,
    `#define empty_width 8\n#define empty_height 8\n#define empty_x_hot 1\n#define empty_y_hot 1\nstatic unsigned char empty_bits[] = {\n${bits}};\n`,
  );
  const env = { PATH: process.env['PATH'], DISPLAY: xvnc.display };
  await run('xsetroot', ['-cursor', empty, empty, '-solid', '#204060'], { env });
  const screen = await field.open('Screen');
  let sent = Buffer.alloc(0);
  screen.on('websocket', (socket) =>
    socket.on('framesent', ({ payload }) => (sent = Buffer.concat([sent, Buffer.from(payload)]))),
  );
  const form = screen.getByRole('form', { name: /^Password of/ });
  await form.getByLabel('Password', { exact: true }).fill(vncPassword);
  await form.getByRole('button', { name: 'Connect' }).click();
  const canvas = screen.locator('[data-phase=open] [data-part=screen] canvas');
  await expect(canvas).toBeVisible();
  await expect.poll(() => isSamePicture(xvnc, canvas)).toBe(true);
  expect(await pointerPixels(canvas)).toBeGreaterThan(4);

  // QEMU's extended key event of the letter: 255, 0, down, keysym, code of the key (rfbproto, 7.5.9).
  const letter = (down: number): Buffer => Buffer.from([255, 0, 0, down, 0, 0, 0, 0x61, 0, 0, 0, 0x1e]);
  await screen.reload();
  await form.getByLabel('Password', { exact: true }).fill(vncPassword);
  await form.getByRole('button', { name: 'Connect' }).click();
  await expect.poll(() => isSamePicture(xvnc, canvas)).toBe(true);
  await canvas.focus();
  await screen.keyboard.down('a');
  await expect.poll(() => sent.includes(letter(1))).toBe(true);
  expect(sent.includes(letter(0))).toBe(false);
  await screen.getByRole('button', { name: 'Reconnect' }).focus();
  await expect.poll(() => sent.includes(letter(0))).toBe(true);
  await screen.keyboard.up('a');
});

for (const colorScheme of ['light', 'dark'] as const) {
  test(`sessions are accessible, ${colorScheme}`, async ({ field }) => {
    const { sshd } = field;
    const terminal = await field.open('Terminal');
    await terminal.emulateMedia({ colorScheme });
    await expect(terminal.getByRole('dialog')).toBeVisible();
    await expectAccessible(terminal, 'the first host key');
    await acceptKey(terminal);
    await expect(terminal.getByRole('form', { name: /^Sign in to/ })).toBeVisible();
    await expectAccessible(terminal, 'signing in');
    await signInByKey(terminal, sshd.user, sshd.clientKey);
    await expect(screenOf(terminal)).toContainText('#');
    await enter(terminal, 'ls --color=always /; printf "\\e[38;2;200;80;40m%s\\e[0m\\n" "true colour $((5 * 5))"');
    await expect(screenOf(terminal)).toContainText('true colour 25');
    await expectAccessible(terminal, 'a terminal');
    await terminal.getByRole('button', { name: /^New tab: files of/ }).click();
    await expect(terminal.getByRole('region', { name: /^Files in/ })).toBeVisible();
    await expectAccessible(terminal, 'files in a second tab');
  });
}
