import { createServer } from 'node:http';
import { describe, expect, it } from 'vitest';
import { bindError, dialError } from '../../core/forward/forward-errors.ts';
import { descriptorLimit, pageLimits, passedOnLimits, planDescriptors } from './descriptors.ts';

describe('descriptors', () => {
  it.runIf(process.platform === 'linux')('are as many as the system says', () => {
    const table = (soft: string): string =>
      `Limit                     Soft Limit           Hard Limit           Units     \nMax open files            ${soft}                 524288               files     \n`;
    expect(descriptorLimit(() => table('1024'))).toBe(1024);
    expect(descriptorLimit(() => table('unlimited'))).toBe(Number.MAX_SAFE_INTEGER);
    expect(
      descriptorLimit(() => {
        throw new Error('EMFILE');
      }),
    ).toBe(1024);
    expect(descriptorLimit()).toBeGreaterThan(0);
  });

  it.each([128, 256, 1024, 4096, 20_000, 524_288])(
    'of %i leave the process some, however full all its servers are',
    (limit) => {
      const { clients, connections } = planDescriptors(limit);
      for (const ports of [1, 20, 60]) {
        const most = 5 * clients + 2 * connections(ports) + ports;
        expect(limit - most).toBeGreaterThanOrEqual(limit <= 128 && ports > 20 ? 0 : 60);
      }
      expect(clients).toBeGreaterThanOrEqual(8);
    },
  );

  it('are not held by half a request for Node’s minutes, while a file on its way to a device takes its time', () => {
    const [pages, passedOn] = [createServer(pageLimits), createServer(passedOnLimits)];
    expect([pages.headersTimeout, pages.requestTimeout]).toEqual([5_000, 5_000]);
    expect([passedOn.headersTimeout, passedOn.requestTimeout]).toEqual([5_000, 0]);
  });

  it('that are used up have words of their own, for ports and for tunnels', () => {
    for (const code of ['EMFILE', 'ENFILE']) {
      const words = [bindError(code, '127.0.0.1', 33_000, undefined), dialError(code, 'vendor.test', 1, 1000)];
      for (const { kind, message, hint } of words) {
        expect(kind).toBe('internal');
        expect(message).toContain('lets Quayside open no more connections and files now');
        expect(hint).toContain('ulimit -n');
      }
    }
  });
});
