import type { DeviceFactsView, DeviceView } from '../../src-preload/contract/device.ts';

/** How a fact is shown. Texts and lists are shown as the vendor gave them. */
export type FactValue =
  | { readonly kind: 'text'; readonly text: string; readonly mono?: boolean }
  | { readonly kind: 'list'; readonly items: readonly string[] }
  /** A moment: how long ago or ahead it is, or the length of time since. */
  | { readonly kind: 'moment'; readonly at: number; readonly as: 'when' | 'length' };

export interface FactRow {
  readonly label: string;
  readonly value: FactValue;
}

export interface FactGroup {
  readonly title: string;
  readonly rows: readonly FactRow[];
}

type Row = FactRow | undefined;

const text = (label: string, value: string | undefined, mono = false): Row =>
  value === undefined || value === '' ? undefined : { label, value: { kind: 'text', text: value, mono } };
const list = (label: string, items: readonly string[] | undefined): Row =>
  items === undefined || items.length === 0 ? undefined : { label, value: { kind: 'list', items } };
const moment = (label: string, at: number | undefined, as: 'when' | 'length' = 'when'): Row =>
  at === undefined ? undefined : { label, value: { kind: 'moment', at, as } };

/** `99.2 %`, `100 %`. */
const percent = (value: number | undefined): string | undefined =>
  value === undefined ? undefined : `${Number(value.toFixed(1))} %`;

const place = ({ city, region, country }: DeviceFactsView): string =>
  [...new Set([city, region, country].filter((part) => part !== undefined && part !== ''))].join(', ');

const present = (rows: readonly Row[]): readonly FactRow[] => rows.filter((row) => row !== undefined);

/** All that is known of a device beside its name, presence and services, in groups; those without a fact are left out. */
export const factGroups = (device: DeviceView, now: number): readonly FactGroup[] => {
  const facts = device.facts ?? {};
  const isOnline = device.presence.state === 'online';
  const { claimExpiresAt } = facts;
  const groups: readonly FactGroup[] = [
    {
      title: 'Device',
      rows: present([
        text('Platform', facts.platform),
        text('System', facts.os),
        text('Maker', facts.manufacturer),
        text('Model', facts.model),
        text('Serial', device.serial, true),
        text('Hardware id', facts.hardwareId, true),
        text('Device id', device.id, true),
      ]),
    },
    {
      title: 'Software',
      rows: present([
        text('Firmware', facts.firmware),
        moment('Installed', facts.firmwareInstalledAt),
        text('Channel', facts.channel),
        text('Agent', facts.agentVersion),
      ]),
    },
    {
      title: 'Network',
      rows: present([
        text('Internal', device.internalAddress, true),
        text('External', device.externalAddress, true),
        text('Last address', facts.lastAddress, true),
        text('MAC', device.mac, true),
        text('Provider', facts.provider),
        text('Connection', facts.connectionType),
        text('Quality', facts.quality),
        text('Time online', percent(facts.availability)),
        // One that is over says when it began or ended instead of how long it lasts.
        isOnline ? moment('Online for', facts.onlineSince, 'length') : moment('Came online', facts.onlineSince),
        isOnline ? moment('Went offline', facts.offlineSince) : moment('Offline for', facts.offlineSince, 'length'),
        moment('Connected', facts.lastConnectedAt),
      ]),
    },
    { title: 'Place', rows: present([text('Place', place(facts)), text('Time zone', facts.timezone)]) },
    {
      title: 'Belongs to',
      rows: present([
        list('Groups', device.groups),
        list('Tags', device.tags),
        text('Owner', facts.owner),
        list('Shared with', facts.sharedWith),
        list('You may', facts.permissions),
        text('Licence', facts.licence),
        moment('Added', facts.createdAt),
        moment('Claimed', facts.claimedAt),
        moment((claimExpiresAt ?? now) < now ? 'Claim ended' : 'Claim ends', claimExpiresAt),
      ]),
    },
    {
      title: 'Attributes',
      rows: present(Object.entries(facts.attributes ?? {}).map(([name, value]) => text(name, value))),
    },
  ];
  return groups.filter((group) => group.rows.length > 0);
};
