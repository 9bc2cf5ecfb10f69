import { fail, ok, type Result } from '../../core/base/errors.ts';
import type { Log } from '../../core/base/log.ts';
import type { Vault } from '../../core/base/vault.ts';
import type { SignIn as SignInAnswer } from '../../core/session/session-prompts.ts';
import { readCertificate } from '../../core/ssh/certificate.ts';
import { hostKeyFingerprint } from '../../core/ssh/host-key.ts';
import type { SignIn, SignInWay } from '../../core/ssh/sign-in.ts';
import { foreignKeyReason, type OwnSshReason } from '../../core/ssh/own-ssh.ts';
import type { SshAgentKey, SshClient, SshOwnSetup } from '../../core/ssh/ssh-client.ts';
import { defined } from '../../core/base/defined.ts';

export interface SignInSecretsDeps {
  readonly client: Pick<SshClient, 'readKey'>;
  readonly credentials: {
    facts(
      deviceKey: string,
      serviceId: string,
    ): { readonly user?: string; readonly hasPassword: boolean; readonly signIn?: readonly string[] };
    password(deviceKey: string, serviceId: string): Promise<Result<string | undefined>>;
    change(
      deviceKey: string,
      serviceId: string,
      patch: { readonly user?: string; readonly password?: string; readonly signIn?: readonly string[] },
    ): Promise<Result<unknown>>;
  };
  readonly vault: Pick<Vault, 'get' | 'set'>;
  readonly sha256: (bytes: Uint8Array) => Uint8Array;
  readonly log: Log;
}

export interface SshSignInRequest {
  readonly deviceKey: string;
  readonly serviceId: string;
  /** A key file to try by itself, with the passphrase the vault has of it. */
  readonly keyFile?: string | undefined;
}

const passphraseKey = (path: string): string => `ssh-key:${path}`;
const keyPrefix = 'key:';
const ownSshPrefix = 'own-ssh:';

/** What a way to sign in (`SignInWay`) uses; `keep`: whether the person wants its secret stored once it worked. */
export type Held = { readonly keep?: boolean } & (
  | { readonly type: 'agent'; readonly key: SshAgentKey }
  | { readonly type: 'key'; readonly path: string; readonly pem: string; readonly passphrase?: string }
  | { readonly type: 'password'; password: string; isNew: boolean }
  | { readonly type: 'questions' }
  /** `path`: the only key that it is to try; it takes what its configuration names where there is none. */
  | { readonly type: 'own-ssh'; readonly reason: OwnSshReason; readonly path?: string }
);

/** `lasting` of what the user's own OpenSSH has by its configuration. */
const ownSsh = 'own-ssh';
/** The same, for a server that the library does not understand. */
const onlyOwnSsh = 'own-ssh-only';

const lastingOf = (held: Held): string => {
  if (held.type === 'key') return `${keyPrefix}${held.path}`;
  return held.type === 'own-ssh' && held.path !== undefined ? `${ownSshPrefix}${held.path}` : held.type;
};

const toBase64 = (bytes: Uint8Array): string => btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));

/** The secrets of one sign-in, by the ways that the machine knows; what they are read from, and kept in. */
export class SignInSecrets {
  readonly #deps: SignInSecretsDeps;
  readonly #request: SshSignInRequest;
  readonly #held = new Map<string, Held>();
  #own: SshOwnSetup | undefined;
  #hasOwnSsh = false;
  readonly #passphrases = new Map<string, string>();

  constructor(deps: SignInSecretsDeps, request: SshSignInRequest) {
    this.#deps = deps;
    this.#request = request;
  }

  of(way: SignInWay): Held | undefined {
    return this.#held.get(way.id);
  }

