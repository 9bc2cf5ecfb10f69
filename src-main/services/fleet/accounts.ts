import { noAccount } from '../../core/fleet/not-found-errors.ts';
import type { Account } from '../../core/fleet/account.ts';
import { labelKey, makeAccountId, normaliseLabel } from '../../core/fleet/account-label.ts';
import { normaliseBaseUrl } from '../../core/fleet/account-url.ts';
import type { VendorId } from '../../core/fleet/device.ts';
import { Emitter } from '../../core/base/emitter.ts';
import { cancelled, fail, ok } from '../../core/base/errors.ts';
import type { Failure, Result } from '../../core/base/errors.ts';
import { describeException } from '../../core/base/exception.ts';
import type { Clock, Random } from '../../core/base/clock.ts';
import type { Document } from '../../core/base/document.ts';
import type { HttpClient } from '../../core/base/http.ts';
import type { Log } from '../../core/base/log.ts';
import type { Vault } from '../../core/base/vault.ts';
import type { WebSocketClient } from '../../core/base/websocket.ts';
import { SerialQueue } from '../../core/base/serial-queue.ts';
import { PendingSecrets } from './pending-secrets.ts';
import type { Connector, Vendor } from '../../vendors/vendor.ts';
import { boundedConnector } from './bounded-connector.ts';
import { parseFields, parseSecrets } from './account-draft.ts';
import { defined } from '../../core/base/defined.ts';

type Texts = Readonly<Record<string, string>>;

/** A new account as the user enters it. */
export interface AccountDraft {
  readonly vendor: VendorId;
  readonly label: string;
  /** Absent: the vendor's default. */
  readonly baseUrl?: string;
  readonly fields?: Texts;
  /** The secrets, by the names of one of the vendor's credential forms. */
  readonly secrets: Texts;
}

/** The changes to an account. Fields are changed one by one, secrets replaced as a whole. */
export interface AccountPatch {
  readonly label?: string;
  readonly baseUrl?: string;
  readonly fields?: Texts;
  readonly secrets?: Texts;
}

export type AccountTestTarget = { readonly accountId: string } | Omit<AccountDraft, 'label'>;

export interface AccountChange {
  readonly kind: 'added' | 'updated' | 'removed';
  readonly account: Account;
}

export interface AccountsDeps {
  readonly document: Document<readonly Account[]>;
  /** The storage of `PendingSecrets`. */
  readonly pendingSecrets: Document<readonly string[]>;
  readonly vault: Vault;
  readonly vendors: readonly Vendor[];
  readonly http: HttpClient;
  /** Absent: operations that need a WebSocket are unsupported. */
  readonly sockets?: WebSocketClient;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

/**
 * The accounts, their secrets in the vault, and the connectors opened with them. Vault errors are passed on unchanged;
 * an account whose secret cannot be read is still listed.
 */
export class Accounts {
  readonly changed = new Emitter<AccountChange>();
  readonly #deps: AccountsDeps;
  readonly #pending: PendingSecrets;
  readonly #changes = new SerialQueue();
  readonly #connectors = new Map<string, Promise<Result<Connector>>>();
  #accounts: readonly Account[] = [];

  constructor(deps: AccountsDeps) {
    this.#deps = deps;
    this.#pending = new PendingSecrets(deps.pendingSecrets);
  }

  /** Reads the accounts; on an error there are none, and the error says why. */
  async load(): Promise<Result<void>> {
    const read = await this.#deps.document.read();
    if (!read.ok) return read;
    this.#accounts = read.value;
    // Not awaited: a locked vault may ask somebody first, and the fleet is shown meanwhile.
    void this.#changes.run(() =>
      this.#pending.sweep(this.#deps.vault, (id) => this.get(id) !== undefined, this.#deps.log),
    );
    return ok(undefined);
  }

  list(): readonly Account[] {
    return this.#accounts;
  }

  get(id: string): Account | undefined {
    return this.#accounts.find((account) => account.id === id);
  }

  /** Compared without case. */
  findByLabel(label: string): Account | undefined {
    return this.#accounts.find((account) => labelKey(account.label) === labelKey(label));
  }

  /** All known vendors. */
  get vendors(): readonly Vendor[] {
    return this.#deps.vendors;
  }

  vendor(id: VendorId): Vendor | undefined {
    return this.#deps.vendors.find((vendor) => vendor.id === id);
  }

