import type {
  Change,
  ClientFrame,
  CollectionName,
  FrameChannel,
  HostFrame,
} from '../../src-preload/contract/frames.ts';
import { matches, parseQuery } from '../../src-preload/contract/query.ts';
import { isRequestName, requests, type RequestName } from '../../src-preload/contract/requests.ts';
import type { AccountView, AppView, DeviceView, ErrorView, ForwardView } from '../../src-preload/contract/views.ts';
import { forwardReply } from './scripted-forwards.ts';
import { ScriptedOperations } from './scripted-operations.ts';
import { scriptedAccounts, scriptedApp, scriptedDevices, scriptedForwards, scriptedVendors } from './scripted-fleet.ts';

/** States of the window that can be asked for by name. */
export const scenarios = [
  'normal',
  'first-run',
  'loading',
  'listing',
  'failing',
  'partial',
  'vault-locked',
  'keychain-absent',
  'notice',
  'update',
  'system-update',
] as const;
export type Scenario = (typeof scenarios)[number];

export interface ScriptOptions {
  readonly scenario: Scenario;
  readonly devices: number;
  readonly now: number;
  readonly theme: 'system' | 'light' | 'dark';
}

/** What the script keeps, as main would. */
interface World {
  app: AppView;
  readonly accounts: Map<string, AccountView>;
  readonly devices: Map<string, DeviceView>;
  readonly forwards: Map<string, ForwardView>;
}

type Reply = { readonly value: unknown } | { readonly error: ErrorView };

const rateLimited: ErrorView = {
  kind: 'rate-limited',
  message: 'RemoteIoT is limiting requests from this address.',
  hint: 'It goes on by itself.',
  retryAfterMs: 40_000,
};
const unauthorized: ErrorView = {
  kind: 'unauthorized',
  message: 'RemoteIoT does not accept this token.',
  hint: 'Copy it again from the portal under Account, API.',
  vendorMessage: 'Invalid token.',
};

const worldOf = ({ scenario, devices: count, now, theme }: ScriptOptions): World => {
  const none = scenario === 'first-run';
  const accounts = none ? [] : scriptedAccounts(now);
  const devices = none || scenario === 'listing' ? [] : scriptedDevices(count, accounts, now);
  const failingAccount = (index: number): boolean => scenario === 'failing' || (scenario === 'partial' && index === 0);
  const perAccount = Map.groupBy(devices, (device) => device.accountId);
  let app = scriptedApp(theme);
  if (scenario === 'vault-locked')
    app = {
      ...app,
      vault: {
        kind: 'file',
        error: {
          kind: 'vault-locked',
          message: 'The vault is locked.',
          hint: 'Type its passphrase to reach your accounts.',
        },
      },
    };
  if (scenario === 'keychain-absent')
    app = {
      ...app,
      vault: {
        kind: 'keychain',
        error: {
          kind: 'vault-absent',
          message: 'This computer has no keychain service running.',
          hint: 'Start gnome-keyring or KWallet, or start Quayside with --vault file.',
        },
      },
    };
  if (scenario === 'notice')
    app = {
      ...app,
      notices: [
        {
          id: 'n1',
          text: 'settings.json could not be read and was set aside.',
          hint: 'The defaults are in use. The old file is settings.json.broken.',
        },
      ],
    };
  if (scenario === 'update' || scenario === 'system-update')
    app = {
      ...app,
      host: 'desktop',
      update: {
        way: scenario === 'update' ? 'itself' : 'system',
        ready:
          scenario === 'update'
            ? {
                version: '0.2.0',
                text: 'Quayside 0.2.0 is ready.',
                hint: 'It takes the place of this one when you quit.',
              }
            : {
                version: '0.2.0',
                text: 'Quayside 0.2.0 is out.',
                hint: 'Install it with your package manager, as you did this one.',
              },
        asks: true,
      },
    };
  return {
    app,
    accounts: new Map(
      accounts.map((account, index): [string, AccountView] => {
        const known = { ...account, deviceCount: perAccount.get(account.id)?.length ?? 0 };
        const failing = failingAccount(index);
        if (scenario === 'listing') {
          const { lastGoodAt: _, ...unlisted } = known;
          return [account.id, { ...unlisted, refreshing: true }];
        }
        return [
          account.id,
          failing
            ? {
                ...known,
                error: index === 1 ? { ...unauthorized, message: 'remote.it does not accept this key.' } : rateLimited,
                failingSince: now - 12 * 60_000,
                lastGoodAt: now - 13 * 60_000,
              }
            : known,
        ];
      }),
    ),
    devices: new Map(
      devices.map((device) => {
        const stale = failingAccount(accounts.findIndex((account) => account.id === device.accountId));
        return [
          device.key,
          stale ? { ...device, presence: { ...device.presence, observedAt: now - 13 * 60_000 } } : device,
        ];
      }),
    ),
    forwards: new Map(scriptedForwards(devices).map((forward) => [forward.id, forward])),
  };
};

