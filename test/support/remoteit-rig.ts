import { afterEach, beforeEach } from 'vitest';
import type { AppError, Result } from '../../src-main/core/base/errors.ts';
import { makeFleet } from '../../src-main/simulators/fleet.ts';
import type { RemoteItSimulator } from '../../src-main/simulators/remoteit/remoteit.ts';
import { remoteIt } from '../../src-main/vendors/remoteit/connector.ts';
import { remoteItOperation, remoteItSecrets, startRemoteIt } from './remoteit-account.ts';
import { good, openSession, type OpenSession, type SessionOptions } from './vendor-session.ts';

/** One simulator of 60 devices that are online, and a session with it, for each test of a file. */
export const remoteItRig = (now: number) => {
  let simulator: RemoteItSimulator;
  let session: OpenSession | undefined;
  const open = (options: Partial<SessionOptions> = {}): void => {
    session?.dispose();
    session = openSession(remoteIt, { baseUrl: simulator.baseUrl, secrets: remoteItSecrets.accessKey, ...options });
  };
  beforeEach(async () => {
    simulator = await startRemoteIt({ devices: makeFleet(60, now).map((machine) => ({ ...machine, online: true })) });
    open();
  });
  afterEach(async () => {
    session?.dispose();
    await simulator.dispose();
  });
  const answerTo = (id: string, input: unknown): Promise<Result<unknown>> => {
    if (session === undefined) throw new Error('no session is open');
    return session.connector.call(remoteItOperation(id), input, new AbortController().signal);
  };
  return {
    open,
    /** The simulator of the present test. */
    simulator: (): RemoteItSimulator => simulator,
    /** The session that was opened last. */
    session: (): OpenSession => session as OpenSession,
    call: async (id: string, input: unknown = {}): Promise<unknown> => good(await answerTo(id, input)),
    errorOf: async (id: string, input: unknown = {}): Promise<AppError | undefined> => {
      const result = await answerTo(id, input);
      return result.ok ? undefined : result.error;
    },
  };
};
