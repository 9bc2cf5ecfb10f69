import type { VendorId } from '../../core/fleet/device.ts';
import { capabilityNames, type CapabilityName, type CapabilityView } from '../../../src-preload/contract/views.ts';
import type { KnownOperation } from './known.ts';

/** The operations a capability needs, by vendor; all of them must be in the vendor's catalogue. */
const needed: Readonly<Record<VendorId, Partial<Readonly<Record<CapabilityName, readonly string[]>>>>> = {
  remoteit: {
    'settings.rename': ['renameService'],
    'settings.tag': ['addTag', 'removeTag'],
  },
  remoteiot: {
    'logs.once': ['log'],
    jobs: ['listjob', 'submitjob', 'DeleteJob'],
    'files.upload': ['FileUpload'],
    'files.update': ['UpdateFile'],
    'health.history': ['DeviceUptime', 'NetworkUptime', 'NetworkIn', 'NetworkOut'],
    'health.charts': ['ListChart', 'ChartHistory'],
    'health.speed-test': ['SubmitSpeedTest', 'GetSpeedTestResult'],
    'settings.rename': ['rename'],
    'settings.group': ['ChangeGroup', 'AddGroup'],
    'settings.fields': ['CustomField', 'UpdateCustomField'],
    'settings.delete': ['DeleteDevice'],
  },
  mode: {
    'logs.range': ['getLogEntries', 'getHttpLogEntries'],
    'logs.requests': ['requestLogs', 'listLogRequests', 'cancelLogRequest'],
    'data.values': ['listKeyValues', 'setKeyValue', 'deleteKeyValue'],
    'data.schemas': ['getConfigSchemas', 'setKeyValue'],
    'settings.rename': ['updateDevice'],
    'settings.group': ['updateDevice'],
    'settings.tag': ['updateDevice'],
    'settings.firmware': ['recordFirmware'],
    'settings.delete': ['deleteDevice'],
  },
  remotix: {
    'settings.rename': ['updateComputer'],
    'settings.delete': ['deleteComputer'],
  },
  reemo: {
    'settings.rename': ['updateComputer'],
    'settings.delete': ['deleteComputer'],
  },
};

/** What a vendor's catalogue can do with a device, with the keys that may do all of it. */
export const capabilitiesOf = (
  vendor: VendorId,
  operations: readonly Pick<KnownOperation, 'id' | 'callers'>[],
): CapabilityView[] =>
  capabilityNames.flatMap((name) => {
    const ids = needed[vendor][name];
    if (ids === undefined) return [];
    const found = ids.map((id) => operations.find((operation) => operation.id === id));
    const [first, ...others] = found.filter((operation) => operation !== undefined);
    if (first === undefined || others.length + 1 < ids.length) return [];
    return [
      {
        name,
        callers: first.callers.filter((caller) => others.every((operation) => operation.callers.includes(caller))),
      },
    ];
  });
