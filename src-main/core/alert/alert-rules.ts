import type { Incident } from './incident.ts';
import type { AlertRule, AlertSettings, AlertTarget, NotifyChoice } from './alert-settings.ts';

/** The input of the rules. */
export interface AlertSubject {
  readonly key: string;
  readonly accountId: string;
  readonly groups: readonly string[];
  readonly tags: readonly string[];
}

/** Whether a query means the device in question. */
export type MatchesQuery = (query: string) => boolean;

/** Whether a target means this device. */
const meansDevice = (target: AlertTarget, device: AlertSubject, matches: MatchesQuery): boolean => {
  switch (target.kind) {
    case 'everything':
      return true;
    case 'account':
      return target.accountId === device.accountId;
    case 'group':
      return target.accountId === device.accountId && device.groups.includes(target.group);
    case 'tag':
      return device.tags.includes(target.tag);
    case 'query':
      return matches(target.query);
    case 'device':
      return target.deviceKey === device.key;
    default:
      return target satisfies never;
  }
};

export const sameTarget = (a: AlertTarget, b: AlertTarget): boolean => {
  switch (a.kind) {
    case 'everything':
      return b.kind === 'everything';
    case 'account':
      return b.kind === 'account' && a.accountId === b.accountId;
    case 'group':
      return b.kind === 'group' && a.accountId === b.accountId && a.group === b.group;
    case 'tag':
      return b.kind === 'tag' && a.tag === b.tag;
    case 'query':
      return b.kind === 'query' && a.query === b.query;
    case 'device':
      return b.kind === 'device' && a.deviceKey === b.deviceKey;
    default:
      return a satisfies never;
  }
};

/** The narrower the target, the higher the weight; of two equally narrow rules the first one wins. */
const narrowness: Readonly<Record<AlertTarget['kind'], number>> = {
  everything: 0,
  account: 1,
  group: 2,
  tag: 3,
  query: 4,
  device: 5,
};

/** The result of the rules for one device. */
export interface AlertChoice {
  readonly notify: NotifyChoice;
  readonly graceMs: number;
  readonly sound: boolean;
}

/** The choice for a device: each part comes from the narrowest rule that sets it. */
export const choiceFor = (settings: AlertSettings, device: AlertSubject, matches: MatchesQuery): AlertChoice => {
  const { notify, graceMs, sound } = settings;
  if (settings.rules.length === 0) return { notify, graceMs, sound };
  const matching = settings.rules.filter((rule) => meansDevice(rule.target, device, matches));
  const pick = <K extends 'notify' | 'graceMs' | 'sound'>(part: K): AlertRule[K] => {
    let best: AlertRule | undefined;
    for (const rule of matching) {
      if (rule[part] === undefined) continue;
      if (best === undefined || narrowness[rule.target.kind] > narrowness[best.target.kind]) best = rule;
    }
    return best?.[part];
  };
  return { notify: pick('notify') ?? notify, graceMs: pick('graceMs') ?? graceMs, sound: pick('sound') ?? sound };
};

/** The result for a loss: a notice, no notice, or a notice at a time (epoch milliseconds) if the loss lasts. */
export type LossVerdict =
  | { readonly kind: 'tell' }
  | { readonly kind: 'drop' }
  | { readonly kind: 'hold'; readonly until: number };

/** Decides about one device that is offline now. */
export const judgeLoss = (
  settings: AlertSettings,
  device: AlertSubject,
  context: { readonly favourite: boolean; readonly matches: MatchesQuery },
  now: number,
): LossVerdict => {
  const { favourite, matches } = context;
  const { notify } = choiceFor(settings, device, matches);
  if (notify === 'none' || (notify === 'favourites' && !favourite)) return { kind: 'drop' };
  let until = 0;
  for (const mute of settings.mutes) {
    if (!meansDevice(mute.target, device, matches)) continue;
    if (mute.until === undefined) return { kind: 'drop' };
    until = Math.max(until, mute.until);
  }
  for (const window of settings.maintenance) {
    if (window.from <= now && now < window.until && meansDevice(window.target, device, matches))
      until = Math.max(until, window.until);
  }
  return until > now ? { kind: 'hold', until } : { kind: 'tell' };
};

/** The targets of an incident: muting them suppresses similar incidents. Empty if there are none. */
export const targetsOf = (incident: Incident | undefined): readonly AlertTarget[] => {
  if (incident === undefined) return [];
  const { scope } = incident;
  switch (scope.kind) {
    case 'group':
    case 'account':
      return [scope];
    case 'device':
      return [{ kind: 'device', deviceKey: scope.key }];
    case 'address':
    case 'fleet':
      return [...incident.members.keys()].map((deviceKey) => ({ kind: 'device', deviceKey }));
    default:
      return scope satisfies never;
  }
};

/** The settings without mutes of these targets. */
export const withoutMutes = (settings: AlertSettings, targets: readonly AlertTarget[]): AlertSettings => ({
  ...settings,
  mutes: settings.mutes.filter((mute) => !targets.some((target) => sameTarget(target, mute.target))),
});
