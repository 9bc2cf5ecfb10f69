import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AppError, ErrorKind } from '../../src-main/core/base/errors.ts';
import type { FaultInput } from '../../src-main/simulators/faults.ts';
import { attemptsOf, errorOf, faultedVendors, type Attempt, type FaultedVendor } from '../support/faulted-vendors.ts';
import { claimPorts } from '../support/own-ports.ts';
import { openSession, type OpenSession, type SessionOptions } from '../support/vendor-session.ts';

/** Each fault of each vendor, whatever is tried with it: a typed error that says what to do, then recovery. */

const { signal } = new AbortController();

const faults: Readonly<Record<string, { readonly fault: FaultInput; readonly kind: ErrorKind }>> = {
  'too many requests': { fault: { kind: 'status', status: 429, retryAfter: '30' }, kind: 'rate-limited' },
  'a lack of rights': { fault: { kind: 'status', status: 403 }, kind: 'forbidden' },
  'server error': { fault: { kind: 'status', status: 500, retryAfter: '30' }, kind: 'vendor-unavailable' },
  maintenance: { fault: { kind: 'status', status: 503, retryAfter: '30' }, kind: 'vendor-unavailable' },
  'bad request': { fault: { kind: 'status', status: 400 }, kind: 'invalid-input' },
  reset: { fault: { kind: 'reset' }, kind: 'unreachable' },
  'reset after it was done': { fault: { kind: 'reset-after' }, kind: 'unreachable' },
  truncated: { fault: { kind: 'truncated' }, kind: 'bad-response' },
  'cut off': { fault: { kind: 'cut-off' }, kind: 'bad-response' },
  malformed: { fault: { kind: 'malformed' }, kind: 'bad-response' },
  'a web page': { fault: { kind: 'html' }, kind: 'wrong-url' },
  'a web page of a gateway': { fault: { kind: 'html', status: 502 }, kind: 'vendor-unavailable' },
  'slow drip': { fault: { kind: 'drip', bytes: 1, everyMs: 400 }, kind: 'timeout' },
  'revoked credentials': { fault: { kind: 'revoked' }, kind: 'unauthorized' },
};

const remoteItFaults: typeof faults = {
  // With HTTP 403 remote.it refuses a signature or a key.
  'a lack of rights': { fault: { kind: 'status', status: 403 }, kind: 'unauthorized' },
  'nobody signed in': { fault: { kind: 'status', status: 200, body: 'Unauthorized' }, kind: 'unauthorized' },
};

/** What a vendor says otherwise than the rest. */
const own: Readonly<Partial<Record<keyof typeof faultedVendors, typeof faults>>> = {
  remoteit: remoteItFaults,
  'remoteit over v27': remoteItFaults,
  // The document has one status for too many requests and for what the plan does not hold.
  remoteiot: {
    'too many requests': { fault: { kind: 'status', status: 403, retryAfter: '30' }, kind: 'rate-limited' },
    'a lack of rights': { fault: { kind: 'status', status: 403 }, kind: 'rate-limited' },
  },
};

/** The status that means too many requests. */
const limitOf = (name: keyof typeof faultedVendors): number => (name === 'remoteiot' ? 403 : 429);

