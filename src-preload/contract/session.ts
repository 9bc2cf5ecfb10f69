import { z } from 'zod';
import { errorViewSchema } from './error-view.ts';
import { id, ticket } from './inputs.ts';

/**
 * What travels for sessions inside the application: a terminal, a screen or files of a device. A session belongs to
 * the client that opened it and ends with it. Bytes go in frames of their own, never more than the other end has
 * given credit for; answers that are secret go as tickets of `secrets.hand`.
 */

/** Bytes that may be on the way in one direction of a stream before the other end has taken some. */
export const streamWindow = 512 * 1024;
/** The same for a transferred file: with a device 100 ms away, half a megabyte in flight limits it to 5 MB a second. */
export const fileWindow = 2 * 1024 * 1024;
/** Bytes processed before credit is given: a frame for every key would cost more than the key. */
export const creditStep = streamWindow / 4;
/** The most bytes of one frame: two SFTP reads of a file, so that no read is split. */
export const maxFrameBytes = 62 * 1024;
/** The maximum of counted items in a folder; beyond it the count says `more than`. */
export const maxCounted = 10_000;

/** In the place of a device's key: a session of files has those of the computer Quayside runs on, without a sign-in. */
export const thisComputer = 'this-computer';

export const sessionKindSchema = z.enum(['terminal', 'screen', 'files']);
export type SessionKind = z.infer<typeof sessionKindSchema>;

const number = z.number().int().min(1).max(Number.MAX_SAFE_INTEGER);
const path = z.string().min(1).max(4096);
const cells = z.number().int().min(1).max(2000);

/** The name of a terminal for `TERM`: what terminfo calls its files, and nothing a shell would take as more. */
export const terminalNameSchema = z
  .string()
  .max(64)
  .regex(/^[A-Za-z0-9][\w.+-]*$/);

/** What a person answered. Secrets are those of the ticket: `password`, `passphrase`, or `0`, `1` … for prompts. */
export const sessionAnswerSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('host-key'), accept: z.boolean() }),
  z.strictObject({
    type: z.literal('sign-in'),
    way: z.enum(['password', 'key', 'questions']),
    user: z.string().max(64),
    /** Path of a private key on this computer. */
    keyFile: z.string().max(4096).optional(),
    ticket: ticket.optional(),
    /** Keep the secret in the vault. */
    keep: z.boolean(),
  }),
  z.strictObject({ type: z.literal('prompts'), ticket, keep: z.boolean() }),
  z.strictObject({ type: z.literal('outdated'), allow: z.boolean() }),
  /** Goes on without the SSH agent. */
  z.strictObject({ type: z.literal('agent') }),
  z.strictObject({ type: z.literal('password'), ticket, keep: z.boolean() }),
]);
export type SessionAnswer = z.infer<typeof sessionAnswerSchema>;

/**
 * What a person says of an edited file: whether its saves are sent (`always`: also next time), what becomes of one that has
 * changed at the device, send now, open again in the editor, end.
 */
export const editAnswerSchema = z.enum(['send', 'always', 'not', 'replace', 'beside', 'again', 'open', 'end']);
export type EditAnswerView = z.infer<typeof editAnswerSchema>;

/** What can be done with files of the device. `stream` is the number of the transfer's own stream of bytes. */
export const fileOperationSchema = z.discriminatedUnion('op', [
  z.strictObject({ op: z.literal('list'), path }),
  /** What a path leads to, where links are followed. */
  z.strictObject({ op: z.literal('follow'), path }),
  z.strictObject({ op: z.literal('rename'), from: path, to: path }),
  /** Of a file or a link. */
  z.strictObject({ op: z.literal('delete'), path }),
  /** How much a folder holds; progress tells of items found. */
  z.strictObject({ op: z.literal('count'), path }),
  /** With all that is in it; progress tells of items that are gone. */
  z.strictObject({ op: z.literal('delete-folder'), path }),
  z.strictObject({ op: z.literal('make-folder'), path }),
  /**
   * Copies a file, or a folder with all that is in it, to the path `to` of this session, from another files session of
   * the same client or from this one. `existing`: what becomes of files that are there; folders are filled up. Progress
   * tells of bytes written.
   */
  z.strictObject({
    op: z.literal('copy'),
    from: z.strictObject({ session: number, path }),
    to: path,
    existing: z.enum(['refuse', 'replace', 'skip']),
  }),
  z.strictObject({ op: z.literal('download'), path, stream: number }),
  /** Fetches a file and opens it in the user's editor on the computer Quayside runs on; progress tells of bytes. */
  z.strictObject({ op: z.literal('edit'), path }),
  z.strictObject({ op: z.literal('edit-answer'), edit: number, answer: editAnswerSchema }),
  /** Refused with `confirmation-required` where the file can only be written `inPlace`. */
  z.strictObject({
    op: z.literal('upload'),
    path,
    size: z.number().int().min(0),
    stream: number,
    /** Epoch milliseconds that the file is to show; absent: now. */
    modifiedAt: z.number().min(0).optional(),
    /** Writes into the file that is there, instead of one that takes its place once all has arrived. */
    inPlace: z.boolean().optional(),
  }),
]);
export type FileOperation = z.infer<typeof fileOperationSchema>;

