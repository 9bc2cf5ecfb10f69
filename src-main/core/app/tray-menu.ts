import type { PresenceState, ServiceKind } from '../fleet/device.ts';
import type { TrayAction, TrayDevice, TrayForward, TrayIcon, TrayService, TrayState } from './tray-state.ts';

/** One line of the tray's menu. A line has an action, a submenu, or neither: then it is only text. */
export type TrayItem =
  | { readonly kind: 'separator' }
  | {
      readonly kind: 'item';
      readonly label: string;
      readonly action?: TrayAction;
      readonly submenu?: readonly TrayItem[];
    };

/** The maximum number of lines: longer menus do not scroll on Windows and are cut off on GNOME. */
export const maxRows = 25;
const maxForwards = 5;
const maxTroubled = 2;
/** The number of recents that are shown however many favourites there are. */
const keptRecents = 3;
const maxRecents = 5;
const maxFavouriteItems = 15;
/** The maximum length of a name; vendors allow hundreds of characters. */
const maxNameLength = 40;
const maxSentenceLength = 60;

const separator: TrayItem = { kind: 'separator' };
const item = (label: string, action?: TrayAction): TrayItem =>
  action === undefined ? { kind: 'item', label } : { kind: 'item', label, action };
const branch = (label: string, submenu: readonly TrayItem[]): TrayItem => ({ kind: 'item', label, submenu });

const count = (value: number): string => value.toLocaleString('en');

const graphemes = new Intl.Segmenter('en');

/** A vendor's text for one line of a menu: without control characters, shortened in the middle. */
const shortened = (text: string, most: number): string => {
  const line = text.replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ').trim();
  const letters = Array.from(graphemes.segment(line), ({ segment }) => segment);
  if (letters.length <= most) return letters.join('');
  const head = Math.ceil((most - 1) / 2);
  return `${letters.slice(0, head).join('')}…${letters.slice(letters.length - (most - 1 - head)).join('')}`;
};

const name = (text: string): string => shortened(text, maxNameLength) || 'Unnamed device';

const shapes: Readonly<Record<PresenceState, string>> = { online: '●', offline: '○', unknown: '◌' };

const kinds: Readonly<Record<ServiceKind, string>> = {
  ssh: 'SSH',
  vnc: 'VNC',
  rdp: 'RDP',
  http: 'Browser',
  https: 'Browser',
  tcp: 'Open port',
};

/** Lines with the same text get the service's own name as well. */
const serviceLabel = (service: TrayService, all: readonly TrayService[]): string => {
  const words = kinds[service.kind];
  const alone = all.filter((other) => kinds[other.kind] === words).length === 1;
  return alone ? words : `${words}: ${name(service.name)}`;
};

const connectItems = (device: TrayDevice): readonly TrayItem[] => {
  const { key, services } = device;
  const connects = services.map((service) =>
    item(serviceLabel(service, services), { type: 'connect', deviceKey: key, serviceId: service.id }),
  );
  const copies = services
    .filter((service) => service.hasAddress)
    .slice(0, 1)
    .map((service) => item('Copy address', { type: 'copy-address', deviceKey: key, serviceId: service.id }));
  return connects.length === 0 ? [item('Nothing to connect to')] : [...connects, ...copies];
};

const deviceLabel = (device: TrayDevice): string => `${shapes[device.presence]} ${name(device.name)}`;

const forwardState = ({ state, connections, reason }: TrayForward): string => {
  const number = state === 'open' ? ` (${connections})` : '';
  return `${state}${number}${reason === undefined ? '' : `: ${shortened(reason, maxSentenceLength)}`}`;
};

const place = ({ address, port }: TrayForward): string =>
  `${address === '127.0.0.1' || address === '' ? 'localhost' : address}:${port}`;

const forwardItem = (forward: TrayForward): TrayItem => {
  const words = kinds[forward.serviceKind];
  const again: TrayAction = { type: 'connect', deviceKey: forward.deviceKey, serviceId: forward.serviceId };
  return branch(`${name(forward.deviceName)}  ${words} :${forward.port}  ${forwardState(forward)}`, [
    ...(forward.serviceKind === 'tcp' ? [] : [item(`Open ${words} again`, again)]),
    item(`Copy ${place(forward)}`, { type: 'copy-text', text: place(forward) }),
    item('Stop', { type: 'stop-forward', forwardId: forward.id }),
  ]);
};

const forwardSection = (forwards: readonly TrayForward[]): readonly TrayItem[] => {
  if (forwards.length <= maxForwards) return forwards.map(forwardItem);
  const items = forwards.slice(0, maxForwards - 1).map(forwardItem);
  return [...items, item(`All ${count(forwards.length)} forwards…`, { type: 'show-forwards' })];
};