  /**
   * Stores the secrets and then the account; if the second fails, the first is undone. Errors: invalid-input, conflict
   * (label taken), cancelled, those of vault and document.
   */
  add(draft: AccountDraft, signal: AbortSignal): Promise<Result<Account>> {
    return this.#changes.run(async () => {
      const label = this.#freeLabel(draft.label, undefined);
      if (!label.ok) return label;
      const entered = this.#parse(draft);
      if (!entered.ok) return entered;
      const { vendor, baseUrl, fields, secrets } = entered.value;
      if (signal.aborted) return cancelled();
      const id = makeAccountId(label.value, (taken) => this.get(taken) !== undefined, this.#deps.random);
      const noted = await this.#pending.begin(id);
      if (!noted.ok) return noted;
      const stored = await this.#deps.vault.set(id, JSON.stringify(secrets));
      if (!stored.ok) {
        await this.#pending.end(id);
        return stored;
      }
      const account: Account = { id, vendor: vendor.id, label: label.value, baseUrl, fields };
      const written = signal.aborted ? cancelled() : await this.#write([...this.#accounts, account]);
      if (!written.ok) {
        if (await this.#putBack(id, undefined)) await this.#pending.end(id);
        return written;
      }
      await this.#pending.end(id);
      this.changed.emit({ kind: 'added', account });
      return ok(account);
    });
  }

  /**
   * Tries the credentials of an account, or new ones without storing anything. Errors: those of
   * `Connector.check`, invalid-input, not-found, those of the vault.
   */
  async test(target: AccountTestTarget, signal: AbortSignal): Promise<Result<void>> {
    const connector = 'accountId' in target ? await this.connector(target.accountId) : this.#openDraft(target);
    if (!connector.ok) return connector;
    if (signal.aborted) return cancelled();
    try {
      return await connector.value.check(signal);
    } catch (thrown) {
      return this.#bug('check', thrown);
    }
  }

