import { json } from './answers.ts';
import type { ModeFleet, SimulatedDevice } from './fleet.ts';
import { asksForWebSocket } from '../websocket.ts';
import type { RecordedRequest, SimulatedAnswer } from '../simulator.ts';

/** The keys that are accepted besides those of the devices. */
export interface ModeKeys {
  readonly projectKey?: string;
  /** A project key with "Admin" privileges. */
  readonly adminKey?: string;
  /** A user of the given homes, or of the whole project. */
  readonly user?: {
    readonly key: string;
    readonly homes: readonly number[] | 'project';
    /** When the session ends, epoch milliseconds; it does not where absent. */
    readonly expiresAt?: number;
  };
}

export type Caller =
  | { readonly kind: 'project'; readonly admin: boolean }
  | { readonly kind: 'user' }
  | { readonly kind: 'device'; readonly device: SimulatedDevice };

export const simulatedUserId = 7001;

/** Who asks, and what they may. */
export class ModeCallers {
  projectKey: string | undefined;
  userKey: string | undefined;
  readonly #adminKey: string | undefined;
  readonly #homes: readonly number[] | 'project';
  readonly #fleet: ModeFleet;
  readonly #userExpiresAt: number | undefined;

  constructor(keys: ModeKeys, fleet: ModeFleet) {
    this.projectKey = keys.projectKey;
    this.userKey = keys.user?.key;
    this.#adminKey = keys.adminKey;
    this.#homes = keys.user?.homes ?? [];
    this.#fleet = fleet;
    this.#userExpiresAt = keys.user?.expiresAt;
  }

  /** By the header; on a WebSocket also by `authToken` in the query. Undefined for a key that nobody owns. */
  of(request: RecordedRequest): Caller | undefined {
    const key =
      /^ModeCloud (\S+)$/.exec(request.headers['authorization'] ?? '')?.[1] ??
      (asksForWebSocket(request) ? request.query['authToken'] : undefined);
    if (key === undefined) return undefined;
    if (key === this.projectKey) return { kind: 'project', admin: false };
    if (key === this.#adminKey) return { kind: 'project', admin: true };
    if (key === this.userKey) return { kind: 'user' };
    const device = this.#fleet.byKey(key);
    return device === undefined ? undefined : { kind: 'device', device };
  }

  /** `/auth`, as https://dev.tinkermode.com/platform/api/client-authentication has it: a wrong key is "nobody", with HTTP 200. */
  describe(caller: Caller | undefined): SimulatedAnswer {
    const { projectId } = this.#fleet;
    switch (caller?.kind) {
      case undefined:
        return json({ type: 'nobody' });
      case 'project':
        return json({ type: 'project key', projectKeyName: caller.admin ? 'admin' : 'fleet', projectId });
      case 'user':
        return json({
          type: 'user',
          userId: simulatedUserId,
          appId: 'controller_app',
          projectId,
          expirationTime: this.#userExpiresAt === undefined ? undefined : new Date(this.#userExpiresAt).toISOString(),
        });
      case 'device':
        return json({ type: 'device', deviceId: caller.device.id, projectId });
      default:
        return caller satisfies never;
    }
  }

  /** Whether the user sees this home, or with undefined, devices without one. */
  seesHome(homeId: number | undefined): boolean {
    return this.#homes === 'project' || (homeId !== undefined && this.#homes.includes(homeId));
  }

  mayRead(caller: Caller, device: SimulatedDevice): boolean {
    if (caller.kind === 'device') return caller.device === device;
    return caller.kind === 'project' || this.seesHome(device.homeId);
  }

  /** Project-wide rights, or a project key with "Admin" privileges. */
  isAdmin(caller: Caller): boolean {
    return caller.kind === 'project' ? caller.admin : caller.kind === 'user' && this.#homes === 'project';
  }
}
