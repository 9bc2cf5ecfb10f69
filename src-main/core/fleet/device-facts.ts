/**
 * What a vendor tells about a device beyond what the list needs. Every part is optional. Each entry names the form of
 * its value: `text`; `texts`; `time` (epoch milliseconds); `number` (see the entry); `record` (texts by the vendor's
 * own names).
 */
export const factForms = {
  /** What the device is: "Raspberry Pi", "Linux". */
  platform: 'text',
  /** Operating system with its version. */
  os: 'text',
  manufacturer: 'text',
  model: 'text',
  /** The vendor's or the maker's id of the hardware. */
  hardwareId: 'text',
  /** Version of the vendor's program on the device. */
  agentVersion: 'text',
  firmware: 'text',
  firmwareInstalledAt: 'time',
  /** The release channel of its firmware. */
  channel: 'text',
  city: 'text',
  region: 'text',
  country: 'text',
  timezone: 'text',
  /** The name of its Internet provider. */
  provider: 'text',
  /** How it is connected: "Cable/DSL", "Cellular". */
  connectionType: 'text',
  /** Public address it was last seen with, if that is not its present address. */
  lastAddress: 'text',
  /** The vendor's rating of its connection. */
  quality: 'text',
  /** Percent of time online, over the vendor's own period. */
  availability: 'number',
  onlineSince: 'time',
  offlineSince: 'time',
  lastConnectedAt: 'time',
  createdAt: 'time',
  claimedAt: 'time',
  claimExpiresAt: 'time',
  owner: 'text',
  sharedWith: 'texts',
  licence: 'text',
  /** The permissions of this account on it, as the vendor names them. */
  permissions: 'texts',
  /** Named values that the vendor stores with the device: attributes, custom fields and the like. */
  attributes: 'record',
} as const satisfies Record<string, FactForm>;

type FactForm = 'text' | 'texts' | 'time' | 'number' | 'record';

interface FormValues {
  readonly text: string;
  readonly texts: readonly string[];
  readonly time: number;
  readonly number: number;
  readonly record: Readonly<Record<string, string>>;
}

export type FactName = keyof typeof factForms;
export type DeviceFacts = { readonly [N in FactName]?: FormValues[(typeof factForms)[N]] };

type Loose = { readonly [N in FactName]?: FormValues[(typeof factForms)[N]] | null | undefined };

const isEmpty = (value: unknown): boolean =>
  value === undefined ||
  value === null ||
  value === '' ||
  (typeof value === 'object' && Object.keys(value).length === 0);

/** The facts without empty texts, lists and records. Undefined if nothing is left. */
export const deviceFacts = (given: Loose): DeviceFacts | undefined => {
  const entries = Object.entries(given).filter(([, value]) => !isEmpty(value));
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
};

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const readers: { readonly [F in FactForm]: (value: unknown) => FormValues[F] | undefined } = {
  text: (value) => (typeof value === 'string' ? value : undefined),
  texts: (value) => (Array.isArray(value) ? value.filter((item) => typeof item === 'string') : undefined),
  time: (value) => (typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : undefined),
  number: (value) => (typeof value === 'number' && Number.isFinite(value) ? value : undefined),
  record: (value) =>
    isRecord(value)
      ? Object.fromEntries(
          Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
        )
      : undefined,
};

/** Reads stored facts; values of the wrong form are left out. Undefined if nothing is left. */
export const parseDeviceFacts = (value: unknown): DeviceFacts | undefined => {
  if (!isRecord(value)) return undefined;
  const entries = Object.entries(factForms).map(([name, form]) => [name, readers[form](value[name])] as const);
  return deviceFacts(Object.fromEntries(entries));
};

const sameValue = (a: unknown, b: unknown): boolean => {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  const names = Object.keys(a);
  return (
    names.length === Object.keys(b).length &&
    names.every((name) => Object.hasOwn(b, name) && Object.is(Reflect.get(a, name), Reflect.get(b, name)))
  );
};

/** Whether two devices have the same facts. */
export const sameDeviceFacts = (a: DeviceFacts | undefined, b: DeviceFacts | undefined): boolean => {
  if (a === b) return true;
  if (a === undefined || b === undefined) return false;
  const names = new Set<FactName>([...factNames(a), ...factNames(b)]);
  return [...names].every((name) => sameValue(a[name], b[name]));
};

const factNames = (facts: DeviceFacts): readonly FactName[] =>
  Object.keys(facts).filter((name): name is FactName => Object.hasOwn(factForms, name));
