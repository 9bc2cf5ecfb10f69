import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, type Page } from '@playwright/test';
import {
  acceptKey,
  enter,
  expectAccessible,
  isSamePicture,
  pixelsOf,
  screenOf,
  signInByKey,
  test,
  type Field,
} from './session-stage.ts';

const run = promisify(execFile);

const paint = async ({ xvnc }: Field, colour: string): Promise<void> => {
  await run('xsetroot', ['-solid', colour], { env: { PATH: process.env['PATH'], DISPLAY: xvnc.display } });
};
const givePassword = async (screen: Page, password: string): Promise<void> => {
  const form = screen.getByRole('form', { name: /^Password of/ });
  await form.getByLabel('Password', { exact: true }).fill(password);
  await form.getByRole('button', { name: 'Connect' }).click();
};

test('a screen that is lost keeps its picture, says why, and comes back by itself until somebody is wanted', async ({
  field,
}) => {
  test.setTimeout(120_000);
  const { screenRelay, vncPassword, xvnc } = field;
  await paint(field, '#2a7f3f');
  const screen = await field.open('Screen');
  const live = screen.locator('[data-part=screen] canvas');
  const kept = screen.locator('[data-part=last-picture] canvas');
  await givePassword(screen, vncPassword);
  await expect.poll(() => isSamePicture(xvnc, live)).toBe(true);

  // Lost: the last picture stays, whatever happens there meanwhile.
  const before = await pixelsOf(live);
  screenRelay.cut();
  await expect(screen.locator('[data-phase=lost]')).toBeVisible();
  await expect(screen.getByText(/^Reconnecting/)).toBeVisible();
  await expect(kept).toBeVisible();
  expect((await pixelsOf(kept)).equals(before)).toBe(true);
  await expectAccessible(screen, 'a lost screen');
  await paint(field, '#7711cc');
  const { came: tries } = screenRelay;
  await screen.getByRole('button', { name: 'Reconnect now' }).and(screen.locator('[aria-disabled=false]')).click();
  await expect.poll(() => screenRelay.came).toBeGreaterThan(tries);
  await expect(screen.getByText('Reconnecting by itself')).toBeVisible();

  // The way is back: nobody does anything, not even the password that was typed and not kept is asked for.
  screenRelay.open();
  await expect(screen.locator('[data-phase=open]')).toBeVisible({ timeout: 40_000 });
  await expect.poll(() => isSamePicture(xvnc, live)).toBe(true);
  await expect(kept).toHaveCount(0);

  // A person may stop it, and go on with Enter.
  screenRelay.cut();
  await screen.getByRole('button', { name: 'Stop' }).click();
  await expect(screen.locator('[data-phase=ended]')).toBeVisible();
  await expect(kept).toBeVisible();
  screenRelay.open();
  const reconnect = screen.locator('[data-part=ended]').getByRole('button', { name: 'Reconnect' });
  await expect(reconnect).toBeFocused();
  await expect(reconnect).toHaveAttribute('data-quiet', 'true');
  await screen.keyboard.press('Enter');
  await expect.poll(() => isSamePicture(xvnc, live)).toBe(true);

  // A password that is no longer right is asked for once, and nothing goes on by itself then.
  await xvnc.setPassword('another');
  screenRelay.cut();
  await expect(screen.locator('[data-phase=lost]')).toBeVisible();
  screenRelay.open();
  await expect(screen.getByRole('alert')).toContainText('did not accept this password', { timeout: 40_000 });
  await expect(kept).toBeVisible();
  const { came } = screenRelay;
  await screen.evaluate(() => window.dispatchEvent(new Event('online')));
  await givePassword(screen, 'wrong');
  await expect.poll(() => screenRelay.came).toBe(came + 1);
  await givePassword(screen, 'another');
  await expect.poll(() => isSamePicture(xvnc, live)).toBe(true);
  expect(screenRelay.came).toBe(came + 2);
});

test('a terminal that is lost keeps its text; Enter is enough to go on, and what was being typed does nothing', async ({
  field,
}) => {
  const { sshd, way } = field;
  const terminal = await field.open('Terminal');
  await acceptKey(terminal);
  await signInByKey(terminal, sshd.user, sshd.clientKey);
  await enter(terminal, 'echo kept-$((6 * 7))');
  await expect(screenOf(terminal)).toContainText('kept-42');
  const { came } = way;
  way.cut();
  const ended = terminal.locator('[data-part=ended]');
  await expect(ended.getByRole('alert')).toContainText('Reconnect');
  await expect(screenOf(terminal)).toContainText('kept-42');
  const reconnect = ended.getByRole('button', { name: 'Reconnect' });
  await expect(reconnect).toBeFocused();
  await expectAccessible(terminal, 'a lost terminal');
  // A shell has state to lose: nothing begins by itself, and no key that was meant for it begins anything.
  way.open();
  await terminal.evaluate(() => {
    window.dispatchEvent(new Event('online'));
    const button = document.activeElement;
    for (let turn = 0; turn < 3; turn += 1)
      button?.dispatchEvent(new KeyboardEvent('keydown', { key: ' ', bubbles: true, cancelable: true }));
  });
  await expect(reconnect).toHaveAttribute('data-quiet', 'true');
  expect(way.came).toBe(came);
  await terminal.keyboard.press('Enter');
  await enter(terminal, 'echo again-$((3 * 3))');
  await expect(screenOf(terminal)).toContainText(/kept-42.*reconnected \d\d:\d\d:\d\d.*again-9/s);
});

