import AxeBuilder from '@axe-core/playwright';
import { expect, test as base, type Page } from '@playwright/test';
import type { ScriptedChannel } from '../support/scripted-channel.ts';
import { serveWindow, type ServedWindow } from '../support/window-harness/serve-window.ts';

declare global {
  interface Window {
    scripted: ScriptedChannel;
  }
}

/** The window alone, on a scripted channel: keyboard, states and secrets, without a host. */
export const windowTest = base.extend<{ show: (parameters: string) => Promise<void> }, { served: ServedWindow }>({
  served: [
    // Playwright reads the names of the fixtures a fixture needs from this very pattern.
    // oxlint-disable-next-line no-empty-pattern
    async ({}, use) => {
      const served = await serveWindow();
      await use(served);
      await served.dispose();
    },
    { scope: 'worker', timeout: 60_000 },
  ],
  show: async ({ page, served }, use) => {
    const troubles: string[] = [];
    page.on('pageerror', (error) => troubles.push(String(error)));
    page.on('console', (message) => {
      if (message.type() === 'error') troubles.push(message.text());
    });
    await use(async (parameters) => {
      await page.goto(`${served.url}?${parameters}`);
      await expect(page.locator('[data-ready]')).toBeVisible();
    });
    // The harness has the policy of the hosts, so an injected style would be reported here.
    expect(troubles).toEqual([]);
  },
});

/** Nothing serious or critical, with the words of axe where there is. */
export const expectAccessible = async (page: Page, where: string): Promise<void> => {
  const { violations } = await new AxeBuilder({ page }).analyze();
  const grave = violations
    .filter((violation) => violation.impact === 'serious' || violation.impact === 'critical')
    .map((violation) => `${violation.id}: ${violation.nodes.map((node) => node.target.join(' ')).join(', ')}`);
  expect(grave, where).toEqual([]);
};
