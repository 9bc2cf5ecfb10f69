import type { z } from 'zod';
import { describeException } from '../core/base/exception.ts';
import { fail, type Failure, type Result } from '../core/base/errors.ts';
import { isRequestName, requests } from '../../src-preload/contract/requests.ts';
import { accountRequests, type AccountRequestDeps } from './requests/account-requests.ts';
import { alertRequests, type AlertRequestDeps } from './requests/alert-requests.ts';
import { appRequests, type AppRequestDeps } from './requests/app-requests.ts';
import { bulkRequests, type BulkRequestDeps } from './requests/bulk-requests.ts';
import { deviceLogRequests, type DeviceLogRequestDeps } from './requests/device-log-requests.ts';
import { deviceRequests, type DeviceRequestDeps } from './requests/device-requests.ts';
import { editRequests, type EditRequestDeps } from './requests/edit-requests.ts';
import { loggedName, type Handlers } from './requests/handler.ts';
import { forwardRequests, type ForwardRequestDeps } from './requests/forward-requests.ts';
import { historyRequests, type HistoryRequestDeps } from './requests/history-requests.ts';
import { launchRequests, type LaunchRequestDeps } from './requests/launch-requests.ts';
import { operationRequests, type OperationRequestDeps } from './requests/operation-requests.ts';
import { portlessRequests, type PortlessRequestDeps } from './requests/portless-requests.ts';
import { sessionRequests, type SessionRequestDeps } from './requests/session-requests.ts';
import type { HandleRequest } from './client-connection.ts';

/** What the handlers of all requests need. */
export type RequestDeps = AccountRequestDeps &
  AlertRequestDeps &
  AppRequestDeps &
  BulkRequestDeps &
  DeviceLogRequestDeps &
  DeviceRequestDeps &
  ForwardRequestDeps &
  EditRequestDeps &
  HistoryRequestDeps &
  LaunchRequestDeps &
  OperationRequestDeps &
  PortlessRequestDeps &
  SessionRequestDeps;

const allHandlers = (deps: RequestDeps): Handlers => {
  const accounts = accountRequests(deps);
  const devices = deviceRequests(deps);
  const forwards = forwardRequests(deps);
  const edits = editRequests(deps);
  const logs = deviceLogRequests(deps);
  const app = appRequests(deps);
  const alerts = alertRequests(deps);
  const history = historyRequests(deps);
  const launches = launchRequests(deps);
  const operations = operationRequests(deps);
  const bulk = bulkRequests(deps);
  const routes = portlessRequests(deps);
  const sessions = sessionRequests(deps);
  return {
    ...accounts,
    ...devices,
    ...forwards,
    ...edits,
    ...logs,
    ...app,
    ...alerts,
    ...history,
    ...launches,
    ...operations,
    ...bulk,
    ...routes,
    ...sessions,
  };
};

/**
 * The error for an input that the contract refuses. If a text is too long, the message tells the user to shorten it;
 * anything else is a fault of the client, which the user can only report. Values are never quoted: one may have been
 * pasted into the wrong field.
 */
const badInput = (error: z.ZodError): Failure => {
  const issue = error.issues[0];
  const field = issue?.path.at(-1);
  if (issue?.code === 'too_big' && issue.origin === 'string' && typeof field === 'string')
    return fail(
      'invalid-input',
      `A text that was entered is too long: ${spoken(field)}.`,
      `Use ${issue.maximum} characters or fewer.`,
    );
  return fail(
    'invalid-input',
    'Quayside could not send this.',
    'Report it: the log in the profile folder says which request it was. Trying again does not help.',
  );
};

/** The name of a field as people write it: `baseUrl` is “base url”. */
const spoken = (field: string): string =>
  `“${field.replaceAll(/(?<=[a-z])[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`).slice(0, 60)}”`;

/** What the log may say about a refused input: the known field that is wrong, and how. Unknown names may be secrets. */
const whatIsWrong = (error: z.ZodError): { readonly field: string; readonly code: string } => {
  const issue = error.issues[0];
  return { field: String(issue?.path[0] ?? ''), code: issue?.code ?? '' };
};

/**
 * Answers any request of a client: parses its input by the contract, refuses what it does not know, and turns
 * an exception into an `internal` refusal, so that a bug costs one request and not the process.
 */
export const createRequestHandler = (deps: RequestDeps): HandleRequest => {
  const handlers = allHandlers(deps);
  const refuse = (name: string, failure: Failure, details: Readonly<Record<string, string>> = {}): Failure => {
    deps.log.write('warn', 'bridge.refused', { name: loggedName(name), kind: failure.error.kind, ...details });
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
    if (!parsed.success) return refuse(name, badInput(parsed.error), whatIsWrong(parsed.error));
    // The record is typed name by name; here the name can be any of them.
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