  /**
   * What can be tried without asking anybody, but for the agent: key files, what the vault has, the server's questions,
   * and the user's own OpenSSH where `hasOwnSsh` and something is only of use to it.
   */
  async gather(own: SshOwnSetup, hasOwnSsh: boolean): Promise<Pick<SignIn, 'ways' | 'last'>> {
    this.#own = own;
    this.#hasOwnSsh = hasOwnSsh;
    const { client, credentials } = this.#deps;
    const { deviceKey, keyFile, serviceId } = this.#request;
    const last = credentials.facts(deviceKey, serviceId).signIn ?? [];
    const remembered = last.flatMap((way) => (way.startsWith(keyPrefix) ? [way.slice(keyPrefix.length)] : []));
    const paths = new Set(keyFile === undefined ? [...own.identityFiles, ...remembered] : [keyFile]);
    const ways: SignInWay[] = [];
    const add = (
      held: Held,
      lasting: string,
      more: { readonly name?: string; readonly isFirst?: boolean } = {},
    ): void => {
      this.#held.set(lasting, held);
      ways.push({ id: lasting, lasting, kind: held.type, typed: false, ...more });
    };
    let reason: OwnSshReason | undefined = own.certificates.length > 0 ? 'certificate' : undefined;
    const files = new Set(
      last.flatMap((way) => (way.startsWith(ownSshPrefix) ? [way.slice(ownSshPrefix.length)] : [])),
    );
    for (const path of paths) {
      const bare = await client.readKey(path, undefined);
      if (!bare.ok) continue;
      if (bare.value.state === 'usable') {
        add({ type: 'key', path, pem: bare.value.pem }, `${keyPrefix}${path}`, { name: path });
        continue;
      }
      if (bare.value.state === 'foreign') {
        reason ??= foreignKeyReason(bare.value.type);
        if (path === keyFile) files.add(path);
        continue;
      }
      const passphrase = await this.passphrase(path);
      if (passphrase === undefined) continue;
      const unlocked = await client.readKey(path, passphrase);
      if (unlocked.ok && unlocked.value.state === 'usable')
        add({ type: 'key', path, pem: unlocked.value.pem, passphrase }, `${keyPrefix}${path}`, { name: path });
    }
    if (hasOwnSsh) {
      for (const path of files)
        add({ type: 'own-ssh', reason: reason ?? 'key-type', path }, `${ownSshPrefix}${path}`, { name: path });
      if (own.authority !== undefined) add({ type: 'own-ssh', reason: 'authority' }, ownSsh, { isFirst: true });
      else if (last.includes(onlyOwnSsh)) add({ type: 'own-ssh', reason: 'algorithms' }, onlyOwnSsh, { isFirst: true });
      else if (keyFile === undefined && reason !== undefined) add({ type: 'own-ssh', reason }, ownSsh);
    }
    const password = await credentials.password(deviceKey, serviceId);
    if (password.ok && password.value !== undefined)
      add({ type: 'password', password: password.value, isNew: false }, 'password');
    add({ type: 'questions' }, 'questions');
    return { ways, last };
  }

  /** The keys of the agent, as ways; those that only OpenSSH can use are one. */
  agentKeys(all: readonly SshAgentKey[]): readonly SignInWay[] {
    const isOwn = ({ id, blob }: SshAgentKey): boolean => {
      const certified = readCertificate(blob);
      const { publicKeys = [] } = this.#own ?? {};
      return publicKeys.includes(id) || (certified !== undefined && publicKeys.includes(toBase64(certified.key)));
    };
    const counting = this.#own?.identitiesOnly === true ? all.filter(isOwn) : all;
    const foreign = counting.find(({ isForeign }) => isForeign);
    const through: SignInWay[] = [];
    if (foreign !== undefined && this.#hasOwnSsh && this.#request.keyFile === undefined && !this.#held.has(ownSsh)) {
      this.#held.set(ownSsh, { type: 'own-ssh', reason: foreignKeyReason(foreign.type) });
      through.push({ id: ownSsh, lasting: ownSsh, kind: 'own-ssh', typed: false });
    }
    const usable = counting.filter(({ isForeign }) => !isForeign);
    const ways = usable.map((key): SignInWay => {
      const id = `agent:${hostKeyFingerprint(key, this.#deps.sha256)}`;
      this.#held.set(id, { type: 'agent', key });
      return { id, lasting: id, kind: 'agent', typed: false };
    });
    return [...ways, ...through];
  }

  /** The user's own OpenSSH, for a server that the library does not understand. */
  forForeign(): SignInWay {
    this.#held.set(onlyOwnSsh, { type: 'own-ssh', reason: 'algorithms' });
    return { id: onlyOwnSsh, lasting: onlyOwnSsh, kind: 'own-ssh', typed: false, isFirst: true };
  }

