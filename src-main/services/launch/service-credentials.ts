import { z } from 'zod';
import { defined } from '../../core/base/defined.ts';
import { ifGood, listOf, mapOf, parsedBy } from '../../core/base/stored-schemas.ts';
import { Emitter } from '../../core/base/emitter.ts';
import { fail, ok } from '../../core/base/errors.ts';
import { SerialQueue } from '../../core/base/serial-queue.ts';
import { checkViewerUser } from '../../core/launch/screen-clients.ts';
import type { Result } from '../../core/base/errors.ts';
import type { Document, DocumentFormat } from '../../core/base/document.ts';
import type { Vault } from '../../core/base/vault.ts';

/** What is known of a service's credentials without asking the vault. */
export interface CredentialInfo {
  readonly user?: string;
  readonly hasPassword: boolean;
  /** What signed in last time, in order, as `lasting` of `core/ssh/sign-in.ts`. */
  readonly signIn?: readonly string[];
}

/** By `deviceKey/serviceId`. Holds no secret: passwords are in the vault. */
export type StoredCredentials = Readonly<Record<string, CredentialInfo>>;

const keyOf = (deviceKey: string, serviceId: string): string => `${deviceKey}/${serviceId}`;
const vaultKey = (key: string): string => `service:${key}`;

const storedInfo = z
  .object({
    user: ifGood(z.string().refine((user) => checkViewerUser(user).ok)),
    hasPassword: z.boolean().catch(false),
    signIn: ifGood(listOf(z.string())),
  })
  .transform(({ signIn = [], ...info }) => defined({ ...info, signIn: signIn.length === 0 ? undefined : signIn }));

/** The format of `service-credentials.json`. */
export const serviceCredentialsFormat: DocumentFormat<StoredCredentials> = {
  version: 1,
  migrations: [],
  parse: parsedBy(mapOf(storedInfo)),
  fallback: {},
};

const none: CredentialInfo = { hasPassword: false };

/** User names and passwords of services, for launched programs: the names on disk, the passwords in the vault. */
export class ServiceCredentials {
  /** The key of a device whose credentials changed. */
  readonly changed = new Emitter<string>();
  readonly #document: Document<StoredCredentials>;
  readonly #vault: Pick<Vault, 'get' | 'set' | 'delete'>;
  readonly #writes = new SerialQueue();
  #info: ReadonlyMap<string, CredentialInfo> = new Map();

  constructor(deps: {
    readonly document: Document<StoredCredentials>;
    readonly vault: Pick<Vault, 'get' | 'set' | 'delete'>;
  }) {
    this.#document = deps.document;
    this.#vault = deps.vault;
  }

  /** Reads the stored names; on an error there are none, and the error says why. */
  async load(): Promise<Result<void>> {
    const read = await this.#document.read();
    if (!read.ok) return read;
    this.#info = new Map(Object.entries(read.value));
    return ok(undefined);
  }

  /** What a window may know of a service's credentials. */
  facts(deviceKey: string, serviceId: string): CredentialInfo {
    return this.#info.get(keyOf(deviceKey, serviceId)) ?? none;
  }

  /** The stored password of a service, if any. Errors: those of the vault. */
  async password(deviceKey: string, serviceId: string): Promise<Result<string | undefined>> {
    if (!this.facts(deviceKey, serviceId).hasPassword) return ok(undefined);
    const found = await this.#vault.get(vaultKey(keyOf(deviceKey, serviceId)));
    if (!found.ok || found.value === undefined) return found;
    return ok(readPassword(found.value));
  }

  /**
   * Changes the given parts: an empty text removes the user or the password. The password is in the vault before
   * anything says that there is one. Errors: invalid-input, those of the vault and the document.
   */
  change(
    deviceKey: string,
    serviceId: string,
    patch: { readonly user?: string; readonly password?: string; readonly signIn?: readonly string[] },
  ): Promise<Result<CredentialInfo>> {
    const key = keyOf(deviceKey, serviceId);
    return this.#writes.run(async () => {
      const before = this.#info.get(key) ?? none;
      const user = patch.user ?? before.user ?? '';
      const checked = user === '' ? ok('') : checkViewerUser(user);
      if (!checked.ok) return checked;
      const { password } = patch;
      if (password !== undefined && /[\r\n\0]/.test(password)) {
        return fail('invalid-input', 'A password has one line only.', 'Enter it again, without line ends.');
      }
      if (password !== undefined && password !== '') {
        const kept = await this.#vault.set(vaultKey(key), JSON.stringify({ password }));
        if (!kept.ok) return kept;
      }
      const hasPassword = password === undefined ? before.hasPassword : password !== '';
      const signIn = patch.signIn ?? before.signIn ?? [];
      const ways = signIn.length === 0 ? {} : { signIn };
      const info: CredentialInfo = { ...(user === '' ? {} : { user }), hasPassword, ...ways };
      const next = new Map(this.#info);
      if (user === '' && !hasPassword && signIn.length === 0) next.delete(key);
      else next.set(key, info);
      const written = await this.#document.write(Object.fromEntries(next));
      if (!written.ok) return written;
      this.#info = next;
      this.changed.emit(deviceKey);
      if (password === '') {
        const gone = await this.#vault.delete(vaultKey(key));
        if (!gone.ok) return gone;
      }
      return ok(info);
    });
  }

  /** Removes everything of an account. Passwords that the vault refuses to delete stay in it without an entry. */
  async forgetAccount(accountId: string): Promise<void> {
    await this.#writes.run(async () => {
      const gone = [...this.#info].filter(([key]) => key.startsWith(`${accountId}/`));
      if (gone.length === 0) return;
      const next = new Map(this.#info);
      for (const [key] of gone) next.delete(key);
      this.#info = next;
      await this.#document.write(Object.fromEntries(next));
      for (const [key, { hasPassword }] of gone) if (hasPassword) await this.#vault.delete(vaultKey(key));
    });
  }
}

const readPassword = (stored: string): string | undefined => {
  try {
    const value: unknown = JSON.parse(stored);
    const password = typeof value === 'object' && value !== null && 'password' in value ? value.password : undefined;
    return typeof password === 'string' && password !== '' ? password : undefined;
  } catch {
    return undefined;
  }
};
