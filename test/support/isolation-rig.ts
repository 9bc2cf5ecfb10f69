import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RemoteIotSimulator } from '../../src-main/simulators/remoteiot/remoteiot.ts';
import type { DeviceView } from '../../src-preload/contract/device.ts';
import { echo, startFarEnd } from './forward-rig.ts';
import { LiveConnection, LivePage, startLiveHost, type LiveHost, type LiveSession } from './live-host.ts';
import { startThrottledRelay, type ThrottledRelay } from './throttled-relay.ts';
import { startSshd, type Sshd } from './sshd.ts';

export interface Place {
  readonly deviceKey: string;
  readonly serviceId: string;
}

/** The headless host with what must outlive a session that fails: another page's terminal, and a forward in use. */
export interface IsolationRig {
  readonly folder: string;
  readonly host: LiveHost;
  readonly sshd: Sshd;
  readonly vendor: RemoteIotSimulator;
  /** Between the vendor and sshd of `victim`. */
  readonly relay: ThrottledRelay;
  readonly page: LivePage;
  /** The SSH service of a device that sessions may fail on. */
  readonly victim: Place;
  /** Rejects unless the other terminal and the connection through the forward still answer. */
  othersGoOn(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

const serviceOf = (device: DeviceView, kind: string): string => {
  const id = device.services.find((service) => service.kind === kind)?.id;
  if (id === undefined) throw new Error(`${device.name} has no ${kind}`);
  return id;
};

/** Starts it. `faults`: callbacks of ours can be made to throw. With an SSH `agent` there is no other terminal. */
export const startIsolationRig = async (
  options: {
    readonly faults?: boolean;
    readonly graceSeconds?: number;
    readonly agent?: string;
    readonly env?: Readonly<Record<string, string>>;
  } = {},
): Promise<IsolationRig> => {
  await using ends = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'quayside-alive-'));
  ends.defer(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
  const sshd = await startSshd(options.graceSeconds === undefined ? {} : { graceSeconds: options.graceSeconds });
  ends.defer(() => sshd.dispose());
  const relay = await startThrottledRelay(sshd.port);
  ends.defer(() => relay.dispose());
  const far = await startFarEnd(echo);
  ends.defer(() => far.dispose());
  const token = 'alive-token-4b1f09c2';
  let victimId = '';
  const vendor = new RemoteIotSimulator({
    token,
    devices: 30,
    target: (unitId, port) => ({
      host: '127.0.0.1',
      port: port !== 22 ? far.port : unitId === victimId ? relay.port : sshd.port,
    }),
  });
  await vendor.listen();
  ends.defer(() => vendor.dispose());
  const { faults = false, env = {}, agent } = options;
  const host = await startLiveHost({
    folder,
    key: sshd.clientKey,
    faults,
    env: { ...env, ...(agent === undefined ? {} : { SSH_AUTH_SOCK: agent }) },
  });
  ends.defer(() => host.kill());
  const page = await host.page();
  ends.defer(() => page.leave());

  const { client } = page;
  const { ticket } = await page.ask(client.request('secrets.hand', { secrets: { token } }));
  await page.ask(
    client.request('accounts.add', { vendor: 'remoteiot', label: 'Acme', baseUrl: vendor.baseUrl, fields: {}, ticket }),
  );
  let devices: readonly DeviceView[] = [];
  while (devices.length < 2) {
    const found = await page.ask(client.request('devices.query', { query: 'is:online' }));
    devices = found.devices.filter(({ services }) =>
      ['ssh', 'vnc'].every((kind) => services.some((s) => s.kind === kind)),
    );
  }
  const [first, second] = devices as readonly [DeviceView, DeviceView];
  victimId = first.id;
  const victim = { deviceKey: first.key, serviceId: serviceOf(first, 'ssh') };

  let other: LiveSession | undefined;
  if (agent === undefined) {
    other = page.open('terminal', { deviceKey: second.key, serviceId: serviceOf(second, 'ssh') });
    const { ask } = await other.event('ask');
    other.answer(ask, { type: 'host-key', accept: true });
    await other.event('ready');
  }
  const forward = await page.ask(
    client.request('forwards.open', { deviceKey: second.key, serviceId: serviceOf(second, 'vnc') }),
  );
  const connection = new LiveConnection(forward.port);
  ends.defer(async () => connection.close());
  let word = 0;
  const moved = ends.move();
  return {
    folder,
    host,
    sshd,
    vendor,
    relay,
    page,
    victim,
    othersGoOn: async () => {
      await connection.echo();
      word += 1;
      const isThere = await (other?.run(`echo still-${word}-$((6 * 7))`, `still-${word}-42`) ?? true);
      if (!isThere) throw new Error('the other session ended');
    },
    [Symbol.asyncDispose]: () => moved.disposeAsync(),
  };
};
