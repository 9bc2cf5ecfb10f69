import type { AppError } from '../base/errors.ts';
import type { VendorId } from './device.ts';

/** One set of credentials with one vendor. The secrets themselves are in the vault under `id`. */
export interface Account {
  /** Letters, digits and dashes; made by Quayside. */
  readonly id: string;
  readonly vendor: VendorId;
  /** Unique among accounts, compared without case. */
  readonly label: string;
  readonly baseUrl: string;
  /** Settings of the account that are not secret, by the vendor's names. */
  readonly fields: Readonly<Record<string, string>>;
}

/** The results of an account's last polls. */
export interface AccountHealth {
  readonly refreshing: boolean;
  /** Epoch milliseconds of the last complete listing; absent before the first. */
  readonly lastGoodAt?: number;
  /** Why the last poll failed; absent after a good one. */
  readonly error?: AppError;
  /** Epoch milliseconds since when polls have been failing. */
  readonly failingSince?: number;
  /** Epoch milliseconds of the next planned poll. */
  readonly nextPollAt?: number;
  readonly deviceCount: number;
  /**
   * Epoch milliseconds at which the vendor ends the credentials; absent if they do not end, or if the vendor does not
   * say.
   */
  readonly credentialsExpireAt?: number;
}
