import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AppError, ErrorKind, Result } from '../../src-main/core/base/errors.ts';
import type { FaultInput } from '../../src-main/simulators/faults.ts';
import { ModeSimulator } from '../../src-main/simulators/mode/mode.ts';
import { mode } from '../../src-main/vendors/mode/connector.ts';
import { collect, openSession } from '../support/vendor-session.ts';
import type { OpenSession } from '../support/vendor-session.ts';

/** Each fault of the simulator against credentials, listing, a read and a write: a typed error, then recovery. */

const apiKey = 'v1.cHJv.plain-key-of-project';
const deviceId = '34256';
const signal = new AbortController().signal;

let simulator: ModeSimulator;
let session: OpenSession;

beforeEach(async () => {
  simulator = new ModeSimulator({ devices: 5, projectKey: apiKey });
  await simulator.listen();
  simulator.setOnline(deviceId, true);
  session = openSession(mode, {
    baseUrl: simulator.baseUrl,
    secrets: { apiKey },
    fields: { projectId: '1265' },
    stallMs: 1_000,
    bodyMs: 1_500,
  });
});

afterEach(async () => {
  session.dispose();
  await simulator.dispose();
});

const errorOf = (result: Result<unknown> | undefined): AppError | undefined =>
  result?.ok === false ? result.error : undefined;

const call = (id: string, input: unknown) =>
  session.connector.call(
    mode.operations.find((operation) => operation.id === id)!,
    input,
    signal,
  );

/** What is tried: the error each came to, or undefined. */
const attempts = {
  check: async () => errorOf(await session.connector.check(signal)),
  list: async () => errorOf((await collect(session.connector.listDevices(signal)))[0]),
  read: async () => errorOf(await call('listKeyValues', { deviceId })),
  write: async () => errorOf(await call('sendCommand', { deviceId, action: 'go' })),
} as const;
type Attempt = keyof typeof attempts;
const names = Object.keys(attempts) as readonly Attempt[];

interface Expected {
  readonly fault: FaultInput;
  readonly kind: ErrorKind;
  /** Where a write, whose answer is empty and not read, does not notice. */
  readonly write?: ErrorKind | 'fine';
}

const matrix: Readonly<Record<string, Expected>> = {
  'too many requests': { fault: { kind: 'status', status: 429, retryAfter: '30' }, kind: 'rate-limited' },
  'a lack of rights': { fault: { kind: 'status', status: 403 }, kind: 'forbidden' },
  'server error': { fault: { kind: 'status', status: 500, retryAfter: '30' }, kind: 'vendor-unavailable' },
  maintenance: { fault: { kind: 'status', status: 503, retryAfter: '30' }, kind: 'vendor-unavailable' },
  reset: { fault: { kind: 'reset' }, kind: 'unreachable' },
  'reset after it was done': { fault: { kind: 'reset-after' }, kind: 'unreachable' },
  truncated: { fault: { kind: 'truncated' }, kind: 'bad-response', write: 'fine' },
  'cut off': { fault: { kind: 'cut-off' }, kind: 'bad-response', write: 'fine' },
  malformed: { fault: { kind: 'malformed' }, kind: 'bad-response', write: 'fine' },
  'a web page': { fault: { kind: 'html' }, kind: 'wrong-url', write: 'fine' },
  'a web page of a gateway': { fault: { kind: 'html', status: 502 }, kind: 'vendor-unavailable' },
  dripping: { fault: { kind: 'drip', bytes: 1, everyMs: 700 }, kind: 'timeout', write: 'fine' },
  'a revoked key': { fault: { kind: 'revoked' }, kind: 'unauthorized' },
};

describe.each(Object.entries(matrix))('%s', (_name, { fault, kind, write }) => {
  it.each(names)('while %s', async (name) => {
    const remove = simulator.fault(fault);
    const error = await attempts[name]();
    const expected = name === 'write' ? (write ?? kind) : kind;
    expect(error?.kind ?? 'fine').toBe(expected);
    expect(JSON.stringify(error ?? {})).not.toContain(apiKey);
    if (name === 'write') expect(simulator.commands.length).toBeLessThanOrEqual(1);
    remove();
    // A pause that the vendor asked for outlives the fault in this session, as it should.
    if (kind !== 'rate-limited') expect(await attempts[name]()).toBeUndefined();
  });
});

describe('a refused key while the clocks differ', () => {
  it('is told as a clock that is wrong', async () => {
    simulator.clockOffsetMs = -3_600_000;
    simulator.fault({ kind: 'revoked' });
    expect((await attempts.check())?.kind).toBe('clock-skew');
  });
});
