import type { Device, Service } from '../../core/fleet/device.ts';
import { cancelled, fail, ok, type Failure, type Result } from '../../core/base/errors.ts';
import { hostKeyFingerprint } from '../../core/ssh/host-key.ts';
import { judgeHostKey, type HostKeyPin } from '../../core/ssh/host-key-pins.ts';
import type { Log } from '../../core/base/log.ts';
import type { Vault } from '../../core/base/vault.ts';
import type { SessionPrompts, SignIn } from '../../core/session/session-prompts.ts';
import type { SshClient, SshConnection, SshServerKey, SshWay } from '../../core/ssh/ssh-client.ts';
import { checkSshUser, hostKeyAlias } from '../../core/ssh/ssh-command.ts';
import type { ForwardSnapshot } from '../../core/forward/forward-record.ts';

export interface SshSessionsDeps {
  readonly client: SshClient;
  readonly forwards: {
    open(
      request: { readonly deviceKey: string; readonly serviceId: string; readonly anyPort: true },
      signal: AbortSignal,
    ): Promise<Result<ForwardSnapshot>>;
    get(id: string): ForwardSnapshot | undefined;
  };
  readonly inventory: {
    device(key: string): Device | undefined;
    servicesOf(key: string): readonly Service[];
  };
  readonly credentials: {
    facts(deviceKey: string, serviceId: string): { readonly user?: string; readonly hasPassword: boolean };
    password(deviceKey: string, serviceId: string): Promise<Result<string | undefined>>;
    change(
      deviceKey: string,
      serviceId: string,
      patch: { readonly user?: string; readonly password?: string },
    ): Promise<Result<unknown>>;
  };
  readonly hostKeys: {
    list(): readonly HostKeyPin[];
    accept(key: { readonly alias: string; readonly type: string; readonly fingerprint: string }): Promise<Result<void>>;
    forget(alias: string): Promise<Result<void>>;
  };
  readonly settings: { get(): { readonly sshUser: string; readonly acceptNewHostKeys: boolean } };
  readonly vault: Pick<Vault, 'get' | 'set'>;
  readonly sha256: (bytes: Uint8Array) => Uint8Array;
  readonly log: Log;
}

export interface SshSessionRequest {
  readonly deviceKey: string;
  readonly serviceId: string;
  readonly user?: string | undefined;
  /** A key file to try by itself, with the passphrase the vault has of it. */
  readonly keyFile?: string | undefined;
}

/** A person's patience with a server that refuses them. */
const maxSignIns = 20;

const passphraseKey = (path: string): string => `ssh-key:${path}`;

/** Why the last attempt failed; undefined if nothing was tried, as the server offers none of what there was. */
const refusedWords = (tried: readonly SshWay['type'][], user: string): string | undefined => {
  const last = tried.at(-1);
  switch (last) {
    case undefined:
      return undefined;
    case 'password':
      return `The device did not accept this password for ${user}.`;
    case 'questions':
      return `The device did not accept these answers for ${user}.`;
    case 'key':
      return `The device did not accept this key for ${user}.`;
    case 'agent':
      return `The device accepted no key of the SSH agent for ${user}.`;
    default:
      return last satisfies never;
  }
};

const keyRefused = fail(
  'unauthorized',
  'The session was not opened, because the device’s host key was not accepted.',
  'Reconnect when you know that the key is right.',
);

/** SSH connections for sessions inside the application, through our own forwards. */
export class SshSessions {
  readonly #deps: SshSessionsDeps;

  constructor(deps: SshSessionsDeps) {
    this.#deps = deps;
  }

