import { noDevice } from '../../core/fleet/not-found-errors.ts';
import type { Device, VendorId } from '../../core/fleet/device.ts';
import { cancelled, fail, ok, type Result } from '../../core/base/errors.ts';
import type { Log } from '../../core/base/log.ts';
import type { WebSessionPages } from '../../core/session/web-session.ts';
import type { Connector } from '../../vendors/vendor.ts';

export interface WebSessionsDeps {
  readonly accounts: {
    connector(id: string): Promise<Result<Connector>>;
    vendor(id: VendorId): { readonly name: string } | undefined;
  };
  readonly inventory: { device(key: string): Device | undefined };
  readonly host: WebSessionPages;
  readonly log: Log;
}

/** Sessions in a vendor's own web client, each in a place of its own. */
export class WebSessions {
  readonly #deps: WebSessionsDeps;

  constructor(deps: WebSessionsDeps) {
    this.#deps = deps;
  }

  /**
   * Asks the vendor whether there can be a session, and shows it. The address, where there is one, is good once and for ten
   * minutes; it holds nothing of the vendor's. Errors: not-found, unsupported, device-offline, and the vendor's.
   */
  async open(deviceKey: string, signal: AbortSignal): Promise<Result<{ readonly address?: string }>> {
    const { accounts, inventory, host, log } = this.#deps;
    const device = inventory.device(deviceKey);
    if (device === undefined) return noDevice;
    const connector = await accounts.connector(device.accountId);
    if (!connector.ok) return connector;
    const route = connector.value.webSession;
    if (route === undefined) {
      return fail(
        'unsupported',
        `The vendor of ${device.name} has no sessions in the browser.`,
        'Connect to one of its services instead.',
      );
    }
    const ready = await route.ready(device.id, signal);
    if (!ready.ok) return ready;
    if (signal.aborted) return cancelled();
    const opened = await host.open({
      title: device.name,
      vendor: accounts.vendor(device.vendor)?.name ?? device.vendor,
      // Asked of the account as it is by then: a key that was replaced is a key that is gone.
      fresh: async (until) => {
        const again = await accounts.connector(device.accountId);
        if (!again.ok) return again;
        return again.value.webSession?.open(device.id, until) ?? route.open(device.id, until);
      },
      onState: (state) => log.write('info', 'web-session.state', { device: deviceKey, state }),
    });
    return opened.ok ? ok(opened.value) : opened;
  }

  /** Ends the sessions that are in windows of ours. */
  endAll(): Promise<void> {
    return this.#deps.host.endAll();
  }

  dispose(): Promise<void> {
    return this.#deps.host.dispose();
  }
}
