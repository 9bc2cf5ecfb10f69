import type { ErrorKind, Result } from '../../core/base/errors.ts';
import type { EditCall, OperationCall } from '../../core/operation/device-edit.ts';

/** What a vendor answers to credentials of another kind than an operation takes. */
const closed: ReadonlySet<ErrorKind> = new Set(['unauthorized', 'forbidden', 'unsupported']);

/** Makes a call, and the one that does the same where the first is closed to the account's credentials. */
export const sendEdit = async (
  call: EditCall,
  send: (call: OperationCall) => Promise<Result<unknown>>,
): Promise<Result<unknown>> => {
  const answer = await send(call);
  if (answer.ok || call.otherwise === undefined || !closed.has(answer.error.kind)) return answer;
  return send(call.otherwise);
};

/** Whether what a call relies on is there now: what was there before is what was wanted. */
export const isThere = (first: Result<unknown>): boolean => first.ok || first.error.kind === 'conflict';
