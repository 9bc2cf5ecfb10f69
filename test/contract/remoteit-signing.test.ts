import { beforeEach, describe, expect, it } from 'vitest';
import { simulatedDeviceId } from '../../src-main/simulators/remoteit/fleet.ts';
import type { RemoteItSimulator } from '../../src-main/simulators/remoteit/remoteit.ts';
import { remoteIt } from '../../src-main/vendors/remoteit/connector.ts';
import { draftSignature, messageSignature } from '../../src-main/vendors/remoteit/signing.ts';
import { remoteItSecrets } from '../support/remoteit-account.ts';
import { remoteItRig } from '../support/remoteit-rig.ts';

/** How an account proves who it is: two dialects of signatures, session tokens, and what is asked for them. */

const now = Date.UTC(2026, 10, 20, 12, 2, 0);
const device = simulatedDeviceId(0);

const { open, call, errorOf, ...rig } = remoteItRig(now);
let simulator: RemoteItSimulator;
beforeEach(() => {
  simulator = rig.simulator();
});

describe('signing', () => {
  const key = { id: 'id', secret: 'c2VjcmV0LWtleS1ieXRlcw==' };
  const request = {
    method: 'POST',
    url: new URL('https://api.remote.it/graphql/v1'),
    date: 'Tue, 14 Nov 2023 22:13:20 GMT',
    body: { text: '{"query":"{ login { email } }"}', contentType: 'application/json' },
  };

  it('in the draft dialect gives the recorded signature', async () => {
    expect(await draftSignature(key, request)).toEqual({
      date: request.date,
      authorization:
        'Signature keyId="id",algorithm="hmac-sha256",headers="(request-target) host date content-type content-length",signature="cNvLA8zQEKptwwVeY1DFnjstfSl9m6xEY02Gp3RTNlM="',
    });
  });

  it('counts the length of the body in bytes', async () => {
    const plain = await draftSignature(key, { ...request, body: { text: 'ee', contentType: 'text/plain' } });
    const accented = await draftSignature(key, { ...request, body: { text: 'é', contentType: 'text/plain' } });
    expect(accented).toEqual(plain);
  });

  it('in the dialect of RFC 9421 covers method, authority, address and date', async () => {
    const headers = await messageSignature(key, request, 1_700_000_000_000);
    // Both as http-message-signatures 1.0.4 makes them, which remote.it's socket-link.js signs with.
    expect(headers['signature-input']).toBe(
      'remoteit=("@method" "@authority" "@target-uri" "date");keyid="id";alg="hmac-sha256";created=1700000000;expires=1700000300',
    );
    expect(headers['signature']).toBe('remoteit=:sP2bA06iky26yCNXJOjDlJpW16EAzaeBCw4e5bOI6M0=:');
  });

  it.each(['draft', 'rfc9421'])(
    '%s is accepted, and refused with a wrong secret or a wrong clock',
    async (signature) => {
      open({ fields: { signature } });
      await call('login');
      await call('renameService', { serviceId: device, name: 'Zürich' });
      expect(Object.keys(simulator.requests[0]?.headers ?? {}).includes('signature-input')).toBe(
        signature === 'rfc9421',
      );
      expect(Object.keys(simulator.requests[0]?.headers ?? {}).includes('authorization')).toBe(signature === 'draft');
      simulator.clockOffsetMs = -11 * 60_000;
      expect(await errorOf('login')).toMatchObject({
        kind: 'clock-skew',
        message: expect.stringContaining('11 min ahead'),
      });
      simulator.clockOffsetMs = 0;
      simulator.setSecret('b3RoZXI=');
      expect(await errorOf('login')).toMatchObject({
        kind: 'unauthorized',
        message: expect.stringContaining('access key'),
      });
    },
  );

  it('is asked for where there is none', async () => {
    const bare = await fetch(`${simulator.origin}/graphql/v1`, {
      method: 'POST',
      body: '{"query":"{ login { id } }"}',
    });
    expect([bare.status, await bare.text()]).toEqual([401, 'Unauthorized']);
  });
});