describe.each(Object.keys(faultedVendors) as readonly (keyof typeof faultedVendors)[])('%s', (name) => {
  let faulted: FaultedVendor;
  let session: OpenSession;

  const open = (options: Partial<SessionOptions> = {}): void => {
    session?.dispose();
    const { vendor, baseUrl, secrets, fields } = faulted;
    session = openSession(vendor, { baseUrl, secrets, fields, ...options });
  };

  beforeEach(async () => {
    faulted = await faultedVendors[name]();
    open();
  });

  afterEach(async () => {
    session.dispose();
    await faulted.simulator.dispose();
  });

  const untold = (): readonly string[] => [...Object.values(faulted.secrets), ...(faulted.untold ?? [])];
  const expectUntold = (error: AppError | undefined): void => {
    const told = JSON.stringify([error, session.records]);
    for (const secret of untold()) expect(told).not.toContain(secret);
  };

  describe.each(Object.entries({ ...faults, ...own[name] }))('%s', (what, { fault, kind }) => {
    it.each(['check', ...attemptsOf[name]])('while trying to %s', async (trying) => {
      const { path, run, isSentOnce, unnoticed, forms }: Attempt =
        trying === 'check'
          ? { path: '', run: async (connector) => errorOf(await connector.check(signal)) }
          : faulted.attempts[trying]!;
      // Only what drips is given up by the clock; nothing else depends on how fast this machine is.
      if (fault.kind === 'drip') open({ bodyMs: 300 });
      const { simulator } = faulted;
      const undo = simulator.fault({ ...fault, ...(path === '' ? {} : { path }) });
      const error = await run(session.connector);
      if (unnoticed?.includes(what) === true) expect(error).toBeUndefined();
      else {
        expect(error?.kind).toBe(kind);
        expect(error?.message).toMatch(/\.$/);
        expect(error?.hint).toMatch(/\.$/);
      }
      expectUntold(error);
      const sent = simulator.requestsTo(path).filter(({ method }) => method !== 'GET' || trying === 'connect');
      if (forms !== undefined)
        expect(sent.map(({ headers }) => headers['content-length'])).toEqual(
          kind === 'invalid-input' ? forms : forms.slice(0, 1),
        );
      else if (isSentOnce === true) expect(sent).toHaveLength(1);
      undo();
      // The same session goes on, unless the vendor asked for a pause: then a fresh one stands for the time that passes.
      if (
        fault.kind === 'drip' ||
        (fault.kind === 'status' && (fault.retryAfter !== undefined || kind === 'rate-limited'))
      )
        open();
      expect(await run(session.connector)).toBeUndefined();
    });
  });

  it('is tried with all that the table has', () => {
    expect(Object.keys(faulted.attempts)).toEqual(attemptsOf[name]);
  });

  const readings = attemptsOf[name].filter((trying) => trying !== 'connect' && trying !== 'write');
  const bursts: readonly (readonly FaultInput[])[] = [
    [{ kind: 'status', status: limitOf(name) }, { kind: 'reset' }],
    [{ kind: 'status', status: 503 }],
  ];
  it.each(readings)('waits a burst out while trying to %s', async (trying) => {
    const { simulator, attempts } = faulted;
    const { path, run } = attempts[trying]!;
    for (const burst of bursts) {
      open();
      simulator.forgetRequests();
      for (const fault of burst) simulator.fault({ ...fault, path, count: 1 });
      expect(await run(session.connector)).toBeUndefined();
      const asked = simulator.requestsTo(path).map(({ query, body }) => JSON.stringify([query, body.toString()]));
      const same = Map.groupBy(asked, (question) => question);
      // The question that met the burst was asked until it was over.
      expect(Math.max(...[...same.values()].map(({ length }) => length))).toBe(burst.length + 1);
    }
  });

  it('takes a late answer', async () => {
    const { path, run } = faulted.attempts['list']!;
    faulted.simulator.fault({ kind: 'delay', ms: 60, path });
    expect(await run(session.connector)).toBeUndefined();
  });

  describe('the check of an account', () => {
    const check = async (options: Partial<SessionOptions> = {}): Promise<AppError | undefined> => {
      open(options);
      return errorOf(await session.connector.check(signal));
    };

    it('is content with a good one', async () => {
      expect(await check()).toBeUndefined();
    });

    it('names a wrong secret, and does not tell it', async () => {
      const { secrets, named } = faulted.wrong;
      const error = await check({ secrets });
      expect(error).toMatchObject({ kind: 'unauthorized', message: expect.stringContaining(named) });
      const told = JSON.stringify([error, session.records]);
      for (const secret of Object.values(secrets)) expect(told).not.toContain(secret);
    });

    it('names the clock where that may be the reason of a refusal', async () => {
      const { simulator, wrong, isSignedWithTime } = faulted;
      simulator.clockOffsetMs = -11 * 60_000;
      expect((await check({ secrets: wrong.secrets }))?.kind).toBe(
        wrong.isToldInAnswer === true ? 'unauthorized' : 'clock-skew',
      );
      // A clock that is off is no fault by itself.
      expect((await check())?.kind).toBe(isSignedWithTime === true ? 'clock-skew' : undefined);
      simulator.fault({ kind: 'revoked' });
      expect(await check()).toMatchObject({ kind: 'clock-skew', message: expect.stringContaining('11 min ahead') });
    });

    it('says how long a limit lasts', async () => {
      faulted.simulator.fault({ kind: 'status', status: limitOf(name), retryAfter: '40' });
      expect(await check()).toMatchObject({ kind: 'rate-limited', retryAfterMs: 40_000 });
    });

    it('tells a wrong path', async () => {
      for (const baseUrl of faulted.elsewhere) {
        const error = await check({ baseUrl });
        expect(error?.kind).toBe('wrong-url');
        expect(`${error?.message} ${error?.hint}`).toContain(faulted.elsewhereSays);
      }
    });

    it('tells that nothing listens', async () => {
      const { ports, dispose } = await claimPorts(1);
      const { pathname } = new URL(faulted.baseUrl);
      const error = await check({ baseUrl: `http://127.0.0.1:${ports[0]}${pathname === '/' ? '' : pathname}` });
      await dispose();
      expect(error).toMatchObject({ kind: 'unreachable' });
    });
  });

  it('has faults that are set, listed and cleared over HTTP, and takes no nonsense', async () => {
    const { simulator, attempts } = faulted;
    const control = (method: string, what: string, body?: unknown): Promise<Response> =>
      fetch(`${simulator.origin}/__simulator/${what}`, {
        method,
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
    const { path, run } = attempts['list']!;
    expect((await control('POST', 'faults', { kind: 'status', status: 400, path })).status).toBe(200);
    expect(simulator.faults.list()).toHaveLength(1);
    expect((await control('POST', 'faults', { kind: 'nonsense' })).status).toBe(400);
    expect((await control('POST', 'state', { nonsense: 1 })).status).toBe(400);
    expect(await run(session.connector)).toMatchObject({ kind: 'invalid-input' });
    await control('DELETE', 'faults');
    expect(await run(session.connector)).toBeUndefined();
    expect(await (await control('GET', 'requests')).json()).toHaveLength(simulator.requests.length);
  });
});
