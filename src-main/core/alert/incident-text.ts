import type { IncidentScope } from './incident-cover.ts';
import type { Incident, IncidentMember } from './incident.ts';
import type { DesktopNotice } from './notifier.ts';

/** The names of accounts in texts. */
export interface Labels {
  accountLabel(accountId: string): string;
}

/** A number as people write it. */
export const count = (value: number): string => value.toLocaleString('en');

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/** A duration in its two largest units. */
export const durationText = (ms: number): string => {
  if (ms < minuteMs) return 'less than a minute';
  const minutes = Math.floor(ms / minuteMs);
  if (ms < hourMs) return `${minutes} min`;
  if (ms < dayMs) return minutes % 60 === 0 ? `${minutes / 60} h` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
  const days = Math.floor(ms / dayMs);
  const hours = Math.floor((ms % dayMs) / hourMs);
  return `${days} ${days === 1 ? 'day' : 'days'}${hours === 0 ? '' : ` ${hours} h`}`;
};

/** At most three names, and the number of the others. */
export const namesText = (names: readonly string[]): string => {
  const shown = names.slice(0, 3);
  const more = names.length - shown.length;
  if (more > 0) return `${shown.join(', ')} and ${count(more)} more`;
  return shown.length > 1 ? `${shown.slice(0, -1).join(', ')} and ${shown.at(-1) ?? ''}` : (shown[0] ?? '');
};

/** The part of a title after "devices" that says where they are; may be empty. */
const placeText = (scope: IncidentScope, labels: Labels): string => {
  switch (scope.kind) {
    case 'group':
      return ` in ${scope.group}`;
    case 'address':
      return ` behind ${scope.address}`;
    case 'account':
      return ` in ${labels.accountLabel(scope.accountId)}`;
    case 'fleet':
    case 'device':
      return '';
    default:
      return scope satisfies never;
  }
};

const byName = (a: IncidentMember, b: IncidentMember): number =>
  a.loss.name < b.loss.name ? -1 : a.loss.name > b.loss.name ? 1 : a.loss.key < b.loss.key ? -1 : 1;

const sortedMembers = (incident: Incident): readonly IncidentMember[] => [...incident.members.values()].sort(byName);

/** The account and the first group of a device, for a line below its name. */
const contextText = ({ loss }: IncidentMember, labels: Labels): string =>
  [labels.accountLabel(loss.accountId), ...loss.groups.slice(0, 1)].join(', ');

const allDevices = (number: number): string => (number === 2 ? 'Both devices' : `All ${count(number)} devices`);

/** "12 of 14 devices in Plant 3 went offline", or that they are back. */
export const incidentTitle = (incident: Incident, labels: Labels): string => {
  const { scope, members, total, resolvedAt } = incident;
  const size = members.size;
  const only = size === 1 ? [...members.values()][0] : undefined;
  if (size === 0) return 'The devices that went offline were removed';
  if (only !== undefined && (scope.kind === 'device' || resolvedAt !== undefined)) {
    return resolvedAt === undefined ? `${only.loss.name} went offline` : `${only.loss.name} is back`;
  }
  const place = placeText(scope, labels);
  if (resolvedAt !== undefined) return `${allDevices(size)}${place} are back`;
  if (size >= total) return `${allDevices(total)}${place} went offline`;
  return `${count(size)} of ${count(total)} devices${place} went offline`;
};

/** Which devices are away, and for how long. */
export const incidentBody = (incident: Incident, labels: Labels): string => {
  const members = sortedMembers(incident);
  const [first] = members;
  if (first === undefined) return '';
  if (incident.resolvedAt !== undefined) {
    const away = members.map((member) => Math.max(0, (member.backAt ?? member.since) - member.since));
    const shortest = durationText(away.reduce((least, ms) => Math.min(least, ms)));
    const longest = durationText(away.reduce((most, ms) => Math.max(most, ms)));
    if (members.length === 1) return `${contextText(first, labels)}. It was offline for ${longest}.`;
    return shortest === longest
      ? `They were offline for ${longest}.`
      : `They were offline for ${shortest} to ${longest}.`;
  }
  if (members.length === 1) return `${contextText(first, labels)}.`;
  const offline = members.filter((member) => member.offline).map((member) => member.loss.name);
  const back = members.length - offline.length;
  return back === 0 ? `${namesText(offline)}.` : `${count(back)} back. Still offline: ${namesText(offline)}.`;
};

/** The notice of an incident as it is now. `sound` is the user's general setting. */
export const incidentNotice = (incident: Incident, labels: Labels, sound: boolean): DesktopNotice => {
  const over = incident.resolvedAt !== undefined;
  const wanted = sound && [...incident.members.values()].some((member) => member.loss.sound);
  return {
    id: incident.id,
    title: incidentTitle(incident, labels),
    body: incidentBody(incident, labels),
    silent: over || !wanted,
    actions: over ? (incident.members.size === 1 ? ['connect'] : []) : ['snooze', 'mute'],
  };
};