/** What `copy` comes back with. */
export const copiedSchema = z.object({
  files: z.number(),
  folders: z.number(),
  links: z.number(),
  bytes: z.number(),
  /** Were there already, and were left. */
  skipped: z.number(),
  /** Could not be copied; `failures` has the first hundred, by their path at the source. */
  failed: z.number(),
  failures: z.array(z.object({ path: z.string(), error: errorViewSchema })),
  /** Changed at the source while they were read. */
  changed: z.number(),
  /** How many copies did not get what the original has. */
  unkept: z.object({ permissions: z.number(), owner: z.number(), time: z.number() }),
});
export type CopiedView = z.infer<typeof copiedSchema>;

/** What `follow` comes back with. */
export const fileStatsSchema = z.object({
  kind: z.enum(['file', 'folder', 'link', 'other']),
  size: z.number(),
  /** Epoch milliseconds. */
  modifiedAt: z.number(),
  /** Permission bits. */
  mode: z.number(),
});
export type FileStatsView = z.infer<typeof fileStatsSchema>;

/** Names are text as `core/text/byte-names.ts` makes of bytes. */
const fileEntrySchema = fileStatsSchema.extend({ name: z.string() });
export type FileEntryView = z.infer<typeof fileEntrySchema>;

/** What `list` comes back with. */
export const fileListingSchema = z.object({ path: z.string(), entries: z.array(fileEntrySchema) });
export type FileListingView = z.infer<typeof fileListingSchema>;

/** A file of the device that is edited on the computer Quayside runs on. */
const editSchema = z.object({
  edit: z.number(),
  /** On the device. */
  path: z.string(),
  phase: z.enum(['open', 'asking', 'held', 'waiting', 'sending', 'changed', 'failed']),
  /** There is a save that the device has not. */
  isUnsent: z.boolean(),
  /** When the device last took a save, epoch milliseconds. */
  sentAt: z.number().optional(),
  error: errorViewSchema.optional(),
});
export type EditView = z.infer<typeof editSchema>;

/** What `download` comes back with. */
export const downloadedSchema = z.object({
  size: z.number(),
  /** It changed at the device while it was read. */
  isChanged: z.boolean(),
});

/** What `upload` comes back with. */
export const uploadedSchema = z.object({
  size: z.number(),
  /** What the device did not let the file have. */
  unkept: z.array(z.enum(['permissions', 'owner', 'time'])),
});

/** What `count` comes back with. */
export const folderCountSchema = z.object({
  /** Files, folders and links below the folder; `maxCounted` where there are more. */
  items: z.number(),
  isMore: z.boolean(),
  /** Folders that could not be looked into. */
  unread: z.number(),
  /** Of all files counted. */
  bytes: z.number(),
});
export type FolderCountView = z.infer<typeof folderCountSchema>;

/** Frames of sessions from a client. The client numbers sessions and streams; a session's own stream has its number. */
export const sessionClientFrames = [
  z.strictObject({
    type: z.literal('session-open'),
    session: number,
    kind: sessionKindSchema,
    deviceKey: id,
    serviceId: id,
    user: z.string().max(64).optional(),
    keyFile: z.string().max(4096).optional(),
    cols: cells.optional(),
    rows: cells.optional(),
    /** What the device is told of the terminal; `xterm-256color` unless it is said. */
    term: terminalNameSchema.optional(),
    /** The session before in the same tab, which this one ends and replaces. */
    after: number.optional(),
  }),
  z.strictObject({ type: z.literal('session-answer'), session: number, ask: number, answer: sessionAnswerSchema }),
  z.strictObject({ type: z.literal('session-resize'), session: number, cols: cells, rows: cells }),
  z.strictObject({ type: z.literal('session-call'), session: number, call: number, operation: fileOperationSchema }),
  z.strictObject({ type: z.literal('session-cancel'), session: number, call: number }),
  /** `keep`: another session may come `after` it. */
  z.strictObject({ type: z.literal('session-close'), session: number, keep: z.boolean().optional() }),
  z.strictObject({ type: z.literal('session-bytes'), stream: number, bytes: z.instanceof(Uint8Array) }),
  z.strictObject({ type: z.literal('session-credit'), stream: number, bytes: number }),
] as const;
export type SessionClientFrame = z.infer<(typeof sessionClientFrames)[number]>;