  /**
   * Connects and signs in, asking at the desk for what is not known. Errors: not-found, unsupported, invalid-input,
   * unauthorized, cancelled, and those of the forward and of the client.
   */
  async connect(
    request: SshSessionRequest,
    desk: SessionPrompts,
    signal: AbortSignal,
  ): Promise<Result<{ readonly connection: SshConnection; readonly user: string }>> {
    const { deviceKey, serviceId } = request;
    const { credentials, client, forwards, hostKeys, inventory, settings } = this.#deps;
    const device = inventory.device(deviceKey);
    const service = inventory.servicesOf(deviceKey).find(({ id }) => id === serviceId);
    if (device === undefined || service === undefined) {
      return fail('not-found', 'There is no such service on this device.', 'It may have been removed; close this tab.');
    }
    if (service.route !== 'tunnel') {
      return fail('unsupported', `${service.name} is not reached through a port.`, 'Connect in the usual way.');
    }
    const alias = hostKeyAlias(device, service);
    // The forward pins what it sees by itself; what counts here is what was known before we came.
    let known = hostKeys.list();
    desk.step('Opening the port');
    const forward = await forwards.open({ deviceKey, serviceId, anyPort: true }, signal);
    if (!forward.ok) return forward;

    let user = request.user ?? credentials.facts(deviceKey, serviceId).user ?? settings.get().sshUser;
    if (user === '' && checkSshUser(client.localUser()).ok) user = client.localUser();
    let ways: readonly SshWay[] | undefined;
    let methods: readonly string[] = [];
    let refused: string | undefined;
    let mustAsk = user === '';
    let answer: SignIn | undefined;
    for (let round = 0; round < maxSignIns; round += 1) {
      if (mustAsk) {
        desk.step('Waiting for you to sign in');
        const about = {
          type: 'sign-in' as const,
          user,
          methods,
          ...(refused === undefined ? {} : { refused }),
          ...(request.keyFile === undefined ? {} : { keyFile: request.keyFile }),
        };
        answer = await desk.signIn(about);
        if (answer === undefined || signal.aborted) return cancelled();
        user = answer.user.trim();
        const checked = checkSshUser(user);
        const made = checked.ok ? await this.#waysOf(answer, desk) : checked;
        if (!made.ok) {
          refused = `${made.error.message} ${made.error.hint}`;
          continue;
        }
        ways = made.value;
      }
      desk.step('Connecting');
      const dialed = await client.dial(
        {
          host: forward.value.address,
          port: forward.value.port,
          user,
          ways: ways ?? (await this.#automaticWays(request, desk)),
          knownKeyTypes: known.filter((pin) => pin.alias === alias).map(({ type }) => type),
          checkKey: async (key) => {
            const good = await this.#check(alias, key, known, desk);
            if (good) known = hostKeys.list();
            return good;
          },
        },
        signal,
      );
      if (!dialed.ok) return this.#explain(forward.value.id, dialed);
      if (dialed.value.outcome === 'key-refused') return keyRefused;
      if (dialed.value.outcome === 'open') {
        await this.#keep(request, answer, user);
        return ok({ connection: dialed.value.connection, user });
      }
      methods = dialed.value.methods;
      mustAsk = true;
      refused = refusedWords(dialed.value.tried, user);
    }
    return fail('unauthorized', 'The device refused every attempt to sign in.', 'Ask whoever runs it for a way in.');
  }

  /** What can be tried without asking anybody: the agent, key files, what the vault has. */
  async #automaticWays(request: SshSessionRequest, desk: SessionPrompts): Promise<readonly SshWay[]> {
    const { client, credentials, vault } = this.#deps;
    const ways: SshWay[] = [];
    if (client.hasAgent()) ways.push({ type: 'agent' });
    const paths = request.keyFile === undefined ? await client.usualKeys() : [request.keyFile];
    for (const path of paths) {
      const bare = await client.readKey(path, undefined);
      if (!bare.ok) continue;
      if (bare.value.state === 'usable') ways.push({ type: 'key', pem: bare.value.pem });
      else {
        const kept = await vault.get(passphraseKey(path));
        if (!kept.ok || kept.value === undefined) continue;
        const unlocked = await client.readKey(path, kept.value);
        if (unlocked.ok && unlocked.value.state === 'usable')
          ways.push({ type: 'key', pem: unlocked.value.pem, passphrase: kept.value });
      }
    }
    const password = await credentials.password(request.deviceKey, request.serviceId);
    if (password.ok && password.value !== undefined) ways.push({ type: 'password', password: password.value });
    else ways.push(this.#questions(desk));
    return ways;
  }

  #questions(desk: SessionPrompts): SshWay {
    return {
      type: 'questions',
      answer: (questions) => {
        desk.step('Waiting for your answer');
        return desk.prompts({ type: 'prompts', ...questions });
      },
    };
  }

