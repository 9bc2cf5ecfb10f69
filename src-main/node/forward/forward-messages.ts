import type {
  Endpoint,
  ForwardEngineEvent,
  ForwardPeer,
  ListenOptions,
  TunnelTarget,
} from '../../core/forward/forward-engine.ts';

/** Commands from main to the worker. `request` numbers those that are answered. */
export type WorkerCommand =
  | {
      readonly type: 'listen';
      readonly request: number;
      readonly id: string;
      readonly address: string;
      readonly port: number;
      readonly options: ListenOptions;
    }
  | { readonly type: 'configure'; readonly request: number; readonly id: string; readonly options: ListenOptions }
  | { readonly type: 'unlisten'; readonly request: number; readonly id: string }
  | { readonly type: 'leave'; readonly request: number }
  | { readonly type: 'peers'; readonly request: number; readonly id: string }
  | { readonly type: 'use-tunnel'; readonly id: string; readonly tunnelId: number; readonly target: TunnelTarget }
  | { readonly type: 'retire'; readonly id: string; readonly tunnelId: number; readonly onlyIfIdle: boolean }
  | { readonly type: 'break'; readonly id: string; readonly tunnelId: number }
  | { readonly type: 'reject-waiting'; readonly id: string }
  | { readonly type: 'check' };

/** An address that could not be bound; `code` is the system's error code. */
export type Missed = Endpoint & { readonly code: string };

/** Reports from the worker to main. */
export type WorkerReport =
  | {
      readonly type: 'listened';
      readonly request: number;
      readonly bindMs: number;
      readonly extraEndpoints: readonly Endpoint[];
      readonly bindFailures: readonly Missed[];
    }
  /** `code` is the system's error code. */
  | { readonly type: 'listen-failed'; readonly request: number; readonly code: string }
  | { readonly type: 'unlistened'; readonly request: number }
  | { readonly type: 'left'; readonly request: number }
  | { readonly type: 'peers'; readonly request: number; readonly peers: readonly ForwardPeer[] }
  /** An unexpected exception; the worker continues. */
  | { readonly type: 'uncaught'; readonly name: string; readonly stack: string }
  | Exclude<ForwardEngineEvent, { readonly type: 'lost' }>;
