import { vendors } from '../../vendors/registry.ts';
import { describe, expect, it, vi } from 'vitest';
import { fakeVendor, noHttp, recordingLog, ScriptedConnector } from '../../../test/support/fake-vendor.ts';
import { MemoryDocument } from '../../../test/support/memory-document.ts';
import { VirtualClock } from '../../../test/support/virtual-clock.ts';
import type { Account } from '../../core/fleet/account.ts';
import { fail, ok } from '../../core/base/errors.ts';
import type { Failure, Result } from '../../core/base/errors.ts';
import type { Vault } from '../../core/base/vault.ts';
import type { Connector, VendorContext } from '../../vendors/vendor.ts';
import { accountsFormat } from './accounts-format.ts';
import { Accounts } from './accounts.ts';
import type { AccountChange, AccountDraft } from './accounts.ts';

const forever = new AbortController().signal;
const token = 'secret-key-one';
const otherToken = 'secret-key-two';
const draft: AccountDraft = { vendor: 'remoteiot', label: 'Home', secrets: { token } };
const locked = fail('vault-locked', 'The keychain is locked.', 'Unlock it.');

/** A vault in memory whose operations can be made to fail. */
class TestVault implements Vault {
  readonly kind = 'memory';
  readonly secrets = new Map<string, string>();
  readonly failing = new Map<'get' | 'set' | 'delete', Failure>();
  onSet: () => void = () => undefined;

  async get(key: string): Promise<Result<string | undefined>> {
    return this.failing.get('get') ?? ok(this.secrets.get(key));
  }

  async set(key: string, secret: string): Promise<Result<void>> {
    const failure = this.failing.get('set');
    if (failure !== undefined) return failure;
    this.secrets.set(key, secret);
    this.onSet();
    return ok(undefined);
  }

  async delete(key: string): Promise<Result<void>> {
    const failure = this.failing.get('delete');
    if (failure !== undefined) return failure;
    this.secrets.delete(key);
    return ok(undefined);
  }

  async status(): Promise<Result<void>> {
    return ok(undefined);
  }
}

const setUp = async (
  stored: readonly Account[] = [],
  pending = new MemoryDocument<readonly string[]>([]),
  vault = new TestVault(),
) => {
  const document = new MemoryDocument<readonly Account[]>([], stored);
  const sessions: VendorContext[] = [];
  const log: string[] = [];
  let make: (session: VendorContext) => Connector = () => new ScriptedConnector();
  let seed = 0;
  const accounts = new Accounts({
    document,
    pendingSecrets: pending,
    vault,
    vendors: [
      fakeVendor('remoteiot', (session) => {
        sessions.push(session);
        return make(session);
      }),
    ],
    http: noHttp,
    clock: new VirtualClock(),
    random: () => {
      seed = (seed + 0.137) % 1;
      return seed;
    },
    log: recordingLog(log),
  });
  await accounts.load();
  const heard: AccountChange[] = [];
  accounts.changed.on((change) => heard.push(change));
  return {
    accounts,
    document,
    pending,
    vault,
    sessions,
    heard,
    log,
    openWith: (next: (session: VendorContext) => Connector) => {
      make = next;
    },
  };
};

const added = async (accounts: Accounts, patch: Partial<AccountDraft> = {}): Promise<Account> => {
  const result = await accounts.add({ ...draft, ...patch }, forever);
  if (!result.ok) throw new Error(result.error.message);
  return result.value;
};

