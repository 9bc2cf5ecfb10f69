import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createLineJournal } from '../../node/storage/line-journal.ts';
import { VirtualClock } from '../../../test/support/virtual-clock.ts';
import { SpeedTests } from './speed-tests.ts';

test('tests are remembered newest first, each once, over a restart', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'quayside-speed-tests-'));
  try {
    const clock = new VirtualClock();
    const open = () => new SpeedTests({ journal: createLineJournal({ folder }), clock });
    const tests = open();
    await tests.keep('acme/unit-1', { Download: '10 Mbit/s' });
    await tests.keep('acme/unit-1', { Download: '10 Mbit/s' });
    await clock.advance(1000);
    await tests.keep('acme/unit-1', { Download: '20 Mbit/s' });
    const kept = await open().list('acme/unit-1');
    expect(kept).toMatchObject({
      ok: true,
      value: [{ result: { Download: '20 Mbit/s' } }, { result: { Download: '10 Mbit/s' } }],
    });
    expect(await open().list('acme/unit-2')).toEqual({ ok: true, value: [] });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
