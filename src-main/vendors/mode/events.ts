import { deviceFacts } from '../../core/fleet/device-facts.ts';
import { cancelled, fail, ok } from '../../core/base/errors.ts';
import type { AppError, Result } from '../../core/base/errors.ts';
import { parseForeignJson } from '../../core/text/lenient-json.ts';
import type { WebSocketLink, WebSocketRequest } from '../../core/base/websocket.ts';
import type { FleetEvent, VendorContext } from '../vendor.ts';
import { classifyMode } from './auth.ts';
import { parseVendorTime } from './schemas.ts';
import { defined } from '../../core/base/defined.ts';

/** The event stream of a user session, beyond the "Devices" chapter: the SDK's `wsConnection.ts`. */
const socketPath = '/userSession/websocket';

/** Project keys and device keys have no event stream. */
export const noEvents = (): Result<never> =>
  fail(
    'unsupported',
    'MODE tells of changes to user keys only.',
    'Quayside asks for the list from time to time instead.',
  );

const states: Readonly<Record<string, 'online' | 'offline'>> = {
  _deviceConnected_: 'online',
  _deviceDisconnected_: 'offline',
};

const textOf = (from: unknown, name: string): string | undefined => {
  const value =
    typeof from === 'object' && from !== null ? (from as Readonly<Record<string, unknown>>)[name] : undefined;
  const text = typeof value === 'number' || typeof value === 'string' ? String(value).trim() : '';
  return text === '' ? undefined : text;
};

/**
 * The presence in a message of the event stream: undefined for other events, null where the message cannot be read.
 * The device is the one in `eventData`, since the origin may be another; no sample of MODE shows these two events, so
 * without it the origin counts. Only then, or where both are the same, the origin's address is the device's. `now` in
 * epoch milliseconds.
 */
export const readEvent = (text: string, now: number): FleetEvent | undefined | null => {
  const message = parseForeignJson(text);
  if (typeof message !== 'object' || message === null || !('eventType' in message)) return null;
  const state = typeof message.eventType === 'string' ? states[message.eventType] : undefined;
  if (state === undefined) return undefined;
  const origin = textOf(message, 'originDeviceId');
  const deviceId = ('eventData' in message ? textOf(message.eventData, 'deviceId') : undefined) ?? origin;
  if (deviceId === undefined) return null;
  const since = parseVendorTime(textOf(message, 'timestamp')) ?? now;
  const facts = deviceFacts({
    ...(state === 'online' ? { onlineSince: since } : { offlineSince: since }),
    lastAddress: origin === deviceId ? textOf(message, 'originDeviceIp') : undefined,
  });
  return {
    kind: 'presence',
    deviceId,
    presence: { state, observedAt: now, source: 'vendor-event', lastOnlineAt: now },
    ...defined({ facts }),
  };
};

const open = async (session: VendorContext, signal: AbortSignal): Promise<Result<WebSocketLink>> => {
  const { sockets } = session;
  if (sockets === undefined) return noEvents();
  const key = session.secrets['apiKey'] ?? '';
  const url = new URL(session.baseUrl.replace(/\/+$/, '') + socketPath);
  url.protocol = url.protocol === 'http:' ? 'ws:' : 'wss:';
  const request: WebSocketRequest = {
    url: url.href,
    headers: { authorization: `ModeCloud ${key}` },
    secrets: [key],
    classify: (answer) => classifyMode(answer, { answer: 'nothing', path: socketPath }, [key]),
    signal,
  };
  const byHeader = await sockets.open(request);
  if (byHeader.ok || !['unauthorized', 'forbidden', 'invalid-input'].includes(byHeader.error.kind)) return byHeader;
  // Only the query is documented for this; the header is tried first because it stays out of other people's logs.
  url.searchParams.set('authToken', key);
  return sockets.open({ ...request, url: url.href, headers: {} });
};

/** Listens to the event stream until it ends; see `Connector.events`. */
export const listenToEvents = async (
  session: VendorContext,
  listener: (event: FleetEvent) => void,
  signal: AbortSignal,
): Promise<Result<void>> => {
  const opened = await open(session, signal);
  if (!opened.ok) return opened;
  const link = opened.value;
  let unreadable = 0;
  const error = await new Promise<AppError | undefined>((resolve) => {
    link.onClose(resolve);
    link.onMessage((text) => {
      const event = readEvent(text, session.clock.now());
      if (event === null) unreadable += 1;
      else if (event !== undefined) listener(event);
    });
    listener({ kind: 'listening' });
  });
  if (unreadable > 0) session.log.write('warn', 'mode-events-unreadable', { count: unreadable });
  if (signal.aborted) return cancelled();
  return error === undefined ? ok(undefined) : { ok: false, error };
};
