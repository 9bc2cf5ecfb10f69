import { byPreference } from '../../core/fleet/service-preference.ts';
import { interactiveMs, secondsText, withDeadline } from '../../core/base/deadline.ts';
import type { Device, Service } from '../../core/fleet/device.ts';
import { Emitter } from '../../core/base/emitter.ts';
import { fail, ok, type AppError, type Result } from '../../core/base/errors.ts';
import type { ForwardSnapshot } from '../../core/forward/forward-record.ts';
import type { Clock } from '../../core/base/clock.ts';
import type { TrayAction, TrayDevice, TrayForward, TrayState } from '../../core/app/tray-state.ts';
import type { NavigationIntent } from '../../core/app/navigation-intent.ts';
import type { Accounts } from '../fleet/accounts.ts';
import type { AlertRequest } from '../../core/alert/notice-click.ts';
import type { DevicePreferences } from '../fleet/device-preferences.ts';
import type { Forwards } from '../forward/forwards.ts';
import type { Inventory } from '../fleet/inventory.ts';
import type { Launches } from '../launch/launches.ts';
import type { Recents } from '../launch/recents.ts';
import { defined } from '../../core/base/defined.ts';

/** Milliseconds between a change and the updated menu: a fleet changes in bursts. */
const gatherMs = 250;
/** The number of recents that are read; more than are shown, because some are gone or are favourites. */
const maxRecents = 20;
/** The hour at which notices return in the morning. */
const morning = 8;

/**
 * Pauses notices, on hosts that have them. Times are epoch milliseconds; `Number.MAX_SAFE_INTEGER`: until further
 * notice.
 */
export interface NoticePause {
  until(): number | undefined;
  set(until: number | undefined): Promise<Result<void>>;
  readonly changed: { on(listener: () => void): () => void };
}

/** The part of the tray that belongs to the host's program. */
export interface TrayShell {
  /** Opens the palette; without a palette, the window with it. */
  quickConnect(): void;
  /** Opens the window and shows the intent, if there is one. */
  openWindow(intent?: NavigationIntent): void;
  copyText(text: string): Promise<Result<void>>;
  /** Reports that a click could not be carried out. */
  failed(error: AppError): void;
  quit(): void;
}

export interface TrayControllerDeps {
  readonly accounts: Pick<Accounts, 'list' | 'changed'>;
  readonly inventory: Pick<Inventory, 'devices' | 'device' | 'nameOf' | 'servicesOf' | 'health' | 'changed'>;
  readonly preferences: Pick<DevicePreferences, 'isFavourite' | 'defaultServiceId' | 'changed'>;
  readonly forwards: Pick<Forwards, 'list' | 'open' | 'stop' | 'changed'>;
  readonly launches: Pick<Launches, 'open'>;
  readonly recents: Pick<Recents, 'keys' | 'note' | 'changed'>;
  readonly pause?: NoticePause | undefined;
  readonly clock: Clock;
  readonly shell: TrayShell;
  /** The global shortcut as the system writes it, if there is one. */
  readonly shortcut?: () => string | undefined;
}

const twoDigits = (value: number): string => String(value).padStart(2, '0');

/** `until 14:30`, with the day if that is not today. */
const untilText = (until: number, now: number): string => {
  if (until >= Number.MAX_SAFE_INTEGER) return '';
  const end = new Date(until);
  const time = `${twoDigits(end.getHours())}:${twoDigits(end.getMinutes())}`;
  return end.toDateString() === new Date(now).toDateString() ? `until ${time}` : `until tomorrow ${time}`;
};

const nextMorning = (now: number): number => {
  const next = new Date(now);
  if (next.getHours() >= morning) next.setDate(next.getDate() + 1);
  next.setHours(morning, 0, 0, 0);
  return next.getTime();
};

/** Problems first. */
const forwardOrder = ['failed', 'reconnecting', 'open', 'dialling', 'idle', 'listening'];