describe('adding an account', () => {
  it('puts the secrets into the vault and everything else on disk', async () => {
    const { accounts, document, vault, heard } = await setUp();
    const account = await added(accounts, { label: ' Zuhause & Büro ', fields: { region: 'eu' } });
    expect(account).toMatchObject({
      label: 'Zuhause & Büro',
      baseUrl: 'https://api.example.com/v1',
      fields: { region: 'eu' },
    });
    expect(account.id).toMatch(/^zuhause-bu-ro-[a-z0-9]{6}$/);
    expect(JSON.parse(vault.secrets.get(account.id) ?? '')).toEqual({ token });
    expect(JSON.stringify(document.value)).not.toContain(token);
    expect(accountsFormat(vendors).parse(JSON.parse(JSON.stringify(document.value)))).toEqual([account]);
    expect(heard).toEqual([{ kind: 'added', account }]);
    expect(accounts.findByLabel('zuhause & BÜRO')).toBe(account);
  });

  it('takes any number per vendor, each label once whatever its case', async () => {
    const { accounts } = await setUp();
    await added(accounts);
    await added(accounts, { label: 'Home 2' });
    expect(await accounts.add({ ...draft, label: 'hOME' }, forever)).toMatchObject({ error: { kind: 'conflict' } });
    const both = await Promise.all([
      accounts.add({ ...draft, label: 'Same' }, forever),
      accounts.add({ ...draft, label: 'SAME' }, forever),
    ]);
    expect(both.map((result) => result.ok)).toEqual([true, false]);
    expect(accounts.list()).toHaveLength(3);
    expect(new Set(accounts.list().map((account) => account.id)).size).toBe(3);
  });

  it.each<[string, Partial<AccountDraft>, string]>([
    ['an empty label', { label: '  ' }, 'label'],
    ['a label of two lines', { label: 'a\nb' }, 'label'],
    ['no token', { secrets: {} }, '“API token” is missing'],
    ['an empty token', { secrets: { token: '' } }, '“API token” is missing'],
    ['a malformed token', { secrets: { token: 'UPPER-CASE-9' } }, '“API token” does not have the right form'],
    ['secrets of another kind', { secrets: { token, password: 'p' } }, 'not what Vendor remoteiot needs'],
    ['a field that is too long', { fields: { region: 'far too long' } }, '“Region” does not have the right form'],
    ['plain HTTP', { baseUrl: 'http://example.com' }, 'plain HTTP'],
    ['a vendor that is not there', { vendor: 'mode' }, 'does not know this vendor'],
  ])('refuses %s, naming it and keeping nothing', async (_what, patch, words) => {
    const { accounts, vault, document } = await setUp();
    const result = await accounts.add({ ...draft, ...patch }, forever);
    expect(result.ok ? '' : result.error.message).toContain(words);
    expect(JSON.stringify(result)).not.toContain('UPPER-CASE-9');
    expect(vault.secrets.size + document.writes + accounts.list().length).toBe(0);
  });

  it('leaves nothing behind where the disk or the vault refuses, or the user cancels', async () => {
    const { accounts, vault, document, heard } = await setUp();
    document.writeError = fail('internal', 'The disk is full.', 'Make room.');
    expect(await accounts.add(draft, forever)).toEqual(document.writeError);
    document.writeError = undefined;
    vault.failing.set('set', locked);
    expect(await accounts.add(draft, forever)).toEqual(locked);
    vault.failing.clear();
    const controller = new AbortController();
    vault.onSet = () => controller.abort();
    expect(await accounts.add(draft, controller.signal)).toMatchObject({ error: { kind: 'cancelled' } });
    expect([vault.secrets.size, document.writes, accounts.list().length, heard.length]).toEqual([0, 0, 0, 0]);
  });
});

describe('the connector of an account', () => {
  it('is opened once with the secrets of the vault, also when asked for twice at once', async () => {
    const { accounts, sessions } = await setUp();
    const { id } = await added(accounts);
    const [first, second] = await Promise.all([accounts.connector(id), accounts.connector(id)]);
    expect(first).toBe(second);
    expect(sessions).toHaveLength(1);
    expect(sessions[0]).toMatchObject({ accountId: id, baseUrl: 'https://api.example.com/v1', secrets: { token } });
  });

  it('passes a vault error on, keeps the account listed, and works once the vault does', async () => {
    const { accounts, vault } = await setUp();
    const { id } = await added(accounts);
    vault.failing.set('get', locked);
    expect(await accounts.connector(id)).toEqual(locked);
    expect(accounts.list()).toHaveLength(1);
    vault.failing.clear();
    expect(await accounts.connector(id)).toMatchObject({ ok: true });
  });

  it('says when the vault holds nothing, or something else', async () => {
    const { accounts, vault } = await setUp();
    const { id } = await added(accounts);
    vault.secrets.delete(id);
    expect(await accounts.connector(id)).toMatchObject({ error: { kind: 'unauthorized' } });
    for (const text of ['{"token":3}', 'not json', '{"token":"X"}']) {
      vault.secrets.set(id, text);
      expect(await accounts.connector(id)).toMatchObject({ error: { kind: 'vault-corrupt' } });
    }
    expect(await accounts.connector('nobody')).toMatchObject({ error: { kind: 'not-found' } });
  });

  it('turns an exception into a failure that quotes nothing', async () => {
    const { accounts, openWith, log } = await setUp();
    const { id } = await added(accounts);
    openWith(({ secrets }) => {
      throw new Error(`cannot use ${secrets['token']}`);
    });
    const result = await accounts.connector(id);
    expect(result).toMatchObject({ error: { kind: 'internal' } });
    expect(JSON.stringify(result) + log.join('')).not.toContain(token);
  });
});

