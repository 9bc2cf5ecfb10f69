import type { PresenceState, ServiceKind } from '../fleet/device.ts';
import type { ForwardState } from '../forward/forward.ts';

/** A device in the tray. */
export interface TrayDevice {
  readonly key: string;
  readonly name: string;
  readonly presence: PresenceState;
  /** Its services; the default first. */
  readonly services: readonly TrayService[];
}

export interface TrayService {
  readonly id: string;
  readonly kind: ServiceKind;
  readonly name: string;
  /** Whether it has a local port, so that there is an address to copy. */
  readonly hasAddress: boolean;
}

/** A forward in the tray. */
export interface TrayForward {
  readonly id: string;
  readonly deviceKey: string;
  readonly deviceName: string;
  readonly serviceId: string;
  readonly serviceKind: ServiceKind;
  readonly address: string;
  readonly port: number;
  readonly state: ForwardState;
  readonly connections: number;
  /** Why it failed or is reconnecting, in one sentence. */
  readonly reason?: string;
}

/** Everything the tray shows. Menu, icon and tooltip are pure functions of it. */
export interface TrayState {
  /** In the order of the list, without stopped ones. */
  readonly forwards: readonly TrayForward[];
  readonly favourites: readonly TrayDevice[];
  /** Devices connected to before, best first, without favourites. */
  readonly recents: readonly TrayDevice[];
  /** Accounts whose last poll failed. */
  readonly troubled: readonly { readonly accountId: string; readonly label: string; readonly message: string }[];
  /** Devices that are offline. */
  readonly offline: number;
  /** All devices. */
  readonly devices: number;
  /** Whether this host has notices to pause, and until when they are paused, as text: `until 14:30`. */
  readonly notices: 'absent' | 'on' | { readonly paused: string };
  /** The global shortcut of quick connect, in the system's words; absent if there is none. */
  readonly shortcut?: string;
}

/** The actions of the tray's menu. */
export type TrayAction =
  | { readonly type: 'quick-connect' }
  | { readonly type: 'open-window' }
  | { readonly type: 'show-offline' }
  | { readonly type: 'show-account'; readonly accountId: string }
  | { readonly type: 'show-forwards' }
  | { readonly type: 'show-settings' }
  /** Without a service: the default one. */
  | { readonly type: 'connect'; readonly deviceKey: string; readonly serviceId?: string }
  /** Opens the local port and copies its address. */
  | { readonly type: 'copy-address'; readonly deviceKey: string; readonly serviceId: string }
  | { readonly type: 'copy-text'; readonly text: string }
  | { readonly type: 'stop-forward'; readonly forwardId: string }
  /** Milliseconds; `tomorrow`: until eight in the morning; `ever`: until the user says otherwise. */
  | { readonly type: 'pause-notices'; readonly length: number | 'tomorrow' | 'ever' }
  | { readonly type: 'resume-notices' }
  | { readonly type: 'quit' };

export type TrayIcon = 'plain' | 'offline' | 'attention';
