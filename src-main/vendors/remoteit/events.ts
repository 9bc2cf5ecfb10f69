import { cancelled, fail, ok } from '../../core/base/errors.ts';
import type { AppError, Result } from '../../core/base/errors.ts';
import { parseForeignJson } from '../../core/text/lenient-json.ts';
import type { VendorWire } from '../execute.ts';
import type { FleetEvent, VendorContext } from '../vendor.ts';
import { vendorName } from './auth.ts';
import { whoAmI } from './graphql-operations.ts';
import { asText, asTime, itemsOf, membersOf } from './values.ts';
import type { Members } from './values.ts';
import { defined } from '../../core/base/defined.ts';

/**
 * The event stream, from the vendor's own application:
 * https://github.com/remoteit/desktop/blob/main/frontend/src/services/cloudController.ts
 */

/** What is asked for each event. */
export const eventQuery = '{ event { type state action timestamp target { id name device { id name } } } }';
/** The vendor's client pings every five to six minutes. */
const pingMs = 5 * 60_000;
const pingSpreadMs = 60_000;

const usualSockets: Readonly<Record<string, string>> = {
  'api.remote.it': 'wss://ws.remote.it/v1',
  'api.remot3.it': 'wss://ws.remote.it/v1',
  'cloud.remote.it': 'wss://cloud.remote.it/api/ws',
};

const noEvents = (why: string): Result<never> =>
  fail('unsupported', why, 'Quayside asks for the list from time to time instead.');

/** Where the events of this account come from; undefined if nobody said. */
const socketUrl = (session: VendorContext): URL | undefined => {
  const host = URL.parse(session.baseUrl)?.hostname ?? '';
  const address = session.fields['eventsUrl'] ?? (Object.hasOwn(usualSockets, host) ? usualSockets[host] : undefined);
  return address === undefined ? undefined : (URL.parse(address) ?? undefined);
};

/** What one text frame says: events one by one, errors, a sign of life, or nothing that could be read. */
export type EventFrame =
  | { readonly kind: 'events'; readonly events: readonly unknown[] }
  /** `isRefusal`: the credentials are not taken. */
  | { readonly kind: 'errors'; readonly isRefusal: boolean }
  | { readonly kind: 'pong' }
  | { readonly kind: 'unreadable' };

const errorsFrame = (error: Members): EventFrame => {
  const message = asText(error['message']) ?? '';
  const code = asText(membersOf(error['extensions'])['code']) ?? '';
  const isRefusal = /^(?:UNAUTHENTICATED|FORBIDDEN)$/.test(code) || /\b(?:unauthori[sz]ed|forbidden)\b/i.test(message);
  return { kind: 'errors', isRefusal };
};

/** Reads a frame, single or batched. */
export const readFrame = (text: string): EventFrame => {
  if (text.trim() === 'pong') return { kind: 'pong' };
  const frame = parseForeignJson(text);
  if (frame === undefined) return { kind: 'unreadable' };
  const members = membersOf(frame);
  const batch = Array.isArray(members['events']) ? (members['events'] as readonly unknown[]) : [members];
  const events = batch.flatMap((one) => membersOf(membersOf(one)['data'])['event'] ?? []);
  if (events.length > 0) return { kind: 'events', events };
  const [first] = itemsOf(members['errors']);
  if (first !== undefined) return errorsFrame(membersOf(first));
  // How the gateway in front, which is Amazon's, says that it or what is behind it failed.
  if ('message' in members && 'connectionId' in members) return errorsFrame(members);
  return Array.isArray(members['events']) ? { kind: 'events', events } : { kind: 'unreadable' };
};

/** Events after which the list is not what it was; `update` of cloudController.ts. */
const fleetChanges: ReadonlySet<unknown> = new Set([
  'DEVICE_DELETE',
  'DEVICE_REFRESH',
  'DEVICE_SHARE',
  'DEVICE_TRANSFER',
]);

/**
 * Turns events into presence, in whatever order they come: of each device only events that are not older than the last
 * one. `now` in epoch milliseconds.
 */
export class PresenceOfEvents {
  readonly #newest = new Map<string, number>();

