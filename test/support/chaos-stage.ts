import { execFile, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { createServer } from 'node:tls';
import { promisify } from 'node:util';
import type { FaultInput } from '../../src-main/simulators/faults.ts';
import { RemoteIotSimulator } from '../../src-main/simulators/remoteiot/remoteiot.ts';
import { machineTime } from './chaos-messages.ts';
import type { NearMessage, StageMessage } from './chaos-messages.ts';
import { echo, startFarEnd } from './forward-rig.ts';

const run = promisify(execFile);
const ip = (...args: readonly string[]): Promise<unknown> => run('ip', args);

/** A network namespace for the side under test, joined to this one by a pair of virtual cables. */
interface Network {
  readonly name: string;
  /** This side's address; tunnels and the vendor's API are here. */
  readonly farAddress: string;
  readonly nearDevice: string;
  readonly farDevice: string;
  readonly canLose: boolean;
  dispose(): Promise<void>;
}

/** Undefined if the kernel or the user does not allow it. */
const openNetwork = async (): Promise<Network | undefined> => {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return undefined;
  const id = process.pid % 65_536;
  const name = `quayside-${id}`;
  const [nearDevice, farDevice] = [`qn${id}`, `qf${id}`];
  const net = `10.${200 + (id >> 12)}.${(id >> 4) % 256}`;
  const host = (id % 16) * 16;
  const farAddress = `${net}.${host + 1}`;
  const dispose = async (): Promise<void> => {
    await ip('link', 'del', farDevice).catch(() => undefined);
    await ip('netns', 'del', name).catch(() => undefined);
  };
  try {
    await ip('netns', 'add', name);
    await ip('link', 'add', farDevice, 'type', 'veth', 'peer', 'name', nearDevice, 'netns', name);
    await ip('addr', 'add', `${farAddress}/28`, 'dev', farDevice);
    await ip('link', 'set', farDevice, 'up');
    await ip('-n', name, 'link', 'set', 'lo', 'up');
    await ip('-n', name, 'addr', 'add', `${net}.${host + 2}/28`, 'dev', nearDevice);
    await ip('-n', name, 'link', 'set', nearDevice, 'up');
  } catch {
    await dispose();
    return undefined;
  }
  const netem = ['qdisc', 'add', 'dev', farDevice, 'root', 'netem', 'loss', '0%'];
  const canLose = await run('tc', netem).then(
    () => true,
    () => false,
  );
  return { name, farAddress, nearDevice, farDevice, canLose, dispose };
};

/** One kind of trouble: begins, and ends after a while; `end` answers when the route was there again. */
export interface ChaosFault {
  readonly name: string;
  /** Milliseconds it lasts; nothing where it is over at once. */
  readonly lasts: boolean;
  begin(): Promise<void>;
  end(): Promise<void>;
}

export interface ChaosStage {
  readonly kind: 'network namespaces' | 'relays';
  readonly faults: readonly ChaosFault[];
  /** Asks when each forward served a client after `at`. */
  measure(at: number, withinMs: number): Promise<Extract<NearMessage, { type: 'measured' }>>;
  finish(): Promise<Extract<NearMessage, { type: 'finished' }>>;
  /** Tunnels open at the vendor. */
  tunnels(): number;
  /** The exit code of the side under test, once it has ended by itself. */
  ended(): Promise<number | null>;
  dispose(): Promise<void>;
}

const token = 'riot-chaos-token-0123456789';

/** Starts a vendor, its devices and the side under test with so many forwards. */
export const startChaosStage = async (forwards: number): Promise<ChaosStage> => {
  const closing: (() => unknown)[] = [];
  const dispose = async (): Promise<void> => {
    for (const close of closing.splice(0).toReversed()) await close();
  };
  try {
    return await build(forwards, closing, dispose);
  } catch (failure) {
    await dispose();
    throw failure;
  }
};

const build = async (
  forwards: number,
  closing: (() => unknown)[],
  dispose: () => Promise<void>,
): Promise<ChaosStage> => {
  const network = await openNetwork();
  closing.push(() => network?.dispose());
  const address = network?.farAddress ?? '127.0.0.1';
  const device = await startFarEnd(echo);
  closing.push(() => device.dispose());
  const vendor = new RemoteIotSimulator({
    token,
    devices: forwards * 3,
    tunnelHost: address,
    target: () => ({ host: '127.0.0.1', port: device.port }),
  });
  await vendor.listen();
  closing.push(() => vendor.dispose());

  const folder = await mkdtemp(join(tmpdir(), 'quayside-chaos-'));
  closing.push(() => rm(folder, { recursive: true, force: true }));
  const [key, certificate] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')];
  await run('openssl', [
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'],
    ...['-subj', '/CN=chaos', '-addext', `subjectAltName=IP:${address}`, '-keyout', key, '-out', certificate],
  ]);
  // The vendor over TLS, as the client demands of everything that is not on this computer.
  const front = createServer({ key: await readFile(key), cert: await readFile(certificate) }, (near) => {
    const far = connect({ host: '127.0.0.1', port: vendor.port });
    near.on('error', () => far.destroy());
    far.on('error', () => near.destroy());
    near.on('close', () => far.destroy());
    far.on('close', () => near.destroy());
    near.pipe(far);
    far.pipe(near);
  });
  front.listen(0, address);
  await once(front, 'listening');
  closing.push(() => front.close());

  const program = [process.execPath, new URL('chaos-near-side.ts', import.meta.url).pathname];
  const [file = '', ...args] = network === undefined ? program : ['ip', 'netns', 'exec', network.name, ...program];
  const child: ChildProcess = spawn(file, args, {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    env: { ...process.env, NODE_EXTRA_CA_CERTS: certificate },
  });
  closing.push(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  });
  const tell = (message: StageMessage): void => {
    if (child.connected) child.send(message);
  };
  const answer = <T extends NearMessage['type']>(type: T): Promise<Extract<NearMessage, { type: T }>> =>
    new Promise((resolve, reject) => {
      const exited = (): void => reject(new Error(`the side under test ended: ${child.exitCode ?? child.signalCode}`));
      const heard = (message: NearMessage): void => {
        if (message.type !== type) return;
        child.off('message', heard);
        child.off('exit', exited);
        resolve(message as Extract<NearMessage, { type: T }>);
      };
      child.on('message', heard);
      child.once('exit', exited);
    });
  const exit = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));

  const ready = answer('ready');
  const port = (front.address() as AddressInfo).port;
  tell({
    type: 'start',
    baseUrl: `https://${address}:${port}/portal/api`,
    token,
    unitIds: vendor.unitIds.filter((unitId) => vendor.isOnline(unitId)),
    forwards,
  });
  await ready;
  return {
    kind: network === undefined ? 'relays' : 'network namespaces',
    faults: [...vendorFaults(vendor), ...(network === undefined ? [] : networkFaults(network, tell))],
    measure: async (at, withinMs) => {
      const measured = answer('measured');
      tell({ type: 'measure', at, withinMs });
      return measured;
    },
    finish: async () => {
      const finished = answer('finished');
      tell({ type: 'finish' });
      return finished;
    },
    tunnels: () => vendor.tunnels.list().length,
    ended: () => exit,
    dispose,
  };
};

