import { z } from 'zod';
import { accountViewSchema } from './account.ts';
import { incidentViewSchema } from './alert.ts';
import { appViewSchema } from './app.ts';
import { deviceViewSchema } from './device.ts';
import { errorViewSchema } from './error-view.ts';
import { forwardViewSchema } from './forward.ts';
import { sessionClientFrames, sessionHostFrames } from './session.ts';

/**
 * What travels between a client (window, command line) and main, on any carrier. A client sends ClientFrames
 * and gets HostFrames. State is a snapshot in chunks and then deltas numbered without gaps; a client that
 * meets a gap subscribes again.
 */

export const collections = {
  app: appViewSchema,
  accounts: accountViewSchema,
  devices: deviceViewSchema,
  forwards: forwardViewSchema,
  incidents: incidentViewSchema,
} as const;
export type CollectionName = keyof typeof collections;
export type Row<C extends CollectionName> = z.infer<(typeof collections)[C]>;

/** The key of a row within its collection. */
export const rowKey = <C extends CollectionName>(collection: C, row: Row<C>): string =>
  collection === 'devices' ? (row as Row<'devices'>).key : (row as Row<'accounts'>).id;

const requestId = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);

export const clientFrameSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('request'), id: requestId, name: z.string().max(64), input: z.unknown() }),
  z.strictObject({ type: z.literal('cancel'), id: requestId }),
  z.strictObject({ type: z.literal('subscribe') }),
  ...sessionClientFrames,
]);
export type ClientFrame = z.infer<typeof clientFrameSchema>;

const collectionName = z.enum(['app', 'accounts', 'devices', 'forwards', 'incidents']);

export const changeSchema = z.object({
  collection: collectionName,
  upsert: z.array(z.unknown()),
  remove: z.array(z.string()),
});
export type Change = z.infer<typeof changeSchema>;

export const hostFrameSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('answer'), id: requestId, ok: z.literal(true), value: z.unknown() }),
  z.object({ type: z.literal('refusal'), id: requestId, error: errorViewSchema }),
  /** A part of the snapshot; `seq` is the number of the last delta it includes. The first part has `start`. */
  z.object({
    type: z.literal('snapshot'),
    start: z.boolean(),
    end: z.boolean(),
    seq: z.number().int(),
    collection: collectionName,
    rows: z.array(z.unknown()),
  }),
  z.object({ type: z.literal('delta'), seq: z.number().int(), changes: z.array(changeSchema) }),
  /** The client sent something that is no frame at all. */
  z.object({ type: z.literal('protocol-error'), message: z.string() }),
  ...sessionHostFrames,
]);
export type HostFrame = z.infer<typeof hostFrameSchema>;

/** What a window finds as `window.quayside` on the desktop. */
export interface DesktopDoor {
  /** Asks for a port to main, which comes as a message `portMessage` of the window to itself. */
  open(): void;
}
/** The message that hands a port to the page. */
export const portMessage = 'quayside:port';

/** What carries frames: a port on the desktop, a WebSocket elsewhere. */
export interface FrameChannel {
  send(frame: ClientFrame): void;
  /** One listener at a time. */
  onFrame(listener: (frame: HostFrame) => void): void;
  /** Called when the carrier is gone; a new channel must be opened. */
  onClose(listener: () => void): void;
  close(): void;
}