  /** What a person answered, the answer with this number. Errors: those of the key file. */
  async answered(answer: SignInAnswer, number: number): Promise<Result<SignInWay>> {
    const made = await this.#heldOf(answer);
    if (!made.ok) return made;
    const held = made.value;
    const lasting = lastingOf(held);
    const id = `${number} ${lasting}`;
    this.#held.set(id, held);
    const name = 'path' in held && held.path !== undefined ? { name: held.path } : {};
    return ok({ id, lasting, kind: held.type, typed: true, ...name });
  }

  async #heldOf(answer: SignInAnswer): Promise<Result<Held>> {
    const { keep } = answer;
    switch (answer.way) {
      case 'password':
        return ok({ type: 'password', password: answer.password ?? '', isNew: keep && answer.password !== '', keep });
      case 'questions':
        return ok({ type: 'questions' });
      case 'key': {
        const path = answer.keyFile ?? '';
        const passphrase = answer.passphrase ?? (await this.passphrase(path));
        const read = await this.#deps.client.readKey(path, passphrase);
        if (!read.ok) return read;
        if (read.value.state === 'foreign') {
          if (!this.#hasOwnSsh)
            return fail(
              'unsupported',
              `Quayside cannot use a key of this type${read.value.type === '' ? '' : ` (${read.value.type})`}.`,
              'Open the device with ssh in your own terminal.',
            );
          return ok({ type: 'own-ssh', reason: foreignKeyReason(read.value.type), path });
        }
        if (read.value.state === 'locked') {
          return fail(
            'unauthorized',
            answer.passphrase === undefined ? 'This key has a passphrase.' : 'This is not the passphrase of the key.',
            'Enter it.',
          );
        }
        const locked = defined({ passphrase });
        return ok({ type: 'key', path, pem: read.value.pem, keep: keep && answer.passphrase !== undefined, ...locked });
      }
      default:
        return answer.way satisfies never;
    }
  }

  /** The passphrase that the vault has of a key file. */
  async passphrase(path: string): Promise<string | undefined> {
    const kept = await this.#deps.vault.get(passphraseKey(path));
    return kept.ok ? kept.value : undefined;
  }

  /** A passphrase that a person gave OpenSSH, kept once it worked. */
  keepPassphrase(path: string, passphrase: string): void {
    this.#passphrases.set(path, passphrase);
  }

  /**
   * Keeps what proved right: what signed in, so that it comes first; and the secrets that the person wanted kept, with
   * a password that was `answered` to the server's question.
   */
  async keep(state: SignIn, answered: string | undefined): Promise<void> {
    const { credentials, log, vault } = this.#deps;
    const { deviceKey, serviceId } = this.#request;
    const { answers, answeredBy, attempts, connection, pending, user } = state;
    const accepted = attempts.filter((one) => one.connection === connection && one.outcome === 'partial');
    const proven = pending === undefined ? accepted : [...accepted, { way: pending, answeredBy }];
    const kept: Result<unknown>[] = [];
    for (const [path, passphrase] of this.#passphrases) kept.push(await vault.set(passphraseKey(path), passphrase));
    let password = answered;
    for (const id of proven.flatMap((one) => [one.way.id, ...one.answeredBy])) {
      const held = this.#held.get(id);
      if (held?.type === 'password' && held.isNew && held.keep !== false) ({ password } = held);
      if (held?.type === 'key' && held.keep === true && held.passphrase !== undefined)
        kept.push(await vault.set(passphraseKey(held.path), held.passphrase));
    }
    const signIn = proven.map(({ way }) => way.lasting);
    const before = credentials.facts(deviceKey, serviceId).signIn ?? [];
    const isSame = signIn.length === before.length && signIn.every((way, at) => way === before[at]);
    if (answers > 0 || password !== undefined || !isSame) {
      const patch = { ...(answers > 0 || password !== undefined ? { user } : {}), ...(isSame ? {} : { signIn }) };
      kept.push(
        await credentials.change(deviceKey, serviceId, password === undefined ? patch : { ...patch, password }),
      );
    }
    for (const result of kept)
      if (!result.ok) log.write('warn', 'session.sign-in-not-kept', { kind: result.error.kind });
  }
}
