import { z } from 'zod';
import { alertRequests } from './alert-requests.ts';
import { editRequests } from './edit-requests.ts';
import { launchRequests } from './launch-requests.ts';
import { routeRequests } from './route-requests.ts';
import { sessionRequests } from './session-frames.ts';
import {
  accountViewSchema,
  deviceViewSchema,
  diagnosticsViewSchema,
  errorViewSchema,
  forwardAttemptViewSchema,
  forwardStatisticsViewSchema,
  forwardViewSchema,
  operationViewSchema,
  resolvedDeviceViewSchema,
  settingsViewSchema,
  vendorIdSchema,
  vendorViewSchema,
  wishViewSchema,
} from './views.ts';
import { bulkActionSchema, bulkItemViewSchema, bulkPlanViewSchema, bulkRunViewSchema } from './bulk.ts';

/**
 * Every request a window, the tray or the command line can make, by name. Main parses each input with
 * `strictObject`, so an unknown key is refused. `secrets.hand` is the only request that can carry a secret:
 * it answers a one-time ticket, which the others pass on instead.
 */

const label = z.string().trim().min(1).max(80);
const ticket = z.string().min(16).max(64);
const id = z.string().min(1).max(512);
const port = z.number().int().min(1).max(65535);
/** `anyPort`: only a way is wanted, so any port will do for now, should the forward's own be taken. */
const opening = z.strictObject({
  deviceKey: id,
  serviceId: id,
  port: port.optional(),
  anyPort: z.boolean().optional(),
});
const fields = z.record(z.string().max(64), z.string().max(2048));
const nothing = z.strictObject({});
const deviceLog = z.strictObject({ deviceKey: id, file: z.string().trim().min(1).max(200) });
const keptLog = {
  entries: z.array(
    z.discriminatedUnion('kind', [
      z.object({ kind: z.literal('line'), at: z.number(), text: z.string() }),
      /** Lines may be missing here: a fetch was cut off. */
      z.object({ kind: z.literal('gap'), at: z.number() }),
    ]),
  ),
  /** Older entries are left out. */
  more: z.boolean(),
};

const request = <I extends z.ZodType, O extends z.ZodType>(input: I, output: O): { input: I; output: O } => ({
  input,
  output,
});

