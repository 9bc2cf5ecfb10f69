import type { ByteChannel } from '../../core/session/byte-channel.ts';
import type { Service } from '../../core/fleet/device.ts';
import { cancelled, fail, ok, type Result } from '../../core/base/errors.ts';
import type { Log } from '../../core/base/log.ts';
import { greetRfb, screenFront } from '../../core/session/rfb-handshake.ts';
import type { SessionPrompts } from '../../core/session/session-prompts.ts';
import type { SshSessionsDeps } from './ssh-sessions.ts';

export interface VncSessionsDeps {
  readonly dial: (
    place: { readonly host: string; readonly port: number },
    signal: AbortSignal,
  ) => Promise<Result<ByteChannel>>;
  readonly respond: (password: string, challenge: Uint8Array) => Uint8Array;
  readonly forwards: SshSessionsDeps['forwards'];
  readonly inventory: { servicesOf(key: string): readonly Service[] };
  readonly credentials: SshSessionsDeps['credentials'];
  readonly log: Log;
}

/** Wrong passwords in one session; servers begin to refuse everything before. */
const maxPasswords = 10;
/** Reasons of servers that say no more than that the password is wrong. */
const saysNothing = /^(?:authentication (?:failure|failed)[.!]?)?$/i;

/** Screens inside the application, through our own forwards. The password is used here and goes no further. */
export class VncSessions {
  readonly #deps: VncSessionsDeps;

  constructor(deps: VncSessionsDeps) {
    this.#deps = deps;
  }

  /**
   * Connects and signs in; the channel then speaks RFB from its beginning, as a server without a password. `proven` is
   * the password that opened this screen before; the one that opened it now comes back. Errors: not-found,
   * unsupported, bad-response, forbidden, unauthorized, cancelled, and those of the forward.
   */
  async connect(
    request: { readonly deviceKey: string; readonly serviceId: string },
    desk: SessionPrompts,
    signal: AbortSignal,
    verifiedPassword?: string,
  ): Promise<Result<{ readonly channel: ByteChannel; readonly password: string | undefined }>> {
    const { credentials, dial, forwards, inventory, respond } = this.#deps;
    const { deviceKey, serviceId } = request;
    const service = inventory.servicesOf(deviceKey).find(({ id }) => id === serviceId);
    if (service === undefined) {
      return fail('not-found', 'There is no such service on this device.', 'It may have been removed; close this tab.');
    }
    if (service.route !== 'tunnel') {
      return fail('unsupported', `${service.name} is not reached through a port.`, 'Connect in the usual way.');
    }
    desk.step('Opening the port');
    const forward = await forwards.open({ deviceKey, serviceId, anyPort: true }, signal);
    if (!forward.ok) return forward;
    const kept =
      verifiedPassword === undefined ? await credentials.password(deviceKey, serviceId) : ok(verifiedPassword);
    let password = kept.ok ? kept.value : undefined;
    let keep = false;
    for (let round = 0; round < maxPasswords; round += 1) {
      desk.step('Connecting');
      const dialed = await dial({ host: forward.value.address, port: forward.value.port }, signal);
      if (!dialed.ok) return dialed;
      const channel = dialed.value;
      const abort = (): void => channel.close();
      signal.addEventListener('abort', abort, { once: true });
      const used = password;
      const greeted = await greetRfb(channel, used === undefined ? undefined : (challenge) => respond(used, challenge));
      signal.removeEventListener('abort', abort);
      if (signal.aborted) return cancelled();
      if (!greeted.ok) {
        channel.close();
        const error = forwards.get(forward.value.id)?.error;
        return greeted.error.kind === 'unreachable' && error !== undefined ? { ok: false, error } : greeted;
      }
      if (greeted.value.outcome === 'open') {
        if (keep && used !== undefined) {
          const stored = await credentials.change(deviceKey, serviceId, { password: used });
          if (!stored.ok) this.#deps.log.write('warn', 'session.sign-in-not-kept', { kind: stored.error.kind });
        }
        return ok({ channel: screenFront(greeted.value.channel), password: used });
      }
      channel.close();
      desk.step('Waiting for the password');
      const { reason } = greeted.value;
      const words = saysNothing.test(reason)
        ? 'The device did not accept this password.'
        : `The device refused: “${reason}”.`;
      const answer = await desk.password(used === undefined ? undefined : words);
      if (answer === undefined) return cancelled();
      ({ password, keep } = answer);
    }
    return fail('unauthorized', 'The device accepted none of these passwords.', 'Ask whoever runs it.');
  }
}
