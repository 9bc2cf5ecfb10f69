import { parseForeignJson } from '../core/text/lenient-json.ts';
import { cancelled, fail, ok } from '../core/base/errors.ts';
import type { AppError, Result } from '../core/base/errors.ts';
import type { WebSocketRequest } from '../core/base/websocket.ts';
import type { Collecting, VendorContext } from './vendor.ts';

/** JSON as its value, anything else as text. */
const readMessage = (text: string): unknown => {
  const value = parseForeignJson(text);
  return value === undefined ? text : value;
};

/**
 * Opens a WebSocket and returns the messages, in order, until the time is up, enough came, or the peer ended it. If the
 * connection breaks after the first message, the earlier messages are returned. Errors: cancelled, unsupported, those
 * of `WebSocketClient.open`, and the reason of a break before the first message.
 */
export const collectMessages = async (
  session: Pick<VendorContext, 'sockets' | 'clock'>,
  request: WebSocketRequest,
  collecting: Collecting,
): Promise<Result<readonly unknown[]>> => {
  if (session.sockets === undefined)
    return fail('unsupported', 'This needs a WebSocket, which is not available here.', 'Use the desktop app.');
  const opened = await session.sockets.open(request);
  if (!opened.ok) return opened;
  const link = opened.value;
  const messages: unknown[] = [];
  const broken = await new Promise<AppError | undefined>((resolve) => {
    const cancelTimer = session.clock.after(collecting.seconds * 1000, () => resolve(undefined));
    link.onClose((error) => {
      cancelTimer();
      resolve(error);
    });
    link.onMessage((text) => {
      if (messages.length >= collecting.messages) return;
      messages.push(readMessage(text));
      if (messages.length < collecting.messages) return;
      cancelTimer();
      resolve(undefined);
    });
  });
  link.close();
  if (request.signal.aborted) return cancelled(`messages, of which ${messages.length} came`);
  return broken === undefined || messages.length > 0 ? ok(messages) : { ok: false, error: broken };
};
