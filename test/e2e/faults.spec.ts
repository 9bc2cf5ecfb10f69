import type { FaultInput } from '../../src-main/simulators/faults.ts';
import { addAccount } from './add-account.ts';
import { expect, test } from './stage.ts';

/** What the vendor does wrong, and the words a person reads. The slow ones are in test/integration/inventory-faults.test.ts. */
const faults: readonly { readonly name: string; readonly fault: FaultInput; readonly reason: RegExp }[] = [
  { name: 'too many requests', fault: { kind: 'status', status: 403, retryAfter: '1' }, reason: /limit/i },
  { name: 'server error', fault: { kind: 'status', status: 500 }, reason: /RemoteIoT/ },
  { name: 'reset', fault: { kind: 'reset' }, reason: /connection|reach/i },
  { name: 'truncated', fault: { kind: 'truncated' }, reason: /does not understand/ },
  { name: 'malformed', fault: { kind: 'malformed' }, reason: /does not understand/ },
  { name: 'HTML page', fault: { kind: 'html' }, reason: /web page|HTML/i },
  { name: 'token revoked', fault: { kind: 'revoked' }, reason: /token/i },
];

test('whatever the vendor does, the list stays, says why it is old, and recovers', async ({ page, stage }) => {
  test.setTimeout(120_000);
  const { cli, url } = await stage.serve();
  await page.goto(url);
  await addAccount(page, stage);
  const rows = page.getByRole('grid', { name: 'Devices' }).getByRole('row');
  const count = page.getByRole('status', { name: 'Result count' });
  await expect(count).toContainText('240');
  const retry = page.getByRole('button', { name: 'Retry Acme' });

  for (const { name, fault, reason } of faults) {
    await test.step(name, async () => {
      const repair = stage.vendor.fault(fault);
      await page
        .getByRole('button', { name: /^Refresh/ })
        .first()
        .click();
      await expect(retry).toBeVisible({ timeout: 20_000 });
      await expect(page.locator('main')).toContainText(reason);
      await expect(count).toContainText('240');
      expect(await rows.count()).toBeGreaterThan(5);
      repair();
      await retry.click();
      await expect(retry).toBeHidden({ timeout: 20_000 });
    });
  }
  expect(cli.output()).not.toMatch(/Error|at .*\.js/);
});