describe('testing an account', () => {
  it('tries new credentials without keeping them', async () => {
    const { accounts, openWith, sessions, vault, document } = await setUp();
    const refused = fail('unauthorized', 'The key is not accepted.', 'Copy it again.');
    openWith(() => Object.assign(new ScriptedConnector(), { checked: refused }));
    const target = { vendor: 'remoteiot', secrets: { token }, baseUrl: 'https://other.example.com/' } as const;
    expect(await accounts.test(target, forever)).toEqual(refused);
    expect(sessions[0]).toMatchObject({ baseUrl: 'https://other.example.com', secrets: { token } });
    expect([vault.secrets.size, document.writes]).toEqual([0, 0]);
    expect(await accounts.test({ ...target, secrets: {} }, forever)).toMatchObject({
      error: { kind: 'invalid-input' },
    });
  });

  it('tries those that are stored, and survives a check that throws', async () => {
    const { accounts, openWith } = await setUp();
    const { id } = await added(accounts);
    openWith(() =>
      Object.assign(new ScriptedConnector(), {
        check: () => {
          throw new Error(token);
        },
      }),
    );
    const result = await accounts.test({ accountId: id }, forever);
    expect(result).toMatchObject({ error: { kind: 'internal' } });
    expect(JSON.stringify(result)).not.toContain(token);
  });
});

describe('changing an account', () => {
  it('changes what is given and opens the connector again', async () => {
    const { accounts, heard, sessions, vault, document } = await setUp();
    const { id } = await added(accounts, { fields: { region: 'eu', zone: 'x' } });
    await accounts.connector(id);
    const patch = {
      label: 'HOME',
      baseUrl: 'https://b.example.com',
      fields: { region: 'us' },
      secrets: { token: otherToken },
    };
    const updated = await accounts.update(id, patch, forever);
    expect(updated).toMatchObject({
      value: { id, label: 'HOME', baseUrl: 'https://b.example.com', fields: { region: 'us', zone: 'x' } },
    });
    expect(heard.map((change) => change.kind)).toEqual(['added', 'updated']);
    expect(document.value).toEqual(accounts.list());
    await accounts.connector(id);
    expect(sessions[1]).toMatchObject({ baseUrl: 'https://b.example.com', secrets: { token: otherToken } });
    expect(JSON.parse(vault.secrets.get(id) ?? '')).toEqual({ token: otherToken });
  });

  it('puts the old secrets back where the disk refuses the rest', async () => {
    const { accounts, document, vault } = await setUp();
    const { id } = await added(accounts);
    document.writeError = fail('internal', 'The disk is full.', 'Make room.');
    expect(await accounts.update(id, { label: 'Other', secrets: { token: otherToken } }, forever)).toEqual(
      document.writeError,
    );
    expect(JSON.parse(vault.secrets.get(id) ?? '')).toEqual({ token });
    expect(accounts.get(id)?.label).toBe('Home');
  });

  it('replaces secrets that the vault cannot read any more', async () => {
    const { accounts, vault } = await setUp();
    const { id } = await added(accounts);
    vault.failing.set('get', fail('vault-corrupt', 'The entry is damaged.', 'Enter the key again.'));
    expect(await accounts.update(id, { secrets: { token: otherToken } }, forever)).toMatchObject({ ok: true });
    vault.failing.clear();
    expect(await accounts.connector(id)).toMatchObject({ ok: true });
  });

  it('refuses the label of another account and an account that is not there', async () => {
    const { accounts } = await setUp();
    await added(accounts);
    const { id } = await added(accounts, { label: 'Work' });
    expect(await accounts.update(id, { label: 'home' }, forever)).toMatchObject({ error: { kind: 'conflict' } });
    expect(await accounts.update('nobody', {}, forever)).toMatchObject({ error: { kind: 'not-found' } });
  });
});