/** The state and the actions of a tray, whoever draws it: Electron, or our StatusNotifierItem. */
export class TrayController {
  /** The state may have changed; changes are gathered, so that a busy fleet does not redraw the menu all the time. */
  readonly changed = new Emitter<void>();
  readonly #deps: TrayControllerDeps;
  readonly #stops: readonly (() => void)[];
  readonly #ending = new AbortController();
  #cancelTimer: (() => void) | undefined;

  constructor(deps: TrayControllerDeps) {
    this.#deps = deps;
    const touch = (): void => this.touch();
    this.#stops = [
      deps.accounts.changed.on(touch),
      deps.inventory.changed.on(touch),
      deps.preferences.changed.on(touch),
      deps.forwards.changed.on(touch),
      deps.recents.changed.on(touch),
      ...(deps.pause === undefined ? [] : [deps.pause.changed.on(touch)]),
    ];
  }

  /** Something outside the services changed that the tray shows. */
  touch(): void {
    this.#cancelTimer ??= this.#deps.clock.after(gatherMs, () => {
      this.#cancelTimer = undefined;
      this.changed.emit();
    });
  }

  state(): TrayState {
    const { accounts, inventory, preferences, recents, shortcut } = this.#deps;
    let offline = 0;
    const favourites: Device[] = [];
    for (const device of inventory.devices.values()) {
      if (device.presence.state === 'offline') offline += 1;
      if (preferences.isFavourite(device.key)) favourites.push(device);
    }
    favourites.sort((a, b) => a.name.localeCompare(b.name, 'en', { numeric: true }));
    const used = recents
      .keys()
      .filter((key) => !preferences.isFavourite(key))
      .map((key) => inventory.device(key))
      .filter((device) => device !== undefined)
      .slice(0, maxRecents);
    const keys = shortcut?.();
    return {
      forwards: this.#forwards(),
      favourites: favourites.map((device) => this.#device(device)),
      recents: used.map((device) => this.#device(device)),
      troubled: accounts.list().flatMap((account) => {
        const { error } = inventory.health(account.id);
        return error === undefined ? [] : [{ accountId: account.id, label: account.label, message: error.message }];
      }),
      offline,
      devices: inventory.devices.size,
      notices: this.#notices(),
      ...defined({ shortcut: keys }),
    };
  }

  /** Carries out a click. Never rejects; the shell shows failures. */
  async act(action: TrayAction): Promise<void> {
    const { shell, forwards, pause } = this.#deps;
    switch (action.type) {
      case 'quick-connect':
        return shell.quickConnect();
      case 'open-window':
        return shell.openWindow();
      case 'show-offline':
        return shell.openWindow({ show: 'devices', query: 'is:offline' });
      case 'show-account':
        return shell.openWindow({ show: 'account', accountId: action.accountId });
      case 'show-forwards':
        return shell.openWindow({ show: 'page', page: 'forwards' });
      case 'show-settings':
        return shell.openWindow({ show: 'page', page: 'settings' });
      case 'connect':
        return this.#tell(await this.#connect(action.deviceKey, action.serviceId));
      case 'copy-address':
        return this.#tell(await this.#copyAddress(action.deviceKey, action.serviceId));
      case 'copy-text':
        return this.#tell(await shell.copyText(action.text));
      case 'stop-forward':
        return this.#tell(await forwards.stop(action.forwardId));
      case 'pause-notices':
        return this.#tell((await pause?.set(this.#until(action.length))) ?? ok(undefined));
      case 'resume-notices':
        return this.#tell((await pause?.set(undefined)) ?? ok(undefined));
      case 'quit':
        return shell.quit();
      default:
        action satisfies never;
    }
  }

  /** Carries out a click on a notice. */
  follow(request: AlertRequest): void {
    const { shell } = this.#deps;
    switch (request.kind) {
      case 'open-incident':
        shell.openWindow({ show: 'incident', incidentId: request.incidentId });
        return;
      case 'open-device':
        shell.openWindow({ show: 'device', deviceKey: request.deviceKey });
        return;
      case 'open-activity':
        shell.openWindow({ show: 'page', page: 'activity' });
        return;
      case 'connect':
        void this.act({ type: 'connect', deviceKey: request.deviceKey });
        return;
      default:
        request satisfies never;
    }
  }

  /** Aborts unfinished actions. */
  dispose(): void {
    for (const stop of this.#stops) stop();
    this.#cancelTimer?.();
    this.#ending.abort();
  }

  #services(deviceKey: string): readonly Service[] {
    const { inventory, preferences } = this.#deps;
    return byPreference(inventory.servicesOf(deviceKey), preferences.defaultServiceId(deviceKey));
  }

  #device(device: Device): TrayDevice {
    return {
      key: device.key,
      name: device.name,
      presence: device.presence.state,
      services: this.#services(device.key).map(({ id, kind, name, route }) => ({
        id,
        kind,
        name,
        hasAddress: route === 'tunnel' || route === 'http',
      })),
    };
  }

  #forwards(): readonly TrayForward[] {
    const { forwards, inventory } = this.#deps;
    return forwards
      .list()
      .filter((forward) => forward.state !== 'stopped')
      .toSorted((a, b) => forwardOrder.indexOf(a.state) - forwardOrder.indexOf(b.state) || a.port - b.port)
      .map((forward: ForwardSnapshot) => ({
        id: forward.id,
        deviceKey: forward.deviceKey,
        deviceName: inventory.nameOf(forward.deviceKey),
        serviceId: forward.serviceId,
        serviceKind: forward.serviceKind,
        address: forward.address,
        port: forward.port,
        state: forward.state,
        connections: forward.connections,
        ...(forward.error === undefined ? {} : { reason: forward.error.message }),
      }));
  }

  #notices(): TrayState['notices'] {
    const { pause, clock } = this.#deps;
    if (pause === undefined) return 'absent';
    const until = pause.until();
    return until === undefined || until <= clock.now() ? 'on' : { paused: untilText(until, clock.now()) };
  }

  #until(length: number | 'tomorrow' | 'ever'): number {
    const now = this.#deps.clock.now();
    return length === 'ever' ? Number.MAX_SAFE_INTEGER : length === 'tomorrow' ? nextMorning(now) : now + length;
  }

  /** The longest wait after a click, milliseconds; then a message says so, because the tray shows no progress. */
  #soon<T>(act: (signal: AbortSignal) => Promise<Result<T>>): Promise<Result<T>> {
    const late = () =>
      fail(
        'timeout',
        `What was chosen in the menu was not done within ${secondsText(interactiveMs)}.`,
        'Open the window: it shows what is waited for.',
      );
    return withDeadline({ clock: this.#deps.clock, ms: interactiveMs, signal: this.#ending.signal, late }, act);
  }

  async #connect(deviceKey: string, wanted: string | undefined): Promise<Result<unknown>> {
    const { forwards, launches, recents } = this.#deps;
    const services = this.#services(deviceKey);
    const service = wanted === undefined ? services[0] : services.find(({ id }) => id === wanted);
    if (service === undefined) {
      this.#deps.shell.openWindow({ show: 'device', deviceKey });
      return ok(undefined);
    }
    const request = { deviceKey, serviceId: service.id };
    // A plain port has no program: it is opened, and the window shows where.
    const done = await this.#soon<unknown>((signal) =>
      service.kind === 'tcp' ? forwards.open(request, signal) : launches.open(request, signal),
    );
    if (!done.ok) return done;
    if (service.kind === 'tcp') this.#deps.shell.openWindow({ show: 'device', deviceKey });
    // The connection is open even if the use cannot be remembered.
    await recents.note(deviceKey);
    return ok(undefined);
  }

  async #copyAddress(deviceKey: string, serviceId: string): Promise<Result<void>> {
    const { forwards, shell, recents } = this.#deps;
    const opened = await this.#soon((signal) => forwards.open({ deviceKey, serviceId }, signal));
    if (!opened.ok) return opened;
    const { address, port } = opened.value;
    const copied = await shell.copyText(`${address === '127.0.0.1' ? 'localhost' : address}:${port}`);
    if (copied.ok) await recents.note(deviceKey);
    return copied;
  }

  #tell(done: Result<unknown>): void {
    if (!done.ok && done.error.kind !== 'cancelled') this.#deps.shell.failed(done.error);
  }
}
