import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { simulatedDeviceId, simulatedServiceId } from '../../src-main/simulators/remoteit/fleet.ts';
import type { RemoteItSimulator } from '../../src-main/simulators/remoteit/remoteit.ts';
import { remoteIt } from '../../src-main/vendors/remoteit/connector.ts';
import { remoteItAccount, remoteItSecrets, startRemoteIt } from '../support/remoteit-account.ts';
import { errorOf } from '../support/faulted-vendors.ts';
import { openSession } from '../support/vendor-session.ts';
import type { OpenSession } from '../support/vendor-session.ts';

/** What remote.it alone has of faults; those of every vendor are in `vendor-faults.test.ts`. */

const deviceId = simulatedDeviceId(0);
const signal = new AbortController().signal;
const service = { id: simulatedServiceId(0, 0), kind: 'ssh', name: 'SSH', route: 'tunnel', port: 22 } as const;

let simulator: RemoteItSimulator;
let session: OpenSession;

const open = (secrets: Readonly<Record<string, string>>): OpenSession =>
  openSession(remoteIt, { baseUrl: simulator.baseUrl, secrets });

beforeEach(async () => {
  simulator = await startRemoteIt();
  simulator.fleet.setOnline(deviceId, true);
});

afterEach(async () => {
  session.dispose();
  await simulator.dispose();
});

describe('operations that must not be repeated', () => {
  it('are sent once, whatever became of them', async () => {
    session = open({ ...remoteItSecrets.accessKey, developerKey: remoteItAccount.developerKey });
    const once = remoteIt.operations.filter((operation) => !operation.repeatable);
    expect(once.map(({ id }) => id)).toEqual([
      'device/connect/stop',
      'user/login',
      'device/connect',
      'connect',
      'disconnect',
    ]);
    const inputs: Readonly<Record<string, unknown>> = {
      'device/connect/stop': { deviceaddress: service.id, connectionid: 'c' },
      'user/login': { username: 'u', password: 'p' },
      'device/connect': { deviceaddress: service.id },
      connect: { serviceId: service.id },
      disconnect: { connectionId: 'c' },
    };
    for (const operation of once) {
      simulator.forgetRequests();
      simulator.fault({ kind: 'reset-after', count: 1 });
      expect(errorOf(await session.connector.call(operation, inputs[operation.id], signal))?.kind).toBe('unreachable');
      expect(simulator.requests).toHaveLength(1);
    }
  });
});

describe('control over HTTP', () => {
  it('changes the state', async () => {
    session = open(remoteItSecrets.accessKey);
    const control = (body: unknown): Promise<Response> =>
      fetch(`${simulator.origin}/__simulator/state`, { method: 'POST', body: JSON.stringify(body) });
    expect((await control({ nonsense: 1 })).status).toBe(400);
    await simulator.connections.connect(service.id, 22, '255.255.255.255');
    const token = simulator.sessions.issue();
    await control({ online: { [deviceId]: false }, killConnections: true, expireSessions: true, cutEvents: true });
    expect(simulator.fleet.locate(deviceId)?.device.online).toBe(false);
    expect(simulator.connections.list()).toEqual([]);
    expect(simulator.sessions.knows(token)).toBe(false);
    await control({ nobody: true });
    expect(errorOf(await session.connector.check(signal))).toMatchObject({ kind: 'unauthorized' });
    await control({ nobody: false, secret: 'b3RoZXI=' });
    expect(errorOf(await session.connector.check(signal))).toMatchObject({ kind: 'unauthorized' });
  });
});
