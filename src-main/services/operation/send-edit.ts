import type { ErrorKind, Result } from '../../core/base/errors.ts';
import type { EditCall, OperationCall } from '../../core/operation/device-edit.ts';

/** The errors for credentials of a kind that an operation does not accept. */
const closed: ReadonlySet<ErrorKind> = new Set(['unauthorized', 'forbidden', 'unsupported']);

/** Makes a call; if the account's credentials may not make it, makes the alternative call. */
export const sendEdit = async (
  call: EditCall,
  send: (call: OperationCall) => Promise<Result<unknown>>,
): Promise<Result<unknown>> => {
  const answer = await send(call);
  if (answer.ok || call.otherwise === undefined || !closed.has(answer.error.kind)) return answer;
  return send(call.otherwise);
};

/** Whether the precondition of a call is met now; it may have been met before. */
export const isThere = (first: Result<unknown>): boolean => first.ok || first.error.kind === 'conflict';
