import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import AxeBuilder from '@axe-core/playwright';
import type { Locator, Page } from '@playwright/test';
import { startCli } from '../support/app-process.ts';
import { expect, modeKey, test, token, type Stage } from './stage.ts';

const addRemoteIot = (stage: Stage): Promise<void> =>
  stage.addAccount('remoteiot', 'Acme', stage.vendor.baseUrl, { token });

const addMode = async (stage: Stage, key = modeKey, keyKind = 'project'): Promise<void> => {
  const { baseUrl } = await stage.mode();
  await stage.addAccount('mode', 'Sensors', baseUrl, { apiKey: key }, { keyKind });
};

/** An online device of RemoteIoT with its name. */
const onlineDevice = (stage: Stage): { readonly id: string; readonly name: string } => {
  const id = stage.vendor.unitIds.find((unitId) => stage.vendor.isOnline(unitId)) ?? '';
  return { id, name: stage.vendor.deviceName(id) ?? '' };
};

/** Finds a device and shows its panel. */
const openDevice = async (page: Page, query: string): Promise<Locator> => {
  await page.getByRole('searchbox', { name: 'Search devices' }).fill(query);
  const row = page.getByRole('grid', { name: 'Devices' }).locator('[data-part=device]').first();
  await row.click();
  const panel = page.locator('section[data-part=panel]');
  await expect(panel.getByRole('tablist')).toBeVisible();
  return panel;
};

const openTab = async (panel: Locator, name: string): Promise<void> => {
  await panel.getByRole('tab', { name }).click();
  await expect(panel.getByRole('tab', { name })).toHaveAttribute('aria-selected', 'true');
};

/** Everything that is kept of the device's logs, as it is on disk. */
const keptOnDisk = async (stage: Stage): Promise<string> => {
  const folder = join(stage.profile, 'device-logs');
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return (await Promise.all(files.map((file) => readFile(file, 'utf8')))).join('');
};

test('a log that is handed out once is on disk before it is seen, and is searched, followed and saved', async ({
  page,
  stage,
}) => {
  const { id, name } = onlineDevice(stage);
  await addRemoteIot(stage);
  const { url } = await stage.serve();
  await page.goto(url);
  const panel = await openDevice(page, name);
  await openTab(panel, 'Logs');
  await expect(panel.getByText('Nothing was taken of “System error” yet')).toBeVisible();
  expect(stage.vendor.requestsTo('/log'), 'looking takes nothing').toHaveLength(0);

  for (const line of ['usb 1-1: new device', 'eth0: link is down', 'usb 1-1: disconnected'])
    stage.vendor.appendLog(id, 'System error', line);
  await panel.getByRole('button', { name: 'Take new lines' }).click();
  const box = panel.getByRole('region', { name: 'System error' });
  await expect(box.getByRole('listitem')).toHaveCount(3);
  expect(await keptOnDisk(stage)).toContain('eth0: link is down');

  await panel.getByRole('searchbox', { name: 'Search System error' }).fill('USB');
  await expect(box.getByRole('listitem')).toHaveCount(2);
  await expect(panel.getByRole('status', { name: 'Lines of System error' })).toHaveText('2 of 3');
  await expect(box.locator('mark').first()).toHaveText('usb');
  const [saved] = await Promise.all([
    page.waitForEvent('download'),
    panel.getByRole('button', { name: 'Save as a file' }).click(),
  ]);
  expect(saved.suggestedFilename()).toBe(`${name} System error.log`);
  const text = await readFile(await saved.path(), 'utf8');
  expect(text).toContain('usb 1-1: disconnected');
  expect(text).not.toContain('eth0');
  await panel.getByRole('searchbox', { name: 'Search System error' }).press('Escape');
  await expect(box.getByRole('listitem')).toHaveCount(3);

  stage.vendor.appendLog(id, 'System error', 'first while following');
  await panel.getByRole('checkbox', { name: 'Follow' }).check();
  await expect(box.getByText('first while following')).toBeVisible();
  await panel.getByRole('checkbox', { name: 'Follow' }).uncheck();
  const taken = stage.vendor.requestsTo('/log').length;

  // Another tab and back: what was taken is still there, and nothing more was taken for it.
  await openTab(panel, 'Overview');
  await openTab(panel, 'Logs');
  await expect(box.getByRole('listitem')).toHaveCount(4);
  expect(stage.vendor.requestsTo('/log')).toHaveLength(taken);
});

