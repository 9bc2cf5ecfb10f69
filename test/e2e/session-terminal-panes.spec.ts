import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, type Locator, type Page } from '@playwright/test';
import { resize, sizes, themes, troublesIn } from './layout-sizes.ts';
import { acceptKey, expectAccessible, signInByKey, test, type Field } from './session-stage.ts';

const chord = 'Control+Shift+';
const paneOf = (page: Page, number: number): Locator => page.locator('[data-phase]').nth(number - 1);
const rowsOf = (page: Page, number: number): Locator => paneOf(page, number).locator('.xterm-rows');

const openTerminal = async (field: Field): Promise<Page> => {
  const terminal = await field.open('Terminal');
  await acceptKey(terminal);
  await signInByKey(terminal, field.sshd.user, field.sshd.clientKey);
  await expect(rowsOf(terminal, 1)).toContainText('#');
  return terminal;
};

/** Types into a pane as a person does. */
const type = async (page: Page, number: number, command: string): Promise<void> => {
  await paneOf(page, number).locator('.xterm-helper-textarea').focus();
  await page.keyboard.insertText(command);
  await page.keyboard.press('Enter');
};

test('panes are split, shared out and closed; what is typed in a marked one goes to all marked ones that are connected', async ({
  field,
}) => {
  test.setTimeout(180_000);
  const terminal = await openTerminal(field);
  await terminal.keyboard.press(`${chord}D`);
  await expect(paneOf(terminal, 2)).toHaveAttribute('data-phase', 'open');
  await expect(rowsOf(terminal, 2)).toContainText('#');
  await terminal.keyboard.press(`${chord}E`);
  await expect(rowsOf(terminal, 3)).toContainText('#');
  const widthOf = async (number: number): Promise<number> => (await paneOf(terminal, number).boundingBox())?.width ?? 0;
  expect(await widthOf(1)).toBeCloseTo(await widthOf(2), -1);
  expect(await widthOf(3)).toBeCloseTo(await widthOf(2), -1);

  // The line between them moves by the mouse and by keys, and the device hears of the new size.
  const line = terminal.getByRole('separator').and(terminal.locator('[aria-orientation=vertical]'));
  const box = await line.boundingBox();
  await terminal.mouse.move((box?.x ?? 0) + 4, 300);
  await terminal.mouse.down();
  await terminal.mouse.move(500, 300, { steps: 3 });
  await terminal.mouse.up();
  await expect.poll(() => widthOf(1)).toBeCloseTo(500, -1);
  await line.focus();
  await terminal.keyboard.press('ArrowRight');
  await expect.poll(() => widthOf(1)).toBeGreaterThan(550);
  await type(terminal, 1, 'stty size');
  const columns = await rowsOf(terminal, 1).evaluate((rows) => Math.floor(rows.clientWidth / 8));
  await expect(rowsOf(terminal, 1)).toContainText(new RegExp(`\\d+ ${String(columns).slice(0, 1)}\\d`));

  // Marked: by the key and by the button. Seen in each, and typed once for all.
  await paneOf(terminal, 1).locator('.xterm-helper-textarea').focus();
  await terminal.keyboard.press(`${chord}B`);
  await expect(paneOf(terminal, 1).getByText('Mark another pane')).toBeVisible();
  await paneOf(terminal, 2).getByRole('button', { name: 'Type into all marked panes' }).click();
  await expect(terminal.getByText('What you type goes to 2 panes.')).toHaveCount(2);
  await type(terminal, 1, 'echo typed-$((6 * 7))');
  await expect(rowsOf(terminal, 1)).toContainText('typed-42');
  await expect(rowsOf(terminal, 2)).toContainText('typed-42');
  await expect(rowsOf(terminal, 3)).not.toContainText('typed');
  // What a terminal answers its own device is nobody else's input.
  await type(terminal, 1, `clear; printf '\\033[6n'; read -rs -t 2 -d R answer; echo "got-\${#answer}"`);
  for (const number of [1, 2]) await expect(rowsOf(terminal, number)).toContainText(/got-[456]/);

  const found: string[] = [];
  for (const theme of themes) {
    await terminal.emulateMedia({ colorScheme: theme });
    await expectAccessible(terminal, `marked panes, ${theme}`);
    for (const width of [720, 1280]) {
      await terminal.setViewportSize({ width, height: width === 720 ? 480 : 800 });
      const look = process.env['QUAYSIDE_LOOK'];
      if (look !== undefined) await terminal.screenshot({ path: join(look, `panes-${theme}-${width}.png`) });
    }
  }
  for (const size of sizes) {
    await resize(terminal, size);
    found.push(...(await troublesIn(terminal, 'body', `panes, ${size.name}`)));
  }
  expect(found).toEqual([]);

  // A pane with a question of ours gets nothing: neither the question nor what comes after it.
  await field.sshd.restart({ newHostKey: true });
  await expect(paneOf(terminal, 2)).toHaveAttribute('data-phase', 'ended');
  await paneOf(terminal, 1).getByRole('button', { name: 'Reconnect' }).last().click();
  await terminal.getByRole('checkbox', { name: /^The new key is right/ }).check();
  await terminal.getByRole('button', { name: 'Replace the key and connect' }).click();
  await expect(paneOf(terminal, 1)).toHaveAttribute('data-phase', 'open');
  await type(terminal, 1, 'echo alone-$((7 * 7))');
  await expect(rowsOf(terminal, 1)).toContainText('alone-49');
  await expect(rowsOf(terminal, 2)).not.toContainText('alone');

  await paneOf(terminal, 2).getByRole('button', { name: 'Close this pane' }).click();
  await expect(terminal.locator('[data-phase]')).toHaveCount(2);
  await terminal.getByRole('button', { name: 'Stop', exact: true }).first().click();
  await expect(terminal.locator('[data-marked=true]')).toHaveCount(0);

  // After a restart the tabs and panes are there; only the one the address names connects by itself.
  await terminal.getByRole('button', { name: /^New tab: files of/ }).click();
  await expect(terminal.getByRole('region', { name: /^Files in/ })).toBeVisible();
  await terminal.reload();
  await expect(terminal.getByRole('button', { name: /^Files · / })).toBeVisible();
  await expect(terminal.locator('[data-phase]:visible')).toHaveCount(2);
  await expect(paneOf(terminal, 1)).toHaveAttribute('data-phase', 'open');
  await terminal.getByRole('button', { name: /^Files · / }).click();
  await expect(terminal.getByText('Press Enter to connect.')).toBeVisible();
  await expectAccessible(terminal, 'a tab that waits');
  await expect(terminal.getByRole('button', { name: 'Connect', exact: true })).toBeFocused();
  await terminal.keyboard.press('Enter');
  await expect(terminal.getByRole('region', { name: /^Files in/ })).toBeVisible();
});

