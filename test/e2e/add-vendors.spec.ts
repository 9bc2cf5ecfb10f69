import type { Locator, Page } from '@playwright/test';
import type { VendorId } from '../support/vendor-ids.ts';
import { ReemoSimulator } from '../../src-main/simulators/reemo/reemo.ts';
import { RemotixSimulator } from '../../src-main/simulators/remotix/remotix.ts';
import type { Simulator } from '../../src-main/simulators/simulator.ts';
import { remoteItAccount, startRemoteIt } from '../support/remoteit-account.ts';
import { expect, modeKey, test as base, token, type Stage } from './stage.ts';

/** One way into one vendor: what a person must type, by label, and what they might type instead. */
interface Way {
  readonly title: string;
  readonly vendor: VendorId;
  readonly name: string;
  /** The way of signing in, where there are several. */
  readonly credentials?: string;
  readonly start: (stage: Stage) => Promise<{
    readonly baseUrl: string;
    readonly devices: number;
    readonly needed: Readonly<Record<string, string>>;
    readonly wrong: Readonly<Record<string, string>>;
    readonly simulator?: Simulator;
  }>;
}

const { accessKey, developerKey, username, password } = remoteItAccount;

const ways: readonly Way[] = [
  {
    title: 'RemoteIoT',
    vendor: 'remoteiot',
    name: 'RemoteIoT',
    start: async ({ vendor }) => ({
      baseUrl: vendor.baseUrl,
      devices: 240,
      needed: { 'API token': token },
      wrong: { 'API token': `${token}x` },
    }),
  },
  {
    title: 'MODE',
    vendor: 'mode',
    name: 'MODE',
    start: async (stage) => ({
      baseUrl: (await stage.mode()).baseUrl,
      devices: 60,
      needed: { 'API key': modeKey },
      wrong: { 'API key': `${modeKey}x` },
    }),
  },
  {
    title: 'Reemo',
    vendor: 'reemo',
    name: 'Reemo',
    start: async () => {
      const simulator = new ReemoSimulator({ secretKey: 'sk_e2e_4711', devices: 30 });
      await simulator.listen();
      const needed = { 'Secret key': 'sk_e2e_4711' };
      return { baseUrl: simulator.baseUrl, devices: 30, needed, wrong: { 'Secret key': 'sk_e2e_1' }, simulator };
    },
  },
  {
    title: 'remote.it by an access key',
    vendor: 'remoteit',
    name: 'remote.it',
    credentials: 'Access key',
    start: async () => {
      const simulator = await startRemoteIt({ devices: 20 });
      const needed = { 'Access key id': accessKey.id, 'Secret access key': accessKey.secret };
      const wrong = { ...needed, 'Secret access key': 'd3Jvbmc=' };
      return { baseUrl: simulator.baseUrl, devices: 20, needed, wrong, simulator };
    },
  },
  {
    title: 'remote.it by a session token',
    vendor: 'remoteit',
    name: 'remote.it',
    credentials: 'Session token',
    start: async () => {
      const simulator = await startRemoteIt({ devices: 20 });
      const login = await fetch(`${simulator.baseUrl}/apv/v27/user/login`, {
        method: 'POST',
        headers: { developerkey: developerKey },
        body: JSON.stringify({ username, password }),
      });
      const needed = {
        'Developer key': developerKey,
        'Session token': ((await login.json()) as { token: string }).token,
      };
      const wrong = { ...needed, 'Session token': 'of-yesterday' };
      return { baseUrl: simulator.baseUrl, devices: 20, needed, wrong, simulator };
    },
  },
  {
    title: 'remote.it by a password',
    vendor: 'remoteit',
    name: 'remote.it',
    credentials: 'Password',
    start: async () => {
      const simulator = await startRemoteIt({ devices: 20 });
      const needed = { 'Developer key': developerKey, 'User name': username, Password: password };
      return { baseUrl: simulator.baseUrl, devices: 20, needed, wrong: { ...needed, Password: 'guessed' }, simulator };
    },
  },
];

const test = base.extend<{ started: (way: Way) => ReturnType<Way['start']> }>({
  started: async ({ stage }, use) => {
    const running: Simulator[] = [];
    await use(async (way) => {
      const started = await way.start(stage);
      if (started.simulator !== undefined) running.push(started.simulator);
      return started;
    });
    for (const simulator of running) await simulator.dispose();
  },
});

/** Opens the form at a vendor, with a name and its address, and nothing else filled in. */
const openForm = async (page: Page, way: Pick<Way, 'name' | 'credentials'>, baseUrl: string): Promise<Locator> => {
  await page.getByRole('button', { name: 'Add account' }).first().click();
  await page.getByRole('radio', { name: way.name, exact: true }).check();
  const form = page.getByRole('form', { name: 'Add account' });
  await form.getByLabel('Name', { exact: true }).fill('Acme');
  await form.getByLabel('Base URL').fill(baseUrl);
  if (way.credentials !== undefined) await form.getByLabel('Credentials').selectOption(way.credentials);
  return form;
};

