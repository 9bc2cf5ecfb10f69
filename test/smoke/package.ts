import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, mkdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import packageFacts from '../../package.json' with { type: 'json' };

import { roundTrip, startVendor } from './device.ts';
import { packedPlace } from './packed-place.ts';
import { pictureOf } from './picture.ts';
import { clientOf, start, until, within } from './program.ts';

const must = (holds: boolean, otherwise: string): void => {
  if (!holds) throw new Error(otherwise);
};

/**
 * What only a packed application can show: its command line as a user starts it, and the application itself with a forward
 * through its worker, a window, quick connect, and an end. See electron's own e2e for what a checkout can show.
 * @param check runs one part and tells of it
 * @param pictures the folder for pictures of the screen; none are taken without one
 */
export const smokePackage = async (
  folder: string,
  pictures: string | undefined,
  check: (name: string, part: () => Promise<void>) => Promise<void>,
): Promise<void> => {
  const place = packedPlace(folder);
  if (place === undefined) throw new Error(`There is no packed application for this system in ${folder}.`);
  const { program, launcher } = place;
  const work = mkdtempSync(join(tmpdir(), 'quayside smoke-'));
  const vendor = await startVendor();
  const env = { QUAYSIDE_VAULT_PASSPHRASE: 'of the smoke test' };
  const own = ['--profile', join(work, 'command'), '--vault', 'file'];
  const command = async (args: readonly string[], stdin: string | Uint8Array = '') => {
    const { child, ended } = start(launcher, args, { stdin, env });
    try {
      return await within(60, `quayside ${args[0] ?? ''}`, ended);
    } finally {
      child.kill('SIGKILL');
    }
  };
  const sent = randomBytes(300_000);
  try {
    await check('the command line tells its version and nothing else, within 20 s', async () => {
      const { code, stdout, stderr } = await within(20, 'quayside --version', command(['--version']));
      const told = JSON.stringify([stdout.toString(), stderr, code]);
      must(told === JSON.stringify([`${packageFacts.version}\n`, '', 0]), told);
    });
    await check('it takes a secret from standard input', async () => {
      const add = ['accounts', 'add', 'remoteiot', '--label', 'Smoke', '--base-url', vendor.baseUrl];
      const { code, stderr } = await command([...add, ...own], JSON.stringify({ token: vendor.token }));
      must(code === 0, stderr);
    });
    await check('it lists the devices', async () => {
      const { code, stdout, stderr } = await command(['devices', '--json', ...own]);
      must(code === 0 && stderr === '', stderr);
      const listed = (JSON.parse(stdout.toString()) as readonly unknown[]).length;
      must(listed === vendor.devices, `${listed} devices instead of ${vendor.devices}`);
    });
    await check('its proxy adds no byte and loses none', async () => {
      const { code, stdout, stderr } = await command(['proxy', vendor.online, ...own], sent);
      must(code === 0 && stderr === '', stderr);
      must(stdout.equals(vendor.greeting), `${stdout.length} bytes came instead of ${vendor.greeting.length}`);
      must(vendor.received().equals(sent), `${vendor.received().length} bytes arrived instead of ${sent.length}`);
    });
    if (process.platform === 'linux')
      await check('each library that the application links is there', async () => {
        const missing = spawnSync('ldd', [program], { encoding: 'utf8' }).stdout.match(/.*not found.*/g);
        must(missing === null, (missing ?? []).join('; '));
      });

    const profile = join(work, 'application');
    const words = ['--profile', profile, '--vault', 'memory'];
    const application = start(program, words, { env });
    const isRunning = (): boolean => application.child.exitCode === null && application.child.signalCode === null;
    let before: string | undefined;
    /** A later launch, which hands over what it wants and ends. */
    const again = async (...intent: readonly string[]): Promise<void> => {
      const { child, ended } = start(program, [...words, ...intent]);
      try {
        const { code, stderr } = await within(30, `a second launch (${intent.join(' ')})`, ended);
        must(code === 0, `it ended with ${code}: ${stderr}`);
      } finally {
        child.kill('SIGKILL');
      }
    };
    const picture = async (what: string, name: string): Promise<void> => {
      if (pictures === undefined) return;
      mkdirSync(pictures, { recursive: true });
      before = await pictureOf(what, join(pictures, `${process.platform}-${name}.png`), before);
    };
    try {
      await check('the application carries bytes through a forward, in its own worker', async () => {
        const client = await clientOf(profile, 60, isRunning);
        const handed = await client.request('secrets.hand', { secrets: { token: vendor.token } });
        must(handed.ok, 'the secret was not taken');
        if (!handed.ok) return;
        const added = await client.request('accounts.add', {
          vendor: 'remoteiot',
          label: 'Smoke',
          baseUrl: vendor.baseUrl,
          ticket: handed.value.ticket,
        });
        must(added.ok, JSON.stringify(added));
        const device = await until(30, 'an online device', async () => {
          const listed = await client.request('devices.query', { query: 'is:online', limit: 1 });
          return listed.ok ? listed.value.devices[0] : undefined;
        });
        const opened = await client.request('forwards.open', {
          deviceKey: device.key,
          serviceId: device.services[0]?.id ?? '',
          anyPort: true,
        });
        if (!opened.ok) throw new Error(JSON.stringify(opened));
        const answer = await within(30, 'the forward', roundTrip(opened.value.port, sent));
        must(answer.equals(vendor.greeting), `${answer.length} bytes came instead of ${vendor.greeting.length}`);
        must(vendor.received().equals(sent), `${vendor.received().length} bytes arrived instead of ${sent.length}`);
        client.close();
      });
      await check('it shows its window on a second launch', async () => {
        await again();
        await picture('the window', 'window-and-tray');
      });
      await check('it shows quick connect', async () => {
        await again('--quick-connect');
        await picture('quick connect', 'quick-connect');
      });
      await check('it ends when told to', async () => {
        await again('--quit');
        const { code } = await within(30, 'the end', application.ended);
        must(code === 0, `it ended with ${code}: ${application.output()}`);
      });
    } finally {
      if (isRunning()) application.child.kill('SIGKILL');
      await application.ended;
    }
  } finally {
    await vendor.dispose();
    rmSync(work, { recursive: true, force: true, maxRetries: 5 });
  }
};