test('colours are ours, light or dark, or those of a file that was brought in; a bad file is refused with its reason', async ({
  field,
}) => {
  const terminal = await openTerminal(field);
  await terminal.getByRole('button', { name: 'Terminal settings' }).click();
  const ground = (): Promise<string> =>
    terminal
      .locator('.xterm-viewport, .xterm-scrollable-element')
      .first()
      .evaluate((element) => {
        let at: Element | null = element;
        while (at !== null && /rgba\(0, 0, 0, 0\)/.test(getComputedStyle(at).backgroundColor)) at = at.parentElement;
        return at === null ? '' : getComputedStyle(at).backgroundColor;
      });
  await terminal.getByLabel('Colours', { exact: true }).selectOption('light');
  await expect.poll(ground).toBe('rgb(255, 255, 255)');
  const bad = join(field.folder, 'bad.itermcolors');
  await writeFile(bad, '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><plist><dict></dict></plist>');
  const file = terminal.locator('input[type=file][accept*=itermcolors]');
  await file.setInputFiles(bad);
  await expect(terminal.getByText('holds XML entities')).toBeVisible();
  await expectAccessible(terminal, 'a scheme that was refused');
  const good = join(field.folder, 'ocean.yaml');
  const palette = Array.from({ length: 16 }, (_, index) => {
    const number = index.toString(16).toUpperCase().padStart(2, '0');
    return `  base${number}: "#${index === 0 ? '2b303b' : number.repeat(3)}"`;
  });
  await writeFile(good, ['system: base16', 'name: "Ocean"', 'palette:', ...palette, ''].join('\n'));
  await file.setInputFiles(good);
  await expect(terminal.getByLabel('Colours', { exact: true })).toHaveValue('Ocean');
  await expect.poll(ground).toBe('rgb(43, 48, 59)');
  const found: string[] = [];
  for (const width of [720, 1280]) {
    await terminal.setViewportSize({ width, height: width === 720 ? 480 : 800 });
    const look = process.env['QUAYSIDE_LOOK'];
    if (look !== undefined) await terminal.screenshot({ path: join(look, `colours-${width}.png`) });
    found.push(...(await troublesIn(terminal, 'body', `colours, ${width}`)));
  }
  expect(found).toEqual([]);
  await terminal.getByRole('button', { name: 'Remove Ocean' }).click();
  await expect(terminal.getByLabel('Colours', { exact: true })).toHaveValue('theme');
});
