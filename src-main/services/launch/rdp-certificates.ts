import { fail, ok, type Result } from '../../core/base/errors.ts';
import { certificateDigits, type RdpCertificate } from '../../core/launch/rdp-certificate.ts';
import type { HostKeys } from '../ssh/host-keys.ts';

/** A certificate among the pins of host keys: no host key has this type. */
const type = 'x509';

export interface RdpCertificatesDeps {
  readonly read: (
    place: { readonly host: string; readonly port: number },
    signal: AbortSignal,
  ) => Promise<RdpCertificate | undefined>;
  readonly hostKeys: Pick<HostKeys, 'judge' | 'pinned' | 'accept'>;
}

/**
 * The certificates of RDP servers, pinned by device at first use, whichever program opens the desktop. A changed one stops
 * the launch before any program is started, until a person trusts it.
 */
export class RdpCertificates {
  readonly #deps: RdpCertificatesDeps;
  /** Changed certificates that were reported, by alias: nothing else can be trusted. */
  readonly #reported = new Map<string, string>();

  constructor(deps: RdpCertificatesDeps) {
    this.#deps = deps;
  }

  /**
   * Compares what the server shows with the pin; answers what the program is to hold it to, undefined where the server
   * could not be asked: then the program checks by itself. Error: forbidden, with `certificate`, where it has changed.
   */
  async check(
    place: { readonly host: string; readonly port: number },
    alias: string,
    signal: AbortSignal,
  ): Promise<Result<string | undefined>> {
    const seen = await this.#deps.read(place, signal);
    if (seen?.state !== 'shown') {
      const pinned = this.#deps.hostKeys.pinned(alias, type);
      return seen === undefined || pinned === undefined
        ? ok(undefined)
        : fail(
            'forbidden',
            'This device showed a certificate before, and now offers a connection without one.',
            'Somebody may be between you and the device. Ask whoever runs it.',
          );
    }
    const { fingerprint } = seen;
    const { kind, pinned } = this.#deps.hostKeys.judge({ alias, type, fingerprint });
    if (kind !== 'changed' || pinned === undefined) return ok(fingerprint);
    this.#reported.set(alias, fingerprint);
    const [was, is] = [certificateDigits(pinned.fingerprint), certificateDigits(fingerprint)];
    return fail(
      'forbidden',
      `The certificate of this device has changed: it was ${was} and is ${is} now.`,
      'Windows renews it every six months, and a new installation has another. If you know of neither, ask whoever runs the device.',
      { certificate: { shown: is, pinned: was, pinnedAt: pinned.firstSeenAt } },
    );
  }

  /** Pins the changed certificate with these digits, if it was reported last. Errors: invalid-input, those of host-keys.json. */
  async trust(alias: string, digits: string): Promise<Result<void>> {
    const fingerprint = this.#reported.get(alias);
    if (fingerprint === undefined || certificateDigits(fingerprint) !== digits)
      return fail('invalid-input', 'This is not the certificate that the device showed last.', 'Connect to see it.');
    this.#reported.delete(alias);
    return this.#deps.hostKeys.accept({ alias, type, fingerprint });
  }
}
