import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ModeSimulator } from '../../src-main/simulators/mode/mode.ts';
import { cliMs, HeadlessRig } from '../support/headless-rig.ts';
import type { RigAccount } from '../support/headless-rig.ts';
import { remoteItAccount, remoteItSecrets, startRemoteIt } from '../support/remoteit-account.ts';

/** Every way of signing in, as the command line takes it, and what only a device may call. */

let rig: HeadlessRig;

beforeEach(async () => {
  rig = await HeadlessRig.make();
});

afterEach(() => rig.dispose());

const add = async (account: RigAccount): Promise<void> => {
  expect(await rig.addByCli(account), account.label).toMatchObject({ code: 0, stderr: '' });
  expect(await rig.run(['accounts', 'test', account.label]), account.label).toMatchObject({ code: 0, stderr: '' });
};

describe('remote.it', () => {
  test('an access key, a session token, a password; anything else is refused by name', { timeout: cliMs }, async () => {
    const simulator = await startRemoteIt({ devices: 3 });
    rig.onEnd(() => simulator.dispose());
    const of = (label: string, secrets: Readonly<Record<string, string>>): RigAccount => ({
      vendor: 'remoteit',
      label,
      baseUrl: simulator.baseUrl,
      secrets,
    });
    const token = simulator.sessions.issue();
    await add(of('Key', remoteItSecrets.accessKey));
    await add(of('Token', remoteItSecrets.token(token)));
    await add(of('Password', remoteItSecrets.password));
    const wrong = await rig.addByCli(of('Wrong', { developerKey: 'lonely-developer-key' }));
    expect(wrong.code).toBe(2);
    expect(wrong.stderr).toContain('“Access key id” is missing');
    const { accessKey, developerKey, password } = remoteItAccount;
    expect(await rig.endAndScan([accessKey.secret, developerKey, token, password, 'lonely-developer-key'])).toEqual([]);
  });
});

describe('MODE', () => {
  const keys = { projectKey: 'v1.cHJv.project-key-4711', userKey: 'v1.dXNl.user-key-4711' };
  const id = '34256';

  test(
    'a project, a user and a device key, each with its fields; a device listens by WebSocket',
    { timeout: cliMs },
    async () => {
      const simulator = new ModeSimulator({
        devices: 30,
        projectKey: keys.projectKey,
        user: { key: keys.userKey, homes: 'project' },
      });
      await simulator.listen();
      rig.onEnd(() => simulator.dispose());
      simulator.setOnline(id, true);
      const apiKey = simulator.fleet.find(id)?.apiKey ?? '';
      const of = (label: string, secret: string, fields: Readonly<Record<string, string>>): RigAccount => ({
        vendor: 'mode',
        label,
        baseUrl: simulator.baseUrl,
        fields,
        secrets: { apiKey: secret },
      });
      await add(of('Project', keys.projectKey, {}));
      await add(of('Home', keys.userKey, { keyKind: 'user', homeId: '1701' }));
      await add(of('Device', apiKey, { keyKind: 'device' }));

      const listening = rig.start([
        'api',
        'mode',
        'receiveCommands',
        '--account',
        'Device',
        '--input',
        JSON.stringify({ deviceId: id, seconds: 30, messages: 1 }),
        '--json',
      ]);
      await expect.poll(() => simulator.commandSockets.count, { timeout: 15_000 }).toBe(1);
      const sent = await rig.run([
        'api',
        'mode',
        'sendCommand',
        '--account',
        'Project',
        '--input',
        JSON.stringify({ deviceId: id, action: 'go', parameters: { zone: 2 } }),
        '--yes',
      ]);
      expect(sent).toMatchObject({ code: 0, stderr: '' });
      expect(await listening.ended()).toBe(0);
      expect(JSON.parse(listening.stdout())).toMatchObject([{ action: 'go', parameters: { zone: 2 } }]);

      // A body that is a bare value, by one of the five methods of the app proxy.
      const proxied = await rig.run([
        'api',
        'mode',
        'proxyPost',
        '--account',
        'Project',
        '--input',
        JSON.stringify({ deviceId: id, srcPath: 'app/readings', body: [1, 'two'] }),
        '--json',
        '--yes',
      ]);
      expect(JSON.parse(proxied.stdout)).toMatchObject({ method: 'POST', path: 'readings', body: '[1,"two"]' });
      expect(await rig.endAndScan([keys.projectKey, keys.userKey, apiKey])).toEqual([]);
    },
  );
});
