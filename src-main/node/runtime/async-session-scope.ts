import { AsyncLocalStorage } from 'node:async_hooks';
import type { SessionScope } from '../../core/session/session-scope.ts';
import { LibraryCalls } from './library-calls.ts';

/** Node keeps the session with every callback, timer and promise that came of it; so does a handler of uncaught errors. */
export const createSessionScope = (): SessionScope => {
  const storage = new AsyncLocalStorage<() => void>();
  return {
    run: (end, work) => storage.run(end, new LibraryCalls(end).ours(work)),
    endCurrent: () => {
      const end = storage.getStore();
      try {
        end?.();
      } catch {
        // This is where errors end up: the session is closed as far as it goes.
      }
      return end !== undefined;
    },
  };
};