describe('accounts', () => {
  const secrets = (value: unknown): boolean => remoteIt.secrets.safeParse(value).success;

  it('take each of the three ways to sign in, and nothing between them', () => {
    expect(remoteIt.credentialForms.map((form) => form.id)).toEqual(['accessKey', 'token', 'password']);
    expect(remoteIt.credentialForms[0]?.why).toMatch(/two-factor.*password.*revoke/);
    expect(secrets(remoteItSecrets.accessKey)).toBe(true);
    expect(secrets({ ...remoteItSecrets.accessKey, developerKey: '' })).toBe(true);
    expect(secrets({ developerKey: 'd', token: 't' })).toBe(true);
    expect(secrets({ developerKey: 'd', username: 'u', password: ' p w ' })).toBe(true);
    expect(secrets({ accessKeyId: 'a', secretAccessKey: 'not base64' })).toBe(false);
    expect(secrets({ accessKeyId: 'a"b', secretAccessKey: 'YQ==' })).toBe(false);
    expect(secrets({ developerKey: 'd' })).toBe(false);
    expect(secrets({ accessKeyId: 'a', token: 't' })).toBe(false);
    expect(secrets({})).toBe(false);
  });

  it('take a secret without padding, as the documentation shows one, and sign with it as with padding', async () => {
    const shown = 'XXXWC14Qsktnq/nbF+iXxXq2yc4sVPkQn3J0m5i';
    const parts = { method: 'GET', url: new URL('https://api.remote.it/x'), date: 'Tue, 14 Nov 2023 22:13:20 GMT' };
    expect(secrets({ accessKeyId: 'Z5QCS6ZO7PXXXMVDNXXX', secretAccessKey: shown })).toBe(true);
    const plain = await draftSignature({ id: 'a', secret: shown }, parts);
    expect(plain).toEqual(await draftSignature({ id: 'a', secret: `${shown}=` }, parts));
    expect(secrets({ accessKeyId: 'a', secretAccessKey: 'abcde' })).toBe(false);
  });

  it('name what is wrong with them', () => {
    const wrong = (value: unknown): unknown => remoteIt.secrets.safeParse(value).error?.issues[0]?.path;
    expect(wrong({})).toEqual(['accessKeyId']);
    expect(wrong({ ...remoteItSecrets.accessKey, secretAccessKey: 'not base64' })).toEqual(['secretAccessKey']);
    expect(wrong({ token: 't' })).toEqual(['developerKey']);
    expect(wrong({ developerKey: 'd', username: 'u' })).toEqual(['password']);
  });

  it('have fields that are checked', () => {
    const fields = (value: unknown): boolean => remoteIt.fields.safeParse(value).success;
    expect(
      fields({
        signature: '',
        hostIP: '203.0.113.7',
        graphqlPath: '/api/graphql',
        eventsUrl: 'wss://cloud.remote.it/api/ws',
      }),
    ).toBe(true);
    for (const bad of [
      { signature: 'C' },
      { hostIP: 'here' },
      { graphqlPath: 'https://x' },
      { graphqlPath: '/../x' },
      { eventsUrl: 'https://x' },
      { pageSize: '1001' },
      { nonsense: '1' },
    ])
      expect(fields(bad)).toBe(false);
  });
});

describe('signing in with a password', () => {
  beforeEach(() => open({ secrets: remoteItSecrets.password }));
  const posted = (): readonly string[] => simulator.requests.map(({ path }) => path.replace('/apv/v27/', ''));

  it('happens once for many requests', async () => {
    await Promise.all([call('device/list/all'), call('device/list/all'), call('device/list/all')]);
    expect(posted().filter((path) => path === 'user/login')).toHaveLength(1);
  });

  it('happens again, once, when the session has ended', async () => {
    await call('device/list/all');
    simulator.sessions.expire();
    simulator.forgetRequests();
    await call('device/list/all');
    expect(posted()).toEqual(['device/list/all', 'user/login', 'device/list/all']);
  });

  it('happens ahead of the end that the vendor named', async () => {
    simulator.sessions.lifetimeMs = 30_000;
    await call('device/list/all');
    await call('device/list/all');
    expect(posted()).toEqual(['user/login', 'device/list/all', 'user/login', 'device/list/all']);
  });

  it('never loops', async () => {
    await call('device/list/all');
    simulator.forgetRequests();
    simulator.fault({ kind: 'status', status: 401, body: '{"status":"false","reason":"token"}', path: 'list/all' });
    expect(await errorOf('device/list/all')).toMatchObject({ kind: 'unauthorized' });
    expect(posted()).toEqual(['device/list/all', 'user/login', 'device/list/all']);
  });

  it('is tried once where it is refused', async () => {
    open({ secrets: { ...remoteItSecrets.password, password: 'wrong-password' } });
    const error = await errorOf('device/list/all');
    expect(error).toMatchObject({ kind: 'unauthorized' });
    expect(posted()).toEqual(['user/login']);
    expect(JSON.stringify([error, rig.session().records])).not.toContain('wrong-password');
  });

  it.each(['SMS_MFA', 'SOFTWARE_TOKEN_MFA', 'MFA_SETUP'])('with %s advises an access key', async (code) => {
    simulator.sessions.secondFactor = code;
    expect(await errorOf('device/list/all')).toMatchObject({
      kind: 'unauthorized',
      message: expect.stringContaining('second factor'),
      hint: expect.stringContaining('access key'),
    });
    expect(posted()).toEqual(['user/login']);
  });
});
