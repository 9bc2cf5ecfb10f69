import type { z } from 'zod';
import type { DeviceFacts } from '../core/fleet/device-facts.ts';
import type { DeviceRecord, Presence, Service, VendorId } from '../core/fleet/device.ts';
import type { AppError, Result } from '../core/base/errors.ts';
import type { Clock, Random } from '../core/base/clock.ts';
import type { ForwardedRequest, UpstreamRequest } from '../core/forward/web-forwarder.ts';
import type { HttpAnswer, HttpBody, HttpClient } from '../core/base/http.ts';
import type { Log } from '../core/base/log.ts';
import type { DeviceEdits, DeviceParameter, OperationShape } from '../core/operation/device-edit.ts';
import type { WebSocketClient } from '../core/base/websocket.ts';

/**
 * What a vendor provides. A new vendor is one folder (operations.ts schemas.ts auth.ts device-edits.ts connector.ts)
 * and one line in registry.ts: nothing else in the sources knows it by its id.
 */

/** Who may call an operation, by the vendors' names for their keys. */
export type Caller = 'user' | 'project' | 'device';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'ACTION';

/**
 * The effect of a call. `confirm` is the sentence the user must read and agree to; `confirmMany` the same for several
 * devices at once, if `confirm` speaks of one.
 */
export type Danger =
  | { readonly level: 'none' }
  | { readonly level: 'changes' }
  | { readonly level: 'destroys'; readonly confirm: string; readonly confirmMany?: string };

/** The parts of a request, made from an input. An undefined parameter is not sent. */
export interface WireParts {
  /** Values for `{name}` in the path; encoded by the caller of `wire`. */
  readonly path?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string | undefined>>;
  readonly headers?: Readonly<Record<string, string>>;
  /** Absent means no body at all. */
  readonly body?: HttpBody;
  /** See `HttpRequest`. */
  readonly omitLength?: boolean;
  /** Present: the request is upgraded to a WebSocket, and what arrives on it is the answer. */
  readonly upgrade?: Collecting;
}

/** How long messages of a WebSocket are collected: until one of the two limits, or until the peer ends it. */
export interface Collecting {
  /** From the moment the socket is open. */
  readonly seconds: number;
  readonly messages: number;
}

/**
 * How the answer is decoded before the output schema reads it. `any` follows the content type: JSON as its value, text
 * as text, other bytes as `{contentType, base64}`, an empty body as undefined.
 */
export type AnswerForm = 'json' | 'nothing' | 'csv' | 'text' | 'any';

/** One endpoint of a vendor's document. */
export interface Operation<I extends z.ZodType = z.ZodType, O extends z.ZodType = z.ZodType> {
  /** In the vendor's terms, unique within the vendor: `connect`, `ListConnection`. */
  readonly id: string;
  /** The number of the endpoint in the vendor's table: `RIOT-05`. */
  readonly number: string;
  /** One line for a person: what it does. */
  readonly summary: string;
  readonly method: Method;
  /** Below the base URL, with `{name}` for path parameters. */
  readonly path: string;
  readonly callers: readonly Caller[];
  /** Flat, the vendor's own parameter names; a body that is a bare array or free-form object is the key `body`. */
  readonly input: I;
  /** Tolerant: unknown keys are kept, documented oddities normalised here and nowhere else. */
  readonly output: O;
  readonly answer: AnswerForm;
  readonly danger: Danger;
  /** Whether sending it twice has the same effect as sending it once. */
  readonly repeatable: boolean;
  /** Whether its answer may be kept. False for destructive reads, tokens and secrets. */
  readonly cacheable: boolean;
  /** Input and output fields that are secrets, by name. */
  readonly secretFields: readonly string[];
  /** Present if the vendor hands its answer out only once, so that it must be on disk before anybody sees it. */
  readonly keep?: {
    /** Of the input: the device, and the name of what is read. */
    readonly deviceId: string;
    readonly file: string;
    /** Of each row of the answer: its text. */
    readonly line: string;
  };
  /** Milliseconds that a call of it may take in all, where it needs longer than `interactiveMs`. */
  withinMs?(input: z.output<I>): number;
  wire(input: z.output<I>): WireParts;
}

/** Keeps the types of `input` and `output` while checking the whole. */
export const defineOperation = <I extends z.ZodType, O extends z.ZodType>(
  operation: Operation<I, O>,
): Operation<I, O> => operation;

