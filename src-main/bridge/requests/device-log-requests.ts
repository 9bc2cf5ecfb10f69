import { noDevice } from '../../core/fleet/not-found-errors.ts';
import { ok, type Result } from '../../core/base/errors.ts';
import type { DeviceLogs, KeptLog } from '../../services/operation/device-logs.ts';
import type { deviceLogRequests as contract } from '../../../src-preload/contract/device-log.ts';
import type { Handlers } from './handler.ts';
import type { Inventory } from '../../services/fleet/inventory.ts';
import type { SpeedTests } from '../../services/operation/speed-tests.ts';
import { errorView } from '../views/views.ts';

const logView = ({ entries, more }: KeptLog) => ({
  entries: entries.map((entry) =>
    entry.kind === 'line' ? { kind: entry.kind, at: entry.at, text: entry.text } : { kind: entry.kind, at: entry.at },
  ),
  more,
});

export interface DeviceLogRequestDeps {
  readonly deviceLogs: Pick<DeviceLogs, 'take' | 'read' | 'files' | 'forget'>;
  readonly speedTests: Pick<SpeedTests, 'list' | 'keep'>;
  readonly inventory: Pick<Inventory, 'device'>;
}

/** Requests about stored data of devices: logs that a vendor hands out once, and network tests. */
export const deviceLogRequests = (deps: DeviceLogRequestDeps): Handlers<keyof typeof contract> => {
  const { deviceLogs, speedTests, inventory } = deps;

  const place = (deviceKey: string): Result<{ readonly accountId: string; readonly id: string }> => {
    const device = inventory.device(deviceKey);
    return device === undefined ? noDevice : ok({ accountId: device.accountId, id: device.id });
  };

  return {
    'deviceLogs.take': async ({ deviceKey, file }) => {
      const device = place(deviceKey);
      if (!device.ok) return device;
      const taken = await deviceLogs.take(device.value.accountId, device.value.id, file);
      if (!taken.ok) return taken;
      const { problem } = taken.value;
      return ok({ ...logView(taken.value), problem: problem === undefined ? undefined : errorView(problem) });
    },

    'deviceLogs.read': async ({ deviceKey, file }) => {
      const device = place(deviceKey);
      if (!device.ok) return device;
      const kept = await deviceLogs.read(device.value.accountId, device.value.id, file);
      return kept.ok ? ok(logView(kept.value)) : kept;
    },

    'deviceLogs.files': async ({ deviceKey }) => {
      const device = place(deviceKey);
      if (!device.ok) return device;
      const files = await deviceLogs.files(device.value.accountId, device.value.id);
      return files.ok ? ok({ files: [...files.value] }) : files;
    },

    'deviceLogs.forget': async ({ deviceKey, file }) => {
      const device = place(deviceKey);
      if (!device.ok) return device;
      const gone = await deviceLogs.forget(device.value.accountId, device.value.id, file);
      return gone.ok ? ok({}) : gone;
    },

    'speedTests.list': async ({ deviceKey }) => {
      const device = place(deviceKey);
      if (!device.ok) return device;
      const tests = await speedTests.list(deviceKey);
      return tests.ok ? ok({ tests: tests.value.map(({ at, result }) => ({ at, result: { ...result } })) }) : tests;
    },

    'speedTests.keep': async ({ deviceKey, result }) => {
      const device = place(deviceKey);
      if (!device.ok) return device;
      const kept = await speedTests.keep(deviceKey, result);
      return kept.ok ? ok({}) : kept;
    },
  };
};
