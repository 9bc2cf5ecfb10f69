import { afterEach, expect } from 'vitest';
import { queryMatcher } from '../../src-main/bridge/query-matcher.ts';
import { defaultAlertSettings, type AlertSettings } from '../../src-main/core/alert/alert-settings.ts';
import type { ActivityEntry } from '../../src-main/core/activity/activity-entry.ts';
import type { IncidentRecord } from '../../src-main/core/alert/incident-record.ts';
import type { DeviceRecord } from '../../src-main/core/fleet/device.ts';
import { Emitter } from '../../src-main/core/base/emitter.ts';
import { fail, ok } from '../../src-main/core/base/errors.ts';
import type { Result } from '../../src-main/core/base/errors.ts';
import type { DesktopNotice, NoticeAction, Notifier } from '../../src-main/core/alert/notifier.ts';
import type { AlertRequest } from '../../src-main/core/alert/notice-click.ts';
import { Alerts } from '../../src-main/services/alert/alerts.ts';
import type { AccountChange } from '../../src-main/services/fleet/accounts.ts';
import type { Vendor } from '../../src-main/vendors/vendor.ts';
import { fakeVendor, record, ScriptedConnector, silentLog } from './fake-vendor.ts';
import { inventoryRig } from './inventory-rig.ts';
import { MemoryDocument } from './memory-document.ts';
import { settle } from './virtual-clock.ts';

/** A desktop's notifications, as somebody in front of it would see them. */
export class ScreenNotifier implements Notifier {
  readonly log: { readonly kind: 'show' | 'update'; readonly notice: DesktopNotice; readonly at: number }[] = [];
  readonly visible = new Map<string, DesktopNotice>();
  readonly #actions = new Emitter<readonly [string, NoticeAction | 'open']>();
  readonly #now: () => number;
  /** Why nothing can be shown, if so. */
  refusal: Result<void> = ok(undefined);

  constructor(now: () => number) {
    this.#now = now;
  }

  async show(notice: DesktopNotice): Promise<Result<void>> {
    return this.#put('show', notice);
  }

  async update(notice: DesktopNotice): Promise<Result<void>> {
    return this.#put('update', notice);
  }

  async close(id: string): Promise<void> {
    this.visible.delete(id);
  }

  onAction(listener: (id: string, action: NoticeAction | 'open') => void): () => void {
    return this.#actions.on(([id, action]) => listener(id, action));
  }

  click(id: string, action: NoticeAction | 'open'): void {
    this.#actions.emit([id, action]);
  }

  get shown(): readonly DesktopNotice[] {
    return this.log.filter(({ kind }) => kind === 'show').map(({ notice }) => notice);
  }

  get titles(): readonly string[] {
    return this.shown.map(({ title }) => title);
  }

  #put(kind: 'show' | 'update', notice: DesktopNotice): Result<void> {
    if (!this.refusal.ok) return this.refusal;
    this.log.push({ kind, notice, at: this.#now() });
    this.visible.set(notice.id, notice);
    return ok(undefined);
  }

  refuse(reason: string): void {
    this.refusal = fail('unsupported', reason, 'Nothing to do.');
  }
}

/** A device of the scripted fleet: eight a group, four groups behind an address. */
export const fleetDevice = (index: number, observedAt: number, offline: boolean): DeviceRecord => ({
  ...record(`d${index}`, observedAt, offline ? 'offline' : 'online'),
  name: `device ${String(index).padStart(5, '0')}`,
  groups: [`Plant ${Math.floor(index / 8)}`],
  tags: index % 2 === 0 ? ['even'] : [],
  externalAddress: `203.0.113.${Math.floor(index / 32)}`,
});

/** Alerts over a real inventory whose vendor, clock and screen are the test's. */
export const alertRig = (options: {
  readonly devices: number;
  readonly accounts?: readonly string[];
  readonly settings?: Partial<AlertSettings>;
  readonly latencyMs?: number;
  readonly timeZone?: () => string;
  readonly startAt?: number;
  readonly incidents?: readonly IncidentRecord[];
}) => {
  const ids = options.accounts ?? ['acme'];
  const rig = inventoryRig(ids);
  const { clock, inventory } = rig;
  if (options.startAt !== undefined) clock.shiftWall(options.startAt - clock.now());
  const offline = new Set<number>();
  for (const id of ids) {
    rig.connector(id).listing = async function* () {
      const now = clock.now();
      yield ok({
        devices: Array.from({ length: options.devices }, (_, index) => fleetDevice(index, now, offline.has(index))),
      });
    };
  }
  const screen = new ScreenNotifier(() => clock.now());
  const document = new MemoryDocument<AlertSettings>(defaultAlertSettings, {
    ...defaultAlertSettings,
    ...options.settings,
  });
  const vendor: Vendor = {
    ...fakeVendor('remoteiot', () => new ScriptedConnector()),
    presenceLatencyMs: options.latencyMs ?? 0,
  };
  const favourites = new Set<string>();
  const inApp = new Map<string, string>();
  const changed = new Emitter<AccountChange>();
  const stored = new MemoryDocument<readonly IncidentRecord[]>([], options.incidents);
  const alerts = new Alerts({
    document,
    incidents: stored,
    accounts: {
      list: () => rig.list,
      get: (id) => rig.list.find((each) => each.id === id),
      vendor: () => vendor,
      changed,
    },
    inventory,
    preferences: { isFavourite: (key) => favourites.has(key) },
    settings: { get: () => ({ pollFactor: 1 }) },
    matches: queryMatcher({
      vendorName: (id) => id,
      accountLabel: (id) => id,
      isFavourite: (key) => favourites.has(key),
      servicesOf: (key) => inventory.servicesOf(key),
      clock,
    }),
    notifier: screen,
    inApp: {
      add: ({ id, text, hint }) => void inApp.set(id, `${text} | ${hint}`),
      dismiss: (id) => void inApp.delete(id),
    },
    timeZone: options.timeZone ?? (() => 'UTC'),
    clock,
    log: silentLog,
  });
  const entries: ActivityEntry[] = [];
  alerts.recorded.on((more) => entries.push(...more));
  const requests: AlertRequest[] = [];
  alerts.requested.on((request) => requests.push(request));
  const key = (index: number): string => `${ids[0] ?? ''}/d${index}`;
  return {
    ...rig,
    alerts,
    screen,
    document,
    stored,
    favourites,
    inApp,
    entries,
    requests,
    offline,
    key,
    /** Starts with everything online and seen. */
    start: async () => {
      await alerts.load();
      inventory.start();
      await clock.advance(1000);
    },
    turnOff: (...indexes: readonly number[]) => {
      for (const index of indexes) offline.add(index);
    },
    turnOn: (...indexes: readonly number[]) => {
      for (const index of indexes) offline.delete(index);
    },
    /** Asks the vendor now. */
    poll: async () => {
      const polled = inventory.refresh(undefined, new AbortController().signal);
      await clock.advance(50);
      await polled;
      await settle();
    },
    dispose: async () => {
      await alerts.dispose();
      const gone = inventory.dispose();
      await clock.advance(5000);
      await gone;
    },
  };
};

export type AlertRig = ReturnType<typeof alertRig>;

/** Rigs of one test file: each is disposed of after its test, and must then have no timer left. */
export const trackedAlertRigs = (): typeof alertRig => {
  const rigs: AlertRig[] = [];
  afterEach(async () => {
    for (const rig of rigs.splice(0)) {
      await rig.dispose();
      expect(rig.clock.pending).toBe(0);
    }
  });
  return (options) => {
    const rig = alertRig(options);
    rigs.push(rig);
    return rig;
  };
};