const fill = async (form: Locator, texts: Readonly<Record<string, string>>): Promise<void> => {
  for (const [label, text] of Object.entries(texts)) await form.getByLabel(label, { exact: true }).fill(text);
};

const save = (form: Locator): Promise<void> => form.getByRole('button', { name: 'Add account' }).click();
const resultCount = (page: Page): Locator => page.getByRole('status', { name: 'Result count' });

for (const way of ways)
  test(`${way.title} is added with what it needs alone; a wrong key is tested first, and kept only by “Add anyway”`, async ({
    page,
    stage,
    started,
  }) => {
    const { baseUrl, devices, needed, wrong } = await started(way);
    const { url } = await stage.serve();
    await page.goto(url);

    let form = await openForm(page, way, baseUrl);
    await fill(form, wrong);
    await save(form);
    await expect(form.getByRole('alert')).toBeVisible();
    await expect(form.getByRole('alert')).not.toContainText(/input|expected|accounts\./);
    // Nothing was kept: the same name is free.
    await expect(page.getByRole('listitem', { name: 'Acme' })).toHaveCount(0);
    await form.getByRole('button', { name: 'Add anyway' }).click();
    await expect(form).toBeHidden();

    // The key is what is wrong, and the way to it stands where the devices would be.
    const empty = page.getByRole('alert').filter({ hasText: 'No devices of Acme yet' });
    await expect(empty).toBeVisible();
    await empty.getByRole('button', { name: /^Edit (?:key|account) of Acme$/ }).click();
    form = page.getByRole('form', { name: 'Edit Acme' });
    if (way.credentials !== undefined) await form.getByLabel('Credentials').selectOption(way.credentials);
    await fill(form, wrong);
    await form.getByRole('button', { name: 'Save' }).click();
    await expect(form.getByRole('button', { name: 'Save anyway' })).toBeVisible();
    await fill(form, needed);
    await form.getByRole('button', { name: 'Save' }).click();
    await expect(form).toBeHidden();
    await page
      .getByRole('navigation', { name: 'Main' })
      .getByRole('button', { name: /^All devices/ })
      .click();
    await expect(resultCount(page)).toHaveText(`${devices} devices`);

    // The same from the start, with the right key.
    await page.keyboard.press('g');
    await page.keyboard.press('c');
    await page.getByRole('button', { name: 'More for Acme' }).click();
    await page.getByRole('menuitem', { name: 'Remove' }).click();
    await page.getByRole('button', { name: 'Remove account' }).click();
    await expect(page.getByRole('listitem', { name: 'Acme' })).toHaveCount(0);
    form = await openForm(page, way, baseUrl);
    await fill(form, needed);
    await save(form);
    await expect(form).toBeHidden();
    await expect(resultCount(page)).toHaveText(`${devices} devices`);
  });

test('Remotix is added with an address alone; where it asks for a header, what is wrong is shown before it is kept', async ({
  page,
  stage,
}) => {
  const simulator = new RemotixSimulator({ devices: 12 });
  await simulator.listen();
  const guarded = new RemotixSimulator({ devices: 8, header: { name: 'X-Key', value: 'right' } });
  await guarded.listen();
  try {
    const { url } = await stage.serve();
    await page.goto(url);
    const way = { name: 'Remotix' };
    let form = await openForm(page, way, simulator.baseUrl);
    await save(form);
    await expect(form).toBeHidden();
    await expect(resultCount(page)).toHaveText('12 devices');

    await page.keyboard.press('g');
    await page.keyboard.press('c');
    form = await openForm(page, way, guarded.baseUrl);
    await form.getByLabel('Name', { exact: true }).fill('Guarded');
    await form.getByText('More settings').click();
    await fill(form, { 'Header name': 'X-Key', 'Header value': 'wrong' });
    await save(form);
    await expect(form.getByRole('button', { name: 'Add anyway' })).toBeVisible();
    // The name of a header that is none is shown where it stands, also when that part is closed.
    await fill(form, { 'Header name': 'no header' });
    await form.getByText('More settings').click();
    await save(form);
    await expect(form.getByRole('alert')).toContainText('“Header name” does not have the right form.');
    await expect(form.getByLabel('Header name')).toBeFocused();
    await fill(form, { 'Header name': 'X-Key', 'Header value': 'right' });
    await save(form);
    await expect(form).toBeHidden();
  } finally {
    await simulator.dispose();
    await guarded.dispose();
  }
});

test('an account can be added without a network', async ({ page, stage }) => {
  const { url } = await stage.serve();
  await page.goto(url);
  // Nobody listens on the port “discard”.
  const form = await openForm(page, { name: 'RemoteIoT' }, 'http://127.0.0.1:9/portal/api');
  await fill(form, { 'API token': token });
  await save(form);
  await form.getByRole('button', { name: 'Add anyway' }).click();
  await expect(form).toBeHidden();
  await expect(page.getByRole('heading', { name: 'No devices of Acme yet' })).toBeVisible();
});