const hostKeyQuestion = z.object({
  type: z.literal('host-key'),
  verdict: z.enum(['first-seen', 'other-type', 'changed']),
  keyType: z.string(),
  fingerprint: z.string(),
  pinned: z.object({ keyType: z.string(), fingerprint: z.string(), firstSeenAt: z.number() }).optional(),
  /** Other devices that show the same key. */
  sharedWith: z.number(),
});

/** What main asks a person during a session. */
export const sessionQuestionSchema = z.discriminatedUnion('type', [
  hostKeyQuestion,
  z.object({
    type: z.literal('sign-in'),
    user: z.string(),
    /** What the server offers; empty if it was not asked yet. */
    methods: z.array(z.string()),
    /** Why the last attempt failed, in a sentence. */
    refused: z.string().optional(),
    keyFile: z.string().optional(),
    /** What the server shows before a sign-in. */
    banner: z.string().optional(),
  }),
  z.object({
    type: z.literal('prompts'),
    title: z.string(),
    instructions: z.string(),
    prompts: z.array(z.object({ text: z.string(), echo: z.boolean() })),
    refused: z.string().optional(),
    banner: z.string().optional(),
    /** The answer is a password, which the vault can keep. */
    canKeep: z.boolean(),
  }),
  /** The device speaks only outdated SSH: the names of the algorithms. */
  z.object({ type: z.literal('outdated'), algorithms: z.array(z.string()) }),
  /** The SSH agent does not answer; the next step takes the question away. */
  z.object({ type: z.literal('agent') }),
  z.object({ type: z.literal('password'), refused: z.string().optional() }),
]);
export type SessionQuestion = z.infer<typeof sessionQuestionSchema>;

export const sessionEventSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('step'), text: z.string() }),
  z.object({ kind: z.literal('ask'), ask: z.number(), question: sessionQuestionSchema }),
  /** Open. `user` signed in; `home` is the folder files start in; `through`: what else than Quayside itself it goes through. */
  z.object({
    kind: z.literal('ready'),
    user: z.string().optional(),
    home: z.string().optional(),
    through: z.string().optional(),
  }),
  z.object({ kind: z.literal('result'), call: z.number(), value: z.unknown() }),
  z.object({ kind: z.literal('refusal'), call: z.number(), error: errorViewSchema }),
  /** More of a call is done: bytes of an upload that the device has taken, items counted or deleted. */
  z.object({ kind: z.literal('progress'), call: z.number(), amount: z.number() }),
  /** The files of this place that are edited, all of them. */
  z.object({ kind: z.literal('edits'), edits: z.array(editSchema) }),
  /** Over: with an error, or as the far end ended it. */
  z.object({ kind: z.literal('end'), error: errorViewSchema.optional() }),
]);
export type SessionEvent = z.infer<typeof sessionEventSchema>;

/** Frames of sessions to a client. */
export const sessionHostFrames = [
  z.object({ type: z.literal('session-event'), session: number, event: sessionEventSchema }),
  z.object({ type: z.literal('session-bytes'), stream: number, bytes: z.instanceof(Uint8Array) }),
  z.object({ type: z.literal('session-credit'), stream: number, bytes: number }),
] as const;
export type SessionHostFrame = z.infer<(typeof sessionHostFrames)[number]>;

/** Where a session is shown: the part of the address after the page. */
export const sessionPlaceSchema = z.strictObject({ kind: sessionKindSchema, deviceKey: id, serviceId: id });
export type SessionPlace = z.infer<typeof sessionPlaceSchema>;

/** The page of a session, opened again in a window or tab. Nothing in it is secret. */
export const sessionAddress = (place: SessionPlace): string =>
  `/?session#${new URLSearchParams({ kind: place.kind, deviceKey: place.deviceKey, serviceId: place.serviceId }).toString()}`;

export const sessionRequests = {
  /** Shows a session: in the host's own window, or at an address that the caller opens. */
  'session.show': { input: sessionPlaceSchema, output: z.object({ address: z.string().optional() }) },
} as const;
