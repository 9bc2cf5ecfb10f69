import { AsyncLocalStorage } from 'node:async_hooks';
import type { SessionScope } from '../../core/session/session-scope.ts';
import { LibraryCalls } from './library-calls.ts';

/**
 * Node passes the session on to every callback, timer and promise that it started, and to the handler of uncaught
 * errors.
 */
export const createSessionScope = (): SessionScope => {
  const storage = new AsyncLocalStorage<() => void>();
  return {
    run: (end, work) => storage.run(end, new LibraryCalls(end).ours(work)),
    endCurrent: () => {
      const end = storage.getStore();
      try {
        end?.();
      } catch {
        // An error while ending the session is ignored: it is closed as far as possible.
      }
      return end !== undefined;
    },
  };
};
