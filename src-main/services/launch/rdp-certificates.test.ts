import { describe, expect, it } from 'vitest';
import { MemoryDocument } from '../../../test/support/memory-document.ts';
import { VirtualClock } from '../../../test/support/virtual-clock.ts';
import { certificateDigits, type RdpCertificate } from '../../core/launch/rdp-certificate.ts';
import type { HostKeyPin } from '../../core/ssh/host-key-pins.ts';
import { HostKeys } from '../ssh/host-keys.ts';
import { RdpCertificates } from './rdp-certificates.ts';

const signal = new AbortController().signal;
const place = { host: '127.0.0.1', port: 33007 };
const [first, second, third] = ['A', 'B', 'C'].map((letter) => `SHA256:${letter.repeat(42)}A`) as [
  string,
  string,
  string,
];
const shown = (fingerprint: string): RdpCertificate => ({ state: 'shown', fingerprint });

const world = () => {
  let now: RdpCertificate | undefined;
  const seen: string[] = [];
  const hostKeys = new HostKeys({
    document: new MemoryDocument<readonly HostKeyPin[]>([]),
    sha256: (bytes) => bytes,
    clock: new VirtualClock(),
  });
  hostKeys.seen.on(({ fingerprint }) => seen.push(fingerprint));
  const certificates = new RdpCertificates({ read: async () => now, hostKeys });
  return {
    certificates,
    hostKeys,
    seen,
    look: (certificate: RdpCertificate | undefined, alias = 'remoteiot.home.a1.3389') => {
      now = certificate;
      return certificates.check(place, alias, signal);
    },
  };
};

describe('the certificate of an RDP server', () => {
  it('is pinned when it is first seen, and named with the old one when it has changed', async () => {
    const { look } = world();
    expect(await look(shown(first))).toEqual({ ok: true, value: first });
    expect(await look(shown(first))).toEqual({ ok: true, value: first });
    expect(await look(shown(second))).toMatchObject({
      ok: false,
      error: {
        kind: 'forbidden',
        message: expect.stringContaining(certificateDigits(second)) as string,
        certificate: { pinned: certificateDigits(first), shown: certificateDigits(second) },
      },
    });
  });

  it('of another device, or of another machine behind this one, is another matter', async () => {
    const { look } = world();
    await look(shown(first));
    expect(await look(shown(second), 'remoteiot.home.b2.3389')).toMatchObject({ ok: true });
    expect(await look(shown(second), 'remoteiot.home.a1.3389.10_2e0_2e0_2e7')).toMatchObject({ ok: true });
  });

  it('is trusted only as it was shown last', async () => {
    const { certificates, look } = world();
    await look(shown(first));
    await look(shown(second));
    await look(shown(third));
    const alias = 'remoteiot.home.a1.3389';
    expect(await certificates.trust(alias, certificateDigits(second))).toMatchObject({ ok: false });
    expect(await certificates.trust('remoteiot.home.b2.3389', certificateDigits(third))).toMatchObject({ ok: false });
    expect(await certificates.trust(alias, certificateDigits(third))).toEqual({ ok: true, value: undefined });
    expect(await look(shown(third))).toEqual({ ok: true, value: third });
    // The old one is a change by now.
    expect(await look(shown(first))).toMatchObject({ ok: false });
  });

  it('that is missing where one was pinned stops the launch; a server without one never stops it', async () => {
    const { look } = world();
    expect(await look({ state: 'none' })).toEqual({ ok: true, value: undefined });
    await look(shown(first));
    expect(await look({ state: 'none' })).toMatchObject({ ok: false, error: { kind: 'forbidden' } });
  });

  it('that could not be read leaves the check to the program', async () => {
    const { look } = world();
    await look(shown(first));
    expect(await look(undefined)).toEqual({ ok: true, value: undefined });
  });

  it('goes with the keys of its device, and is no SSH host key to tell of', async () => {
    const { hostKeys, look, seen } = world();
    await look(shown(first));
    await look(shown(second));
    expect(seen).toEqual([]);
    await hostKeys.forget('remoteiot.home.a1');
    expect(await look(shown(second))).toEqual({ ok: true, value: second });
  });
});
