import { ok } from '../../core/base/errors.ts';
import { sessionAddress, type sessionRequests as contract } from '../../../src-preload/contract/session.ts';
import type { SessionDeps } from '../sessions/client-sessions.ts';
import type { Handlers } from './handler.ts';

export interface SessionRequestDeps {
  readonly sessions: Pick<SessionDeps, 'showSession'>;
}

/** Requests about sessions inside the application. */
export const sessionRequests = ({ sessions }: SessionRequestDeps): Handlers<keyof typeof contract> => ({
  'session.show': async (place) => {
    const address = sessionAddress(place);
    if (sessions.showSession === undefined) return ok({ address });
    sessions.showSession(address);
    return ok({});
  },
});