describe('removing an account', () => {
  it('removes its secrets and tells so', async () => {
    const { accounts, vault, heard, document } = await setUp();
    const account = await added(accounts);
    await accounts.connector(account.id);
    expect(await accounts.remove(account.id)).toEqual(ok(undefined));
    expect([vault.secrets.size, accounts.list().length]).toEqual([0, 0]);
    expect(document.value).toEqual([]);
    expect(heard.at(-1)).toEqual({ kind: 'removed', account });
    expect(await accounts.connector(account.id)).toMatchObject({ error: { kind: 'not-found' } });
    expect(await accounts.remove(account.id)).toMatchObject({ error: { kind: 'not-found' } });
  });

  it('keeps both where one of them cannot go', async () => {
    const { accounts, vault, document } = await setUp();
    const { id } = await added(accounts);
    vault.failing.set('delete', locked);
    expect(await accounts.remove(id)).toEqual(locked);
    vault.failing.clear();
    document.writeError = fail('internal', 'The disk is full.', 'Make room.');
    expect(await accounts.remove(id)).toEqual(document.writeError);
    expect([vault.secrets.size, accounts.list().length]).toEqual([1, 1]);
  });
});

describe('a process that is killed in the middle', () => {
  /** Runs a change up to a write, of the vault or of the accounts, and leaves it there for good. */
  const killedAt = async (stop: 'vault' | 'accounts', change: (accounts: Accounts) => Promise<unknown>) => {
    const { accounts, document, pending, vault } = await setUp();
    await added(accounts, { label: 'Before' });
    const reached = Promise.withResolvers<void>();
    const forGood = (): Promise<never> => {
      reached.resolve();
      return new Promise(() => undefined);
    };
    if (stop === 'accounts') document.write = forGood;
    else vault.delete = forGood;
    void change(accounts);
    await reached.promise;
    const restarted = new TestVault();
    for (const [key, secret] of vault.secrets) restarted.secrets.set(key, secret);
    const again = await setUp(document.value, pending, restarted);
    await vi.waitFor(() => expect(again.pending.value ?? []).toEqual([]));
    return { ids: again.accounts.list().map(({ id }) => id), secrets: [...restarted.secrets.keys()] };
  };

  it('leaves no account without its key and no key without its account', async () => {
    const remove = (accounts: Accounts): Promise<unknown> => accounts.remove(accounts.list()[0]?.id ?? '');
    const removed = await killedAt('vault', remove);
    expect(removed).toEqual({ ids: [], secrets: [] });
    const kept = await killedAt('accounts', remove);
    expect(kept.ids).toHaveLength(1);
    expect(kept.secrets).toEqual(kept.ids);
    const notAdded = await killedAt('accounts', (accounts) => added(accounts, { label: 'After' }));
    expect(notAdded.ids).toHaveLength(1);
    expect(notAdded.secrets).toEqual(notAdded.ids);
  });
});

describe('stored accounts', () => {
  const stored: Account = {
    id: 'home-1',
    vendor: 'remoteiot',
    label: 'Home',
    baseUrl: 'https://a.example.com',
    fields: {},
  };

  it('are listed again, or the reason why not is told', async () => {
    expect((await setUp([stored])).accounts.get('home-1')).toEqual(stored);
    const { accounts, document } = await setUp();
    document.readError = fail('file-corrupt', 'accounts.json could not be understood.', 'Compare the two.');
    expect(await accounts.load()).toEqual(document.readError);
    expect(accounts.list()).toEqual([]);
  });

  it('are refused whole where one of them would be lost or lead astray', () => {
    expect(accountsFormat(vendors).parse([stored])).toEqual([stored]);
    for (const bad of [{ id: '../x' }, { vendor: 'nobody' }, { label: '' }, { baseUrl: 'http://example.com' }]) {
      expect(accountsFormat(vendors).parse([stored, { ...stored, id: 'other', ...bad }])).toBeUndefined();
    }
    expect(accountsFormat(vendors).parse([stored, stored])).toBeUndefined();
    expect(accountsFormat(vendors).parse({})).toBeUndefined();
  });
});
