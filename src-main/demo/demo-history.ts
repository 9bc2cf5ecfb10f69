import { randomUUID } from 'node:crypto';
import { deviceKey } from '../core/fleet/device.ts';
import type { ActivityEntry, PresenceSample } from '../core/activity/activity-entry.ts';
import type { HistoryStore } from '../core/activity/activity-entry.ts';
import { durationText } from '../core/alert/incident-text.ts';
import { seededRandom } from '../simulators/fleet.ts';

/** An account of the demo and what it has, for a week that nobody watched. */
export interface DemoPast {
  readonly accountId: string;
  readonly label: string;
  readonly devices: readonly { readonly id: string; readonly name: string; readonly site: string }[];
}

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const days = 7;
/** Losses of a whole site or a part of it in the week, for all accounts together. */
const outages = 12;

interface Outage {
  readonly at: number;
  readonly forMs: number;
  readonly account: DemoPast;
  readonly site: string;
  readonly lost: DemoPast['devices'];
  readonly total: number;
}

const plan = (past: readonly DemoPast[], now: number, random: () => number): readonly Outage[] => {
  const withDevices = past.filter(({ devices }) => devices.length > 0);
  return Array.from({ length: withDevices.length === 0 ? 0 : outages }, (_, index): Outage => {
    const account = withDevices[index % withDevices.length] as DemoPast;
    const { site } = account.devices[Math.floor(random() * account.devices.length)] as DemoPast['devices'][number];
    const there = account.devices.filter((device) => device.site === site);
    // Now and then a whole site, mostly a few devices of it.
    const size = random() < 0.3 ? there.length : 1 + Math.floor(random() * Math.min(4, there.length));
    const lost = there.slice(0, size);
    // Over all days, and over before the demo begins.
    const at = Math.round(now - dayMs * days + ((index + random()) * (days * dayMs - 4 * hourMs)) / outages);
    return { at, forMs: Math.round((4 + random() * 110) * 60_000), account, site, lost, total: there.length };
  });
};

const count = (lost: number, total: number): string => (lost === total ? `All ${total}` : `${lost} of ${total}`);

const entriesOf = ({ at, forMs, account, site, lost, total }: Outage): readonly ActivityEntry[] => {
  const incidentId = randomUUID();
  const { accountId } = account;
  const [only] = lost.length === 1 ? lost : [];
  const away = durationText(forMs);
  const names = lost.map(({ name }) => name);
  const shown = names.length > 4 ? `${names.slice(0, 3).join(', ')} and ${names.length - 3} more` : names.join(', ');
  const of = (name: string, id: string) => ({ accountId, deviceKey: deviceKey(accountId, id), name });
  return [
    ...lost.map(({ id, name }): ActivityEntry => ({
      ...of(name, id),
      at,
      kind: 'offline',
      text: `${name} went offline`,
    })),
    {
      at: at + 60_000,
      kind: 'incident',
      accountId,
      incidentId,
      name:
        only === undefined
          ? `${count(lost.length, total)} devices in ${site} went offline`
          : `${only.name} went offline`,
      text: only === undefined ? `${shown}.` : `${account.label}, ${site}.`,
    },
    ...lost.map(({ id, name }): ActivityEntry => ({
      ...of(name, id),
      at: at + forMs,
      kind: 'online',
      text: `${name} is back, after ${away}`,
    })),
    {
      at: at + forMs,
      kind: 'resolved',
      accountId,
      incidentId,
      name: only === undefined ? `All ${lost.length} devices in ${site} are back` : `${only.name} is back`,
      text:
        only === undefined
          ? `They were offline for ${away}.`
          : `${account.label}, ${site}. It was offline for ${away}.`,
    },
  ];
};

/** The device time of an account in each hour of the week: about one device in twelve is offline, and what an outage takes. */
const samplesOf = (
  account: DemoPast,
  all: readonly Outage[],
  now: number,
  random: () => number,
): readonly PresenceSample[] => {
  const first = Math.ceil((now - days * dayMs) / hourMs);
  const own = all.filter((outage) => outage.account === account);
  return Array.from({ length: Math.max(0, Math.floor(now / hourMs) - first) }, (_, index): PresenceSample => {
    const hour = (first + index) * hourMs;
    const whole = account.devices.length * hourMs;
    const lostMs = own.reduce(
      (sum, { at, forMs, lost }) =>
        sum + lost.length * Math.max(0, Math.min(at + forMs, hour + hourMs) - Math.max(at, hour)),
      0,
    );
    const offlineMs = Math.min(whole, whole * (0.07 + random() * 0.02) + lostMs);
    return {
      accountId: account.accountId,
      hour,
      onlineMs: whole - offlineMs,
      offlineMs,
      unknownMs: 0,
      watchedMs: hourMs,
    };
  });
};

/** Puts a week of made-up history into a profile, by the store that keeps the real one. `now`: epoch milliseconds. */
export const writeDemoHistory = async (store: HistoryStore, past: readonly DemoPast[], now: number): Promise<void> => {
  const random = seededRandom(7);
  const all = plan(past, now, random);
  const written = await store.write({
    entries: all.flatMap(entriesOf).toSorted((a, b) => a.at - b.at),
    firstSeen: past.flatMap(({ accountId, devices }) =>
      devices.map(({ id }) => ({ deviceKey: deviceKey(accountId, id), at: now - days * dayMs })),
    ),
    gaps: [],
    samples: past.flatMap((account) => samplesOf(account, all, now, random)),
    aliveAt: now,
  });
  await store.close();
  if (!written.ok) throw new Error(written.error.message);
};
