import '../../src-main/node/runtime/small-heap.ts';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { composeCore } from '../../src-main/compose/compose-core.ts';
import { startHeadless } from '../../src-main/compose/compose-headless.ts';
import { locate } from '../../src-main/compose/locations.ts';
import { writePage } from '../support/live-host.ts';

// The headless host in a process of its own, as `quayside serve` runs it but without a built window. Prints the link
// that lets one client in, and ends with its standard input.
const folder = await mkdtemp(join(tmpdir(), 'quayside-bench-'));
const core = await composeCore({
  profile: folder,
  vault: 'memory',
  host: 'headless',
  longLived: true,
  forwardWorker: locate().forwardWorker,
});
if (!core.ok) throw new Error(core.error.message);
await core.value.start();
await writePage(folder);
const host = await startHeadless(core.value, { port: 0, renderer: folder });
if (!host.ok) throw new Error(host.error.message);
console.log(host.value.link());
process.stdin.resume();
await once(process.stdin, 'end');
await host.value.dispose();
await core.value.dispose();
await rm(folder, { recursive: true, force: true });
