import { describe, expect, it } from 'vitest';
import { launcherKindOf, sniff, sniffBytes, sniffProbes } from './sniff-service.ts';

const text = (line: string): Buffer => Buffer.from(line, 'latin1');

describe('sniffing', () => {
  it.each([
    ['SSH', text('SSH-2.0-dropbear_2022.83\r\n'), 'ssh'],
    ['VNC', text('RFB 003.008\n'), 'vnc'],
    ['Apple’s VNC', text('RFB 003.889\n'), 'vnc'],
    ['HTTP', text('HTTP/1.0 400 Bad Request\r\n'), 'http'],
    ['a TLS alert', Buffer.of(0x15, 3, 1, 0, 2, 2, 50), 'tls'],
    ['a TLS handshake', Buffer.of(0x16, 3, 3, 0, 80, 2), 'tls'],
    ['RDP with its choice of security', Buffer.of(3, 0, 0, 19, 14, 0xd0, 0, 0, 0x12, 0x34, 0, 2), 'rdp'],
    ['nothing', Buffer.alloc(0), 'more'],
    ['the beginning of SSH', text('SS'), 'more'],
    ['the beginning of RDP', Buffer.of(3, 0, 0), 'more'],
    ['the beginning of TLS', Buffer.of(0x16, 3), 'more'],
    ['Telnet', Buffer.of(0xff, 0xfd, 0x18), 'unknown'],
    ['SMTP', text('220 mail.example ESMTP'), 'unknown'],
    ['another TPKT', Buffer.of(3, 0, 0, 11, 6, 0x80, 0), 'unknown'],
    ['no TLS version', Buffer.of(0x16, 9, 1), 'unknown'],
  ])('recognises %s', (_name, bytes, kind) => {
    expect(sniff(bytes)).toBe(kind);
  });

  it('decides on any sixteen bytes', () => {
    for (let first = 0; first < 256; first += 1) {
      const bytes = Buffer.alloc(sniffBytes);
      bytes[0] = first;
      expect(sniff(bytes)).not.toBe('more');
    }
  });

  it('has probes that are the protocols’ own', () => {
    const [rdp] = sniffProbes;
    expect(rdp?.bytes.length).toBe(rdp?.bytes[3]);
    expect(launcherKindOf('tls')).toBe('https');
    expect(launcherKindOf('vnc')).toBe('vnc');
  });
});
