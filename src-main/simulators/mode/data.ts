import { z } from 'zod';
import { invalid, json, noContent, notFound } from './answers.ts';
import type { SimulatedAnswer } from '../simulator.ts';

interface StoredValue {
  readonly value: unknown;
  readonly modificationTime: string;
}

/** The messages on a device's live connection, in the form of MODE's device SDK. */
export type KeyValueMessage =
  | { readonly action: 'reload'; readonly rev: number; readonly numItems: number; readonly items: readonly unknown[] }
  | { readonly action: 'set'; readonly rev: number; readonly key: string; readonly value: unknown }
  | { readonly action: 'delete'; readonly rev: number; readonly key: string };

const putBody = z.strictObject({ value: z.unknown() });

/** The key-value store of each device. Values are any JSON, although the document says string. */
export class ModeKeyValues {
  readonly #now: () => number;
  readonly #stores = new Map<string, Map<string, StoredValue>>();
  #revision = 1;

  constructor(now: () => number) {
    this.#now = now;
  }

  list(deviceId: string, prefix: string | undefined): SimulatedAnswer {
    const rows = [...this.#store(deviceId)].map(([key, stored]) => ({ key, ...stored }));
    // "Keys containing the prefix", as the document has it.
    return json(prefix === undefined ? rows : rows.filter((row) => row.key.includes(prefix)));
  }

  get(deviceId: string, key: string): SimulatedAnswer {
    const stored = this.#store(deviceId).get(key);
    return stored === undefined ? notFound : json({ key, ...stored });
  }

  set(deviceId: string, key: string, body: unknown, told: (message: KeyValueMessage) => void): SimulatedAnswer {
    const parsed = putBody.safeParse(body);
    if (!parsed.success || parsed.data.value === undefined) return invalid;
    const { value } = parsed.data;
    this.#store(deviceId).set(key, { value, modificationTime: new Date(this.#now()).toISOString() });
    this.#revision += 1;
    told({ action: 'set', rev: this.#revision, key, value });
    return noContent;
  }

  delete(deviceId: string, key: string, told: (message: KeyValueMessage) => void): SimulatedAnswer {
    if (!this.#store(deviceId).delete(key)) return notFound;
    this.#revision += 1;
    told({ action: 'delete', rev: this.#revision, key });
    return noContent;
  }

  /** Everything, for a connection that has just been upgraded. */
  dump(deviceId: string): KeyValueMessage {
    const items = [...this.#store(deviceId)].map(([key, stored]) => ({ key, ...stored }));
    return { action: 'reload', rev: this.#revision, numItems: items.length, items };
  }

  forget(deviceId: string): void {
    this.#stores.delete(deviceId);
  }

  #store(deviceId: string): Map<string, StoredValue> {
    let store = this.#stores.get(deviceId);
    if (store === undefined) {
      // The document's sample.
      store = new Map<string, StoredValue>([
        ['happy', { value: true, modificationTime: '2020-01-02T23:18:16.915Z' }],
        ['neutral', { value: false, modificationTime: '2020-01-02T23:17:39.852Z' }],
        ['clicks', { value: 100, modificationTime: '2020-01-02T23:18:21.383Z' }],
      ]);
      this.#stores.set(deviceId, store);
    }
    return store;
  }
}

/** The configuration schemas of the document, its SSH password included. */
export const modeConfigSchemas: readonly unknown[] = [
  {
    componentName: 'generic-file-transfer',
    componentVersionName: 'generic-file-transfer-v1.0.5',
    deviceConfigSchema: [
      {
        name: "Customer X's file transfer driver settings",
        description: 'File transfer driver settings for Customer X.',
        repeatable: true,
        keyName: 'ug::customer_x_ft_driver[{{instanceId}}]::configurations',
        parameters: [
          { key: 'instanceId', type: 'string', required: true, label: 'Instance ID' },
          { key: 'sshHost', type: 'string', required: true, label: 'SSH Host', default: 'host1.example.com' },
          { key: 'sshPassword', type: 'string', required: true, label: 'SSH Password', default: 'password1234' },
        ],
      },
      {
        name: 'Log retrieval module schema',
        description: 'Configuration schema for log retrieval.',
        repeatable: false,
        keyName: 'ug::{{peripheralModelId}}:{{peripheralModuleId}}::configurations',
        parameters: [
          { key: 'peripheralModelId', type: 'string', required: true, label: 'Model ID' },
          { key: 'peripheralModuleId', type: 'string', required: true, label: 'Module ID' },
          { key: 'coreDirectory', type: 'string', required: true, label: 'SSH Host', default: '/var/log' },
        ],
      },
    ],
  },
  {
    componentName: 'generic-time-series-injector',
    componentVersionName: 'generic-time-series-injector-v2.04',
    deviceConfigSchema: [
      {
        name: "Customer X's time series injector driver settings",
        description: 'Time series injector driver settings for Customer X.',
        repeatable: true,
        keyName: 'ug::customer_x_tsdb_injector[{{instanceId}}]::configurations',
        parameters: [
          { key: 'instanceId', type: 'string', required: true, label: 'Instance ID' },
          {
            key: 'maxDataPointsPerSecond',
            type: 'number',
            required: true,
            label: 'Maximum Data Points Per Second',
            default: 1000,
          },
        ],
      },
    ],
  },
];