  read(event: unknown, now: number): readonly FleetEvent[] {
    const { type, state: said, timestamp, target } = membersOf(event);
    if (fleetChanges.has(type)) return [{ kind: 'fleet-changed' }];
    const state = said === 'active' ? 'online' : said === 'inactive' ? 'offline' : undefined;
    if (type !== 'DEVICE_STATE' || state === undefined) return [];
    const at = asTime(timestamp);
    return itemsOf(target).flatMap((one): readonly FleetEvent[] => {
      const members = membersOf(one);
      const deviceId = asText(members['id']);
      // About one of its services otherwise.
      if (deviceId === undefined || asText(membersOf(members['device'])['id']) !== deviceId) return [];
      if (at !== undefined) {
        if (at < (this.#newest.get(deviceId) ?? 0)) return [];
        this.#newest.set(deviceId, at);
      }
      const presence = { state, observedAt: now, source: 'vendor-event', lastOnlineAt: at ?? now } as const;
      return [{ kind: 'presence', deviceId, presence }];
    });
  }
}

/** The text that asks for events; it carries the credentials. */
const subscription = (headers: Readonly<Record<string, string>>): string => {
  const { authorization, token, ...more } = headers;
  const credential = authorization ?? token;
  return JSON.stringify({
    action: 'subscribe',
    supportsBatch: true,
    headers: { ...more, ...defined({ authorization: credential }), 'User-Agent': 'quayside' },
    query: eventQuery,
  });
};

/** Listens to the event stream until it ends; see `Connector.events`. */
export const listenToEvents = async (
  session: VendorContext,
  wire: VendorWire,
  listener: (event: FleetEvent) => void,
  signal: AbortSignal,
): Promise<Result<void>> => {
  const { sockets, clock } = session;
  const url = socketUrl(session);
  if (sockets === undefined || url === undefined)
    return noEvents(`No event stream of ${vendorName} is known for this base URL.`);
  // Signatures are over the address as HTTP sees it.
  const signedUrl = new URL(url);
  signedUrl.protocol = url.protocol === 'ws:' ? 'http:' : 'https:';
  const credentials = await wire.authorize({ method: 'GET', url: signedUrl, headers: {} }, whoAmI, signal);
  if (!credentials.ok) return credentials;
  if (signal.aborted) return cancelled();
  const secrets = [...Object.values(session.secrets), ...credentials.value.secrets];
  const opened = await sockets.open({
    url: url.href,
    headers: {},
    secrets,
    // The vendor answers texts; sources disagree whether the gateway in front answers pings.
    withoutPings: true,
    classify: (answer) => wire.classify(answer, whoAmI, secrets),
    signal,
  });
  if (!opened.ok) return opened;
  const link = opened.value;
  const presence = new PresenceOfEvents();
  let unreadable = 0;
  let told = false;
  const ended = await new Promise<Result<void>>((resolve) => {
    let heardAt = clock.monotonic();
    const interval = pingMs + Math.floor(session.random() * pingSpreadMs);
    let cancelTimer = (): void => undefined;
    const end = (result: Result<void>): void => {
      cancelTimer();
      link.close();
      resolve(result);
    };
    const ping = (): void => {
      if (clock.monotonic() - heardAt >= 2 * interval) {
        end(fail('timeout', `${vendorName} sent no events and no sign of life.`, 'Quayside connects again by itself.'));
        return;
      }
      link.send('ping');
      cancelTimer = clock.after(interval, ping);
    };
    cancelTimer = clock.after(interval, ping);
    link.onClose((error: AppError | undefined) => end(error === undefined ? ok(undefined) : { ok: false, error }));
    link.onMessage((text) => {
      heardAt = clock.monotonic();
      const frame = readFrame(text);
      if (frame.kind === 'unreadable') unreadable += 1;
      // Later ones are about single events; the vendor's own client passes over them.
      else if (frame.kind === 'errors' && !told)
        // Whether an access key is taken here is not documented.
        end(
          frame.isRefusal
            ? noEvents(`${vendorName} does not send events for this account’s credentials.`)
            : fail(
                'vendor-unavailable',
                `${vendorName} could not send events.`,
                'Quayside tries again by itself, and asks for the list meanwhile.',
              ),
        );
      else if (frame.kind === 'events')
        for (const event of frame.events) {
          told = true;
          for (const change of presence.read(event, clock.now())) listener(change);
        }
    });
    link.send(subscription(credentials.value.headers));
    listener({ kind: 'listening' });
  });
  if (unreadable > 0) session.log.write('warn', 'remoteit-events-unreadable', { count: unreadable });
  return signal.aborted ? cancelled() : ended;
};
