import type { Account } from '../core/account.ts';
import type { VendorId } from '../core/device.ts';
import { Emitter } from '../core/emitter.ts';
import { fail } from '../core/errors.ts';
import type { Failure, Result } from '../core/errors.ts';
import type { Clock, Document, DocumentFormat, HttpClient, Log, Random, Vault } from '../core/ports.ts';
import type { Connector, Vendor } from '../vendors/vendor.ts';

export interface AccountDraft {
  readonly vendor: VendorId;
  readonly label: string;
  readonly baseUrl?: string;
  readonly fields?: Readonly<Record<string, string>>;
  readonly secrets: Readonly<Record<string, string>>;
}
export interface AccountPatch {
  readonly label?: string;
  readonly baseUrl?: string;
  readonly fields?: Readonly<Record<string, string>>;
  readonly secrets?: Readonly<Record<string, string>>;
}
export type AccountTestTarget = { readonly accountId: string } | Omit<AccountDraft, 'label'>;
export interface AccountChange {
  readonly kind: 'added' | 'updated' | 'removed';
  readonly account: Account;
}
export interface AccountsDeps {
  readonly document: Document<readonly Account[]>;
  readonly vault: Vault;
  readonly vendors: readonly Vendor[];
  readonly http: HttpClient;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

export const accountsFormat: DocumentFormat<readonly Account[]> = { version: 1, migrations: [], parse: () => [], fallback: [] };
const later = (): Failure => fail('internal', 'Not built yet.', 'Wait.');

export class Accounts {
  readonly changed = new Emitter<AccountChange>();
  readonly #deps: AccountsDeps;
  constructor(deps: AccountsDeps) { this.#deps = deps; }
  async load(): Promise<Result<void>> { return later(); }
  list(): readonly Account[] { return []; }
  get(_id: string): Account | undefined { return undefined; }
  findByLabel(_label: string): Account | undefined { return undefined; }
  async add(_draft: AccountDraft, _signal: AbortSignal): Promise<Result<Account>> { return later(); }
  async test(_target: AccountTestTarget, _signal: AbortSignal): Promise<Result<void>> { return later(); }
  async update(_id: string, _patch: AccountPatch, _signal: AbortSignal): Promise<Result<Account>> { return later(); }
  async remove(_id: string): Promise<Result<void>> { return later(); }
  async connector(_id: string): Promise<Result<Connector>> { return later(); }
  vendor(id: VendorId): Vendor | undefined { return this.#deps.vendors.find((vendor) => vendor.id === id); }
}
