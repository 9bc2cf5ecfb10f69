import { expect, test } from '@playwright/test';
import { layoutTroubles } from '../support/layout-check.ts';

const head = `<style>
  body { margin: 0; font: 13px/20px sans-serif; }
  button, input, select { font: inherit; }
  .box { width: 200px; }
</style>`;

/** Each page has one thing wrong with it: a check that cannot fail protects nothing. */
const wrong: readonly (readonly [what: string, body: string, found: RegExp])[] = [
  [
    'two texts at one place',
    '<p style="margin:0">Nothing happened yet</p><p style="margin:-14px 0 0">All of it</p>',
    /“Nothing happened yet” and “All of it” overlap/,
  ],
  [
    'a button over a text',
    '<div class="box" style="position:relative">Move to the home<button style="position:absolute;left:60px;top:2px">Tag</button></div>',
    /“Move to the home” and .*“Tag” overlap/,
  ],
  [
    'a figure that is cut',
    '<div style="width:20px;overflow:hidden;white-space:nowrap">189 k</div>',
    /“189 k” is cut sideways/,
  ],
  ['a line that is cut', '<div style="height:9px;overflow:hidden">Health</div>', /“Health” is cut by div/],
  [
    'a text that runs out of its box',
    '<div style="width:40px;white-space:nowrap">Delete device</div>',
    /“Delete device” runs out of div sideways/,
  ],
  [
    'a second line below its row',
    '<div style="width:40px;height:20px">Delete device</div>',
    /“Delete device” runs out of div/,
  ],
  [
    'a panel with buttons pushed out of it',
    '<div class="box" style="overflow:hidden;display:flex"><h2 style="flex:none;width:190px">Pump</h2><button>Close</button></div>',
    /“Close” is cut sideways by div.box/,
  ],
  [
    'a part that has to be scrolled sideways',
    '<div class="box" style="height:90px;overflow-y:auto"><div style="width:240px;text-align:right">Far away</div></div>',
    /div.box scrolls sideways/,
  ],
  [
    'text beyond the window',
    '<div style="position:fixed;right:-20px;top:0">Beyond</div>',
    /“Beyond” runs out of the window sideways/,
  ],
  [
    'a column of which only dots are left',
    '<div style="width:12px;overflow:hidden;white-space:nowrap;text-overflow:ellipsis">Plant 3</div>',
    /nothing to read is left of “Plant 3”/,
  ],
  [
    'a choice that does not fit its list',
    '<select style="width:60px"><option>As often as the vendor allows</option></select>',
    /has no room for “As often/,
  ],
  [
    'a hint that does not fit its field',
    '<input style="width:60px" placeholder="Search devices">',
    /has no room for “Search devices”/,
  ],
];

/** What is no fault, though it looks like one. */
const right: readonly (readonly [what: string, body: string])[] = [
  [
    'a name shortened by dots',
    '<div style="width:80px;overflow:hidden;white-space:nowrap;text-overflow:ellipsis">a name of many words</div>',
  ],
  [
    'a name shortened to two lines',
    `<div style="width:80px;overflow:hidden;display:-webkit-box;-webkit-box-orient:vertical;-webkit-line-clamp:2">${'a name of many words '.repeat(9)}</div>`,
  ],
  [
    'what can be scrolled to',
    `<div class="box" style="height:90px;overflow-y:auto">${'<p>One more line</p>'.repeat(9)}</div>`,
  ],
  [
    'a table that is meant to be scrolled sideways',
    '<div class="box sideways" style="overflow-x:auto"><table style="width:900px"><tr><td>One</td><td>Two</td></tr></table></div>',
  ],
  [
    'a head that lines scroll under',
    `<div class="box" style="height:90px;overflow-y:auto"><p style="position:sticky;top:0;height:20px;background:#fff;margin:0">Head</p><p style="margin:-20px 0 0">Under it</p></div>`,
  ],
  [
    'a dialog over the page',
    '<p style="margin:0">The page</p><dialog open style="top:0;left:0;margin:0;padding:0;border:0">The dialog</dialog>',
  ],
  [
    'what only a screen reader gets',
    '<p style="margin:0">Shown</p><span style="position:absolute;top:0;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)">Said</span>',
  ],
  ['what others draw', '<p class="foreign" style="width:20px">Far away</p>'],
  ['a blank at the end of a line', '<p style="width:60px;font:12px monospace;white-space:pre-wrap">one two three</p>'],
  [
    'what is not shown',
    '<p style="margin:0">Shown</p><p style="margin:-20px 0 0;opacity:0">Not shown</p><p hidden>Hidden</p>',
  ],
];

test.describe('the layout check finds', () => {
  for (const [what, body, found] of wrong)
    test(what, async ({ page }) => {
      await page.setContent(head + body);
      const troubles = await page.evaluate(layoutTroubles, {
        scope: 'body',
        sideways: '.sideways',
        foreign: '.foreign',
      });
      expect(troubles.join('\n')).toMatch(found);
    });
});

test.describe('the layout check lets pass', () => {
  for (const [what, body] of right)
    test(what, async ({ page }) => {
      await page.setContent(head + body);
      expect(
        await page.evaluate(layoutTroubles, { scope: 'body', sideways: '.sideways', foreign: '.foreign' }),
      ).toEqual([]);
    });
});
