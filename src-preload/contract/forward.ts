import { z } from 'zod';
import { serviceKindSchema } from './device.ts';
import { errorViewSchema } from './error-view.ts';
import { id, nothing, port } from './inputs.ts';

/** Forwards. Times are epoch milliseconds, durations milliseconds, sizes bytes. */

/** `anyPort`: only a way is wanted, so any port will do for now, should the forward's own be taken. */
const opening = z.strictObject({
  deviceKey: id,
  serviceId: id,
  port: port.optional(),
  anyPort: z.boolean().optional(),
});

/** Milliseconds of the phases of an attempt; a phase not reached yet is absent. */
const timingsSchema = z.object({
  bindMs: z.number().optional(),
  vendorMs: z.number().optional(),
  /** Looking up the name of the tunnel's end, where it has one. */
  dnsMs: z.number().optional(),
  dialMs: z.number().optional(),
  /** From the connection to the first byte from the device. */
  firstByteMs: z.number().optional(),
  /** From the first byte sent to the first byte back after it. */
  firstByteBackMs: z.number().optional(),
});

const endpointSchema = z.object({ address: z.string(), port: z.number() });

export const forwardViewSchema = z.object({
  id: z.string(),
  deviceKey: z.string(),
  deviceName: z.string(),
  serviceId: z.string(),
  serviceKind: serviceKindSchema,
  address: z.string(),
  port: z.number(),
  /** Present while that is another port than its own: why. */
  portReason: z.string().optional(),
  /** Other loopback addresses and ports it listens on. */
  extraEndpoints: z.array(endpointSchema).optional(),
  /** On the device's own loopback address; `reason` says why the port there is not the native one. */
  deviceEndpoint: endpointSchema.extend({ reason: z.string().optional() }).optional(),
  /** stopped: the port is kept but nothing listens. reconnecting: clients are held while a lost way is tried again. */
  state: z.enum(['stopped', 'listening', 'dialling', 'open', 'idle', 'reconnecting', 'failed']),
  /** While failed or reconnecting. */
  error: errorViewSchema.optional(),
  /** While reconnecting: failures so far, and when the next attempt is made (absent while one is under way). */
  attempt: z.number().optional(),
  nextAttemptAt: z.number().optional(),
  /** Present while computers of the network can use it: those allowed, by these addresses of this computer. */
  sharing: z.object({ allow: z.array(z.string()), addresses: z.array(z.string()), warning: z.string() }).optional(),
  limits: z.object({ maxConnections: z.number(), maxDials: z.number() }).optional(),
  /** Clients turned away for a limit or for their address. */
  refused: z.number().optional(),
  /** Why the last of them was, in words. */
  refusedBecause: z.string().optional(),
  /** When the vendor ends the tunnel in use. */
  expiresAt: z.number().optional(),
  /** The SSH host key seen through it. verdict: first-seen, same, other-type, changed or shared (with another device). */
  hostKey: z.object({ fingerprint: z.string(), verdict: z.string(), warning: z.string().optional() }).optional(),
  /** What a service of kind tcp turned out to be. */
  recognised: z.enum(['ssh', 'vnc', 'tls', 'http', 'rdp']).optional(),
  connections: z.number(),
  bytesUp: z.number(),
  bytesDown: z.number(),
  /** Of the last attempt; a phase not reached yet is absent. */
  timings: timingsSchema,
  /** Who else can reach the vendor's end of the tunnel. */
  exposureNotice: z.string().optional(),
  /** Zero: never closed for being idle. */
  idleTimeoutMs: z.number(),
  /** When the present idle period ends the tunnel. */
  idleUntil: z.number().optional(),
});
export type ForwardView = z.infer<typeof forwardViewSchema>;

