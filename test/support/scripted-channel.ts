import type {
  Change,
  ClientFrame,
  CollectionName,
  FrameChannel,
  HostFrame,
} from '../../src-preload/contract/frames.ts';
import { matches, parseQuery } from '../../src-preload/contract/query.ts';
import type { AccountView } from '../../src-preload/contract/account.ts';
import type { IncidentView } from '../../src-preload/contract/alert.ts';
import type { AppView } from '../../src-preload/contract/app.ts';
import type { DeviceView } from '../../src-preload/contract/device.ts';
import type { ErrorView } from '../../src-preload/contract/error-view.ts';
import type { ForwardView } from '../../src-preload/contract/forward.ts';
import { isRequestName, requests, type RequestName } from '../../src-preload/contract/requests.ts';
import { preferredService } from '../../src-main/core/fleet/service-preference.ts';
import { ScriptedAlerts } from './scripted-alerts.ts';
import { scriptedVendors } from './scripted-fleet.ts';
import { forwardReply } from './scripted-forwards.ts';
import { ScriptedOperations } from './scripted-operations.ts';
import { unauthorized, worldOf, type ScriptOptions, type World } from './scripted-world.ts';

type Reply = { readonly value: unknown } | { readonly error: ErrorView };

const chunk = 2000;

/** A FrameChannel that answers like main would, from a generated fleet, without a host. */
export class ScriptedChannel implements FrameChannel {
  readonly #world: World;
  readonly #options: ScriptOptions;
  /** What a launch is refused with until its certificate is trusted. */
  changedCertificate: ErrorView | undefined;
  #onFrame: ((frame: HostFrame) => void) | undefined;
  #onClose: (() => void) | undefined;
  #seq = 0;
  /** Operations and bulk runs, which tests steer. */
  readonly operations: ScriptedOperations;
  /** Alerts, and what happened. */
  readonly alerts: ScriptedAlerts;
  /** What was said about the version that waits. */
  readonly updateAnswers: string[] = [];
  readonly #cancels = new Map<number, AbortController>();
  #next = 1;
  /** Every request made, for tests. Secrets appear only in `secrets.hand`. */
  readonly requested: { readonly name: string; readonly input: unknown }[] = [];

  constructor(options: ScriptOptions) {
    this.#options = options;
    this.#world = worldOf(options);
    this.alerts = new ScriptedAlerts(options, this.#world, (incident) => this.setIncident(incident));
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

  /** Changes a device, as a poll would. */
  setDevice(device: DeviceView): void {
    this.#upsert('devices', device);
  }

  /** Opens or changes an incident, as main's alerts would. */
  setIncident(incident: IncidentView): void {
    this.#upsert('incidents', incident);
  }

  /** Opens or changes a forward, as main would. */
  setForward(forward: ForwardView): void {
    this.#upsert('forwards', forward);
  }

  /** Forwards as the script holds them now. */
  get forwards(): ReadonlyMap<string, ForwardView> {
    return this.#world.forwards;
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
      { collection: 'incidents', rows: [...this.#world.incidents.values()] },
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

  #upsert(collection: CollectionName, row: unknown): void {
    if (collection === 'devices') this.#world.devices.set((row as DeviceView).key, row as DeviceView);
    if (collection === 'accounts') this.#world.accounts.set((row as AccountView).id, row as AccountView);
    if (collection === 'forwards') this.#world.forwards.set((row as ForwardView).id, row as ForwardView);
    if (collection === 'incidents') this.#world.incidents.set((row as IncidentView).id, row as IncidentView);
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
    const told = this.alerts.answer(name, parsed.data);
    if (told !== undefined) return told;
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
        const context = {
          accountLabel: (id: string): string => accounts.get(id)?.label ?? id,
          vendorName: (id: string): string => scriptedVendors.find((vendor) => vendor.id === id)?.name ?? id,
        };
        const found = [...devices.values()].filter((device) => matches(query, device, context));
        return { value: { total: found.length, devices: found } };
      }
      case 'devices.favourite': {
        const device = devices.get(input['deviceKey'] ?? '');
        if (device !== undefined) this.#upsert('devices', { ...device, favourite: input['favourite'] ?? false });
        return nothing;
      }
      case 'devices.default': {
        const device = devices.get(input['deviceKey'] ?? '');
        const chosen: string | undefined = input['serviceId'];
        if (device !== undefined)
          this.#upsert('devices', {
            ...device,
            defaultService: chosen,
            connectService: preferredService(device.services, chosen)?.id,
          });
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
      case 'forwards.acceptHostKey':
      case 'forwards.history':
      case 'forwards.statistics':
        return forwardReply(name, input, forwards.get(input['forwardId'] ?? ''), this.#options.now, (forward) =>
          this.#upsert('forwards', forward),
        );
      case 'launch.trust':
        this.changedCertificate = undefined;
        return nothing;
      case 'launch.command':
      case 'launch.open': {
        const forward = this.#open(input['deviceKey'] ?? '', input['serviceId'] ?? '');
        if (this.changedCertificate !== undefined) return { error: this.changedCertificate };
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