test('lines that were taken survive a crash before anybody saw them', async ({ page, stage }) => {
  const { id, name } = onlineDevice(stage);
  await addRemoteIot(stage);
  const { cli, url } = await stage.serve();
  let deaf = false;
  await page.routeWebSocket(/.*/, (socket) => {
    const server = socket.connectToServer();
    server.onMessage((message) => {
      if (!deaf) socket.send(message);
    });
  });
  await page.goto(url);
  const panel = await openDevice(page, name);
  await openTab(panel, 'Logs');
  await expect(panel.getByText('Nothing was taken')).toBeVisible();
  stage.vendor.appendLog(id, 'System error', 'the only copy of this line');
  // From here on the window hears nothing: the lines are read, and never shown.
  deaf = true;
  await panel.getByRole('button', { name: 'Take new lines' }).click();
  await expect.poll(() => keptOnDisk(stage)).toContain('the only copy of this line');
  await cli.kill();
  await expect(panel.getByText('the only copy of this line')).toBeHidden();

  const again = startCli(['serve'], { profile: stage.profile, vault: 'file', env: stage.env });
  const [, link = ''] = await again.waitFor(/Quayside is at (\S+)/);
  deaf = false;
  await page.goto(link);
  const after = await openDevice(page, name);
  await openTab(after, 'Logs');
  await expect(after.getByText('the only copy of this line')).toBeVisible();
  expect(stage.vendor.requestsTo('/log')).toHaveLength(1);
  await again.stop();
});

test('MODE’s logs between two times, and requests for more with their status', async ({ page, stage }) => {
  await addMode(stage);
  const { url } = await stage.serve();
  await page.goto(url);
  const panel = await openDevice(page, 'is:online');
  await openTab(panel, 'Logs');
  // One a minute: where both ends fall on a full minute, both count.
  await expect(panel.getByRole('status', { name: 'Lines of Log' })).toHaveText(/^6[01] lines$/);
  await panel.getByRole('combobox', { name: 'Time range' }).selectOption('6');
  await expect(panel.getByRole('status', { name: 'Lines of Log' })).toHaveText(/^36[01] lines$/);
  // Lines that take two rows in the panel are counted as one until they are seen, and the newest is in sight even so.
  await expect(panel.locator('[data-part=line]').last()).toBeInViewport({ ratio: 1 });
  await panel.locator('[data-part=log]').hover();
  await page.mouse.wheel(0, -400);
  await expect(panel.locator('[data-part=line]').last()).not.toBeInViewport();
  await panel.getByText('HTTP access').click();
  await expect(panel.getByText(/PUT \/devices\/\S+\/event 204/).first()).toBeVisible();

  await panel.getByText('Requests', { exact: true }).click();
  await expect(panel.getByText('No log was asked for yet')).toBeVisible();
  await panel.getByRole('button', { name: 'Ask for logs' }).click();
  const requests = panel.getByRole('list', { name: 'Log requests' });
  await expect(requests.getByText('requested')).toBeVisible();
  await requests.getByRole('button', { name: /^Cancel/ }).click();
  await expect(requests.getByText('cancelled')).toBeVisible();
});

