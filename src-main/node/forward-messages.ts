import type { AppError } from '../core/errors.ts';
import type { ListenRequest, RouteTarget, TrafficReport } from '../core/forward-host.ts';

/** What main tells the worker. `request` numbers what is answered. */
export type WorkerCommand =
  | ({ readonly type: 'listen'; readonly request: number } & ListenRequest)
  | { readonly type: 'unlisten'; readonly request: number; readonly id: string }
  | { readonly type: 'route'; readonly id: string; readonly route: number; readonly target: RouteTarget }
  | { readonly type: 'retire'; readonly id: string; readonly route: number; readonly onlyIfIdle: boolean }
  | { readonly type: 'reject-waiting'; readonly id: string };

/** What the worker tells main. */
export type WorkerReport =
  | { readonly type: 'listened'; readonly request: number; readonly bindMs: number }
  /** `code` is the system's error code. */
  | { readonly type: 'listen-failed'; readonly request: number; readonly code: string }
  | { readonly type: 'unlistened'; readonly request: number }
  | { readonly type: 'waiting'; readonly id: string }
  | { readonly type: 'unused'; readonly id: string; readonly route: number }
  | { readonly type: 'connected'; readonly id: string; readonly route: number; readonly dialMs: number }
  | { readonly type: 'route-dead'; readonly id: string; readonly route: number; readonly error: AppError }
  | { readonly type: 'retired'; readonly id: string; readonly route: number }
  | { readonly type: 'kept'; readonly id: string; readonly route: number }
  | { readonly type: 'traffic'; readonly reports: readonly TrafficReport[] };
