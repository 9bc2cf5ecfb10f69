/** What the tray shows, as values: the menu is a pure function of this. */
export interface TrayState {
  readonly forwards: readonly {
    readonly id: string;
    readonly deviceName: string;
    readonly serviceKind: string;
    readonly port: number;
    readonly state: string;
  }[];
  /** Accounts whose last poll failed, by label. */
  readonly troubled: readonly { readonly label: string; readonly message: string }[];
  readonly offline: number;
}

export type TrayAction =
  | { readonly type: 'open-window' }
  | { readonly type: 'stop-forward'; readonly forwardId: string }
  | { readonly type: 'copy-address'; readonly port: number }
  | { readonly type: 'quit' };

export type TrayItem =
  | { readonly kind: 'separator' }
  | {
      readonly kind: 'item';
      readonly label: string;
      /** Absent: a line of text that does nothing. */
      readonly action?: TrayAction;
      readonly submenu?: readonly TrayItem[];
    };

export type TrayIcon = 'plain' | 'offline' | 'attention';

/** The most forwards listed; the window shows the rest. */
const mostForwards = 12;

const separator: TrayItem = { kind: 'separator' };
const item = (label: string, action?: TrayAction): TrayItem =>
  action === undefined ? { kind: 'item', label } : { kind: 'item', label, action };

/** Which icon says it best: trouble with an account before devices offline before all well. */
export const trayIcon = (state: TrayState): TrayIcon =>
  state.troubled.length > 0 ? 'attention' : state.offline > 0 ? 'offline' : 'plain';

/** The menu, top to bottom. Every action can be reached from it alone: Linux has no click on the icon. */
export const trayMenu = (state: TrayState): readonly TrayItem[] => {
  const live = state.forwards.filter((forward) => forward.state !== 'stopped');
  const forwards = live.slice(0, mostForwards).map((forward): TrayItem => ({
    kind: 'item',
    label: `${forward.deviceName}  ${forward.serviceKind} :${forward.port}  ${forward.state}`,
    submenu: [
      item(`Copy localhost:${forward.port}`, { type: 'copy-address', port: forward.port }),
      item('Stop', { type: 'stop-forward', forwardId: forward.id }),
    ],
  }));
  const more = live.length - forwards.length;
  return [
    item('Open Quayside', { type: 'open-window' }),
    separator,
    ...(forwards.length === 0 ? [item('No open devices')] : forwards),
    ...(more > 0 ? [item(`And ${more} more`, { type: 'open-window' })] : []),
    ...state.troubled.map((account) => item(`${account.label}: ${account.message}`, { type: 'open-window' })),
    ...(state.offline > 0
      ? [separator, item(`${state.offline.toLocaleString('en')} offline`, { type: 'open-window' })]
      : []),
    separator,
    item('Quit Quayside', { type: 'quit' }),
  ];
};