  async #waysOf(answer: SignIn, desk: SessionPrompts): Promise<Result<readonly SshWay[]>> {
    switch (answer.way) {
      case 'password':
        return ok([{ type: 'password', password: answer.password ?? '' }]);
      case 'questions':
        return ok([this.#questions(desk)]);
      case 'key': {
        const path = answer.keyFile ?? '';
        const kept = answer.passphrase === undefined ? await this.#deps.vault.get(passphraseKey(path)) : ok(undefined);
        const passphrase = answer.passphrase ?? (kept.ok ? kept.value : undefined);
        const read = await this.#deps.client.readKey(path, passphrase);
        if (!read.ok) return read;
        if (read.value.state === 'locked') {
          return fail(
            'unauthorized',
            answer.passphrase === undefined ? 'This key has a passphrase.' : 'This is not the passphrase of the key.',
            'Enter it.',
          );
        }
        return ok([{ type: 'key', pem: read.value.pem, ...(passphrase === undefined ? {} : { passphrase }) }]);
      }
      default:
        return answer.way satisfies never;
    }
  }

  /** Judges the server's key by what was pinned, asking where that is not enough. */
  async #check(alias: string, key: SshServerKey, known: readonly HostKeyPin[], desk: SessionPrompts): Promise<boolean> {
    const { hostKeys, settings, sha256 } = this.#deps;
    const seen = { alias, type: key.type, fingerprint: hostKeyFingerprint(key, sha256) };
    const { kind, pinned, sharedWith } = judgeHostKey(known, seen);
    if (kind === 'same') return true;
    if (kind !== 'first-seen' || !settings.get().acceptNewHostKeys || sharedWith.length > 0) {
      desk.step('Waiting for you to look at the host key');
      const accepted = await desk.hostKey({
        type: 'host-key',
        verdict: kind,
        keyType: key.type,
        fingerprint: seen.fingerprint,
        sharedWith: sharedWith.length,
        ...(pinned === undefined
          ? {}
          : { pinned: { keyType: pinned.type, fingerprint: pinned.fingerprint, firstSeenAt: pinned.firstSeenAt } }),
      });
      if (!accepted) {
        // What the forward pinned of this very connection was not wanted.
        if (kind === 'first-seen') await hostKeys.forget(alias);
        return false;
      }
    }
    const kept = await hostKeys.accept(seen);
    if (!kept.ok) this.#deps.log.write('warn', 'session.host-key-not-kept', { kind: kept.error.kind });
    return true;
  }

  /** Keeps what proved right, where the user wanted that. */
  async #keep(request: SshSessionRequest, answer: SignIn | undefined, user: string): Promise<void> {
    if (answer === undefined) return;
    const { credentials, log, vault } = this.#deps;
    const { deviceKey, serviceId } = request;
    const kept: Result<unknown>[] = [];
    if (answer.keep && answer.way === 'password' && answer.password !== undefined && answer.password !== '')
      kept.push(await credentials.change(deviceKey, serviceId, { user, password: answer.password }));
    else kept.push(await credentials.change(deviceKey, serviceId, { user }));
    if (answer.keep && answer.way === 'key' && answer.keyFile !== undefined && answer.passphrase !== undefined)
      kept.push(await vault.set(passphraseKey(answer.keyFile), answer.passphrase));
    for (const result of kept)
      if (!result.ok) log.write('warn', 'session.sign-in-not-kept', { kind: result.error.kind });
  }

  /** Where the forward knows why there was no way through, its words are the better ones. */
  #explain(forwardId: string, failure: Failure): Failure {
    const error = this.#deps.forwards.get(forwardId)?.error;
    const isLost = failure.error.kind === 'unreachable' || failure.error.kind === 'timeout';
    return isLost && error !== undefined ? { ok: false, error } : failure;
  }
}