const chunk = 2000;

/** A FrameChannel that answers like main would, from a generated fleet, without a host. */
export class ScriptedChannel implements FrameChannel {
  readonly #world: World;
  readonly #options: ScriptOptions;
  #onFrame: ((frame: HostFrame) => void) | undefined;
  #onClose: (() => void) | undefined;
  #seq = 0;
  /** Operations and bulk runs, which tests steer. */
  readonly operations: ScriptedOperations;
  /** What was said about the version that waits. */
  readonly updateAnswers: string[] = [];
  readonly #cancels = new Map<number, AbortController>();
  #next = 1;
  /** Every request made, for tests. Secrets appear only in `secrets.hand`. */
  readonly requested: { readonly name: string; readonly input: unknown }[] = [];

  constructor(options: ScriptOptions) {
    this.#options = options;
    this.#world = worldOf(options);
    this.operations = new ScriptedOperations({
      accounts: this.#world.accounts,
      devices: this.#world.devices,
      change: (device) => this.#upsert('devices', device),
    });
  }

  send(frame: ClientFrame): void {
    // Never within the caller's turn: no carrier answers at once.
    queueMicrotask(() => this.#take(frame));
  }

  onFrame(listener: (frame: HostFrame) => void): void {
    this.#onFrame = listener;
  }

  onClose(listener: () => void): void {
    this.#onClose = listener;
  }

  close(): void {
    this.#onClose?.();
  }

  /** Devices as the script holds them now. */
  get devices(): ReadonlyMap<string, DeviceView> {
    return this.#world.devices;
  }

  /** Changes presence, as a poll would. */
  setPresence(key: string, state: DeviceView['presence']['state']): void {
    const device = this.#world.devices.get(key);
    if (device !== undefined)
      this.#upsert('devices', { ...device, presence: { ...device.presence, state, observedAt: this.#options.now } });
  }

  #emit(frame: HostFrame): void {
    this.#onFrame?.(frame);
  }

  #take(frame: ClientFrame): void {
    if (frame.type === 'subscribe') this.#snapshot();
    else if (frame.type === 'cancel') this.#cancels.get(frame.id)?.abort();
    else if (frame.type === 'request') {
      this.requested.push({ name: frame.name, input: frame.input });
      if (isRequestName(frame.name) && this.#late(frame.id, frame.name, frame.input)) return;
      const reply = this.#reply(frame.name, frame.input);
      if ('error' in reply) this.#emit({ type: 'refusal', id: frame.id, error: reply.error });
      else this.#emit({ type: 'answer', id: frame.id, ok: true, value: reply.value });
    }
  }

