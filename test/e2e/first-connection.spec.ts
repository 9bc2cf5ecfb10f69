import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { runCli, startCli } from '../support/app-process.ts';
import { descendants, processFile } from '../support/process-tree.ts';
import { addAccount } from './add-account.ts';
import { expect, passphrase, test, token, type Stage } from './stage.ts';

const run = promisify(execFile);

/** The first device that is online, with its name. */
const anOnlineDevice = (stage: Stage): { id: string; name: string } => {
  const id = stage.vendor.unitIds.find((unitId) => stage.vendor.isOnline(unitId)) ?? '';
  return { id, name: stage.vendor.deviceName(id) ?? '' };
};

/** What a person types after copying the command: `ssh` with a key, the host key pinned in a file of the test's. */
const hostnameOver = async (command: string, stage: Stage): Promise<string> => {
  const port = /-p (\d+)/.exec(command)?.[1] ?? '';
  const pinned = join(stage.profile, '..', 'pinned_hosts');
  await run('sh', [
    '-c',
    `printf '[localhost]:%s %s\\n' "$1" "$2" > "$3"`,
    'sh',
    port,
    await stage.sshd.hostPublicKey(),
    pinned,
  ]);
  const { stdout } = await run(
    'ssh',
    [
      '-p',
      port,
      '-i',
      stage.sshd.clientKey,
      '-o',
      `UserKnownHostsFile=${pinned}`,
      '-o',
      'StrictHostKeyChecking=yes',
      '-o',
      'BatchMode=yes',
      `${stage.sshd.user}@localhost`,
      'hostname',
    ],
    { env: { ...process.env, SSH_AUTH_SOCK: '' } },
  );
  return stdout.trim();
};

const everyFile = async (folder: string): Promise<readonly { name: string; text: string }[]> => {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return Promise.all(
    entries
      .filter((entry) => entry.isFile())
      .map(async (entry) => {
        const name = join(entry.parentPath, entry.name);
        return { name, text: await readFile(name, 'latin1') };
      }),
  );
};

test('from an empty profile to a shell on a device, and the token is nowhere', async ({ page, stage }) => {
  const heard: string[] = [];
  page.on('websocket', (socket) => socket.on('framereceived', (frame) => heard.push(String(frame.payload))));
  const { cli, url } = await stage.serve();
  await page.goto(url);
  await addAccount(page, stage);

  const { name } = anOnlineDevice(stage);
  const grid = page.getByRole('grid', { name: 'Devices' });
  await expect(grid.getByRole('row').nth(1)).toBeVisible();
  await page.keyboard.press('/');
  await page.keyboard.type(name);
  await expect(page.getByRole('status', { name: 'Result count' })).toContainText('of 240');
  await grid
    .getByRole('row', { name: new RegExp(name) })
    .first()
    .click();
  const panel = page.getByRole('region', { name });
  await panel.getByRole('button', { name: 'Open port for SSH' }).click();
  await expect(panel.getByText(/^127\.0\.0\.1:\d+$/)).toBeVisible();
  const address = (await panel.getByText(/^127\.0\.0\.1:\d+$/).textContent()) ?? '';

  // Nothing is dialled before somebody comes.
  expect(stage.vendor.requestsTo('/connect')).toHaveLength(0);
  expect(await hostnameOver(`ssh -p ${address.split(':')[1] ?? ''} localhost`, stage)).toBe(hostname());
  expect(stage.vendor.requestsTo('/connect')).toHaveLength(1);
  await expect(panel.getByRole('region', { name: 'Timings' })).toContainText('first byte');

  // Connect opens the same port in the user's own terminal.
  await panel.getByRole('button', { name: 'Connect', exact: true }).click();
  const terminal = (): number | undefined =>
    descendants(cli.pid).find((pid) => /(^|\/)ssh\0/.test(processFile(pid, 'cmdline')));
  await expect.poll(terminal).toBeDefined();
  await expect.poll(() => stage.sshd.log().match(/Accepted publickey/g)?.length).toBe(2);
  expect(stage.vendor.tunnels.list()).toHaveLength(1);

  const args = [cli.pid, ...descendants(cli.pid)].map((pid) => processFile(pid, 'cmdline'));
  expect(args.join('\n')).toContain('HostKeyAlias');
  await cli.stop();

  // Secret scan: everything that was written, said or passed on.
  const files = await everyFile(stage.profile);
  expect(files.map((file) => file.name).join('\n')).toMatch(/\.log|log/);
  for (const { name: file, text } of files) expect(text.includes(token), file).toBe(false);
  for (const { name: file, text } of files) expect(text.includes(passphrase), file).toBe(false);
  expect(heard.length).toBeGreaterThan(3);
  expect(heard.filter((text) => text.includes(token))).toEqual([]);
  expect(args.filter((text) => text.includes(token) || text.includes(passphrase))).toEqual([]);
  expect(cli.output()).not.toContain(token);
  expect(stage.vendor.tunnels.list(), 'the tunnel is deleted at the vendor').toEqual([]);
});

test('presence changes arrive without a reload', async ({ page, stage }) => {
  const { url } = await stage.serve();
  await page.goto(url);
  await addAccount(page, stage);
  const { id, name } = anOnlineDevice(stage);
  await page.getByRole('searchbox', { name: 'Search devices' }).fill(name);
  const row = page
    .getByRole('grid', { name: 'Devices' })
    .getByRole('row', { name: new RegExp(name) })
    .first();
  await expect(row.getByRole('img', { name: 'online' })).toBeVisible();
  stage.vendor.setOnline(id, false);
  await page.getByRole('button', { name: 'Refresh', exact: false }).first().click();
  await expect(row.getByRole('img', { name: 'offline' })).toBeVisible();
});

test('the same by the command line alone', async ({ stage }) => {
  const options = { profile: stage.profile, vault: 'file', env: stage.env } as const;
  const added = await runCli(['accounts', 'add', 'remoteiot', '--label', 'Acme', '--base-url', stage.vendor.baseUrl], {
    ...options,
    stdin: JSON.stringify({ token }),
  });
  expect(added.stderr).toBe('');
  expect(added.code).toBe(0);
  const { id, name } = anOnlineDevice(stage);
  const listed = await runCli(['devices', name, '--json'], options);
  expect(JSON.parse(listed.stdout)).toContainEqual(
    expect.objectContaining({ id, name, vendor: 'remoteiot', account: 'Acme' }),
  );
  const forward = startCli(['forward', id, '--json'], options);
  const [line = ''] = await forward.waitFor(/\{.*\}/);
  const ready = JSON.parse(line) as { port: number; address: string };
  expect(ready.address).toBe('127.0.0.1');
  expect(await hostnameOver(`ssh -p ${ready.port}`, stage)).toBe(hostname());
  expect(await forward.stop()).toBe(0);
  expect(stage.vendor.tunnels.list()).toEqual([]);

  const over = await runCli(['ssh', id, '--user', stage.sshd.user, '--', 'hostname'], options);
  expect(over.stdout.trim()).toBe(hostname());
  expect(over.code).toBe(0);
});