export const requests = {
  /** Vendors with their account forms. */
  'vendors.list': request(nothing, z.array(vendorViewSchema)),

  /** Hands secrets to main, by the names of the account form. The ticket is good once, for ten minutes. */
  'secrets.hand': request(
    z.strictObject({
      secrets: z.record(z.string().max(64), z.string().max(2048)),
      /** Of secrets handed over before: those of other names stay, and this ticket is used up. */
      ticket: ticket.optional(),
    }),
    z.object({ ticket }),
  ),

  'accounts.list': request(nothing, z.array(accountViewSchema)),
  /** Tries credentials without storing anything (`vendor` …) or those of an account (`accountId`). */
  'accounts.test': request(
    z.union([
      z.strictObject({ accountId: id }),
      z.strictObject({
        vendor: vendorIdSchema,
        baseUrl: z.string().max(2048).optional(),
        fields: fields.optional(),
        /** Not used up by the test: the same ticket may go into `accounts.add`. Absent: no secret was entered. */
        ticket: ticket.optional(),
      }),
    ]),
    z.object({ ok: z.boolean(), error: errorViewSchema.optional(), tookMs: z.number() }),
  ),
  'accounts.add': request(
    z.strictObject({
      vendor: vendorIdSchema,
      label,
      baseUrl: z.string().max(2048).optional(),
      fields: fields.optional(),
      /** Absent: no secret was entered. */
      ticket: ticket.optional(),
    }),
    accountViewSchema,
  ),
  /** Changes what is given; a ticket replaces the secrets. */
  'accounts.update': request(
    z.strictObject({
      accountId: id,
      label: label.optional(),
      baseUrl: z.string().max(2048).optional(),
      fields: fields.optional(),
      ticket: ticket.optional(),
    }),
    accountViewSchema,
  ),
  /** Removes the account with its secrets, cached devices and forwards. */
  'accounts.remove': request(z.strictObject({ accountId: id }), nothing),
  /** Polls one account, or all, now; answers when the listing is done, or `timeout` after `withinMs` (30 s): it goes on. */
  'accounts.refresh': request(
    z.strictObject({ accountId: id.optional(), withinMs: z.int().min(1).max(3_600_000).optional() }),
    nothing,
  ),

  /** Unlocks the file vault with a passphrase handed over before (secret name `passphrase`), or tries the keychain again. */
  'vault.unlock': request(z.strictObject({ ticket: ticket.optional() }), nothing),

  'devices.query': request(
    z.strictObject({ query: z.string().max(1024), limit: z.number().int().min(1).max(200_000).optional() }),
    z.object({ total: z.number(), devices: z.array(deviceViewSchema) }),
  ),
  'devices.favourite': request(z.strictObject({ deviceKey: id, favourite: z.boolean() }), nothing),
  /** Adds a port of the device as a service of its own. */
  'services.add': request(
    z.strictObject({
      deviceKey: id,
      kind: z.enum(['ssh', 'vnc', 'rdp', 'http', 'https', 'tcp']),
      port,
      host: z.string().max(253).optional(),
    }),
    z.object({ serviceId: z.string() }),
  ),
  'services.remove': request(z.strictObject({ deviceKey: id, serviceId: id }), nothing),

  'forwards.list': request(nothing, z.array(forwardViewSchema)),
  /** Starts listening for a service: the forward there already is, or a new one. */
  'forwards.open': request(opening, forwardViewSchema),
  /** The same until `forwards.release`, or until the client is gone: then it is as it was, unless others have it open. */
  'forwards.acquire': request(opening, forwardViewSchema),
  'forwards.release': request(z.strictObject({ forwardId: id }), nothing),
  /** Stops listening and closes the tunnel; the port stays reserved. */
  'forwards.stop': request(z.strictObject({ forwardId: id }), nothing),
  /** Forgets the forward and its port. */
  'forwards.remove': request(z.strictObject({ forwardId: id }), nothing),
  /** Lets computers of the network use it: addresses or CIDR blocks. None: this computer's again. */
  'forwards.share': request(
    z.strictObject({ forwardId: id, allow: z.array(z.string().max(64)).max(64) }),
    forwardViewSchema,
  ),
  /** Limits; what is left out has its default again. */
  'forwards.limit': request(
    z.strictObject({
      forwardId: id,
      maxConnections: z.number().int().min(1).max(100_000).optional(),
      maxDials: z.number().int().min(1).max(1_000).optional(),
      idleTimeoutMs: z.number().int().min(0).max(86_400_000).optional(),
    }),
    forwardViewSchema,
  ),
  /** Pins the changed SSH host key of a forward in the place of the old one; `fingerprint` is that which was looked at. */
  'forwards.acceptHostKey': request(
    z.strictObject({ forwardId: id, fingerprint: z.string().max(100) }),
    forwardViewSchema,
  ),
  /** The last 50 attempts, newest last. */
  'forwards.history': request(z.strictObject({ forwardId: id }), z.array(forwardAttemptViewSchema)),
  /** For those who look at a forward, once a second. */
  'forwards.statistics': request(z.strictObject({ forwardId: id }), forwardStatisticsViewSchema),
  /** The address of a device on this computer and the ports of its services there. */
  'forwards.resolve': request(z.strictObject({ deviceKey: id }), resolvedDeviceViewSchema),

  /** What a launch would run, for copying. Opens the forward, so that the port is true. */
  'launch.command': request(
    z.strictObject({ deviceKey: id, serviceId: id, user: z.string().max(64).optional() }),
    z.object({ command: z.string() }),
  ),
  /** How ssh is run in a terminal the client has itself: the program and its arguments, never a shell string. */
  'launch.ssh': request(
    z.strictObject({
      deviceKey: id,
      serviceId: id,
      user: z.string().max(64).optional(),
      args: z.array(z.string().max(65_536)).max(1000),
    }),
    z.object({ program: z.string(), args: z.array(z.string()) }),
  ),
  /** Opens the service by its route: in the user's own program, the vendor's, or at an address that the caller shows. */
  'launch.open': request(
    z.strictObject({ deviceKey: id, serviceId: id, user: z.string().max(64).optional() }),
    z.object({ launcher: z.string(), command: z.string(), address: z.string().optional() }),
  ),

  ...alertRequests,
  ...editRequests,
  ...launchRequests,
  ...routeRequests,
  ...sessionRequests,

  'operations.list': request(z.strictObject({ vendor: vendorIdSchema }), z.array(operationViewSchema)),
  'operations.call': request(
    z.strictObject({
      accountId: id,
      operation: id,
      input: z.unknown(),
      confirmed: z.boolean(),
      /** Secrets of the input, handed over by their JSON pointers: `/password`, `/body/vnc.password`. */
      ticket: ticket.optional(),
    }),
    z.object({ output: z.unknown() }),
  ),
  /** The same call as command lines to copy, with placeholders for every secret. */
  'operations.command': request(
    z.strictObject({ accountId: id, operation: id, input: z.unknown() }),
    z.object({ quayside: z.string(), curl: z.string().optional(), note: z.string().optional() }),
  ),

  /** What an action would change on each device. Nothing is changed; the plan is kept for `bulk.start`. */
  'bulk.preview': request(
    z.strictObject({ deviceKeys: z.array(id).min(1).max(20_000), action: bulkActionSchema }),
    bulkPlanViewSchema,
  ),
  /** Runs a plan as it was shown. `count` confirms one that destroys; the ticket holds `password`. */
  'bulk.start': request(
    z.strictObject({ planId: id, count: z.int().optional(), ticket: ticket.optional() }),
    bulkRunViewSchema,
  ),
  /** Runs since the application was started, newest first. */
  'bulk.list': request(nothing, z.array(bulkRunViewSchema)),
  /** A run, and those of its items that changed after `version`; waits for a change, for a while. */
  'bulk.status': request(
    z.strictObject({ runId: id, version: z.int().min(0) }),
    z.object({ run: bulkRunViewSchema, items: z.array(bulkItemViewSchema) }),
  ),
  /** Starts nothing more; what was sent already is waited for. */
  'bulk.cancel': request(z.strictObject({ runId: id }), bulkRunViewSchema),
  /** Tries again what failed or was cancelled, but nothing that may have been done. */
  'bulk.retry': request(z.strictObject({ runId: id }), bulkRunViewSchema),
  /** The result of a run as a file. */
  'bulk.report': request(
    z.strictObject({ runId: id, format: z.enum(['csv', 'json']) }),
    z.object({ name: z.string(), text: z.string() }),
  ),

  /** Fetches what is new of a log that the vendor hands out once; on disk before it is answered. Never by itself. */
  'deviceLogs.take': request(deviceLog, z.object({ ...keptLog, problem: errorViewSchema.optional() })),
  /** What was fetched of a log before, oldest first. */
  'deviceLogs.read': request(deviceLog, z.object(keptLog)),
  /** Names of the logs of a device of which something is kept. */
  'deviceLogs.files': request(z.strictObject({ deviceKey: id }), z.object({ files: z.array(z.string()) })),
  /** Deletes what is kept of a log, for good: the vendor does not hand it out again. */
  'deviceLogs.forget': request(deviceLog, nothing),
  /** Network tests of a device that were seen, newest first. Vendors keep the last one only. */
  'speedTests.list': request(
    z.strictObject({ deviceKey: id }),
    z.object({ tests: z.array(z.object({ at: z.number(), result: z.record(z.string(), z.string()) })) }),
  ),
  'speedTests.keep': request(
    z.strictObject({ deviceKey: id, result: z.record(z.string().max(64), z.string().max(512)) }),
    nothing,
  ),

  'settings.change': request(z.strictObject(settingsViewSchema.partial().shape), settingsViewSchema),
  /** Brings the window to the front and shows something in it. Where there is no window, it waits for one. */
  'window.show': request(z.strictObject({ intent: wishViewSchema }), nothing),
  /** The window has shown what it was asked to. */
  'window.shown': request(z.strictObject({ intentId: z.int().min(0) }), nothing),
  /** What a report of a problem needs: versions, how long the start took, the newest lines of the log. No secrets. */
  'diagnostics.get': request(nothing, diagnosticsViewSchema),
  /** The same as a file in the profile; answers where it is. */
  'diagnostics.report': request(nothing, z.object({ path: z.string() })),
  'notices.dismiss': request(z.strictObject({ noticeId: id }), nothing),
  /** What the user says about the version that waits: installed now, or not asked about for a day. */
  'update.answer': request(z.strictObject({ answer: z.enum(['restart', 'later']) }), nothing),
  /** Copies text by way of the host, where the host has a clipboard. */
  'clipboard.write': request(z.strictObject({ text: z.string().max(65_536) }), nothing),
} as const;

export type Requests = typeof requests;
export type RequestName = keyof Requests;
export type RequestInput<N extends RequestName> = z.input<Requests[N]['input']>;
export type RequestOutput<N extends RequestName> = z.output<Requests[N]['output']>;

export const isRequestName = (name: string): name is RequestName => Object.hasOwn(requests, name);
