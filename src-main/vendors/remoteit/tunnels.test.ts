import { describe, expect, it } from 'vitest';
import { silentLog } from '../../../test/support/fake-vendor.ts';
import { VirtualClock } from '../../../test/support/virtual-clock.ts';
import { ok } from '../../core/base/errors.ts';
import type { Result } from '../../core/base/errors.ts';
import type { Service } from '../../core/fleet/device.ts';
import type { HttpAnswer } from '../../core/base/http.ts';
import type { Tunnel, VendorContext } from '../vendor.ts';
import { remoteItWire } from './auth.ts';
import { RemoteItTunnels } from './tunnels.ts';

const ssh: Service = { id: 'service-1', kind: 'ssh', name: 'SSH', route: 'tunnel', port: 22 };
const signal = new AbortController().signal;

/** An account in the older API, whose vendor grants every tunnel under a new number and ends one as `ending` says. */
const rig = (ending: { readonly status?: number; readonly body?: unknown } = { body: { status: 'true' } }) => {
  const clock = new VirtualClock();
  const asked: string[] = [];
  const granted = () => {
    const connection = { connectionid: `c${asked.length}`, proxyserver: 'p.example.com', proxyport: '33000' };
    return { status: 'true', connection: { ...connection, expirationsec: '3600' } };
  };
  const session: VendorContext = {
    accountId: 'a',
    baseUrl: 'https://api.example.com',
    fields: {},
    secrets: { developerKey: 'developer-key', token: 'session-token' },
    http: {
      request: async (request): Promise<Result<HttpAnswer>> => {
        const isEnd = request.url.toString().endsWith('/device/connect/stop');
        asked.push(isEnd ? 'end' : 'connect');
        const { status = 200, body = '' } = isEnd ? ending : { body: granted() };
        const text = typeof body === 'string' ? body : JSON.stringify(body);
        const answer = { status, headers: {}, text, bytes: Buffer.from(text), receivedAt: clock.now() };
        const error = request.classify(answer);
        return error === undefined ? ok(answer) : { ok: false, error };
      },
    },
    clock,
    random: () => 0.5,
    log: silentLog,
  };
  const tunnels = new RemoteItTunnels(session, remoteItWire(session));
  return { clock, asked, tunnels, open: () => tunnels.open('device', ssh, signal) };
};

const held = (clock: VirtualClock, lifeMs?: number): Tunnel => ({
  host: 'old.example.com',
  port: 30_000,
  reused: false,
  handle: { connectionId: 'old', serviceId: ssh.id },
  ...(lifeMs === undefined ? {} : { expiresAt: clock.now() + lifeMs }),
});

describe('a tunnel that another process handed over', () => {
  it.each([
    ['without an end', undefined],
    ['with an hour left', 3_600_000],
  ] as const)('is used again %s, instead of asking for a second one that would replace it', async (_how, lifeMs) => {
    const { clock, asked, tunnels, open } = rig();
    tunnels.adopt(held(clock, lifeMs));
    expect(await open()).toMatchObject({ value: { host: 'old.example.com', port: 30_000, reused: true } });
    expect(asked).toEqual([]);
    expect(await tunnels.open('device', { ...ssh, id: 'service-2' }, signal)).toMatchObject({
      value: { host: 'p.example.com' },
    });
  });

  it('is asked for anew where a minute is left of it, or once it was closed', async () => {
    const ending = rig();
    ending.tunnels.adopt(held(ending.clock, 3_600_000));
    await ending.clock.advance(3_600_000 - 60_000);
    expect(await ending.open()).toMatchObject({ value: { host: 'p.example.com', reused: false } });

    const closed = rig();
    closed.tunnels.adopt(held(closed.clock));
    expect(await closed.tunnels.close('device', held(closed.clock), signal)).toEqual(ok(undefined));
    expect(await closed.open()).toMatchObject({ value: { host: 'p.example.com', reused: false } });
    expect(closed.asked).toEqual(['end', 'connect']);
  });

  it('does not take the place of one that this process has asked for', async () => {
    const { clock, tunnels, open } = rig();
    expect(await open()).toMatchObject({ value: { host: 'p.example.com' } });
    tunnels.adopt(held(clock));
    expect(await open()).toMatchObject({ value: { host: 'p.example.com', reused: true } });
  });

  it.each([null, undefined, 7, 'old', {}, { connectionId: 'old' }, { serviceId: ssh.id }])(
    'is left alone where its handle is none of remote.it: %j',
    async (handle) => {
      const { clock, asked, tunnels, open } = rig();
      const strange: Tunnel = { ...held(clock), handle };
      tunnels.adopt(strange);
      expect(await open()).toMatchObject({ value: { host: 'p.example.com' } });
      expect(await tunnels.close('device', strange, signal)).toEqual(ok(undefined));
      expect(asked).toEqual(['connect']);
    },
  );
});

describe('closing a tunnel', () => {
  const refused = (reason: string): { readonly status: string; readonly reason: string } => ({
    status: 'false',
    reason,
  });

  it.each([
    ['is unknown', { status: 404, body: '' }],
    ['is unknown by its code', { body: refused('[0806] unknown') }],
    ['has a device that is offline', { body: refused('service is inactive') }],
    ['is not found', { status: 400, body: refused('connection not found') }],
    ['is refused for itself, not for the key', { status: 401, body: refused('incorrect connection id') }],
  ])('succeeds where it %s: there is nothing left to close', async (_how, ending) => {
    const { asked, tunnels, open } = rig(ending);
    const opened = await open();
    if (!opened.ok) throw new Error(opened.error.message);
    expect(await tunnels.close('device', opened.value, signal)).toEqual(ok(undefined));
    expect(asked).toEqual(['connect', 'end']);
  });

  it.each([
    ['the key is refused without a reason', { status: 401, body: '' }, 'unauthorized'],
    ['the developer key is refused', { status: 401, body: refused('bad developer key') }, 'unauthorized'],
    ['the token has ended', { status: 401, body: refused('token expired') }, 'unauthorized'],
    ['something else was wrong', { status: 400, body: refused('missing deviceaddress') }, 'invalid-input'],
    ['the vendor is in trouble', { status: 503, body: '' }, 'vendor-unavailable'],
    [
      'the vendor’s own server is not found',
      { status: 503, body: refused('upstream not found') },
      'vendor-unavailable',
    ],
  ])('fails where %s: the tunnel may still be open', async (_how, ending, kind) => {
    const { tunnels, open } = rig(ending);
    const opened = await open();
    if (!opened.ok) throw new Error(opened.error.message);
    expect(await tunnels.close('device', opened.value, signal)).toMatchObject({ error: { kind } });
  });
});
