/**
 * The ports that Quayside chooses itself, in this order. The second range starts above the first, so that it silently
 * replaces a full one; ports of the user's choice may lie outside both.
 */
const ranges = [
  { first: 33_000, last: 33_999 },
  { first: 34_000, last: 39_999 },
] as const;

/** The ports to try for a new forward, best first, without those in `taken`. */
export function* candidatePorts(taken: ReadonlySet<number>): Generator<number> {
  for (const { first, last } of ranges) {
    for (let port = first; port <= last; port += 1) if (!taken.has(port)) yield port;
  }
}