test('keys and values: a number stays a number, changes are seen, secrets are masked', async ({ page, stage }) => {
  await addMode(stage);
  const { url } = await stage.serve();
  await page.goto(url);
  const panel = await openDevice(page, 'is:online');
  await openTab(panel, 'Data');
  const pairs = panel.getByRole('list', { name: 'Keys and values' });
  await expect(pairs.getByRole('listitem')).toHaveCount(3);

  await panel.getByRole('button', { name: 'Edit clicks' }).click();
  const editor = panel.getByRole('form', { name: 'Edit clicks' });
  await expect(editor.getByRole('combobox', { name: 'Type' })).toHaveValue('number');
  await editor.getByLabel('Value').fill('one');
  await editor.getByRole('button', { name: 'Save' }).click();
  await expect(editor.getByText('This is not a number.')).toBeVisible();
  await editor.getByLabel('Value').fill('101');
  await editor.getByRole('button', { name: 'Save' }).click();
  await expect(editor).toBeHidden();
  await expect(pairs.getByRole('listitem', { name: 'clicks' })).toContainText('101');
  const simulator = await stage.mode();
  const put = simulator.requests.filter((request) => request.method === 'PUT').at(-1);
  expect(JSON.parse(put?.body.toString() ?? '')).toEqual({ value: 101 });
  await panel.getByRole('button', { name: 'Changes of clicks' }).click();
  await expect(pairs.getByRole('listitem', { name: 'clicks' }).getByRole('listitem')).toHaveCount(2);

  await panel.getByRole('button', { name: 'New key' }).click();
  const fresh = panel.getByRole('form', { name: 'New key' });
  await fresh.getByLabel('Key').fill('wifiPassword');
  await fresh.getByLabel('Value').fill('hunter2');
  await fresh.getByRole('button', { name: 'Save' }).click();
  const secret = pairs.getByRole('listitem', { name: 'wifiPassword' });
  await expect(secret).toContainText('••••');
  await expect(secret).not.toContainText('hunter2');
  await panel.getByRole('searchbox', { name: 'Keys beginning with' }).fill('wifi');
  await expect(pairs.getByRole('listitem')).toHaveCount(1);
  await panel.getByRole('button', { name: 'Show wifiPassword' }).click();
  await expect(secret).toContainText('hunter2');

  const device = await page.locator('section[data-part=panel]').getAttribute('aria-label');
  await panel.getByRole('button', { name: 'Delete wifiPassword' }).click();
  const dialog = page.getByRole('dialog');
  await expect(dialog.getByRole('button', { name: 'Delete key' })).toBeDisabled();
  await dialog.getByRole('textbox').fill(device ?? '');
  await dialog.getByRole('button', { name: 'Delete key' }).click();
  await expect(panel.getByText('No key begins with “wifi”')).toBeVisible();

  await panel.getByText('Configuration').click();
  const form = panel.getByRole('form', { name: "Customer X's file transfer driver settings" });
  await expect(form.getByLabel('SSH Password')).toHaveValue('');
  await form.getByLabel('Instance ID').fill('7');
  await form.getByLabel('SSH Password').fill('s3cret');
  await form.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByText('Saved ug::customer_x_ft_driver[7]::configurations.')).toBeVisible();
});

test('jobs: run one after reading what it means, see its output, delete all by name and number', async ({
  page,
  stage,
}) => {
  const { id, name } = onlineDevice(stage);
  await addRemoteIot(stage);
  const { url } = await stage.serve();
  await page.goto(url);
  const panel = await openDevice(page, name);
  await openTab(panel, 'Jobs');
  await expect(panel.getByText('No jobs yet')).toBeVisible();
  const form = panel.getByRole('form', { name: 'Run a job' });
  const dialog = page.getByRole('dialog');
  for (const command of ['uptime', 'df -h']) {
    await form.getByLabel('Command', { exact: true }).last().fill(command);
    await form.getByRole('button', { name: 'Run', exact: true }).click();
    await expect(dialog).toContainText('with high rights');
    await expect(dialog).toContainText(command);
    await dialog.getByRole('button', { name: 'Run it' }).click();
    await expect(dialog).toBeHidden();
  }
  await form.getByText('Script of the portal').click();
  await form.getByLabel('Name of the script').fill('nightly.sh');
  await form.getByLabel('When').selectOption('later');
  await form.getByLabel('Time, by the clock').fill('2031-01-02T03:04');
  await form.getByRole('button', { name: 'Schedule' }).click();
  await dialog.getByRole('button', { name: 'Schedule it' }).click();
  const jobs = panel.getByRole('list', { name: 'Jobs' });
  await expect(jobs.getByRole('listitem')).toHaveCount(3);
  await expect(jobs.getByText('Pending')).toBeVisible();
  await jobs.getByRole('button', { name: /df -h/ }).click();
  await expect(jobs.getByText('df -h: done')).toBeVisible();
  const script = JSON.parse(stage.vendor.requestsTo('/submitjob').at(-1)?.body.toString() ?? '{}') as object;
  expect(script).toMatchObject({ UnitId: id, Script: 'nightly.sh' });
  expect(script).not.toHaveProperty('Command');

  await panel.getByRole('button', { name: 'Delete all 3' }).click();
  await expect(dialog.getByRole('heading')).toHaveText(`Delete all 3 jobs of ${name}?`);
  await dialog.getByRole('textbox').fill('something else');
  await expect(dialog.getByRole('button', { name: 'Delete 3 jobs' })).toBeDisabled();
  await dialog.getByRole('textbox').fill(name);
  await dialog.getByRole('textbox').press('Enter');
  await expect(panel.getByText('No jobs yet')).toBeVisible();
  expect(stage.vendor.requestsTo('/DeleteJob')).toHaveLength(1);
});

