import { readFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { createForwardEngine } from '../../src-main/node/forward/worker-forward-engine.ts';
import { silentLog, workerUrl } from '../support/forward-rig.ts';

// `forward-host-process.ts TARGET PORT[:TARGET]…`: nothing but a forward host, which leads the ports to their targets.
// Answers `{"rss": bytes, "delays": {...}}` for each line on stdin, the delays of the main thread since the line before.
const [target = '', ...ways] = process.argv.slice(2);
const host = createForwardEngine({ worker: workerUrl, log: silentLog });
for (const id of ways) {
  const [port, own] = id.split(':').map(Number);
  const listened = await host.listen({ id, address: '127.0.0.1', port: port ?? 0 });
  if (!listened.ok) throw new Error(listened.error.message);
  host.useTunnel(id, 1, { host: '127.0.0.1', port: own ?? Number(target) });
}
const resolutionMs = 1;
const delay = monitorEventLoopDelay({ resolution: resolutionMs });
delay.enable();
/** Resident memory as the system counts it, with the worker's. */
const rss = (): number => Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]) * 1024;
process.stdin.on('data', () => {
  // The timer's own interval is no delay.
  const late = (share: number): number => Math.max(0, delay.percentile(share) / 1e6 - resolutionMs);
  console.log(
    JSON.stringify({ rss: rss(), p50: late(50), p99: late(99), max: Math.max(0, delay.max / 1e6 - resolutionMs) }),
  );
  delay.reset();
});
process.stdin.on('end', () => void host.dispose().then(() => process.exit()));
console.log('ready');
