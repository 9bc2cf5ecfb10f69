import { expect, type Page } from '@playwright/test';
import { resize, sizes, themes, troublesIn } from './layout-sizes.ts';
import { acceptKey, enter, expectAccessible, screenOf, signInByKey, test, type Field } from './session-stage.ts';

const openTerminal = async (field: Field): Promise<Page> => {
  const terminal = await field.open('Terminal');
  await acceptKey(terminal);
  await signInByKey(terminal, field.sshd.user, field.sshd.clientKey);
  await expect(screenOf(terminal)).toContainText('#');
  return terminal;
};

/** Shows the bytes that a key sends, as `od -c` writes them. */
const nextKey = 'stty raw -echo; dd bs=8 count=1 2>/dev/null | od -An -c; stty sane';

test('a device gets the terminal, the keys and the clipboard that were chosen for it', async ({ field }) => {
  test.setTimeout(120_000);
  const terminal = await openTerminal(field);
  await expect(terminal).toHaveTitle(/^SSH · /);
  await expect(terminal.getByRole('button', { name: /^SSH · / })).toBeVisible();

  await enter(terminal, `clear; printf '\\033]52;c;%s\\007' "$(printf from-the-device | base64)"`);
  await expect(terminal.getByText('wanted to fill the clipboard')).toBeVisible();
  await terminal.getByRole('button', { name: 'Terminal settings' }).click();
  const settings = terminal.getByRole('dialog', { name: 'Terminal settings' });
  await settings.getByLabel('TERM').fill('not a name');
  await expect(settings.getByText('The one before is kept')).toBeVisible();
  await settings.getByLabel('TERM').fill('vt220');
  await settings.getByLabel('Backspace sends').selectOption('bs');
  await settings.getByLabel('Programs there may fill the clipboard').check();
  for (const theme of themes) {
    await terminal.emulateMedia({ colorScheme: theme });
    await expectAccessible(terminal, `settings of a terminal, ${theme}`);
  }
  const troubles: string[] = [];
  for (const size of sizes) {
    await resize(terminal, size);
    troubles.push(...(await troublesIn(terminal, 'body', `settings of a terminal, ${size.name}`)));
  }
  expect(troubles).toEqual([]);
  await settings.getByRole('button', { name: 'Done' }).click();

  await enter(terminal, nextKey);
  await terminal.keyboard.press('Backspace');
  await expect(screenOf(terminal)).toContainText('\\b');
  await terminal.getByRole('button', { name: 'Reconnect' }).last().click();
  await enter(terminal, 'echo "this is $TERM-$((1 + 1))"');
  await expect(screenOf(terminal)).toContainText('this is vt220-2');
});

test('a link is opened by Ctrl and a click, and where it leads is shown before', async ({ field }) => {
  const terminal = await openTerminal(field);
  const { url } = await field.page.evaluate(() => ({ url: location.origin }));
  await enter(
    terminal,
    `clear; printf '\\n\\033]8;;${url}/#hidden\\033\\\\harmless\\033]8;;\\033\\\\ ${url}/#plain\\n'`,
  );
  await expect(screenOf(terminal)).toContainText('#plain');
  const cell = async (text: string): Promise<{ x: number; y: number }> =>
    terminal.evaluate((wanted) => {
      for (const row of document.querySelectorAll('.xterm-rows > div')) {
        const at = row.textContent.indexOf(wanted);
        if (at < 0 || row.textContent.includes('printf')) continue;
        const { left, top, height } = row.getBoundingClientRect();
        const width = (document.querySelector('.xterm-screen')?.clientWidth ?? 0) / 1;
        const measure = document.createRange();
        const leaf = document.createTreeWalker(row, NodeFilter.SHOW_TEXT);
        for (let node = leaf.nextNode(), past = 0; node !== null; node = leaf.nextNode()) {
          const { length } = node.textContent ?? '';
          if (past + length > at) {
            measure.setStart(node, at - past);
            measure.setEnd(node, at - past + 1);
            const box = measure.getBoundingClientRect();
            return { x: box.left + box.width / 2, y: box.top + box.height / 2 };
          }
          past += length;
        }
        return { x: left + width, y: top + height / 2 };
      }
      throw new Error(`no row with ${wanted}`);
    }, text);
  for (const [text, address] of [
    ['harmless', `${url}/#hidden`],
    [`${url}/#plain`, `${url}/#plain`],
  ] as const) {
    const { x, y } = await cell(text);
    await terminal.mouse.move(x, y);
    await expect(terminal.getByText('click opens it')).toContainText(address);
    const pages = terminal.context().pages().length;
    await terminal.mouse.click(x, y);
    const opened = terminal.context().waitForEvent('page');
    await terminal.keyboard.down('Control');
    await terminal.mouse.click(x, y);
    await terminal.keyboard.up('Control');
    expect((await opened).url()).toContain(address.slice(url.length));
    // The click without Ctrl opened none.
    expect(terminal.context().pages().length).toBe(pages + 1);
    await (await opened).close();
    await terminal.mouse.move(2, 2);
  }
});

