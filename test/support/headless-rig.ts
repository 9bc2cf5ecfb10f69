import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { WebSocket } from 'ws';
import { composeCore } from '../../src-main/compose/compose-core.ts';
import type { Core } from '../../src-main/compose/core.ts';
import { startHeadless } from '../../src-main/compose/compose-headless.ts';
import type { VendorId } from '../../src-main/core/fleet/device.ts';
import { locate } from '../../src-main/compose/locations.ts';
import { FrameClient } from '../../src-preload/contract/client.ts';
import type { FrameChannel, HostFrame } from '../../src-preload/contract/frames.ts';
import type { AccountView } from '../../src-preload/contract/account.ts';
import type { DeviceView } from '../../src-preload/contract/device.ts';
import { startCliFromSource } from './cli-process.ts';
import type { CliProcess } from './cli-process.ts';
import { enterByLink, writePage } from './live-host.ts';

/** Each command is a process of its own: milliseconds for all of a test's, also where other work has the cores. */
export const cliMs = 240_000;
/** For `expect.poll`: what comes by itself. Well below the minute after which vendors are asked again. */
export const patient = { timeout: 30_000 } as const;

/** The bridge as a browser speaks it; every frame that crossed is kept, to be searched for secrets. */
const socketChannel = (socket: WebSocket, seen: string[]): FrameChannel => ({
  send: (frame) => socket.send(JSON.stringify(frame)),
  onFrame: (listener) => {
    socket.on('message', (data: Buffer) => {
      seen.push(data.toString());
      listener(JSON.parse(data.toString()) as HostFrame);
    });
  },
  onClose: (listener) => {
    socket.on('close', listener);
  },
  close: () => socket.close(),
});

/** An account as somebody would add it. */
export interface RigAccount {
  readonly vendor: VendorId;
  readonly label: string;
  readonly baseUrl: string;
  readonly fields?: Readonly<Record<string, string>>;
  readonly secrets: Readonly<Record<string, string>>;
}

/** The headless host with a browser's socket to it. */
export interface Browser {
  readonly core: Core;
  readonly client: FrameClient;
  /** The origin of the window. */
  readonly origin: string;
  /** Devices from the state feed, by key. */
  readonly devices: ReadonlyMap<string, DeviceView>;
  readonly accounts: ReadonlyMap<string, AccountView>;
  /** What crossed to the browser. */
  readonly seen: readonly string[];
  /** Adds an account the way the window does. */
  add(account: RigAccount): Promise<string>;
}

export interface CliEnd {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A folder with a profile for the headless host and one for the command line, and whatever runs on them. */
export class HeadlessRig {
  readonly folder: string;
  /** Opens the file vault of the command line's profile. */
  readonly passphrase = 'passphrase of the file vault';
  readonly #cleanups: (() => unknown)[] = [];
  readonly #outputs: string[] = [];

  private constructor(folder: string) {
    this.folder = folder;
  }

  static async make(): Promise<HeadlessRig> {
    return new HeadlessRig(await mkdtemp(join(tmpdir(), 'quayside-vendors-')));
  }

  /** Done at the end, last first. */
  onEnd(cleanup: () => unknown): void {
    this.#cleanups.push(cleanup);
  }

  /** Starts the headless host and connects to it as a browser does. */
  async browser(): Promise<Browser> {
    const { forwardWorker } = locate();
    const composed = await composeCore({
      profile: join(this.folder, 'profile'),
      vault: 'memory',
      host: 'headless',
      longLived: true,
      forwardWorker,
    });
    if (!composed.ok) throw new Error(composed.error.message);
    const core = composed.value;
    this.onEnd(() => core.dispose());
    await core.start();
    await writePage(this.folder);
    const host = await startHeadless(core, { port: 0, renderer: this.folder });
    if (!host.ok) throw new Error(host.error.message);
    this.onEnd(() => host.value.dispose());
    const enter = await enterByLink(host.value.link());
    const origin = `http://127.0.0.1:${host.value.port}`;
    const socket = await enter();
    this.onEnd(() => socket.terminate());
    const seen = this.#outputs;
    const client = new FrameClient(socketChannel(socket, seen));
    const devices = new Map<string, DeviceView>();
    const accounts = new Map<string, AccountView>();
    const put = (collection: string, rows: readonly unknown[]): void => {
      if (collection === 'devices') for (const row of rows as readonly DeviceView[]) devices.set(row.key, row);
      if (collection === 'accounts') for (const row of rows as readonly AccountView[]) accounts.set(row.id, row);
    };
    client.subscribe((event) => {
      if (event.type === 'rows') put(event.collection, event.rows);
      if (event.type === 'changes')
        for (const change of event.changes) {
          put(change.collection, change.upsert);
          if (change.collection === 'devices') for (const key of change.remove) devices.delete(key);
        }
    });
    return {
      core,
      client,
      origin,
      devices,
      accounts,
      seen,
      add: async ({ secrets, ...draft }) => {
        const handed = await client.request('secrets.hand', { secrets: { ...secrets } });
        if (!handed.ok) throw new Error(handed.error.message);
        const added = await client.request('accounts.add', { ...draft, ticket: handed.value.ticket });
        if (!added.ok) throw new Error(added.error.message);
        return added.value.id;
      },
    };
  }

  /** Starts a command on a profile of its own, with a file vault. */
  start(args: readonly string[], stdin = ''): CliProcess {
    const cli = startCliFromSource(['--profile', join(this.folder, 'cli'), '--vault', 'file', ...args], {
      stdin,
      env: { QUAYSIDE_VAULT_PASSPHRASE: this.passphrase },
    });
    this.onEnd(async () => {
      cli.signal('SIGKILL');
      await cli.ended();
      this.#outputs.push(cli.stdout(), cli.stderr());
    });
    return cli;
  }

  /** Runs a command to its end. */
  async run(args: readonly string[], stdin = ''): Promise<CliEnd> {
    const cli = this.start(args, stdin);
    return { code: await cli.ended(), stdout: cli.stdout(), stderr: cli.stderr() };
  }

  /** `accounts add` with the secrets on standard input. */
  addByCli({ vendor, label, baseUrl, fields = {}, secrets }: RigAccount): Promise<CliEnd> {
    const given = Object.entries(fields).flatMap(([name, value]) => ['--field', `${name}=${value}`]);
    return this.run(
      ['accounts', 'add', vendor, '--label', label, '--base-url', baseUrl, ...given],
      JSON.stringify(secrets),
    );
  }

  /** Ends what runs; answers the files, outputs and frames in which one of the secrets stands. */
  async endAndScan(secrets: readonly string[]): Promise<readonly string[]> {
    await this.#end();
    const found: string[] = [];
    const files = await readdir(this.folder, { recursive: true, withFileTypes: true });
    for (const file of files.filter((entry) => entry.isFile())) {
      const text = await readFile(join(file.parentPath, file.name), 'latin1');
      if (secrets.some((secret) => text.includes(secret))) found.push(file.name);
    }
    for (const output of this.#outputs)
      if (secrets.some((secret) => output.includes(secret))) found.push(output.slice(0, 500));
    return found;
  }

  async dispose(): Promise<void> {
    await this.#end();
    await rm(this.folder, { recursive: true, force: true });
  }

  async #end(): Promise<void> {
    for (const cleanup of this.#cleanups.splice(0).toReversed()) await cleanup();
  }
}
