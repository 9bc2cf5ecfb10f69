import type { AlertSettingsView, IncidentView } from '../../src-preload/contract/alert.ts';
import type { DeviceView } from '../../src-preload/contract/device.ts';
import type { ErrorView } from '../../src-preload/contract/error-view.ts';
import type { ActivityView } from '../../src-preload/contract/history.ts';
import { seededRandom } from '../../src-main/simulators/fleet.ts';
import type { ScriptOptions, World } from './scripted-world.ts';

type Reply = { readonly value: unknown } | { readonly error: ErrorView };

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

const brokenHistory: ErrorView = {
  kind: 'internal',
  message: 'The history could not be read.',
  hint: 'Look at the log in the folder of the profile.',
};

const titleOf = (lost: readonly DeviceView[], total: number, group: string): string =>
  lost.length === 1
    ? `${lost[0]?.name ?? ''} went offline`
    : `${lost.length} of ${total} devices in ${group} went offline`;

/** A group that is half gone, a single device, and one that is over. */
export const scriptedIncidents = (devices: readonly DeviceView[], now: number): readonly IncidentView[] => {
  const groups = [...Map.groupBy(devices, (device) => device.groups[0] ?? 'Others')].slice(0, 3);
  return groups.flatMap(([group, members], index): readonly IncidentView[] => {
    const lost = members.slice(0, index === 1 ? 1 : Math.min(14, members.length));
    const startedAt = now - (index + 1) * 17 * minute;
    const over = index === 2;
    if (lost.length === 0) return [];
    return [
      {
        id: `incident-${index}`,
        title: over ? `${lost.length} devices in ${group} are back` : titleOf(lost, members.length, group),
        body: lost.map(({ name }) => name).join(', '),
        scope: lost.length === 1 ? 'device' : 'group',
        accountId: lost[0]?.accountId,
        ...(lost.length === 1 ? {} : { group }),
        total: members.length,
        lost: lost.length,
        offline: over ? 0 : Math.max(1, lost.length - 2),
        startedAt,
        openedAt: startedAt + minute,
        ...(over ? { resolvedAt: startedAt + 9 * minute } : {}),
        devices: lost.map(({ key, name }, at) => {
          const offline = !over && at < Math.max(1, lost.length - 2);
          return { key, name, offline, since: startedAt, ...(offline ? {} : { backAt: startedAt + 6 * minute }) };
        }),
      },
    ];
  });
};

/** As many lines as an eventful quarter has, made when they are asked for. */
const lines = 100_000;

const kinds = ['offline', 'online', 'connected', 'disconnected', 'operation', 'connect-failed', 'flapping'] as const;
const words: Readonly<Record<(typeof kinds)[number], string>> = {
  offline: 'went offline',
  online: 'is back after 4 min',
  connected: 'connected over SSH, port 33004',
  disconnected: 'SSH closed after 12 min, 1.4 MB moved',
  operation: 'Rename device: done',
  'connect-failed': 'could not be reached: the tunnel was refused',
  flapping: 'keeps going offline and back; no more notices until it is calm',
};

/** Alerts, history and diagnostics as main would answer them. */
export class ScriptedAlerts {
  readonly #world: World;
  readonly #options: ScriptOptions;
  readonly #added: ActivityView[] = [];
  readonly #change: (incident: IncidentView) => void;
  settings: AlertSettingsView = {
    notify: 'all',
    graceMs: minute,
    confirmations: 0,
    sound: true,
    tellBack: true,
    rules: [],
    mutes: [],
    maintenance: [],
    quietHours: { on: false, from: 22 * 60, until: 7 * 60, days: [0, 1, 2, 3, 4, 5, 6] },
    tellWhenBack: [],
    historyDays: 90,
  };

  /** `change` sends another state of an incident to the window. */
  constructor(options: ScriptOptions, world: World, change: (incident: IncidentView) => void) {
    this.#change = change;
    this.#options = options;
    this.#world = world;
  }

  /** One more line, as if it had just happened. */
  record(entry: Omit<ActivityView, 'id'>): void {
    this.#added.unshift({ ...entry, id: lines + this.#added.length + 1 });
  }

  /** Undefined for what is not about alerts. `input` has passed the contract. */
  answer(name: string, input: unknown): Reply | undefined {
    const given = input as Record<string, unknown>;
    switch (name) {
      case 'alerts.get':
        return { value: this.settings };
      case 'alerts.change':
        return this.#keep(given);
      case 'alerts.snooze':
        return this.#snooze(given);
      case 'alerts.mute':
        return this.#mute(given);
      case 'alerts.tellWhenBack': {
        const others = this.settings.tellWhenBack.filter((key) => key !== given['deviceKey']);
        return this.#keep({ tellWhenBack: given['on'] === true ? [...others, String(given['deviceKey'])] : others });
      }
      case 'history.query':
        return this.#history(given);
      case 'history.export':
        return { value: { csv: 'at,kind,account,device,text\r\n' } };
      case 'history.timeline':
        return this.#failing ?? { value: { buckets: this.#timeline(given) } };
      case 'history.uptime':
        return {
          value: {
            onlineMs: 6.9 * day,
            offlineMs: 40 * minute,
            unknownMs: hour,
            ratio: 0.996,
            outages: [{ since: this.#options.now - day, until: this.#options.now - day + 40 * minute }],
          },
        };
      case 'diagnostics.get':
        return this.#failing ?? { value: this.#diagnostics() };
      case 'diagnostics.report':
        return { value: { path: '/home/ada/.config/Quayside/reports/quayside-report-2026-11-21.json' } };
      default:
        return undefined;
    }
  }

  get #failing(): Reply | undefined {
    return this.#options.scenario === 'failing' ? { error: brokenHistory } : undefined;
  }

  #keep(patch: Partial<AlertSettingsView>): Reply {
    this.settings = { ...this.settings, ...patch };
    return { value: this.settings };
  }