test('on a Mac, Option types the characters of the layout, and is Meta where that was chosen', async ({
  field,
  context,
}) => {
  await context.addInitScript(() => Object.defineProperty(navigator, 'platform', { get: () => 'MacIntel' }));
  const terminal = await openTerminal(field);
  const keys = await context.newCDPSession(terminal);
  /** Option with the key of L, which types @ on a German Mac. */
  const press = async (side: 'AltLeft' | 'AltRight'): Promise<void> => {
    const option = {
      modifiers: 1,
      key: 'Alt',
      code: side,
      windowsVirtualKeyCode: 18,
      location: side === 'AltLeft' ? 1 : 2,
    };
    const letter = { modifiers: 1, key: '@', code: 'KeyL', text: '@', windowsVirtualKeyCode: 76 };
    await keys.send('Input.dispatchKeyEvent', { type: 'rawKeyDown', ...option });
    await keys.send('Input.dispatchKeyEvent', { type: 'keyDown', ...letter });
    await keys.send('Input.dispatchKeyEvent', { type: 'keyUp', ...letter });
    await keys.send('Input.dispatchKeyEvent', { type: 'keyUp', ...option, modifiers: 0 });
  };
  await enter(terminal, `clear; ${nextKey}`);
  await press('AltLeft');
  await expect(screenOf(terminal)).toContainText(/^\s+@\s/);
  await terminal.getByRole('button', { name: 'Terminal settings' }).click();
  await terminal.getByLabel('Option key').selectOption('right');
  await terminal.getByRole('button', { name: 'Done' }).click();
  await enter(terminal, `clear; ${nextKey}`);
  await press('AltRight');
  await expect(screenOf(terminal)).toContainText(/^\s+033\s+l/);
  await enter(terminal, `clear; ${nextKey}`);
  await press('AltLeft');
  await expect(screenOf(terminal)).toContainText(/^\s+@\s/);
});

test('a terminal on show is drawn by the graphics card, gives it back when hidden, and does without once it is lost', async ({
  field,
  context,
}) => {
  test.setTimeout(120_000);
  // Chromium's own software counts as a card here.
  await context.addInitScript(() => {
    const ask = WebGL2RenderingContext.prototype.getParameter;
    const drawer = 0x9246;
    WebGL2RenderingContext.prototype.getParameter = function (this: WebGL2RenderingContext, name: number): unknown {
      return name === drawer ? 'A graphics card' : ask.call(this, name);
    };
  });
  const terminal = await field.open('Terminal');
  await acceptKey(terminal);
  await signInByKey(terminal, field.sshd.user, field.sshd.clientKey);
  const rows = terminal.locator('.xterm-rows');
  const canvas = terminal.locator('.xterm-screen canvas:not(.xterm-link-layer)');
  await expect(canvas).toHaveCount(1);
  await expect(rows).toHaveCount(0);
  const handle = await canvas.elementHandle();
  const isLost = (): Promise<boolean | undefined> | undefined =>
    handle?.evaluate((element) =>
      element instanceof HTMLCanvasElement ? element.getContext('webgl2')?.isContextLost() : undefined,
    );
  expect(await isLost()).toBe(false);

  // Another tab in front: the context is given back. In front again: a new one.
  await terminal.getByRole('button', { name: /^New tab: files of/ }).click();
  await expect(canvas).toHaveCount(0);
  expect(await isLost()).toBe(true);
  await terminal.getByRole('button', { name: /^SSH · / }).click();
  await expect(canvas).toHaveCount(1);

  // A driver that is started anew, or sixteen other pages, take it away: the text stays.
  await enter(terminal, 'echo kept-$((6 * 7))');
  await canvas.evaluate((element) => {
    if (element instanceof HTMLCanvasElement)
      element.getContext('webgl2')?.getExtension('WEBGL_lose_context')?.loseContext();
  });
  await expect(rows).toContainText('kept-42');
  await expect(canvas).toHaveCount(0);
});
