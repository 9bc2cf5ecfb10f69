import type { Device } from '../../core/fleet/device.ts';
import type { Clock } from '../../core/base/clock.ts';
import { effectivePresence, stalenessMs } from '../../core/alert/effective-presence.ts';
import type { Accounts } from '../fleet/accounts.ts';
import type { Inventory } from '../fleet/inventory.ts';

export interface AccountReachabilityDeps {
  readonly accounts: Pick<Accounts, 'list' | 'get'>;
  readonly inventory: Pick<Inventory, 'devices' | 'health'>;
  readonly clock: Clock;
  /**
   * Called when an account becomes unreachable or reachable; `since` is when it became unreachable, epoch milliseconds.
   */
  readonly changed: (accountId: string, unreachable: boolean, since: number) => void;
  /** Called when its devices become unknown, or known again. */
  readonly aged: (accountId: string) => void;
}

/** Knows which accounts can be reached: not while our network is down, the computer sleeps, or the vendor fails. */
export class AccountReachability {
  readonly #deps: AccountReachabilityDeps;
  /** Epoch milliseconds since when an account is unreachable. */
  readonly #unreachableSince = new Map<string, number>();
  /** Timers of accounts whose facts are not old yet. */
  readonly #cancelAge = new Map<string, () => void>();
  #isOnline = true;
  #isAwake = true;

  constructor(deps: AccountReachabilityDeps) {
    this.#deps = deps;
  }

  /** Says whether this computer has a network, and whether it is awake. */
  set(facts: { readonly online?: boolean; readonly awake?: boolean }): void {
    this.#isOnline = facts.online ?? this.#isOnline;
    this.#isAwake = facts.awake ?? this.#isAwake;
    for (const { id } of this.#deps.accounts.list()) this.look(id);
  }

  /** Checks one account again. */
  look(accountId: string): void {
    const exists = this.#deps.accounts.get(accountId) !== undefined;
    const unreachable = exists && (!this.#isOnline || !this.#isAwake || this.#isVendorFailing(accountId));
    const since = this.#unreachableSince.get(accountId);
    if (unreachable === (since !== undefined)) return;
    const { clock, changed, aged } = this.#deps;
    if (since === undefined) {
      const now = clock.now();
      this.#unreachableSince.set(accountId, now);
      this.#cancelAge.set(
        accountId,
        clock.after(stalenessMs, () => {
          this.#cancelAge.delete(accountId);
          aged(accountId);
        }),
      );
      return changed(accountId, true, now);
    }
    this.#unreachableSince.delete(accountId);
    this.#cancelAge.get(accountId)?.();
    const wasYoung = this.#cancelAge.delete(accountId);
    changed(accountId, false, since);
    if (!wasYoung) aged(accountId);
  }

  /** The device to show: unknown if its last observation is old and its account is unreachable. */
  effective(device: Device): Device {
    const unreachableSince = this.#unreachableSince.get(device.accountId);
    if (unreachableSince === undefined) return device;
    const state = effectivePresence(device.presence, unreachableSince, this.#deps.clock.now());
    return state === device.presence.state ? device : { ...device, presence: { ...device.presence, state } };
  }

  /** Stops; accounts that are still unreachable are reported. */
  dispose(): void {
    for (const cancel of this.#cancelAge.values()) cancel();
    this.#cancelAge.clear();
    for (const [accountId, since] of this.#unreachableSince) this.#deps.changed(accountId, false, since);
    this.#unreachableSince.clear();
  }

  /** A vendor whose pages partly arrive is reachable; one that fails completely is not. */
  #isVendorFailing(accountId: string): boolean {
    const { error, failingSince } = this.#deps.inventory.health(accountId);
    if (error === undefined || failingSince === undefined) return false;
    for (const { accountId: owner, presence } of this.#deps.inventory.devices.values()) {
      if (owner === accountId && presence.source !== 'none' && presence.observedAt > failingSince) return false;
    }
    return true;
  }
}