test('files: upload one and replace another', async ({ page, stage }) => {
  const { id, name } = onlineDevice(stage);
  await addRemoteIot(stage);
  const { url } = await stage.serve();
  await page.goto(url);
  const panel = await openDevice(page, name);
  await openTab(panel, 'Files');
  const upload = panel.getByRole('form', { name: 'Upload a file' });
  await upload
    .locator('input[type=file]')
    .setInputFiles({ name: 'app.conf', mimeType: 'text/plain', buffer: Buffer.from('listen 8080\n') });
  await upload.getByLabel('Folder on the device').fill('/opt/app');
  await upload.getByRole('button', { name: 'Upload' }).click();
  const dialog = page.getByRole('dialog');
  await expect(dialog).toContainText('over a file of the same name');
  await dialog.getByRole('button', { name: 'Upload it' }).click();
  await expect(dialog).toBeHidden();
  expect(stage.vendor.files[0]).toMatchObject({ name: 'app.conf', unitIds: [id] });
  expect(stage.vendor.files[0]?.content.toString()).toBe('listen 8080\n');

  await panel.getByText('Replace the content of one').click();
  const update = panel.getByRole('form', { name: 'Update a file' });
  await update.getByLabel('File on the device').fill('/etc/motd');
  await update.getByLabel('New content').fill('hello\nthere');
  await update.getByRole('button', { name: 'Replace the file' }).click();
  await expect(dialog).toContainText('Its present content is lost.');
  await dialog.getByRole('button', { name: 'Replace it' }).click();
  await expect(dialog).toBeHidden();
  expect(stage.vendor.files[1]).toMatchObject({ name: '/etc/motd', unitIds: [id] });
  expect(stage.vendor.files[1]?.content.toString()).toBe('hello\nthere');
});