const nothing = async (): Promise<void> => undefined;

/** Trouble that the vendor makes: with its tunnels, with its API, or with both. */
const vendorFaults = (vendor: RemoteIotSimulator): readonly ChaosFault[] => {
  const withApi = (name: string, ...faults: readonly FaultInput[]): ChaosFault => ({
    name: `tunnels killed, API: ${name}`,
    lasts: true,
    begin: async () => {
      for (const fault of faults) vendor.fault(fault);
      await vendor.tunnels.kill();
    },
    end: async () => vendor.faults.clear(),
  });
  return [
    { name: 'tunnels killed', lasts: false, begin: () => vendor.tunnels.kill(), end: nothing },
    { name: 'tunnels moved', lasts: false, begin: () => vendor.tunnels.move(), end: nothing },
    {
      name: 'tunnels half open',
      lasts: true,
      begin: async () => vendor.tunnels.freeze(true),
      end: async () => vendor.tunnels.freeze(false),
    },
    withApi('resets', { kind: 'reset' }),
    withApi('500', { kind: 'status', status: 500 }),
    withApi('503', { kind: 'status', status: 503 }),
    withApi('acts, then resets', { kind: 'reset-after' }),
    withApi('not JSON', { kind: 'malformed' }),
    withApi('a portal’s page', { kind: 'html', status: 200 }),
    withApi('late', { kind: 'delay', ms: 400 }),
  ];
};

