import { expect, test } from 'vitest';
import { settle, VirtualClock } from '../../../test/support/virtual-clock.ts';
import { cancelled } from '../../core/base/errors.ts';
import { accountRequests, type AccountRequestDeps } from './account-requests.ts';

test('whoever asks for a list that does not come is told so in time; the listing itself is not ended', async () => {
  const clock = new VirtualClock();
  const inventory = {
    // As the inventory does: the caller leaves, the poll goes on.
    refresh: (_accountId: string | undefined, signal: AbortSignal) =>
      new Promise((resolve) => signal.addEventListener('abort', () => resolve(cancelled()), { once: true })),
  };
  const requests = accountRequests({
    clock,
    inventory,
    accounts: { get: () => ({}) },
  } as unknown as AccountRequestDeps);
  const answers: unknown[] = [];
  const ask = (withinMs?: number): void =>
    void requests['accounts.refresh']({ accountId: 'a', withinMs }, new AbortController().signal, {}).then((answer) =>
      answers.push(answer),
    );
  ask();
  ask(5_000);
  await clock.advance(5_000);
  expect(answers).toMatchObject([{ error: { kind: 'timeout', message: expect.stringContaining('within 5 s') } }]);
  await clock.advance(24_999);
  expect(answers).toHaveLength(1);
  await clock.advance(1);
  await settle();
  expect(answers[1]).toMatchObject({ error: { kind: 'timeout', message: expect.stringContaining('within 30 s') } });
});
