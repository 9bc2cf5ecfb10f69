import { describe, expect, it } from 'vitest';
import { fail, ok } from '../../core/base/errors.ts';
import { MemoryDocument } from '../../../test/support/memory-document.ts';
import { ServiceCredentials, serviceCredentialsFormat } from './service-credentials.ts';
import type { StoredCredentials } from './service-credentials.ts';
import type { Result } from '../../core/base/errors.ts';

const world = () => {
  const document = new MemoryDocument<StoredCredentials>({});
  const secrets = new Map<string, string>();
  let refusal: Result<void> = ok(undefined);
  const credentials = new ServiceCredentials({
    document,
    vault: {
      get: async (key) => ok(secrets.get(key)),
      set: async (key, value) => {
        if (refusal.ok) secrets.set(key, value);
        return refusal;
      },
      delete: async (key) => {
        secrets.delete(key);
        return ok(undefined);
      },
    },
  });
  const changed: string[] = [];
  credentials.changed.on((key) => changed.push(key));
  return {
    document,
    secrets,
    credentials,
    changed,
    lock: () => (refusal = fail('vault-locked', 'Locked.', 'Unlock.')),
  };
};

describe('credentials of services', () => {
  it('keep the name on disk and the password in the vault', async () => {
    const { document, secrets, credentials, changed } = world();
    expect(credentials.facts('home/a', 'rdp:3389')).toEqual({ hasPassword: false });
    expect(await credentials.change('home/a', 'rdp:3389', { user: 'PLANT\\jane', password: 'hush' })).toEqual(
      ok({ user: 'PLANT\\jane', hasPassword: true }),
    );
    expect(await credentials.password('home/a', 'rdp:3389')).toEqual(ok('hush'));
    expect([...secrets.keys()]).toEqual(['service:home/a/rdp:3389']);
    expect(JSON.stringify(await document.read())).not.toContain('hush');
    expect(changed).toEqual(['home/a']);

    expect(await credentials.change('home/a', 'rdp:3389', { password: '' })).toEqual(
      ok({ user: 'PLANT\\jane', hasPassword: false }),
    );
    expect(secrets.size).toBe(0);
    expect(await credentials.change('home/a', 'rdp:3389', { user: '' })).toEqual(ok({ hasPassword: false }));
    expect(await document.read()).toEqual(ok({}));
  });

  it('claim no password that the vault did not take', async () => {
    const { credentials, lock } = world();
    lock();
    expect(await credentials.change('home/a', 'x', { password: 'hush' })).toMatchObject({ ok: false });
    expect(credentials.facts('home/a', 'x')).toEqual({ hasPassword: false });
  });

  it.each([
    ['a password of two lines', { password: 'a\nb' }],
    ['a name that is an option', { user: '-x' }],
    ['a name nobody can see', { user: 'a\u202Eb' }],
  ])('refuse %s', async (_name, patch) => {
    expect(await world().credentials.change('home/a', 'x', patch)).toMatchObject({
      ok: false,
      error: { kind: 'invalid-input' },
    });
  });

  it('go with their account', async () => {
    const { secrets, credentials } = world();
    await credentials.change('home/a', 'x', { password: 'one' });
    await credentials.change('home-2/a', 'x', { password: 'two' });
    await credentials.forgetAccount('home');
    expect([...secrets.keys()]).toEqual(['service:home-2/a/x']);
    expect(credentials.facts('home/a', 'x')).toEqual({ hasPassword: false });
  });

  it('are read back as far as they are good', () => {
    expect(
      serviceCredentialsFormat.parse({ a: { user: 'x', hasPassword: true }, b: 7, c: { user: '-no' }, d: {} }),
    ).toEqual({ a: { user: 'x', hasPassword: true }, c: { hasPassword: false }, d: { hasPassword: false } });
    expect(serviceCredentialsFormat.parse([])).toBeUndefined();
  });
});