/** Trouble between here and there. */
const networkFaults = (
  { name, nearDevice, farDevice, farAddress, canLose }: Network,
  tell: (message: StageMessage) => void,
): readonly ChaosFault[] => {
  const link = (side: 'near' | 'far', state: 'up' | 'down'): Promise<unknown> =>
    side === 'near' ? ip('-n', name, 'link', 'set', nearDevice, state) : ip('link', 'set', farDevice, state);
  const loss = (share: string): Promise<unknown> =>
    run('tc', ['qdisc', 'change', 'dev', farDevice, 'root', 'netem', 'loss', share]);
  const net = farAddress.slice(0, farAddress.lastIndexOf('.'));
  const first = Number(farAddress.slice(farAddress.lastIndexOf('.') + 1)) + 1;
  let host = first;
  const faults: ChaosFault[] = [
    {
      name: 'own link down',
      lasts: true,
      begin: async () => void (await link('near', 'down')),
      end: async () => void (await link('near', 'up')),
    },
    {
      name: 'far link down',
      lasts: true,
      begin: async () => void (await link('far', 'down')),
      end: async () => void (await link('far', 'up')),
    },
    {
      name: 'another address',
      lasts: false,
      begin: async () => {
        const old = host;
        host = host === first ? first + 1 : first;
        await ip('-n', name, 'addr', 'add', `${net}.${host}/28`, 'dev', nearDevice);
        await ip('-n', name, 'addr', 'del', `${net}.${old}/28`, 'dev', nearDevice);
        // Removing the first address of a network may take the others with it.
        await ip('-n', name, 'addr', 'add', `${net}.${host}/28`, 'dev', nearDevice).catch(() => undefined);
        tell({ type: 'network-changed' });
      },
      end: nothing,
    },
    {
      name: 'asleep',
      lasts: true,
      begin: async () => {
        tell({ type: 'suspend' });
        await link('near', 'down');
      },
      end: async () => {
        await link('near', 'up');
        tell({ type: 'resume' });
      },
    },
  ];
  if (canLose)
    faults.push({
      name: 'all packets lost',
      lasts: true,
      begin: async () => void (await loss('100%')),
      end: async () => void (await loss('0%')),
    });
  return faults;
};

/** Milliseconds from the return of the route to a client served, with the fault before it. */
export interface Recovery {
  readonly fault: string;
  readonly forward: number;
  readonly ms: number;
}

export interface ChaosReport {
  readonly recoveries: readonly Recovery[];
  /** Forwards that served nobody within half a minute, with what they said. */
  readonly stuck: readonly string[];
  readonly faults: number;
}

/** Makes trouble for so long, one fault after another, each followed by a measurement. */
export const makeTrouble = async (stage: ChaosStage, random: () => number, minutes: number): Promise<ChaosReport> => {
  const until = machineTime() + minutes * 60_000;
  const recoveries: Recovery[] = [];
  const stuck: string[] = [];
  let count = 0;
  while (machineTime() < until) {
    const fault = stage.faults[Math.floor(random() * stage.faults.length)];
    if (fault === undefined) break;
    count += 1;
    await fault.begin();
    if (fault.lasts) await wait(500 + random() * 5_500);
    await fault.end();
    const { recoveries: times, states } = await stage.measure(machineTime(), 30_000);
    for (const [forward, ms] of times.entries()) {
      if (ms === null) stuck.push(`forward ${forward} after ${fault.name}: ${states[forward]}`);
      else recoveries.push({ fault: fault.name, forward, ms });
    }
    await wait(500 + random() * 2_000);
  }
  return { recoveries, stuck, faults: count };
};
