import type { z } from 'zod';
import { describeException } from '../core/exception.ts';
import { fail, type Failure, type Result } from '../core/errors.ts';
import { isRequestName, requests } from '../../src-preload/contract/requests.ts';
import { accountRequests } from './account-requests.ts';
import { alertRequests } from './alert-requests.ts';
import { appRequests } from './app-requests.ts';
import { bulkRequests } from './bulk-requests.ts';
import { deviceLogRequests } from './device-log-requests.ts';
import { deviceRequests } from './device-requests.ts';
import { loggedName, type BridgeDeps, type Handlers } from './handler.ts';
import { launchRequests } from './launch-requests.ts';
import { operationRequests } from './operation-requests.ts';
import { routeRequests } from './route-requests.ts';
import { sessionRequests } from './session-requests.ts';
import type { HandleRequest } from './session.ts';

const allHandlers = (deps: BridgeDeps): Handlers => {
  const accounts = accountRequests(deps);
  const devices = deviceRequests(deps);
  const logs = deviceLogRequests(deps);
  const app = appRequests(deps);
  const alerts = alertRequests(deps);
  const launches = launchRequests(deps);
  const operations = operationRequests(deps);
  const bulk = bulkRequests(deps);
  const routes = routeRequests(deps);
  const sessions = sessionRequests(deps);
  return {
    ...accounts,
    ...devices,
    ...logs,
    ...app,
    ...alerts,
    ...launches,
    ...operations,
    ...bulk,
    ...routes,
    ...sessions,
  };
};

/** Names the field, never its value: that may be what somebody pasted into the wrong one. */
const badInput = (name: string, error: z.ZodError): Failure => {
  const issue = error.issues[0];
  const unknown = issue?.code === 'unrecognized_keys' ? issue.keys : [];
  const path = [...(issue?.path ?? []), ...unknown.slice(0, 1)].map(String).join('.').slice(0, 100);
  return fail(
    'invalid-input',
    path === '' ? `The input of ${name} is not of the right form.` : `The input of ${name} is wrong at ${path}.`,
    issue === undefined || unknown.length > 0 || issue.code === 'invalid_union'
      ? 'Look at what this request takes.'
      : `${issue.message}.`,
  );
};

/**
 * Answers any request of a client: parses its input by the contract, refuses what it does not know, and turns
 * an exception into an `internal` refusal, so that a bug costs one request and not the process.
 */
export const createRequestHandler = (deps: BridgeDeps): HandleRequest => {
  const handlers = allHandlers(deps);
  const refuse = (name: string, failure: Failure): Failure => {
    deps.log.write('warn', 'bridge.refused', { name: loggedName(name), kind: failure.error.kind });
    return failure;
  };

  return async (name, input, signal, client): Promise<Result<unknown>> => {
    if (!isRequestName(name)) {
      return refuse(
        name,
        fail('unsupported', 'Quayside knows no such request.', 'Use a window or command of the same version.'),
      );
    }
    const parsed = requests[name].input.safeParse(input);
    if (!parsed.success) return refuse(name, badInput(name, parsed.error));
    // The record is typed name by name; here the name is any of them.
    const handler = handlers[name] as (input: unknown, signal: AbortSignal, client: object) => Promise<Result<unknown>>;
    try {
      return await handler(parsed.data, signal, client);
    } catch (thrown) {
      deps.log.write('error', 'bridge.exception', { name, ...describeException(thrown) });
      return fail(
        'internal',
        'Quayside made a mistake while answering this request.',
        'Try again; if it happens again, the log in the profile folder says where.',
      );
    }
  };
};
