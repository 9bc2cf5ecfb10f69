import { expect, test } from 'vitest';
import { settle } from '../../../test/support/virtual-clock.ts';
import type { Device } from '../../core/fleet/device.ts';
import { fail, ok } from '../../core/base/errors.ts';
import type { Result } from '../../core/base/errors.ts';
import { remoteIot } from '../../vendors/remoteiot/connector.ts';
import type { Connector } from '../../vendors/vendor.ts';
import { readCustomField } from './bulk-context.ts';

const deviceOf = (accountId: string): Device => ({
  id: 'one',
  key: `${accountId}/one`,
  accountId,
  vendor: 'remoteiot',
  name: 'gw',
  groups: [],
  tags: [],
  presence: { state: 'online', observedAt: 0, source: 'vendor-list' },
  services: [],
});

test('an account whose vendor hangs does not hold back the custom fields of another', async () => {
  const asked: string[] = [];
  let giveUp = (_answer: Result<unknown>): void => undefined;
  const connectorOf = (accountId: string): Connector => ({
    check: async () => ok(undefined),
    listDevices: async function* () {},
    call: (): Promise<Result<unknown>> => {
      asked.push(accountId);
      if (accountId !== 'slow') return Promise.resolve(ok([{ UnitId: 'one', Custom: accountId }]));
      return new Promise((resolve) => (giveUp = resolve));
    },
  });
  const reading = readCustomField(
    [deviceOf('slow'), deviceOf('good')],
    'Place',
    { vendor: () => remoteIot, connector: async (id) => ok(connectorOf(id)) },
    new AbortController().signal,
  );
  await settle();
  expect(asked).toEqual(['slow', 'good']);
  giveUp(fail('timeout', 'It took too long.', 'Try again.'));
  expect(await reading).toMatchObject({ values: new Map([['good/one', 'good']]), problem: { kind: 'timeout' } });
});
