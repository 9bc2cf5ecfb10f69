/**
 * What the application's process and the machine it runs on (the test's process, which holds Chromium) tell each
 * other over Node's own channel between processes. What is sent to a port travels as text (clone-text.ts), which the
 * machine only passes on.
 */
export interface Rectangle {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface FrameFacts {
  readonly url: string;
  readonly origin: string;
  readonly isMain: boolean;
}

export type ToMachine =
  | { readonly type: 'window'; readonly id: number; readonly bounds: Rectangle; readonly preload: string | undefined }
  /** A switch of Chromium's command line, which counts until the first window is there. */
  | { readonly type: 'switch'; readonly name: string; readonly value: string | undefined }
  /** Permissions that pages get; in Electron's words. */
  | { readonly type: 'permissions'; readonly granted: readonly string[] }
  | { readonly type: 'load'; readonly id: number; readonly url: string; readonly call: number }
  | { readonly type: 'reload' | 'destroy' | 'focus' | 'crash'; readonly id: number }
  | { readonly type: 'script'; readonly id: number; readonly code: string; readonly call: number }
  | { readonly type: 'bounds'; readonly id: number; readonly bounds: Rectangle }
  | { readonly type: 'port-message'; readonly window: number; readonly port: number; readonly text: string }
  | { readonly type: 'port-close'; readonly window: number; readonly port: number }
  | { readonly type: 'answer'; readonly call: number; readonly value: unknown }
  | { readonly type: 'ready' };

export type ToApplication =
  | { readonly type: 'evaluate'; readonly call: number; readonly source: string; readonly argument: unknown }
  | { readonly type: 'loaded'; readonly id: number; readonly call: number; readonly error: string | undefined }
  | { readonly type: 'ran'; readonly call: number; readonly result: Evaluated }
  | ({ readonly type: 'request'; readonly id: number; readonly call: number } & Requested)
  /** A page wants to go somewhere, or to open a window: the answer is whether it may. */
  | {
      readonly type: 'navigate';
      readonly id: number;
      readonly call: number;
      readonly url: string;
      readonly isMain: boolean;
    }
  | { readonly type: 'open'; readonly id: number; readonly call: number; readonly url: string }
  /** A page offers a download: the answer is where it goes, if anywhere. */
  | {
      readonly type: 'download';
      readonly id: number;
      readonly call: number;
      readonly download: number;
      readonly url: string;
      readonly filename: string;
    }
  | { readonly type: 'download-done'; readonly download: number; readonly complete: boolean }
  | { readonly type: 'gone' | 'page-closed'; readonly id: number }
  | {
      readonly type: 'ipc';
      readonly id: number;
      readonly channel: string;
      readonly message: string;
      readonly ports: readonly number[];
      readonly frame: FrameFacts;
    }
  | { readonly type: 'port-message'; readonly port: number; readonly text: string }
  | { readonly type: 'port-close'; readonly port: number };

/** What the protocol handler is asked for. */
export interface Requested {
  readonly url: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | undefined;
}

/** An answer of the protocol handler. */
export interface Served {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** What `evaluate` comes back with. */
export type Evaluated = { readonly value: unknown } | { readonly error: string };