const troubleSection = ({ troubled, offline }: TrayState): readonly TrayItem[] => {
  const all = troubled.length <= maxTroubled;
  const shown = all ? troubled : troubled.slice(0, maxTroubled - 1);
  return [
    ...shown.map(({ accountId, label, message }) =>
      item(`${name(label)}: ${shortened(message, maxSentenceLength)}`, { type: 'show-account', accountId }),
    ),
    ...(all
      ? []
      : [item(`${troubled.length - shown.length} more accounts need attention`, { type: 'open-window' } as const)]),
    ...(offline > 0 ? [item(`${count(offline)} offline`, { type: 'show-offline' } as const)] : []),
  ];
};

const noticeItem = (notices: TrayState['notices']): readonly TrayItem[] => {
  if (notices === 'absent') return [];
  if (notices !== 'on')
    return [branch(`Notifications paused ${notices.paused}`, [item('Resume', { type: 'resume-notices' })])];
  const pause = (label: string, length: number | 'tomorrow' | 'ever'): TrayItem =>
    item(label, { type: 'pause-notices', length });
  return [
    branch('Pause notifications', [
      pause('For 30 minutes', 30 * 60_000),
      pause('For 1 hour', 60 * 60_000),
      pause('For 4 hours', 4 * 60 * 60_000),
      pause('Until tomorrow morning', 'tomorrow'),
      pause('Until I resume them', 'ever'),
    ]),
  ];
};

/** Joins sections with separators between those that are not empty. */
const joined = (sections: readonly (readonly TrayItem[])[]): readonly TrayItem[] =>
  sections
    .filter((section) => section.length > 0)
    .flatMap((section, index) => (index === 0 ? section : [separator, ...section]));

/** The most important state decides: trouble with an account or a forward, then devices offline, then all well. */
export const trayIcon = (state: TrayState): TrayIcon =>
  state.troubled.length > 0 || state.forwards.some((forward) => forward.state === 'failed')
    ? 'attention'
    : state.offline > 0
      ? 'offline'
      : 'plain';

/** The tooltip, one line. */
export const traySummary = (state: TrayState): string => {
  const parts = [
    ...(state.troubled.length > 0
      ? [`${count(state.troubled.length)} account${state.troubled.length === 1 ? ' needs' : 's need'} attention`]
      : []),
    ...(state.forwards.length > 0 ? [`${count(state.forwards.length)} open`] : []),
    ...(state.offline > 0 ? [`${count(state.offline)} offline`] : []),
  ];
  return parts.length === 0 ? 'Quayside' : `Quayside: ${parts.join(', ')}`;
};

/**
 * The menu from top to bottom, at most `maxRows` lines: what does not fit is found by Search. Every action is in the
 * menu, because on Linux the icon cannot be clicked.
 */
export const trayMenu = (state: TrayState): readonly TrayItem[] => {
  const head = [
    item(state.shortcut === undefined ? 'Quick connect…' : `Quick connect…  ${state.shortcut}`, {
      type: 'quick-connect',
    }),
    item('Open Quayside', { type: 'open-window' }),
  ];
  const foot = [
    ...noticeItem(state.notices),
    item('Settings…', { type: 'show-settings' }),
    item('Quit Quayside', { type: 'quit' }),
  ];
  const forwards = forwardSection(state.forwards);
  const trouble = troubleSection(state);
  // Separators are counted as if every section were present, and so are Search and the submenu of favourites.
  const room = maxRows - head.length - forwards.length - trouble.length - foot.length - 5 - 2;
  const forFavourites = room - Math.min(keptRecents, state.recents.length);
  const favourites = state.favourites.slice(0, forFavourites);
  const recents = state.recents.slice(0, Math.min(maxRecents, room - favourites.length));
  const cut = state.devices > favourites.length + recents.length;
  return joined([
    head,
    forwards,
    [
      ...favourites.map((device) => item(deviceLabel(device), { type: 'connect', deviceKey: device.key })),
      // A line with a submenu cannot be clicked, and a favourite must connect with one click.
      ...(favourites.length > 0
        ? [
            branch(
              'Favourites, other ways',
              state.favourites
                .slice(0, maxFavouriteItems)
                .map((device) => branch(deviceLabel(device), connectItems(device))),
            ),
          ]
        : []),
    ],
    [
      ...recents.map((device) => branch(deviceLabel(device), connectItems(device))),
      ...(cut ? [item(`Search ${count(state.devices)} devices…`, { type: 'quick-connect' } as const)] : []),
    ],
    trouble,
    foot,
  ]);
};
