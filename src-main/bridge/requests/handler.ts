import type { z } from 'zod';
import type { Result } from '../../core/base/errors.ts';
import {
  isRequestName,
  type RequestName,
  type RequestOutput,
  type Requests,
} from '../../../src-preload/contract/requests.ts';

/** Answers one request whose input the contract has parsed; `client` is the same object for all requests of one client. */
export type Handler<N extends RequestName> = (
  input: z.output<Requests[N]['input']>,
  signal: AbortSignal,
  client: object,
) => Promise<Result<RequestOutput<N>>>;

/** One handler per request: a missing one does not compile. */
export type Handlers<N extends RequestName = RequestName> = { readonly [Name in N]: Handler<Name> };

/** A request's name for the log. An unknown name may be anything, even a secret, and is not logged. */
export const loggedName = (name: string): string => (isRequestName(name) ? name : 'unknown');
