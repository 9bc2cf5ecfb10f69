import { expect } from '@playwright/test';
import { startDesktopApp, type DesktopApp, type DesktopStart } from './desktop-app.ts';
import { test as base, token, type Stage } from './stage.ts';

/** A desktop that is ended with the test. */
export const test = base.extend<{ start: (more?: Partial<DesktopStart>) => Promise<DesktopApp> }>({
  start: async ({ stage }, use) => {
    const running: DesktopApp[] = [];
    await use(async (more = {}) => {
      const app = await startDesktopApp({ profile: stage.profile, env: stage.env, ...more });
      running.push(app);
      return app;
    });
    for (const app of running) await app.dispose();
  },
});

export { expect } from '@playwright/test';

/** One line of the tray's menu, with those below it. */
export interface MenuLine {
  readonly label: string;
  readonly below: readonly MenuLine[];
}

/** The tray's menu as it is now. */
export const trayLines = (app: DesktopApp): Promise<readonly MenuLine[]> =>
  app.evaluate(() => {
    const lines = (menu: Electron.Menu | undefined): MenuLine[] =>
      (menu?.items ?? [])
        .filter(({ type }) => type !== 'separator')
        .map(({ label, submenu }) => ({ label, below: lines(submenu) }));
    return lines(globalThis.recorded.menu);
  });

/** Clicks a line of the tray's menu by the beginnings of the labels that lead to it. */
export const clickTray = (app: DesktopApp, ...path: readonly string[]): Promise<void> =>
  app.evaluate((_electron, labels) => {
    let menu = globalThis.recorded.menu;
    for (const [depth, label] of labels.entries()) {
      const item = menu?.items.find((candidate) => candidate.label.startsWith(label));
      if (item === undefined) throw new Error(`There is no ${label} in the menu.`);
      // electron.d.ts calls it only a Function.
      if (depth === labels.length - 1) (item.click as () => void)();
      menu = item.submenu;
    }
  }, path);

/** Adds the simulator's account by the bridge, and answers a device that is online, with the key it has. */
export const addFleet = async (
  app: Pick<DesktopApp, 'client'>,
  stage: Pick<Stage, 'vendor'>,
): Promise<{ readonly key: string; readonly id: string; readonly name: string; readonly accountId: string }> => {
  const client = await app.client();
  const handed = await client.request('secrets.hand', { secrets: { token } });
  if (!handed.ok) throw new Error(handed.error.message);
  const added = await client.request('accounts.add', {
    vendor: 'remoteiot',
    label: 'Acme',
    baseUrl: stage.vendor.baseUrl,
    ticket: handed.value.ticket,
  });
  if (!added.ok) throw new Error(added.error.message);
  const id = stage.vendor.unitIds.find((unitId) => stage.vendor.isOnline(unitId)) ?? '';
  const name = stage.vendor.deviceName(id) ?? '';
  const key = `${added.value.id}/${id}`;
  await expect
    .poll(async () => {
      const found = await client.request('devices.query', { query: name });
      return found.ok && found.value.devices.some((device) => device.key === key);
    })
    .toBe(true);
  return { key, id, name, accountId: added.value.id };
};