/** One field of the account form. */
export interface FormField {
  readonly name: string;
  readonly label: string;
  /** One sentence: where the user finds the value. */
  readonly help: string;
  readonly secret: boolean;
  readonly required: boolean;
  readonly placeholder?: string;
  /** Where only certain values make sense. */
  readonly options?: readonly string[];
}

/** One way to sign in with a vendor; the first is the recommended one and says why. */
export interface CredentialForm {
  readonly id: string;
  readonly title: string;
  readonly why: string;
  readonly fields: readonly FormField[];
}

/** The input of a connector: one account, its secrets, and access to the outside. */
export interface VendorContext {
  readonly accountId: string;
  readonly baseUrl: string;
  readonly fields: Readonly<Record<string, string>>;
  /** Parsed by the vendor's `secrets` schema. In main's memory only. */
  readonly secrets: Readonly<Record<string, string>>;
  readonly http: HttpClient;
  /** Absent if the host has none: operations and events that need it are then unsupported. */
  readonly sockets?: WebSocketClient;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

/** A part of the fleet, as it arrives. */
export interface FleetPage {
  readonly devices: readonly DeviceRecord[];
  /** What is missing in this page (its presence, say) although the devices are good. */
  readonly problem?: AppError;
  /** True if devices of this page could not be read: one that is not among `devices` may exist. */
  readonly incomplete?: boolean;
}

/** A tunnel that the vendor granted for a forward. */
export interface Tunnel {
  readonly host: string;
  /** 1 to 65535. */
  readonly port: number;
  /** Epoch milliseconds, where the vendor limits its life. */
  readonly expiresAt?: number;
  /** Whether it existed before. A tunnel that this profile did not open is never closed. */
  readonly reused: boolean;
  /** Who else can reach it, in one plain sentence; absent if nobody can. */
  readonly exposureNotice?: string;
  /** What the vendor needs to close it; opaque to everybody else. */
  readonly handle: unknown;
}

export interface TunnelRoute {
  /** Reuses a tunnel to the same device, port and host where one exists. */
  open(deviceId: string, service: Service, signal: AbortSignal): Promise<Result<Tunnel>>;
  /**
   * Closes a tunnel. Closing one that is gone succeeds, and so does one whose place at the vendor another has taken:
   * that one is left.
   */
  close(deviceId: string, tunnel: Tunnel, signal: AbortSignal): Promise<Result<void>>;
  /** Registers a tunnel that a previous process opened, for reuse; absent if the vendor lists its tunnels. */
  adopt?(tunnel: Tunnel): void;
  /** Whether the vendor still has this tunnel; absent if it cannot tell. */
  alive?(deviceId: string, tunnel: Tunnel, signal: AbortSignal): Promise<Result<boolean>>;
  /** Milliseconds that a person waits for a tunnel, where the vendor needs longer than `interactiveMs`. */
  readonly openWithinMs?: number;
  /** Tunnels an account may open in a minute, where the vendor limits that. */
  readonly opensPerMinute?: number;
}

/** A local port that maps to web requests which the vendor passes on to the device. */
export interface HttpRoute {
  /** Errors: invalid-input (a path that leads elsewhere), unsupported (a method the vendor does not pass on). */
  upstream(deviceId: string, service: Service, request: ForwardedRequest): Result<UpstreamRequest>;
}

/** Something the vendor's own program on this computer can do with a device. */
export interface LocalAction {
  /** Unique on its device. */
  readonly id: string;
  /** For a person: `Control (NEAR)`. */
  readonly label: string;
  /** In the vendor's words: `NEAR`, `RDP_3390`; empty if the action has none. */
  readonly type: string;
}

/** Actions of the vendor's program on this computer: a window of it opens, and nothing comes back. */
export interface LocalActionRoute {
  /** What can be done with this device now, as the vendor's program says. */
  list(deviceId: string, signal: AbortSignal): Promise<Result<readonly LocalAction[]>>;
  /** Does one of them, once. Errors: unsupported where the program does not offer it for this device. */
  run(deviceId: string, actionId: string, signal: AbortSignal): Promise<Result<void>>;
}

/** What the vendor's web client needs for one session: used once, never kept, never logged. */
export interface WebSession {
  /** The vendor's object with its tokens, unchanged and opaque. */
  readonly computer: unknown;
  /** Address of the vendor's script. */
  readonly clientScript: string;
  /** Hosts it may connect to, `*.` for all below a domain, besides its own and those in the object. */
  readonly servers: readonly string[];
}

/** Sessions in the vendor's own web client. */
export interface WebSessionRoute {
  /** Whether a session could be had now; asks for none. Errors: device-offline, and what the vendor answers. */
  ready(deviceId: string, signal: AbortSignal): Promise<Result<void>>;
  /** A fresh object each time. Errors: device-offline, and what the vendor answers. */
  open(deviceId: string, signal: AbortSignal): Promise<Result<WebSession>>;
}

/** What a vendor pushes. */
export type FleetEvent =
  /** Events are complete from now on; earlier changes may have been missed, so list again. */
  | { readonly kind: 'listening' }
  /** The fleet itself changed, in a way that the listing tells: list again. */
  | { readonly kind: 'fleet-changed' }
  | {
      readonly kind: 'presence';
      readonly deviceId: string;
      readonly presence: Presence;
      /** What it tells of the device besides. */
      readonly facts?: DeviceFacts;
    };

/** A vendor with the credentials of one account. It has no timers and never polls. */
export interface Connector {
  /**
   * Whether the credentials work: ok, or unauthorized, unreachable, timeout, wrong-url, clock-skew,
   * rate-limited, vendor-unavailable, each with a way out.
   */
  check(signal: AbortSignal): Promise<Result<void>>;
  /** The fleet, page by page. A failed page is yielded as a failure; the pages after it still come. */
  listDevices(signal: AbortSignal): AsyncIterable<Result<FleetPage>>;
  readonly tunnels?: TunnelRoute | undefined;
  readonly webRequests?: HttpRoute | undefined;
  readonly actions?: LocalActionRoute | undefined;
  readonly webSession?: WebSessionRoute | undefined;
  /**
   * Listens to the vendor until the connection ends, with its error where there is one, or until the signal aborts
   * (cancelled). Connecting again, and listing again after each gap, is the caller's. `unsupported` means never.
   */
  readonly events?: ((listener: (event: FleetEvent) => void, signal: AbortSignal) => Promise<Result<void>>) | undefined;
  /**
   * Epoch milliseconds at which the vendor ends these credentials, if the vendor has said so; absent if they do not
   * end.
   */
  readonly credentialsExpireAt?: number | undefined;
  /** Calls any operation of the catalogue. `input` is parsed here. Confirmation is the caller's business. */
  call(operation: Operation, input: unknown, signal: AbortSignal): Promise<Result<unknown>>;
}

export interface Vendor<Id extends VendorId = VendorId> {
  /** Unique, of small letters and digits; stored with accounts. */
  readonly id: Id;
  /** As the vendor writes it. */
  readonly name: string;
  /** The name in at most five letters, for a small tile. */
  readonly mark: string;
  /** Absent if the user must say (Remotix). No trailing slash. */
  readonly defaultBaseUrl?: string;
  /** A host the URL usually has, a path it must end in: used to tell "wrong URL" from "vendor down". */
  readonly baseUrlHint: string;
  readonly credentialForms: readonly CredentialForm[];
  /** Parses the secret object as handed over: the schema of what the vault holds for an account. */
  readonly secrets: z.ZodType<Readonly<Record<string, string>>>;
  readonly fields: z.ZodType<Readonly<Record<string, string>>>;
  /** Services offered on every device where the vendor does not list them itself. */
  readonly defaultServices: readonly Service[];
  /** Whether a user may add services (ports) of their own. */
  readonly customServices: boolean;
  /** Whether a program of the vendor on this computer acts on devices; what it can do with one is asked for. */
  readonly localActions: boolean;
  /** Milliseconds between polls; a user may raise `intervalMs` but never go below `minimumMs`. */
  readonly poll: { readonly intervalMs: number; readonly minimumMs: number };
  /**
   * Milliseconds by which the vendor's word on a device may be late: the alert grace grows by it. Absent: one poll
   * interval. Small for a vendor with push events.
   */
  readonly presenceLatencyMs?: number;
  readonly operations: readonly Operation[];
  /** Which input of an operation names a device or a service; undefined if none does, so that it is about the account. */
  deviceParameter(operation: OperationShape): DeviceParameter | undefined;
  /** What can be changed on a device. */
  readonly edits: DeviceEdits;
  /**
   * The operations behind each part of the device page, by the names in `capabilityNames` of the contract; a part whose
   * operations are not all in the catalogue is not shown.
   */
  readonly capabilities: Readonly<Partial<Record<string, readonly string[]>>>;
  open(session: VendorContext): Connector;
}

/** The vendor's reading of an HTTP answer; see HttpRequest.classify. */
export type Classify = (answer: HttpAnswer) => AppError | undefined;
