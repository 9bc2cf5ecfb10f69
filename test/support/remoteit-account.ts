import { RemoteItSimulator } from '../../src-main/simulators/remoteit/remoteit.ts';
import type { RemoteItOptions } from '../../src-main/simulators/remoteit/remoteit.ts';
import { remoteIt } from '../../src-main/vendors/remoteit/connector.ts';
import type { Operation } from '../../src-main/vendors/vendor.ts';
import { remoteItVendorSchema } from './remoteit-vendor-schema.ts';

/** A made-up remote.it account, in each way of signing in. */
export const remoteItAccount = {
  accessKey: { id: 'AKTESTKEY00000000001', secret: 'c2VjcmV0LWtleS1ieXRlcw==' },
  developerKey: 'DEVELOPER-KEY-OF-TESTS',
  username: 'fleet@example.com',
  password: 'correct horse battery',
} as const;

export const remoteItSecrets = {
  accessKey: { accessKeyId: remoteItAccount.accessKey.id, secretAccessKey: remoteItAccount.accessKey.secret },
  password: {
    developerKey: remoteItAccount.developerKey,
    username: remoteItAccount.username,
    password: remoteItAccount.password,
  },
  token: (token: string) => ({ developerKey: remoteItAccount.developerKey, token }),
} as const;

/** A listening simulator of that account. */
export const startRemoteIt = async (options: Partial<RemoteItOptions> = {}): Promise<RemoteItSimulator> => {
  const simulator = new RemoteItSimulator({
    ...remoteItAccount,
    schema: remoteItVendorSchema,
    devices: 5,
    ...options,
  });
  await simulator.listen();
  return simulator;
};

/** An operation of the catalogue. */
export const remoteItOperation = (id: string): Operation => {
  const operation = remoteIt.operations.find((candidate) => candidate.id === id);
  if (operation === undefined) throw new Error(`no operation ${id}`);
  return operation;
};