test('health: charts of every range with values and CSV, and a speed test that stays', async ({ page, stage }) => {
  const { name } = onlineDevice(stage);
  await addRemoteIot(stage);
  const { url } = await stage.serve();
  await page.goto(url);
  const panel = await openDevice(page, name);
  await openTab(panel, 'Health');
  for (const title of [
    'Uptime',
    'Network uptime',
    'Traffic in',
    'Traffic out',
    'CPU temperature (°C)',
    'Memory used (%)',
  ])
    await expect(panel.getByRole('figure', { name: title, exact: true })).toBeVisible();
  const uptime = panel.getByRole('figure', { name: 'Uptime', exact: true });
  const slider = uptime.getByRole('slider');
  await expect(slider).toHaveAttribute('aria-label', /^Uptime: 288 values/);
  expect(await uptime.locator('[data-part=line]').getAttribute('d')).toMatch(/^M[\d.]+ [\d.]+L/);
  await slider.focus();
  await page.keyboard.press('ArrowLeft');
  await expect(uptime.locator('figcaption [aria-live]')).toContainText(/\d+ %.*\d{4}, \d\d:\d\d:\d\d/);
  await slider.hover({ position: { x: 120, y: 40 } });
  await expect(uptime.locator('circle')).toBeVisible();
  const [saved] = await Promise.all([
    page.waitForEvent('download'),
    uptime.getByRole('button', { name: 'Save Uptime as CSV' }).click(),
  ]);
  const csv = await readFile(await saved.path(), 'utf8');
  expect(csv.split('\r\n')).toHaveLength(290);
  expect(csv).toMatch(/^Time \(UTC\),Uptime \(%\)\r\n\d{4}-\d\d-\d\dT/);

  const ranges = panel.getByRole('radiogroup', { name: 'Time range' });
  for (const [range, values] of [
    ['1 h', 12],
    ['30 d', 8640],
  ] as const) {
    await ranges.getByText(range, { exact: true }).click();
    await expect(slider).toHaveAttribute('aria-label', new RegExp(`^Uptime: ${values} values`));
  }

  await expect(panel.getByText('No test yet')).toBeVisible();
  await panel.getByRole('button', { name: 'Run a test' }).click();
  const tests = panel.getByRole('table', { name: 'Speed tests' });
  await expect(tests).toContainText('1723.05 Mbit/s');
  await page.reload();
  const again = await openDevice(page, name);
  await openTab(again, 'Health');
  await expect(tests).toContainText('947.23 Mbit/s');
  await expect(tests.getByRole('row')).toHaveCount(2);
});

test('settings: what is renamed stays renamed, and deleting asks for the name', async ({ page, stage }) => {
  const { id, name } = onlineDevice(stage);
  await addRemoteIot(stage);
  const { url } = await stage.serve();
  await page.goto(url);
  const panel = await openDevice(page, name);
  await openTab(panel, 'Settings');
  const form = panel.getByRole('form', { name: 'Name' });
  await form.getByLabel('Name', { exact: true }).fill('north-pump');
  await form.getByLabel('Description').fill('Pump of the north hall');
  await form.getByRole('button', { name: 'Save' }).click();
  await expect(panel.getByRole('heading', { name: 'north-pump' })).toBeVisible();
  expect(stage.vendor.deviceName(id)).toBe('north-pump');
  const group = panel.getByRole('form', { name: 'Group' });
  await group.getByLabel('Group').fill('Pumps');
  await expect(group.getByText('A new group is made.')).toBeVisible();
  await group.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByText('north-pump is in Pumps now.')).toBeVisible();
  await panel.getByLabel('Name of a field').fill('Owner');
  await panel.getByRole('button', { name: 'Show field' }).click();
  const field = panel.getByRole('form', { name: 'Field Owner' });
  await field.getByLabel('Owner').fill('Facilities');
  await field.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByText('Saved Owner of north-pump.')).toBeVisible();

  await page.reload();
  const after = await openDevice(page, 'north-pump');
  await expect(after.getByText('RemoteIoT · Acme · Pumps')).toBeVisible();
  await openTab(after, 'Settings');
  await expect(after.getByLabel('Description')).toHaveValue('Pump of the north hall');
  await expect(after.getByRole('form', { name: 'Field Owner' }).getByLabel('Owner')).toHaveValue('Facilities');

  await openTab(after, 'Activity');
  const history = after.getByRole('list', { name: 'History' });
  await after.getByText('Operations', { exact: true }).click();
  await expect(history.getByText('rename was called')).toBeVisible();
  await expect(history.getByText('UpdateCustomField was called')).toBeVisible();
  await expect(history.getByText(/^CustomField was called/)).toHaveCount(0);
  await openTab(after, 'Settings');

  await after.getByRole('button', { name: 'Delete device' }).click();
  const dialog = page.getByRole('dialog');
  await expect(dialog).toContainText('registered anew, on the device itself');
  await expect(dialog.getByRole('button', { name: 'Delete device' })).toBeDisabled();
  await dialog.getByRole('textbox').fill('north-pump');
  await dialog.getByRole('button', { name: 'Delete device' }).click();
  await expect(page.getByText('No device matches')).toBeVisible();
  expect(stage.vendor.deviceName(id)).toBeUndefined();
});

