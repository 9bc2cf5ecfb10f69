import type { StateEvent } from '../../src-preload/contract/client.ts';
import type { AccountView } from '../../src-preload/contract/account.ts';
import type { IncidentView } from '../../src-preload/contract/alert.ts';
import type { AppView } from '../../src-preload/contract/app.ts';
import type { DeviceView } from '../../src-preload/contract/device.ts';
import type { ForwardView } from '../../src-preload/contract/forward.ts';
import type { Change } from '../../src-preload/contract/frames.ts';

/** A complete snapshot of main's state. */
export interface WholeState {
  readonly app: AppView | undefined;
  readonly accounts: ReadonlyMap<string, AccountView>;
  readonly devices: readonly DeviceView[];
  readonly forwards: ReadonlyMap<string, ForwardView>;
  readonly incidents: ReadonlyMap<string, IncidentView>;
}

/** What changed, by collection, typed. */
export interface StateChanges {
  readonly app: AppView | undefined;
  readonly accounts: { readonly upsert: readonly AccountView[]; readonly remove: readonly string[] };
  readonly devices: { readonly upsert: readonly DeviceView[]; readonly remove: readonly string[] };
  readonly forwards: { readonly upsert: readonly ForwardView[]; readonly remove: readonly string[] };
  readonly incidents: { readonly upsert: readonly IncidentView[]; readonly remove: readonly string[] };
}

/** Puts a snapshot together beside the state in use, so that what is on screen never shrinks while it arrives. */
export class SnapshotAssembly {
  #app: AppView | undefined;
  #accounts = new Map<string, AccountView>();
  #devices: DeviceView[] = [];
  #forwards = new Map<string, ForwardView>();
  #incidents = new Map<string, IncidentView>();
  #open = false;

  /** Takes a part; answers the whole once the last part is in. */
  take(event: Extract<StateEvent, { type: 'rows' }>): WholeState | undefined {
    if (event.start) {
      this.#reset();
      this.#open = true;
    }
    if (!this.#open) return undefined;
    // The bridge builds these rows from the same schemas; checking each again would double the time to the first list.
    switch (event.collection) {
      case 'app':
        this.#app = (event.rows[0] as AppView | undefined) ?? this.#app;
        break;
      case 'accounts':
        for (const row of event.rows as readonly AccountView[]) this.#accounts.set(row.id, row);
        break;
      case 'devices':
        for (const row of event.rows as readonly DeviceView[]) this.#devices.push(row);
        break;
      case 'forwards':
        for (const row of event.rows as readonly ForwardView[]) this.#forwards.set(row.id, row);
        break;
      case 'incidents':
        for (const row of event.rows as readonly IncidentView[]) this.#incidents.set(row.id, row);
        break;
      default:
        event.collection satisfies never;
    }
    if (!event.end) return undefined;
    const whole = this.#whole();
    this.#reset();
    return whole;
  }

  /** What has arrived so far of the snapshot under way; undefined while none is. Devices come last. */
  underWay(): WholeState | undefined {
    return this.#open ? this.#whole() : undefined;
  }

  #whole(): WholeState {
    return {
      app: this.#app,
      accounts: this.#accounts,
      devices: this.#devices,
      forwards: this.#forwards,
      incidents: this.#incidents,
    };
  }

  #reset(): void {
    this.#app = undefined;
    this.#accounts = new Map();
    this.#devices = [];
    this.#forwards = new Map();
    this.#incidents = new Map();
    this.#open = false;
  }
}

/** Sorts the changes of one delta by collection. */
export const changesOf = (changes: readonly Change[]): StateChanges => {
  const of = (name: Change['collection']): readonly Change[] => changes.filter((change) => change.collection === name);
  const both = <T>(name: Change['collection']): { upsert: readonly T[]; remove: readonly string[] } => ({
    upsert: of(name).flatMap((change) => change.upsert as readonly T[]),
    remove: of(name).flatMap((change) => change.remove),
  });
  return {
    app: both<AppView>('app').upsert.at(-1),
    accounts: both('accounts'),
    devices: both('devices'),
    forwards: both('forwards'),
    incidents: both('incidents'),
  };
};
