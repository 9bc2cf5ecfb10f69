import { afterEach, expect, it } from 'vitest';
import { vendors } from '../../src-main/vendors/registry.ts';
import { exercises } from '../support/vendor-exercises.ts';
import { openSession } from '../support/vendor-session.ts';

/** A status of 500 and above is the vendor's trouble: RFC 9110, section 15.6. */

/** How vendors tell a user that they did wrong. */
const refusals = [
  '{"status":"false","reason":"bad device address"}',
  '{"status":"false","reason":"[0102] The username or password are invalid"}',
  '{"status":"false","reason":"device is inactive"}',
  '{"status":"false","code":"SMS_MFA"}',
  '{"errors":[{"message":"service not found"}]}',
  '{"errors":[{"message":"no","extensions":{"code":"FORBIDDEN"}}]}',
  '{"errors":[{"message":"no","extensions":{"code":"UNAUTHENTICATED"}}]}',
  '{"data":{"login":null}}',
  '{"reason":"INVALID_DATA"}',
  '{"message":"Invalid token"}',
  'Unauthorized',
  '<html><head><title>Bad gateway</title></head><body></body></html>',
];

let ended: (() => Promise<void>) | undefined;

afterEach(async () => {
  await ended?.();
  ended = undefined;
});

it.each(vendors.map((vendor) => [vendor.id, vendor] as const))('%s: whatever the body says', async (id, vendor) => {
  const { simulator, prepare } = await exercises[id]();
  const operation = vendor.operations.find(({ danger }) => danger.level === 'none')!;
  const { input, ...account } = await prepare(operation);
  const once = { ...operation, repeatable: false };
  const session = openSession(vendor, account);
  ended = async () => {
    session.dispose();
    await simulator.dispose();
  };
  for (const status of [500, 503])
    for (const body of refusals) {
      const recover = simulator.fault({ kind: 'status', status, body });
      const result = await session.connector.call(once, input, new AbortController().signal);
      expect(result, `${status} ${body}`).toMatchObject({ ok: false, error: { kind: 'vendor-unavailable' } });
      recover();
    }
});
