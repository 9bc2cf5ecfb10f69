import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FrameClient } from '../../src-preload/contract/client.ts';
import { channelPair } from '../../src-main/cli/channel-pair.ts';
import { composeCore } from '../../src-main/compose/compose-core.ts';
import { RemoteIotSimulator } from '../../src-main/simulators/remoteiot/remoteiot.ts';
import { workerUrl } from '../support/forward-rig.ts';
import type { Core } from '../../src-main/compose/core.ts';
import type { RequestInput, RequestName } from '../../src-preload/contract/requests.ts';

const token = 'a-token-of-the-launch-requests-test';
const password = 'the password of a service 4711';
const signal = new AbortController().signal;

describe('requests about launching', () => {
  let folder: string;
  let vendor: RemoteIotSimulator;
  let core: Core;
  let client: FrameClient;
  let deviceKey: string;
  /** All that main has sent. */
  let frames: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'quayside-launch-requests-'));
    vendor = new RemoteIotSimulator({ token, devices: 2 });
    await vendor.listen();
    const composed = await composeCore({
      profile: folder,
      vault: 'memory',
      host: 'cli',
      longLived: false,
      forwardWorker: workerUrl,
    });
    if (!composed.ok) throw new Error(composed.error.message);
    core = composed.value;
    const draft = {
      vendor: 'remoteiot' as const,
      label: 'Plant',
      baseUrl: vendor.baseUrl,
      fields: {},
      secrets: { token },
    };
    const account = await core.accounts.add(draft, signal);
    if (!account.ok) throw new Error(account.error.message);
    await core.inventory.refresh(account.value.id, signal);
    deviceKey = [...core.inventory.devices.keys()][0] ?? '';
    const pair = channelPair();
    frames = '';
    core.bridge.connect({ ...pair.host, send: (frame) => ((frames += JSON.stringify(frame)), pair.host.send(frame)) });
    client = new FrameClient(pair.client);
    client.subscribe(() => undefined);
  });
  afterEach(async () => {
    client.close();
    await core.dispose();
    await vendor.dispose();
    await rm(folder, { recursive: true, force: true });
  });

  const ask = async <N extends RequestName>(name: N, input: RequestInput<N>): Promise<unknown> => {
    const answer = await client.request(name, input);
    return answer.ok ? answer.value : answer.error;
  };
  const device = async () => {
    const answer = await client.request('devices.query', { query: '' });
    return answer.ok ? answer.value.devices.find(({ key }) => key === deviceKey) : undefined;
  };

  it('keep a password by its ticket, and tell nobody more than that there is one', async () => {
    const handed = await client.request('secrets.hand', { secrets: { password } });
    const ticket = handed.ok ? handed.value.ticket : '';
    const service = { deviceKey, serviceId: 'rdp:3389' };
    expect(await ask('services.credentials', { ...service, user: 'jane', ticket })).toEqual({
      user: 'jane',
      hasPassword: true,
    });
    const find = async () => (await device())?.services.find(({ id }) => id === 'rdp:3389');
    expect(await find()).toMatchObject({ user: 'jane', hasPassword: true });
    expect(await core.credentials.password(deviceKey, 'rdp:3389')).toEqual({ ok: true, value: password });
    expect(await readFile(join(folder, 'service-credentials.json'), 'utf8')).not.toContain(password);
    expect(await ask('services.credentials', { ...service, ticket })).toMatchObject({ kind: 'not-found' });
    expect(await ask('services.credentials', { ...service, forgetPassword: true })).toEqual({
      user: 'jane',
      hasPassword: false,
    });
    expect((await find())?.hasPassword).toBeUndefined();
    expect(await ask('services.credentials', { ...service, serviceId: 'nope' })).toMatchObject({ kind: 'not-found' });
    expect(frames).not.toContain(password);
  });

  it('forget the passwords of an account that is removed', async () => {
    const handed = await client.request('secrets.hand', { secrets: { password } });
    const ticket = handed.ok ? handed.value.ticket : '';
    await ask('services.credentials', { deviceKey, serviceId: 'rdp:3389', ticket });
    await ask('accounts.remove', { accountId: deviceKey.split('/')[0] ?? '' });
    await expect.poll(() => core.vault.get(`service:${deviceKey}/rdp:3389`)).toEqual({ ok: true, value: undefined });
  });

  it('keep launchers whose programs are here and whose placeholders are known', async () => {
    const mine = { name: 'Mine', kind: 'tcp' as const, program: 'cat', args: ['{address}'] };
    expect(await ask('launchers.save', { launchers: [{ ...mine, args: ['{password}'] }] })).toMatchObject({
      kind: 'invalid-input',
      message: expect.stringContaining('{password}') as string,
    });
    expect(await ask('launchers.save', { launchers: [{ ...mine, program: '/no/such/thing' }] })).toMatchObject({
      kind: 'launcher-missing',
    });
    expect(await ask('launchers.save', { launchers: [mine] })).toEqual({});
    expect(await ask('launchers.list', {})).toContainEqual({ kind: 'tcp', names: ['Mine'] });
    const choice = { kind: 'tcp' as const, scope: 'device' as const, target: deviceKey };
    expect(await ask('launchers.choose', { ...choice, launcher: 'Another' })).toMatchObject({ kind: 'not-found' });
    expect(await ask('launchers.choose', { ...choice, launcher: 'Mine' })).toEqual({});
    expect(core.settings.get()).toMatchObject({
      launchers: [mine],
      launcherChoices: [{ ...choice, launcher: 'Mine' }],
    });
    expect(await ask('launchers.choose', choice)).toEqual({});
    expect(core.settings.get().launcherChoices).toEqual([]);
  });

  it('choose what Connect opens', async () => {
    expect(await ask('devices.default', { deviceKey, serviceId: 'vnc:5900' })).toEqual({});
    expect(await device()).toMatchObject({ defaultService: 'vnc:5900', connectService: 'vnc:5900' });
    expect(await ask('devices.default', { deviceKey, serviceId: 'nope' })).toMatchObject({ kind: 'not-found' });
    expect(await ask('devices.default', { deviceKey })).toEqual({});
    expect((await device())?.defaultService).toBeUndefined();
    expect((await device())?.connectService).toBe('ssh:22');
  });
});
