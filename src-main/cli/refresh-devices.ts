import { lateListing } from '../core/base/deadline.ts';
import type { AppError, Result } from '../core/base/errors.ts';
import type { AccountView } from '../../src-preload/contract/account.ts';
import { adviceOf } from '../../src-preload/contract/error-view.ts';
import type { FrameClient } from '../../src-preload/contract/client.ts';
import { resultOf } from './find-account.ts';
import type { CommandDeadline } from './command-deadline.ts';
import { ageText, exitCodeOf, exitCodes, note, plain } from './terminal.ts';

/** An account whose devices could not all be listed. */
export interface Missing {
  readonly account: AccountView;
  readonly error: AppError;
}

/** The longest that main itself waits, milliseconds; the command's own deadline is shorter. */
const maxMs = 3_600_000;

/** Lists the devices of one account again. Errors: timeout, and those of the listing. */
export const listOne = async (
  client: FrameClient,
  account: AccountView,
  patience: CommandDeadline,
): Promise<Result<void>> => {
  const asked = { accountId: account.id, withinMs: maxMs };
  const listed = resultOf(await client.request('accounts.refresh', asked, patience.signal));
  if (listed.ok) return { ok: true, value: undefined };
  return listed.error.kind === 'cancelled' && patience.signal.aborted ? lateListing(patience.ms) : listed;
};

/**
 * Lists the devices of several accounts again, independently; returns the accounts that did not answer completely in
 * time.
 */
export const listAll = async (
  client: FrameClient,
  accounts: readonly AccountView[],
  patience: CommandDeadline,
): Promise<readonly Missing[]> => {
  const missing: Missing[] = [];
  await Promise.all(
    accounts.map(async (account) => {
      const listed = await listOne(client, account, patience);
      if (!listed.ok) missing.push({ account, error: listed.error });
    }),
  );
  return missing;
};

/** What is shown for an account whose list failed; `account` is its last known state. */
const shownText = ({ deviceCount, lastGoodAt }: AccountView, now: number): string => {
  if (deviceCount === 0) return 'Nothing is known of its devices.';
  const devices = deviceCount === 1 ? 'One device is' : `${deviceCount} devices are`;
  return lastGoodAt === undefined
    ? `${devices} known of it so far.`
    : `${devices} shown as of ${new Date(lastGoodAt).toISOString()} (${ageText(lastGoodAt, now)}).`;
};

/** Prints on standard error which accounts are missing, why, and how old their devices are; returns the exit code. */
export const tellMissing = async (client: FrameClient, missing: readonly Missing[], json: boolean): Promise<number> => {
  const [first] = missing;
  if (first === undefined) return exitCodes.done;
  const known = resultOf(await client.request('accounts.list', {}));
  const now = (account: AccountView): AccountView =>
    (known.ok ? known.value.find(({ id }) => id === account.id) : undefined) ?? account;
  if (json) {
    const accounts = missing.map(({ account, error: { kind, message, hint, vendorMessage } }) => {
      const { deviceCount: devices, lastGoodAt } = now(account);
      const as = lastGoodAt === undefined ? {} : { lastGoodAt: new Date(lastGoodAt).toISOString() };
      return { account: account.label, kind, message, hint, vendorMessage, devices, ...as };
    });
    const labels = missing.map(({ account }) => account.label).join(', ');
    const { kind, message, hint, vendorMessage } = first.error;
    note(JSON.stringify({ error: { kind, message: `Missing: ${labels}. ${message}`, hint, vendorMessage, accounts } }));
  } else {
    for (const { account, error } of missing)
      note(`${plain(account.label)}: ${plain(error.message)} ${shownText(now(account), Date.now())}`);
    for (const advice of new Set(missing.map(({ error }) => adviceOf(error)))) note(plain(advice));
  }
  const isVault = missing.every(({ error }) => exitCodeOf(error.kind) === exitCodes.vault);
  return isVault ? exitCodes.vault : exitCodes.failed;
};
