import { existsSync } from 'node:fs';
import { makeFleet } from '../../src-main/simulators/fleet.ts';
import { RemoteIotSimulator } from '../../src-main/simulators/remoteiot/remoteiot.ts';
import type { DeviceView } from '../../src-preload/contract/device.ts';
import { echo, startFarEnd } from '../support/forward-rig.ts';
import { enterByLink, LivePage } from '../support/live-host.ts';
import { Windows, windowsPath, type WindowsEnd, type WindowsProcess } from './wine.ts';

/** The error that a command printed with `--json`. */
export const errorOf = ({ stderr }: WindowsEnd): { kind: string; message: string; hint: string } =>
  (JSON.parse(stderr) as { error: { kind: string; message: string; hint: string } }).error;

/** `quayside serve` under Wine, with a page that came in by its link. */
export interface Served {
  readonly process: WindowsProcess;
  readonly link: string;
  readonly page: LivePage;
}

/** A vendor on this computer, a profile on Windows that keeps its secrets in the keychain, and what runs on it. */
export class Stage {
  readonly windows = new Windows();
  readonly vendor: RemoteIotSimulator;
  /** The profile, as this system names it. */
  readonly profile: string;
  readonly token = 'token-of-the-windows-tests-7c21';
  readonly #ends: (() => unknown)[] = [];

  private constructor(profile: string, names: readonly string[], target: (port: number) => number | undefined) {
    this.profile = this.windows.path(profile);
    const fleet = makeFleet(Math.max(6, names.length), Date.now());
    this.vendor = new RemoteIotSimulator({
      token: this.token,
      devices: fleet.map((machine, at) =>
        at < names.length ? { ...machine, name: names[at] ?? '', online: true } : machine,
      ),
      target: (_unit, port) => {
        const end = target(port);
        return end === undefined ? undefined : { host: '127.0.0.1', port: end };
      },
    });
  }

  /** Ports of devices lead to a service that says everything again, but where `ports` names another. */
  static async make(
    options: {
      readonly profile?: string;
      readonly ports?: Readonly<Record<number, number>>;
      /** Names of the first devices, which are online then. */
      readonly names?: readonly string[];
    } = {},
  ): Promise<Stage> {
    const mirror = await startFarEnd(echo);
    const stage = new Stage(
      options.profile ?? 'Profil Büro 1',
      options.names ?? [],
      (port) => options.ports?.[port] ?? mirror.port,
    );
    stage.onEnd(() => stage.windows.dispose());
    stage.onEnd(() => mirror.dispose());
    await stage.vendor.listen();
    stage.onEnd(() => stage.vendor.dispose());
    return stage;
  }

  /** Done at the end, last first. */
  onEnd(end: () => unknown): void {
    this.#ends.push(end);
  }

  /** The id of a device that is online. */
  get unit(): string {
    return this.vendor.unitIds.find((id) => this.vendor.isOnline(id)) ?? '';
  }

  /** The global options of a command on the profile. */
  get place(): readonly string[] {
    return ['--profile', windowsPath(this.profile), '--vault', 'keychain'];
  }

  run(args: readonly string[], stdin = ''): Promise<WindowsEnd> {
    return this.windows.run([...this.place, ...args], { stdin });
  }

  start(args: readonly string[], stdin = ''): WindowsProcess {
    return this.windows.cli([...this.place, ...args], { stdin });
  }

  /** Adds the account by a command. */
  add(label = 'Werk Süd'): Promise<WindowsEnd> {
    const words = ['accounts', 'add', 'remoteiot', '--label', label, '--base-url', this.vendor.baseUrl];
    return this.run(words, JSON.stringify({ token: this.token }));
  }

  /** Starts the application on the profile, with more in its environment. */
  async serve(env: Readonly<Record<string, string>> = {}): Promise<Served> {
    const process = this.windows.cli([...this.place, 'serve'], { env });
    const line = await process.firstLine();
    const link = /is at (\S+)/.exec(line)?.[1];
    if (link === undefined) throw new Error(line);
    const page = new LivePage(await (await enterByLink(link))());
    this.onEnd(() => page.leave());
    return { process, link, page };
  }

  /** Adds the account in the window; answers its devices that are online. */
  async addInWindow({ page: { client, ask } }: Served): Promise<readonly DeviceView[]> {
    const { ticket } = await ask(client.request('secrets.hand', { secrets: { token: this.token } }));
    const draft = { vendor: 'remoteiot', label: 'Werk Süd', baseUrl: this.vendor.baseUrl, fields: {}, ticket } as const;
    await ask(client.request('accounts.add', draft));
    for (;;) {
      const { devices } = await ask(client.request('devices.query', { query: 'is:online' }));
      if (devices.length > 0) return devices;
    }
  }

  async dispose(): Promise<void> {
    // Nothing stays in the keychain that all files share.
    if (existsSync(this.profile)) await this.run(['accounts', 'remove', 'Werk Süd', '--yes']);
    for (const end of this.#ends.splice(0).toReversed()) await end();
  }
}
