import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Account } from '../../src-main/core/fleet/account.ts';
import { interactiveMs } from '../../src-main/core/base/deadline.ts';
import { fail } from '../../src-main/core/base/errors.ts';
import type { AppError, Result } from '../../src-main/core/base/errors.ts';
import { createHttpClient } from '../../src-main/node/http/http-client.ts';
import { createMemoryVault } from '../../src-main/node/vault/memory-vault.ts';
import { createWebSocketClient } from '../../src-main/node/http/websocket-client.ts';
import { Accounts } from '../../src-main/services/fleet/accounts.ts';
import { operationMs } from '../../src-main/services/fleet/bounded-connector.ts';
import type { Fault, FaultInput } from '../../src-main/simulators/faults.ts';
import { simulatedReemoId } from '../../src-main/simulators/reemo/reemo.ts';
import { simulatedComputerId } from '../../src-main/simulators/remotix/book.ts';
import { vendors, type KnownVendorId } from '../../src-main/vendors/registry.ts';
import type { Connector, Operation, Vendor } from '../../src-main/vendors/vendor.ts';
import { recordingLog } from '../support/fake-vendor.ts';
import { MemoryDocument } from '../support/memory-document.ts';
import { exercises } from '../support/vendor-exercises.ts';
import type { Exercise, Exercised } from '../support/vendor-exercises.ts';
import { settle, VirtualClock } from '../support/virtual-clock.ts';

/** Whatever a vendor does, a call that somebody waits for ends in its time, with an error that says what took so long. */

const forever = new AbortController().signal;
const none = fail('unsupported', 'There is no such route.', 'Test another vendor.');
const cleanups: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

/** Every way in which a simulator misbehaves; a new one does not compile without its line here. */
const faults: Readonly<Record<Fault['kind'], readonly FaultInput[]>> = {
  delay: [{ kind: 'delay', ms: 600_000 }],
  status: [
    { kind: 'status', status: 429, retryAfter: '14' },
    { kind: 'status', status: 429, retryAfter: '3600' },
    { kind: 'status', status: 503, retryAfter: '10' },
    { kind: 'status', status: 500 },
  ],
  silent: [{ kind: 'silent' }],
  reset: [{ kind: 'reset' }],
  'reset-after': [{ kind: 'reset-after' }],
  truncated: [{ kind: 'truncated' }],
  'cut-off': [{ kind: 'cut-off' }],
  malformed: [{ kind: 'malformed' }],
  html: [{ kind: 'html' }],
  drip: [{ kind: 'drip', bytes: 1, everyMs: 300 }],
  revoked: [{ kind: 'revoked' }],
};

const rig = async (vendor: Vendor<KnownVendorId>) => {
  const side = await exercises[vendor.id]();
  const clock = new VirtualClock(Date.now());
  // The clock runs ahead of a drip, which would look like one that has stalled.
  const http = createHttpClient({ clock, random: () => 0.5, userAgent: 'test', stallMs: 60_000 });
  const sockets = createWebSocketClient({ clock, userAgent: 'test' });
  const accounts = new Accounts({
    document: new MemoryDocument<readonly Account[]>([], []),
    pendingSecrets: new MemoryDocument<readonly string[]>([]),
    vault: createMemoryVault(),
    vendors,
    http,
    sockets,
    clock,
    random: Math.random,
    log: recordingLog([]),
  });
  cleanups.push(
    () => side.simulator.dispose(),
    () => http.dispose(),
    () => sockets.dispose(),
  );
  let made = 0;
  const connect = async ({ baseUrl, secrets, fields }: Exercise): Promise<Connector> => {
    made += 1;
    const draft = { vendor: vendor.id, label: `account ${made}`, baseUrl, secrets: { ...secrets } };
    const added = await accounts.add({ ...draft, ...(fields === undefined ? {} : { fields: { ...fields } }) }, forever);
    if (!added.ok) throw new Error(added.error.message);
    const connector = await accounts.connector(added.value.id);
    if (!connector.ok) throw new Error(connector.error.message);
    return connector.value;
  };
  return { ...side, clock, connect };
};