  /** Requests that take their time: the operations of vendors, and what is done with many devices. */
  #late(id: number, name: RequestName, input: unknown): boolean {
    const parsed = requests[name].input.safeParse(input);
    if (!parsed.success) return false;
    const aborting = new AbortController();
    const answer = this.operations.answer(name, parsed.data, aborting.signal);
    if (answer === undefined) return false;
    this.#cancels.set(id, aborting);
    void answer.then((result) => {
      this.#cancels.delete(id);
      if (result.ok) this.#emit({ type: 'answer', id, ok: true, value: result.value });
      else this.#emit({ type: 'refusal', id, error: result.error });
    });
    return true;
  }

  #snapshot(): void {
    if (this.#options.scenario === 'loading') return;
    const parts: { collection: CollectionName; rows: unknown[] }[] = [
      { collection: 'app', rows: [this.#world.app] },
      { collection: 'accounts', rows: [...this.#world.accounts.values()] },
      { collection: 'forwards', rows: [...this.#world.forwards.values()] },
    ];
    const devices = [...this.#world.devices.values()];
    for (let at = 0; at < devices.length; at += chunk)
      parts.push({ collection: 'devices', rows: devices.slice(at, at + chunk) });
    parts.forEach((part, index) =>
      this.#emit({ type: 'snapshot', start: index === 0, end: index === parts.length - 1, seq: this.#seq, ...part }),
    );
  }

  #delta(changes: Change[]): void {
    this.#seq += 1;
    this.#emit({ type: 'delta', seq: this.#seq, changes });
  }

  #upsert(collection: 'devices' | 'accounts' | 'forwards' | 'app', row: unknown): void {
    if (collection === 'devices') this.#world.devices.set((row as DeviceView).key, row as DeviceView);
    if (collection === 'accounts') this.#world.accounts.set((row as AccountView).id, row as AccountView);
    if (collection === 'forwards') this.#world.forwards.set((row as ForwardView).id, row as ForwardView);
    if (collection === 'app') this.#world.app = row as AppView;
    this.#delta([{ collection, upsert: [row], remove: [] }]);
  }

  #reply(name: string, raw: unknown): Reply {
    if (!isRequestName(name))
      return { error: { kind: 'unsupported', message: `There is no request ${name}.`, hint: '' } };
    const parsed = requests[name].input.safeParse(raw);
    if (!parsed.success)
      return {
        error: { kind: 'invalid-input', message: `${name}: ${parsed.error.message}`, hint: 'See the contract.' },
      };
    return this.#answer(name, parsed.data as Record<string, never>);
  }

  #answer(name: RequestName, input: Record<string, never>): Reply {
    const { accounts, devices, forwards } = this.#world;
    const nothing = { value: {} };
    switch (name) {
      case 'vendors.list':
        return { value: scriptedVendors };
      case 'secrets.hand':
        return { value: { ticket: `ticket-${'0'.repeat(12)}${this.#next++}` } };
      case 'accounts.list':
        return { value: [...accounts.values()] };
      case 'accounts.test':
        return input['baseUrl'] === 'https://wrong.example/portal/api'
          ? { value: { ok: false, error: unauthorized, tookMs: 180 } }
          : { value: { ok: true, tookMs: 143 } };
      case 'accounts.add':
      case 'accounts.update': {
        const id: string = input['accountId'] ?? `new-${this.#next++}`;
        const before = accounts.get(id);
        const account: AccountView = {
          id,
          vendor: input['vendor'] ?? before?.vendor ?? 'remoteiot',
          label: input['label'] ?? before?.label ?? id,
          baseUrl: input['baseUrl'] ?? before?.baseUrl ?? '',
          fields: input['fields'] ?? {},
          refreshing: false,
          lastGoodAt: this.#options.now,
          deviceCount: before?.deviceCount ?? 0,
        };
        this.#upsert('accounts', account);
        return { value: account };
      }
      case 'accounts.remove': {
        accounts.delete(input['accountId'] ?? '');
        this.#delta([{ collection: 'accounts', upsert: [], remove: [input['accountId'] ?? ''] }]);
        return nothing;
      }
      case 'devices.query': {
        const query = parseQuery(input['query'] ?? '');
        const context = { accountLabel: (id: string): string => accounts.get(id)?.label ?? id };
        const found = [...devices.values()].filter((device) => matches(query, device, context));
        return { value: { total: found.length, devices: found } };
      }
      case 'devices.favourite': {
        const device = devices.get(input['deviceKey'] ?? '');
        if (device !== undefined) this.#upsert('devices', { ...device, favourite: input['favourite'] ?? false });
        return nothing;
      }
      case 'services.add': {
        const device = devices.get(input['deviceKey'] ?? '');
        const serviceId = `${String(input['kind'])}:${String(input['port'])}`;
        if (device !== undefined)
          this.#upsert('devices', {
            ...device,
            services: [
              ...device.services,
              {
                id: serviceId,
                kind: input['kind'],
                name: `TCP ${String(input['port'])}`,
                route: 'tunnel',
                port: input['port'],
                custom: true,
              },
            ],
          });
        return { value: { serviceId } };
      }
      case 'forwards.open':
        return { value: this.#open(input['deviceKey'] ?? '', input['serviceId'] ?? '') };
      case 'forwards.stop': {
        const forward = forwards.get(input['forwardId'] ?? '');
        if (forward !== undefined) this.#upsert('forwards', { ...forward, state: 'stopped', connections: 0 });
        return nothing;
      }
      case 'forwards.remove': {
        forwards.delete(input['forwardId'] ?? '');
        this.#delta([{ collection: 'forwards', upsert: [], remove: [input['forwardId'] ?? ''] }]);
        return nothing;
      }
      case 'forwards.share':
      case 'forwards.limit':
      case 'forwards.history':
      case 'forwards.statistics':
        return forwardReply(name, input, forwards.get(input['forwardId'] ?? ''), this.#options.now, (forward) =>
          this.#upsert('forwards', forward),
        );
      case 'launch.command':
      case 'launch.open': {
        const forward = this.#open(input['deviceKey'] ?? '', input['serviceId'] ?? '');
        return { value: { launcher: 'xterm', command: `ssh -p ${forward.port} pi@localhost` } };
      }
      case 'settings.change': {
        const settings = { ...this.#world.app.settings, ...(input as Partial<AppView['settings']>) };
        this.#upsert('app', { ...this.#world.app, settings });
        return { value: settings };
      }
      case 'notices.dismiss':
        this.#upsert('app', { ...this.#world.app, notices: [] });
        return nothing;
      case 'update.answer':
        this.updateAnswers.push(input['answer'] ?? '');
        if (this.#world.app.update !== undefined)
          this.#upsert('app', { ...this.#world.app, update: { ...this.#world.app.update, asks: false } });
        return nothing;
      case 'vault.unlock':
        this.#upsert('app', { ...this.#world.app, vault: { kind: this.#world.app.vault.kind } });
        return nothing;
      case 'operations.list':
        return { value: [] };
      case 'operations.call':
        return { value: { output: {} } };
      case 'accounts.refresh':
      case 'services.remove':
      case 'clipboard.write':
        return nothing;
      default:
        return { error: { kind: 'unsupported', message: `The script does not answer ${name}.`, hint: 'Teach it to.' } };
    }
  }

  #open(deviceKey: string, serviceId: string): ForwardView {
    const known = [...this.#world.forwards.values()].find(
      (forward) => forward.deviceKey === deviceKey && forward.serviceId === serviceId,
    );
    const device = this.#world.devices.get(deviceKey);
    const forward: ForwardView = {
      id: known?.id ?? `f${this.#world.forwards.size + 10}`,
      deviceKey,
      deviceName: device?.name ?? deviceKey,
      serviceId,
      serviceKind: device?.services.find((service) => service.id === serviceId)?.kind ?? 'tcp',
      address: '127.0.0.1',
      port: known?.port ?? 33_100 + this.#next++,
      state: known?.state === 'open' ? 'open' : 'listening',
      connections: known?.connections ?? 0,
      bytesUp: known?.bytesUp ?? 0,
      bytesDown: known?.bytesDown ?? 0,
      timings: known?.timings ?? { bindMs: 0.3 },
      idleTimeoutMs: 900_000,
    };
    this.#upsert('forwards', forward);
    return forward;
  }
}
