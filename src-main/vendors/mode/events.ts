import { cancelled, fail, ok } from '../../core/errors.ts';
import type { AppError, Result } from '../../core/errors.ts';
import type { WebSocketLink, WebSocketRequest } from '../../core/ports.ts';
import type { FleetEvent, VendorSession } from '../vendor.ts';
import { classifyMode } from './auth.ts';

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

/**
 * The presence in a message of the event stream: undefined for other events, null where the message cannot be read.
 * The device is the one in `eventData`; `originDeviceId` may be another. `now` in epoch milliseconds.
 */
export const readEvent = (text: string, now: number): FleetEvent | undefined | null => {
  let message: unknown;
  try {
    message = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof message !== 'object' || message === null || !('eventType' in message)) return null;
  const state = typeof message.eventType === 'string' ? states[message.eventType] : undefined;
  if (state === undefined) return undefined;
  const data = 'eventData' in message ? message.eventData : undefined;
  const id = typeof data === 'object' && data !== null && 'deviceId' in data ? data.deviceId : undefined;
  const deviceId = typeof id === 'number' || typeof id === 'string' ? String(id).trim() : '';
  if (deviceId === '') return null;
  return {
    kind: 'presence',
    deviceId,
    presence: { state, observedAt: now, source: 'vendor-event', lastOnlineAt: now },
  };
};

const open = async (session: VendorSession, signal: AbortSignal): Promise<Result<WebSocketLink>> => {
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
  session: VendorSession,
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