/** Lets `ms` pass on the clock once the vendor has been asked; the error the call has come to by then. */
const errorAfter = async (
  { simulator }: Pick<Exercised, 'simulator'>,
  clock: VirtualClock,
  ms: number,
  call: () => Promise<Result<unknown>>,
): Promise<AppError | undefined | 'not ended'> => {
  simulator.forgetRequests();
  let ended: Result<unknown> | undefined;
  void call().then((result) => {
    ended = result;
  });
  await vi.waitFor(() => expect(ended !== undefined || simulator.requests.length > 0).toBe(true));
  for (let passed = 0; passed < ms && ended === undefined; passed += 1000) await clock.advance(1000);
  // What is told to stop has half a second to do so.
  await clock.advance(500);
  await settle();
  if (ended === undefined) return 'not ended';
  return ended.ok ? undefined : ended.error;
};

const readOf = ({ operations }: Vendor): Operation => {
  const found = operations.find(({ danger, path }) => danger.level === 'none' && !path.startsWith('/apv/'));
  if (found === undefined) throw new Error('no operation that reads');
  return found;
};

/** What somebody waits for besides the operations. */
const ask = {
  check: (connector, _read, _exercise) => connector.check(forever),
  read: (connector, read, { input }) => connector.call(read, input, forever),
  actions: async (connector) => connector.actions?.list(simulatedComputerId(0), forever) ?? none,
  action: async (connector) => connector.actions?.run(simulatedComputerId(0), 'NEAR/control', forever) ?? none,
  session: async (connector) => connector.webSession?.open(simulatedReemoId(0), forever) ?? none,
} as const satisfies Record<
  string,
  (connector: Connector, read: Operation, exercise: Exercise) => Promise<Result<unknown>>
>;

const tried = ({ id }: Vendor): readonly (keyof typeof ask)[] => [
  'check',
  'read',
  ...(id === 'remotix' ? (['actions', 'action'] as const) : id === 'reemo' ? (['session'] as const) : []),
];

describe.each(vendors.map((vendor) => [vendor.name, vendor] as const))('%s', (name, vendor) => {
  it.each(Object.values(faults).flatMap((each) => each.map((fault) => [JSON.stringify(fault), fault] as const)))(
    'while it does %s: a test, a read and what opens a device end in time',
    async (_text, fault) => {
      for (const what of tried(vendor)) {
        // A pause that the vendor asked for would outlive the call before.
        const side = await rig(vendor);
        const read = readOf(vendor);
        const exercise = await side.prepare(read);
        const connector = await side.connect(exercise);
        side.simulator.fault(fault);
        const error = await errorAfter(side, side.clock, interactiveMs, () => ask[what](connector, read, exercise));
        expect(error, what).not.toBe('not ended');
        if (fault.kind !== 'silent' && fault.kind !== 'drip') continue;
        expect(error, what).toMatchObject({ kind: 'timeout', hint: expect.stringMatching(/\.$/) });
        const { message } = error as AppError;
        expect(message).toMatch(
          / took longer than 30 s and was given up\. It waited for .*(the answer|the rest) .*\.$/,
        );
        expect(message.startsWith(`${name}: `), message).toBe(true);
      }
    },
  );

  it('is silent: each operation ends in the time that it may take', async () => {
    const side = await rig(vendor);
    for (const operation of vendor.operations) {
      const exercise = await side.prepare(operation);
      const connector = await side.connect(exercise);
      const undo = side.simulator.fault({ kind: 'silent' });
      const ms = operationMs(operation, exercise.input);
      expect(ms).toBeGreaterThanOrEqual(interactiveMs);
      const error = await errorAfter(side, side.clock, ms, () => connector.call(operation, exercise.input, forever));
      expect(error, operation.id).toMatchObject({ kind: 'timeout' });
      undo();
    }
  });
});