  /** Applies a patch. Errors: not-found and those of `add`. */
  update(id: string, patch: AccountPatch, signal: AbortSignal): Promise<Result<Account>> {
    return this.#changes.run(async () => {
      const account = this.get(id);
      if (account === undefined) return noAccount;
      const vendor = this.vendor(account.vendor);
      if (vendor === undefined) return noVendor();
      const label = patch.label === undefined ? ok(account.label) : this.#freeLabel(patch.label, id);
      if (!label.ok) return label;
      const baseUrl = patch.baseUrl === undefined ? ok(account.baseUrl) : this.#baseUrl(vendor, patch.baseUrl);
      if (!baseUrl.ok) return baseUrl;
      const fields = parseFields(vendor, { ...account.fields, ...patch.fields });
      if (!fields.ok) return fields;
      const secrets = patch.secrets === undefined ? ok(undefined) : parseSecrets(vendor, patch.secrets);
      if (!secrets.ok) return secrets;
      if (signal.aborted) return cancelled();

      const next: Account = { ...account, label: label.value, baseUrl: baseUrl.value, fields: fields.value };
      let restore: (() => Promise<void>) | undefined;
      if (secrets.value !== undefined) {
        // An unreadable secret is replaced all the same: that repairs it.
        const before = await this.#deps.vault.get(id);
        const stored = await this.#deps.vault.set(id, JSON.stringify(secrets.value));
        if (!stored.ok) return stored;
        if (before.ok)
          restore = async () => {
            await this.#putBack(id, before.value);
          };
      }
      const written = await this.#write(this.#accounts.map((each) => (each.id === id ? next : each)));
      if (!written.ok) {
        await restore?.();
        return written;
      }
      this.#connectors.delete(id);
      this.changed.emit({ kind: 'updated', account: next });
      return ok(next);
    });
  }

  /**
   * Removes the account and then its secrets, so that no account is ever left without its key; if the second fails, the
   * first is undone. Errors: not-found, those of vault and document.
   */
  remove(id: string): Promise<Result<void>> {
    return this.#changes.run(async () => {
      const account = this.get(id);
      if (account === undefined) return noAccount;
      const noted = await this.#pending.begin(id);
      if (!noted.ok) return noted;
      const before = this.#accounts;
      const written = await this.#write(before.filter((each) => each.id !== id));
      if (!written.ok) return written;
      const deleted = await this.#deps.vault.delete(id);
      if (!deleted.ok && (await this.#write(before)).ok) {
        await this.#pending.end(id);
        return deleted;
      }
      if (deleted.ok) await this.#pending.end(id);
      this.#connectors.delete(id);
      this.changed.emit({ kind: 'removed', account });
      return ok(undefined);
    });
  }

  /**
   * The connector of an account, opened with the vault's secrets and kept until the account changes. Errors: not-found,
   * unauthorized (no secret stored), vault-corrupt, the vault's; after a failure the next call tries again.
   */
  connector(id: string): Promise<Result<Connector>> {
    const known = this.#connectors.get(id);
    if (known !== undefined) return known;
    const opening = this.#open(id).then((opened) => {
      if (!opened.ok && this.#connectors.get(id) === opening) this.#connectors.delete(id);
      return opened;
    });
    this.#connectors.set(id, opening);
    return opening;
  }

  /** The names of an account's stored secrets, without values. Errors: not-found, the vault's. */
  async secretNames(id: string): Promise<Result<readonly string[]>> {
    const account = this.get(id);
    const vendor = account && this.vendor(account.vendor);
    if (vendor === undefined) return noAccount;
    const secret = await this.#deps.vault.get(id);
    if (!secret.ok) return secret;
    return ok(Object.keys((secret.value === undefined ? {} : parseStoredSecrets(vendor, secret.value)) ?? {}));
  }

  async #open(id: string): Promise<Result<Connector>> {
    const account = this.get(id);
    if (account === undefined) return noAccount;
    const vendor = this.vendor(account.vendor);
    if (vendor === undefined) return noVendor();
    const secret = await this.#deps.vault.get(id);
    if (!secret.ok) return secret;
    if (secret.value === undefined) {
      return fail(
        'unauthorized',
        `The vault holds no key for ${account.label}.`,
        'Enter the key again under Accounts.',
      );
    }
    const secrets = parseStoredSecrets(vendor, secret.value);
    if (secrets === undefined) {
      return fail(
        'vault-corrupt',
        `What the vault holds for ${account.label} is not a key of ${vendor.name}.`,
        'Enter the key again under Accounts.',
      );
    }
    return this.#openSession(vendor, account.id, account.baseUrl, account.fields, secrets);
  }

  #openDraft(draft: Omit<AccountDraft, 'label'>): Result<Connector> {
    const entered = this.#parse(draft);
    if (!entered.ok) return entered;
    const { vendor, baseUrl, fields, secrets } = entered.value;
    // A separate rateLimitGroup, so that a test neither waits for nor delays an existing account.
    const id = makeAccountId('test', (taken) => this.get(taken) !== undefined, this.#deps.random);
    return this.#openSession(vendor, id, baseUrl, fields, secrets);
  }

  #openSession(vendor: Vendor, accountId: string, baseUrl: string, fields: Texts, secrets: Texts): Result<Connector> {
    const { http, sockets, clock, random, log } = this.#deps;
    try {
      const sessionLog = log.child({ account: accountId, vendor: vendor.id });
      return ok(
        boundedConnector(
          vendor.open({
            accountId,
            baseUrl,
            fields,
            secrets,
            http,
            ...defined({ sockets }),
            clock,
            random,
            log: sessionLog,
          }),
          vendor.name,
          clock,
        ),
      );
    } catch (thrown) {
      return this.#bug('open', thrown);
    }
  }

  #parse(
    draft: Omit<AccountDraft, 'label'>,
  ): Result<{ readonly vendor: Vendor; readonly baseUrl: string; readonly fields: Texts; readonly secrets: Texts }> {
    const vendor = this.vendor(draft.vendor);
    if (vendor === undefined) return noVendor();
    const baseUrl = this.#baseUrl(vendor, draft.baseUrl ?? '');
    if (!baseUrl.ok) return baseUrl;
    const fields = parseFields(vendor, draft.fields ?? {});
    if (!fields.ok) return fields;
    const secrets = parseSecrets(vendor, draft.secrets);
    if (!secrets.ok) return secrets;
    return ok({ vendor, baseUrl: baseUrl.value, fields: fields.value, secrets: secrets.value });
  }

  /** An empty base URL means the vendor's default, if it has one. */
  #baseUrl(vendor: Vendor, entered: string): Result<string> {
    return normaliseBaseUrl(entered.trim() === '' ? (vendor.defaultBaseUrl ?? '') : entered);
  }

  #freeLabel(text: string, ownId: string | undefined): Result<string> {
    const label = normaliseLabel(text);
    if (!label.ok) return label;
    const holder = this.findByLabel(label.value);
    return holder === undefined || holder.id === ownId
      ? label
      : fail('conflict', `There is already an account named ${holder.label}.`, 'Choose another label.');
  }

  async #write(accounts: readonly Account[]): Promise<Result<void>> {
    const written = await this.#deps.document.write(accounts);
    if (written.ok) this.#accounts = accounts;
    return written;
  }

  /** Restores the vault's previous value; returns whether that worked. A failure is logged. */
  async #putBack(id: string, secret: string | undefined): Promise<boolean> {
    const { vault, log } = this.#deps;
    const undone = secret === undefined ? await vault.delete(id) : await vault.set(id, secret);
    if (!undone.ok) log.write('error', 'accounts.rollback-failed', { account: id, kind: undone.error.kind });
    return undone.ok;
  }

  #bug(step: string, thrown: unknown): Failure {
    this.#deps.log.write('error', 'accounts.exception', { step, ...describeException(thrown) });
    return fail(
      'internal',
      'Quayside made a mistake while it talked to the vendor.',
      'Try again. If it stays, report it with the log.',
    );
  }
}

const parseStoredSecrets = (vendor: Vendor, text: string): Texts | undefined => {
  try {
    const parsed = vendor.secrets.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
};

const noVendor = (): Failure =>
  fail('unsupported', 'Quayside does not know this vendor.', 'Choose one of those offered, or update Quayside.');
