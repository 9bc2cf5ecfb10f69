import type { Device, Service } from '../../core/fleet/device.ts';
import { cancelled, fail, ok, type Failure, type Result } from '../../core/base/errors.ts';
import { hostKeyFingerprint } from '../../core/ssh/host-key.ts';
import { judgeHostKey, type HostKeyPin } from '../../core/ssh/host-key-pins.ts';
import type { SessionPrompts } from '../../core/session/session-prompts.ts';
import type { SshClient } from '../../core/ssh/ssh-client.ts';
import { aliasOf } from '../../core/ssh/ssh-config.ts';
import { checkSshUser, hostKeyAlias } from '../../core/ssh/ssh-command.ts';
import type { ForwardSnapshot } from '../../core/forward/forward-record.ts';
import type { SshSignInRequest } from './sign-in-secrets.ts';
import type { SignedIn, SignInDials } from './sign-in-dials.ts';
import { SshSignIn, type SshSignInDeps } from './ssh-sign-in.ts';

export interface SshSessionsDeps extends SshSignInDeps {
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
  readonly hostKeys: {
    list(): readonly HostKeyPin[];
    accept(key: { readonly alias: string; readonly type: string; readonly fingerprint: string }): Promise<Result<void>>;
    forget(alias: string): Promise<Result<void>>;
    outdated(alias: string): readonly string[];
    allow(alias: string, algorithms: readonly string[]): Promise<Result<void>>;
  };
  readonly settings: { get(): { readonly sshUser: string; readonly acceptNewHostKeys: boolean } };
}

export interface SshSessionRequest extends SshSignInRequest {
  readonly user?: string | undefined;
}

const notSpoken = (algorithms: readonly string[]): Failure =>
  fail(
    'unsupported',
    `This device speaks only outdated SSH (${algorithms.join(', ').slice(0, 200)}).`,
    'Update it, or open it with an older ssh in your own terminal.',
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
  async connect(request: SshSessionRequest, desk: SessionPrompts, signal: AbortSignal): Promise<Result<SignedIn>> {
    const { deviceKey, serviceId } = request;
    const { credentials, client, forwards, hostKeys, inventory, settings, sha256 } = this.#deps;
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

    const ownAlias = aliasOf(device.name);
    const own = await client.ownSetup(ownAlias);
    // What the user's own ssh has for this host alone is meant more than a setting for all, and that more than theirs.
    const byConfiguration = own.isUserOnlyHere ? own.user : undefined;
    const saved = credentials.facts(deviceKey, serviceId).user;
    let user = request.user ?? saved ?? byConfiguration ?? settings.get().sshUser;
    if (user === '') user = own.user ?? '';
    if (user === '' && checkSshUser(client.localUser()).ok) user = client.localUser();
    /** Allowed by the person just now; kept once the device’s key is known. */
    let allowed: readonly string[] = [];
    const signIn = new SshSignIn(this.#deps, request, own, user, desk);
    const target = {
      port: forward.value.port,
      get outdated() {
        return [...hostKeys.outdated(alias), ...allowed];
      },
      get knownKeyTypes() {
        return known.filter((pin) => pin.alias === alias).map(({ type }) => type);
      },
    };
    const checkKey = async (type: string, fingerprint: string): Promise<boolean> => {
      const good = await this.#check({ alias, type, fingerprint }, known, desk);
      if (good && allowed.length > 0) await hostKeys.allow(alias, allowed);
      if (good) known = hostKeys.list();
      return good;
    };
    const library: SignInDials['library'] = async (dial) => {
      for (;;) {
        const dialed = await client.dial(
          {
            ...dial,
            ...target,
            host: forward.value.address,
            checkKey: (key) => checkKey(key.type, hostKeyFingerprint(key, sha256)),
          },
          signal,
        );
        if (!dialed.ok) return dialed;
        const { value } = dialed;
        if (value.outcome !== 'outdated') return ok(value);
        // Once: what a server speaks only then would be a question after the other.
        if (allowed.length > 0) return notSpoken(value.algorithms);
        desk.step('Waiting for you to look at the device’s SSH');
        if (!(await desk.allowOutdated(value.algorithms))) return cancelled();
        allowed = value.algorithms;
      }
    };
    const ownSsh: SignInDials['ownSsh'] = (dial) =>
      client.dialOwnSsh(
        {
          ...dial,
          ...target,
          address: forward.value.address,
          alias: ownAlias,
          hostKeyAlias: alias,
          checkKey: ({ type, fingerprint }) =>
            // OpenSSH does not say which curve a key is of.
            checkKey(
              known.find((pin) => pin.alias === alias && pin.fingerprint === fingerprint)?.type ?? type,
              fingerprint,
            ),
        },
        signal,
      );
    const dialed = await signIn.run({ library, ownSsh }, signal);
    return dialed.ok ? dialed : this.#explain(forward.value.id, dialed);
  }

  /** Judges the server's key by what was pinned, asking where that is not enough. */
  async #check(
    seen: Pick<HostKeyPin, 'alias' | 'type' | 'fingerprint'>,
    known: readonly HostKeyPin[],
    desk: SessionPrompts,
  ): Promise<boolean> {
    const { hostKeys, settings } = this.#deps;
    const { kind, pinned, sharedWith } = judgeHostKey(known, seen);
    if (kind === 'same') return true;
    if (kind !== 'first-seen' || !settings.get().acceptNewHostKeys || sharedWith.length > 0) {
      desk.step('Waiting for you to look at the host key');
      const accepted = await desk.hostKey({
        type: 'host-key',
        verdict: kind,
        keyType: seen.type,
        fingerprint: seen.fingerprint,
        sharedWith: sharedWith.length,
        ...(pinned === undefined
          ? {}
          : { pinned: { keyType: pinned.type, fingerprint: pinned.fingerprint, firstSeenAt: pinned.firstSeenAt } }),
      });
      if (!accepted) {
        // What the forward pinned of this very connection was not wanted.
        if (kind === 'first-seen') await hostKeys.forget(seen.alias);
        return false;
      }
    }
    const kept = await hostKeys.accept(seen);
    if (!kept.ok) this.#deps.log.write('warn', 'session.host-key-not-kept', { kind: kept.error.kind });
    return true;
  }

  /** Where the forward knows why there was no way through, its words are the better ones. */
  #explain(forwardId: string, failure: Failure): Failure {
    const error = this.#deps.forwards.get(forwardId)?.error;
    const isLost = failure.error.kind === 'unreachable' || failure.error.kind === 'timeout';
    return isLost && error !== undefined ? { ok: false, error } : failure;
  }
}