test('a terminal speaks to screen readers where that is wanted, and remembers it', async ({ field }) => {
  const { sshd } = field;
  const terminal = await field.open('Terminal');
  // xterm listens to keys alone in this mode, not to what else changes its text box.
  const say = async (words: string): Promise<void> => {
    await enter(terminal, '');
    await terminal.keyboard.type(`echo ${words}`);
    await terminal.keyboard.press('Enter');
  };
  await acceptKey(terminal);
  await signInByKey(terminal, sshd.user, sshd.clientKey);
  await enter(terminal, 'echo silent-$((2 * 2))');
  await expect(screenOf(terminal)).toContainText('silent-4');
  await expect(terminal.locator('.xterm-accessibility')).toHaveCount(0);
  const toggle = terminal.getByRole('button', { name: 'Screen reader mode', pressed: false });
  await toggle.click();
  await say('spoken-$((6 * 7))');
  await expect(
    terminal
      .getByRole('list')
      .getByRole('listitem')
      .filter({ hasText: /^spoken-42/ }),
  ).toBeAttached();
  await expectAccessible(terminal, 'a terminal that speaks');
  await terminal.reload();
  await expect(terminal.getByRole('button', { name: 'Screen reader mode', pressed: true })).toBeVisible();
  await say('anew-$((5 * 5))');
  await expect(
    terminal
      .getByRole('list')
      .getByRole('listitem')
      .filter({ hasText: /^anew-25/ }),
  ).toBeAttached();
  await terminal.getByRole('button', { name: 'Screen reader mode' }).click();
  await expect(terminal.locator('.xterm-accessibility')).toHaveCount(0);
});

test('paste and copy by button and menu; lines are asked about where the shell would run them at once', async ({
  field,
  context,
}) => {
  const { sshd } = field;
  const terminal = await field.open('Terminal');
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  const hold = (text: string): Promise<void> =>
    terminal.evaluate((copied) => navigator.clipboard.writeText(copied), text);
  const menu = async (name: RegExp): Promise<void> => {
    await terminal.locator('[data-part=terminal]').click({ button: 'right', position: { x: 300, y: 300 } });
    await terminal.getByRole('menuitem', { name }).click();
  };
  await acceptKey(terminal);
  await signInByKey(terminal, sshd.user, sshd.clientKey);
  await enter(terminal, "PS1='ready> '; bind 'set enable-bracketed-paste on'; echo set-$((9 * 9))");
  await expect(screenOf(terminal)).toContainText(/set-81.*ready> /s);

  // bash holds a paste until Enter: no question. What hides in it ends the paste early no more.
  await hold('echo one-$((1))\u001b[201~\necho two-$((2))\n');
  await terminal.getByRole('button', { name: 'Paste' }).click();
  await expect(screenOf(terminal)).toContainText('echo two-$((2))');
  await expect(screenOf(terminal)).not.toContainText('two-2');
  await terminal.keyboard.press('Enter');
  await expect(screenOf(terminal)).toContainText('two-2');

  // Nothing holds it back: it is asked first, and Enter alone leaves it.
  await enter(terminal, "bind 'set enable-bracketed-paste off'; echo off-$((7 * 7))");
  await expect(screenOf(terminal)).toContainText('off-49');
  await hold('echo three-$((3))\necho four-$((4))\n');
  await menu(/^Paste/);
  const question = terminal.getByRole('dialog', { name: /^Paste 2 lines into / });
  await expect(question).toContainText('echo four-$((4))');
  await expectAccessible(terminal, 'pasting lines');
  await terminal.keyboard.press('Enter');
  await expect(question).toBeHidden();
  await expect(terminal.locator('.xterm-helper-textarea')).toBeFocused();
  await terminal.locator('.xterm-helper-textarea').press('Control+Shift+V');
  await expect(question).toBeVisible();
  await question.getByRole('button', { name: 'Paste' }).click();
  await expect(screenOf(terminal)).toContainText('four-4');
  // One line without an end is typed, no more.
  await hold('echo five-$((5))');
  await terminal.getByRole('button', { name: 'Paste' }).click();
  await expect(screenOf(terminal)).toContainText('echo five-$((5))');
  await terminal.keyboard.press('Enter');
  await expect(screenOf(terminal)).toContainText('five-5');

  await menu(/^Select all/);
  await menu(/^Copy/);
  await expect.poll(() => terminal.evaluate(() => navigator.clipboard.readText())).toContain('five-5');

  // A program that takes the mouse gets its right button.
  await enter(terminal, "printf '\\033[?1000h'; echo taken-$((8 * 8))");
  await expect(screenOf(terminal)).toContainText('taken-64');
  await terminal.locator('[data-part=terminal]').click({ button: 'right', position: { x: 300, y: 300 } });
  await expect(terminal.getByRole('menu')).toHaveCount(0);
  // Whoever does not allow reading is told another way.
  await context.clearPermissions();
  await enter(terminal, "printf '\\033[?1000l'");
  await terminal.getByRole('button', { name: 'Paste' }).click();
  await expect(terminal.getByText('The browser does not let Quayside read the clipboard.')).toBeVisible();
});
