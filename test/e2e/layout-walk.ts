import { expect, type Locator, type Page } from '@playwright/test';
import { vendors } from '../../src-main/vendors/registry.ts';
import { troublesIn } from './layout-sizes.ts';

/** Goes through the tabs of the device on show, in the panel and on the page. */
export const tabTroubles = async (page: Page): Promise<readonly string[]> => {
  const panel = page.locator('section[data-part=panel]');
  const found: string[] = [];
  const tabs = await panel.getByRole('tab').allTextContents();
  for (const place of ['panel', 'page']) {
    if (place === 'page') await panel.getByRole('button', { name: 'Open page' }).click();
    for (const tab of tabs) {
      await panel.getByRole('tab', { name: tab }).click();
      await expect(panel.locator('[aria-busy=true]')).toHaveCount(0);
      found.push(...(await troublesIn(page, 'section[data-part=panel]', `${tab}, ${place}`)));
    }
  }
  await panel.getByRole('button', { name: 'Back to the list' }).click();
  await panel.getByRole('tab', { name: 'Overview' }).click();
  return found;
};

/** Something to look at: how it gets on the screen and off it again. */
interface Sight {
  readonly name: string;
  /** Selector of what is looked at; the whole page where absent. */
  readonly scope?: string;
  show(page: Page): Promise<void>;
  hide?(page: Page): Promise<void>;
}

const escape = (page: Page): Promise<void> => page.keyboard.press('Escape');
const rail = (page: Page): Locator => page.getByRole('navigation', { name: 'Main' });
const goTo = async (page: Page, entry: string, name: string): Promise<void> => {
  await rail(page)
    .getByRole('button', { name: new RegExp(`^${entry}`) })
    .click();
  await expect(page.locator(`main[data-page=${name}]`)).toBeVisible();
  await expect(page.locator('main [aria-busy=true]')).toHaveCount(0);
};
const grid = (page: Page): Locator => page.getByRole('grid', { name: 'Devices' });

/** Selects three devices and opens what can be done with them. */
const openBulk = async (page: Page): Promise<void> => {
  await goTo(page, 'All devices', 'devices');
  await grid(page).focus();
  await page.keyboard.press('Home');
  await page.keyboard.press('x');
  await page.keyboard.press('Shift+ArrowDown');
  await page.keyboard.press('Shift+ArrowDown');
};

/** Kinds of actions for many devices. */
const bulkKinds = 11;

const sights: readonly Sight[] = [
  {
    name: 'list with a selection',
    show: openBulk,
    hide: escape,
  },
  {
    name: 'actions for many',
    scope: 'dialog',
    show: async (page) => {
      await openBulk(page);
      await page.getByRole('toolbar', { name: 'Selected devices' }).getByRole('button', { name: 'Actions' }).click();
      await page.getByRole('textbox', { name: 'New name' }).fill('line-{n:03}');
      await expect(page.getByRole('table', { name: 'What will change' })).toBeVisible();
    },
  },
  ...Array.from({ length: bulkKinds }, (_, index): Sight => ({
    name: `action ${index + 1} for many`,
    scope: 'dialog',
    show: (page) => page.getByRole('radiogroup', { name: 'Action' }).getByRole('radio').nth(index).check(),
  })),
  {
    name: 'list',
    show: async (page) => {
      await page.getByRole('dialog').getByRole('button', { name: 'Close' }).first().click();
      await escape(page);
    },
  },
  {
    name: 'list with a panel',
    show: async (page) => {
      await goTo(page, 'All devices', 'devices');
      await grid(page).locator('[data-part=device]').first().click();
    },
  },
  {
    name: 'ways to connect',
    scope: '[role=menu]',
    show: (page) => page.getByRole('button', { name: 'Other ways to connect' }).click(),
    hide: escape,
  },
  {
    name: 'notifications of a device',
    scope: '[role=menu]',
    show: (page) => page.getByRole('button', { name: 'Notifications of this device' }).click(),
    hide: escape,
  },
  {
    name: 'an operation',
    scope: 'dialog',
    show: async (page) => {
      await page.getByRole('tab', { name: 'Actions' }).click();
      await page.locator('section[data-part=panel]').getByRole('option').first().click();
      await expect(page.getByRole('dialog').locator('[aria-busy=true]')).toHaveCount(0);
    },
    hide: async (page) => {
      await page.getByRole('dialog').getByRole('button', { name: 'Close' }).first().click();
      await page.getByRole('tab', { name: 'Overview' }).click();
      await page.getByRole('button', { name: 'Close panel' }).click();
    },
  },
  { name: 'activity', show: (page) => goTo(page, 'Activity', 'activity') },
  {
    name: 'forwards with the details of one',
    show: async (page) => {
      await goTo(page, 'Forwards', 'forwards');
      const details = page.getByRole('button', { name: /^Details of port/ }).first();
      if ((await details.getAttribute('aria-expanded')) !== 'true') await details.click();
    },
  },
  {
    name: 'first form of an account',
    show: async (page) => {
      await goTo(page, 'Manage accounts', 'accounts');
      await page.getByRole('main').getByRole('button', { name: 'Add account' }).first().click();
    },
  },
  ...vendors.map(({ name: vendor }): Sight => ({
    name: `form of an account of ${vendor}`,
    show: (page) => page.getByRole('form', { name: 'Add account' }).getByRole('radio', { name: vendor }).check(),
  })),
  {
    name: 'accounts',
    show: (page) => page.getByRole('form', { name: 'Add account' }).getByRole('button', { name: 'Cancel' }).click(),
  },
  { name: 'settings', show: (page) => goTo(page, 'Settings', 'settings') },
  {
    name: 'licences',
    scope: 'dialog',
    show: (page) => page.getByRole('button', { name: 'Show licences' }).click(),
    hide: escape,
  },
  {
    name: 'diagnostics',
    scope: 'dialog',
    show: async (page) => {
      await page.getByRole('button', { name: 'Show diagnostics' }).click();
      await expect(page.getByRole('status', { name: 'Looking at every part' })).toBeHidden();
    },
    hide: escape,
  },
  {
    name: 'shortcuts',
    scope: 'dialog',
    show: (page) => page.keyboard.press('?'),
    hide: escape,
  },
  {
    name: 'palette',
    scope: 'dialog',
    show: async (page) => {
      await page.keyboard.press('Control+k');
      await page.getByRole('combobox', { name: 'Search devices and commands' }).fill('a');
      await expect(page.getByRole('dialog').getByRole('option').nth(3)).toBeVisible();
    },
  },
  {
    name: 'palette about a device',
    scope: 'dialog',
    show: async (page) => {
      await page.keyboard.press('Tab');
      await expect(page.getByRole('combobox', { name: 'Search what can be done' })).toBeVisible();
    },
    hide: async (page) => {
      for (const _ of [1, 2, 3]) await escape(page);
    },
  },
];

/** Goes through the pages and what opens over them. */
export const pageTroubles = async (page: Page): Promise<readonly string[]> => {
  const found: string[] = [];
  for (const { name, scope = 'body', show, hide } of sights) {
    await show(page);
    // What lies under the pointer looks otherwise.
    await page.mouse.move(0, 0);
    found.push(...(await troublesIn(page, scope, name)));
    await hide?.(page);
  }
  return found;
};
