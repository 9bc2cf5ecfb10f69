import type { ByteChannel } from '../../core/session/byte-channel.ts';
import type { Result } from '../../core/base/errors.ts';
import { sleep } from '../../core/base/clock.ts';
import type { Clock } from '../../core/base/clock.ts';
import { mayBeProbed, sniff, sniffBytes, sniffProbes } from '../../core/forward/sniff-service.ts';
import type { SniffedKind } from '../../core/forward/sniff-service.ts';

/** Milliseconds a server may take to say something before the next probe; the tunnel may be dialled meanwhile. */
const turnMs = 2_000;
const lastTurnMs = 4_000;

export interface RecogniseServiceDeps {
  /** Opens a connection to the service. */
  readonly dial: (signal: AbortSignal) => Promise<Result<ByteChannel>>;
  readonly clock: Clock;
}

/** What the server behind a channel says first; undefined if it ends without, or says nothing known. */
const firstWords = (channel: ByteChannel): Promise<SniffedKind | undefined> =>
  new Promise((resolve) => {
    let start = new Uint8Array();
    channel.onEnd(() => resolve(undefined));
    channel.onData((bytes) => {
      start = Uint8Array.of(...start, ...bytes.subarray(0, sniffBytes - start.length));
      const kind = sniff(start);
      if (kind === 'more' && start.length < sniffBytes) return;
      resolve(kind === 'more' || kind === 'unknown' ? undefined : kind);
    });
  });

/**
 * Recognises a service: by its greeting, and if it stays silent, by its answers to the first bytes of an RDP, TLS and
 * web client, each on its own connection. Ports of machines that act on anything they receive are only listened to.
 * Undefined if nothing known was said. `port` is the port on the device, if known.
 */
export const recogniseService = async (
  { dial, clock }: RecogniseServiceDeps,
  port: number | undefined,
  signal: AbortSignal,
): Promise<SniffedKind | undefined> => {
  const over = new AbortController();
  const abort = (): void => over.abort();
  signal.addEventListener('abort', abort, { once: true });
  const channels: ByteChannel[] = [];
  let found: SniffedKind | undefined;
  const ask = async (probe: Uint8Array | undefined): Promise<void> => {
    const channel = await dial(over.signal);
    if (!channel.ok) return;
    channels.push(channel.value);
    if (over.signal.aborted) return channel.value.close();
    const words = firstWords(channel.value);
    if (probe !== undefined) channel.value.write(probe);
    const kind = await words;
    found ??= kind;
    if (kind !== undefined) abort();
  };
  const probes = mayBeProbed(port) ? sniffProbes.map(({ bytes }) => bytes) : [];
  const turns = [undefined, ...probes];
  for (const [turn, probe] of turns.entries()) {
    const patience = turn === turns.length - 1 ? lastTurnMs : turnMs;
    await Promise.race([ask(probe), sleep(clock, patience, over.signal)]);
    if (over.signal.aborted) break;
  }
  signal.removeEventListener('abort', abort);
  abort();
  for (const channel of channels) channel.close();
  return found;
};