/** One try to reach a device through a forward. */
export const forwardAttemptViewSchema = z.object({
  at: z.number(),
  outcome: z.enum(['running', 'open', 'failed']),
  timings: timingsSchema,
  /** Where it failed. */
  hop: z.enum(['port', 'vendor', 'name', 'tunnel', 'device']).optional(),
  error: errorViewSchema.optional(),
  /** Hop, cause and next step in one sentence. */
  sentence: z.string().optional(),
});
export type ForwardAttemptView = z.infer<typeof forwardAttemptViewSchema>;

/** Traffic of a forward and who uses it. */
export const forwardStatisticsViewSchema = z.object({
  /** Bytes a second, over the last whole second. */
  rateUp: z.number(),
  rateDown: z.number(),
  /** Bytes in each of the last 60 seconds, oldest first. */
  samples: z.array(z.object({ up: z.number(), down: z.number() })),
  peers: z.array(
    z.object({
      address: z.string(),
      port: z.number(),
      since: z.number(),
      state: z.enum(['waiting', 'open']),
      bytesUp: z.number(),
      bytesDown: z.number(),
      /** The program, where it runs on this computer and may be read. */
      process: z.string().optional(),
    }),
  ),
});
export type ForwardStatisticsView = z.infer<typeof forwardStatisticsViewSchema>;

/** Where the services of a device are on this computer. */
export const resolvedDeviceViewSchema = z.object({
  deviceKey: z.string(),
  address: z.string(),
  forwards: z.array(
    z.object({
      serviceId: z.string(),
      kind: serviceKindSchema,
      address: z.string(),
      port: z.number(),
      state: forwardViewSchema.shape.state,
    }),
  ),
});
export type ResolvedDeviceView = z.infer<typeof resolvedDeviceViewSchema>;

export const forwardRequests = {
  'forwards.list': { input: nothing, output: z.array(forwardViewSchema) },
  /** Starts listening for a service: the forward there already is, or a new one. */
  'forwards.open': { input: opening, output: forwardViewSchema },
  /** The same until `forwards.release`, or until the client is gone: then it is as it was, unless others have it open. */
  'forwards.acquire': { input: opening, output: forwardViewSchema },
  'forwards.release': { input: z.strictObject({ forwardId: id }), output: nothing },
  /** Stops listening and closes the tunnel; the port stays reserved. */
  'forwards.stop': { input: z.strictObject({ forwardId: id }), output: nothing },
  /** Forgets the forward and its port. */
  'forwards.remove': { input: z.strictObject({ forwardId: id }), output: nothing },
  /** Lets computers of the network use it: addresses or CIDR blocks. None: this computer's again. */
  'forwards.share': {
    input: z.strictObject({ forwardId: id, allow: z.array(z.string().max(64)).max(64) }),
    output: forwardViewSchema,
  },
  /** Limits; what is left out has its default again. */
  'forwards.limit': {
    input: z.strictObject({
      forwardId: id,
      maxConnections: z.number().int().min(1).max(100_000).optional(),
      maxDials: z.number().int().min(1).max(1_000).optional(),
      idleTimeoutMs: z.number().int().min(0).max(86_400_000).optional(),
    }),
    output: forwardViewSchema,
  },
  /** Pins the changed SSH host key of a forward in the place of the old one; `fingerprint` is that which was looked at. */
  'forwards.acceptHostKey': {
    input: z.strictObject({ forwardId: id, fingerprint: z.string().max(100) }),
    output: forwardViewSchema,
  },
  /** The last 50 attempts, newest last. */
  'forwards.history': { input: z.strictObject({ forwardId: id }), output: z.array(forwardAttemptViewSchema) },
  /** Traffic of a forward and the programs connected to it; the window asks once a second while it shows one. */
  'forwards.statistics': { input: z.strictObject({ forwardId: id }), output: forwardStatisticsViewSchema },
  /** The address of a device on this computer and the ports of its services there. */
  'forwards.resolve': { input: z.strictObject({ deviceKey: id }), output: resolvedDeviceViewSchema },
} as const;