test('a tab that fails says why and recovers, and a key that may not says which one may', async ({ page, stage }) => {
  const { name } = onlineDevice(stage);
  await addRemoteIot(stage);
  const simulator = await stage.mode();
  const modeDevice = simulator.fleet.find(simulator.fleet.ids[0] ?? '');
  await addMode(stage, modeDevice?.apiKey ?? '', 'device');
  const { url } = await stage.serve();
  await page.goto(url);
  const panel = await openDevice(page, `${name} vendor:remoteiot`);
  const repair = stage.vendor.fault({ kind: 'status', status: 400, path: '/listjob' });
  await openTab(panel, 'Jobs');
  const failure = panel.getByRole('alert');
  await expect(failure).toContainText('RemoteIoT');
  repair();
  await failure.getByRole('button', { name: 'Try again' }).click();
  await expect(panel.getByText('No jobs yet')).toBeVisible();

  await page.getByRole('searchbox', { name: 'Search devices' }).fill('vendor:mode');
  const mode = await openDevice(page, 'vendor:mode');
  await openTab(mode, 'Logs');
  await expect(mode.getByText('This key may not read logs')).toBeVisible();
  await expect(mode.getByText('This account holds a device key. A user or project key can.')).toBeVisible();
  await openTab(mode, 'Settings');
  const firmware = mode.getByRole('form', { name: 'Record firmware' });
  await firmware.getByRole('textbox').fill('edge-2.1.0');
  await firmware.getByRole('button', { name: 'Record' }).click();
  await expect(mode.getByRole('region', { name: 'Firmware' }).getByText('edge-2.1.0')).toBeVisible();
});

for (const colorScheme of ['light', 'dark'] as const) {
  test(`every tab by keyboard, and axe finds nothing serious, ${colorScheme}`, async ({ page, stage }) => {
    test.setTimeout(120_000);
    const { id, name } = onlineDevice(stage);
    await addRemoteIot(stage);
    await addMode(stage);
    const { url } = await stage.serve();
    await page.emulateMedia({ colorScheme });
    await page.goto(url);
    const expectAccessible = async (where: string): Promise<void> => {
      const { violations } = await new AxeBuilder({ page }).include('section[data-part=panel]').analyze();
      const grave = violations
        .filter((violation) => violation.impact === 'serious' || violation.impact === 'critical')
        .map((violation) => `${violation.id}: ${violation.nodes.map((node) => node.target.join(' ')).join(', ')}`);
      expect(grave, where).toEqual([]);
    };
    stage.vendor.appendLog(id, 'System error', 'usb 1-1: error -71');
    for (const query of [`${name} vendor:remoteiot`, 'vendor:mode is:online']) {
      const panel = await openDevice(page, query);
      await panel.getByRole('tab', { name: 'Overview' }).click();
      const tabs = await panel.getByRole('tab').allTextContents();
      for (const tab of tabs) {
        await expect(panel.getByRole('tab', { name: tab })).toHaveAttribute('aria-selected', 'true');
        await expect(panel.locator('[aria-busy=true]')).toHaveCount(0);
        if (tab === 'Logs' && query.includes('remoteiot')) {
          await panel.getByRole('button', { name: 'Take new lines' }).click();
          await expect(panel.getByText('usb 1-1: error -71')).toBeVisible();
          await panel.getByRole('tab', { name: tab }).focus();
        }
        await expectAccessible(`${query} ${tab}`);
        await page.keyboard.press('ArrowRight');
      }
    }
    await page.getByRole('grid', { name: 'Devices' }).focus();
    await page.keyboard.press('p');
    const whole = page.locator('section[data-part=panel][data-as-page]');
    await expect(whole).toBeFocused();
    await expectAccessible('the page of a device');
    await page.keyboard.press('Escape');
    await expect(page.getByRole('grid', { name: 'Devices' })).toBeFocused();
    await expect(page.locator('section[data-part=panel]:not([data-as-page])')).toBeVisible();
  });
}