  #snooze(given: Record<string, unknown>): Reply {
    const incident = this.#world.incidents.get(String(given['incidentId']));
    const until = this.#options.now + Number(given['forMs']);
    if (incident === undefined) return this.#keep(given['target'] === undefined ? { pausedUntil: until } : {});
    const { snoozedUntil: _, ...rest } = incident;
    this.#change(given['forMs'] === 0 ? rest : { ...rest, snoozedUntil: until });
    return { value: this.settings };
  }

  #mute(given: Record<string, unknown>): Reply {
    const incident = this.#world.incidents.get(String(given['incidentId']));
    if (incident !== undefined) this.#change({ ...incident, snoozedUntil: Number.MAX_SAFE_INTEGER });
    const target =
      incident === undefined
        ? (given['target'] as AlertSettingsView['mutes'][number]['target'])
        : ({ kind: 'group', accountId: incident.accountId ?? '', group: incident.group ?? '' } as const);
    const others = this.settings.mutes.filter((mute) => JSON.stringify(mute.target) !== JSON.stringify(target));
    return this.#keep({ mutes: given['on'] === false ? others : [...others, { target }] });
  }

  #line(index: number): ActivityView {
    const random = seededRandom(index + 1);
    const devices = [...this.#world.devices.values()];
    const device = devices[Math.floor(random() * devices.length)];
    const kind = kinds[Math.floor(random() ** 2 * kinds.length)] ?? 'offline';
    const name = device?.name ?? 'a device';
    return {
      id: lines - index,
      at: this.#options.now - 4 * minute - index * 3 * minute - Math.floor(random() * 2 * minute),
      kind,
      accountId: device?.accountId,
      deviceKey: device?.key,
      name,
      text: `${name} ${words[kind]}`,
    };
  }

  #history(given: Record<string, unknown>): Reply {
    if (this.#failing !== undefined) return this.#failing;
    if (this.#options.scenario !== 'eventful') return { value: { entries: this.#added } };
    const from = Number(given['cursor'] ?? 0);
    const limit = Number(given['limit'] ?? 100);
    const wanted = (given['text'] as string | undefined)?.toLowerCase();
    const entries: ActivityView[] = from === 0 ? [...this.#added] : [];
    let index = from;
    for (; index < lines && entries.length < limit; index += 1) {
      const line = this.#line(index);
      const isKind = (given['kinds'] as readonly string[] | undefined)?.includes(line.kind) ?? true;
      const isDevice = given['deviceKey'] === undefined || given['deviceKey'] === line.deviceKey;
      if (isKind && isDevice && (wanted === undefined || line.text.toLowerCase().includes(wanted))) entries.push(line);
      if (index - from > 5000) break;
    }
    return { value: { entries, ...(index < lines ? { next: String(index) } : {}) } };
  }

  #timeline(given: Record<string, unknown>): readonly unknown[] {
    const step = given['bucket'] === 'hour' ? hour : day;
    const total = this.#world.devices.size;
    const random = seededRandom(7);
    const buckets: unknown[] = [];
    const quiet = this.#options.scenario !== 'eventful';
    for (let at = Number(given['since']); at < Number(given['until']); at += step) {
      const share = random();
      const offline = quiet ? 0 : Math.round(total * (share > 0.93 ? 0.4 : 0.04 + share * 0.05));
      const watched = quiet || (share > 0.5 && share < 0.53) ? 0 : 1;
      buckets.push({ at, online: total - offline, offline, unknown: 0, watched });
    }
    return buckets;
  }

  #diagnostics(): unknown {
    return {
      takenAt: this.#options.now,
      versions: [
        { name: 'Quayside', version: '0.1.0' },
        { name: 'electron', version: '45.0.0' },
        { name: 'node', version: '24.4.0' },
        { name: 'linux', version: '6.12 x64' },
      ],
      uptimeMs: 3 * hour,
      memoryBytes: 142_000_000,
      vault: { kind: 'keychain' },
      notices: { by: 'window', reason: 'No notification service is running.' },
      devices: this.#world.devices.size,
      accounts: [...this.#world.accounts.values()].map(({ vendor, deviceCount, lastGoodAt, error }) => ({
        vendor,
        devices: deviceCount,
        lastGoodAt,
        error: error?.kind,
      })),
      forwards: [...this.#world.forwards.values()].map(({ state, error }) => ({ state, error: error?.kind })),
      timings: [
        { phase: 'program', ms: 118.2 },
        { phase: 'core', ms: 61.5 },
        { phase: 'tray', ms: 24.1 },
      ],
      log: [
        '{"time":"2026-11-21T03:20:11.120Z","level":"info","event":"inventory.listed","devices":84}',
        '{"time":"2026-11-21T03:21:40.482Z","level":"warn","event":"alerts.not-shown","reason":"No notification service is running."}',
        '{"time":"2026-11-21T03:24:02.007Z","level":"error","event":"page.crashed","reason":"killed"}',
      ],
    };
  }
}
