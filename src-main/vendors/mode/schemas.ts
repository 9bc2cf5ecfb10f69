import { z } from 'zod';
import { isSecretName } from '../../core/base/secret-names.ts';
import { readRows } from '../read-rows.ts';

/**
 * MODE's shapes. Ids come as numbers and as texts, and most fields only sometimes, so every field is optional and
 * anything readable is taken; unknown keys are kept.
 */

const asText = (value: unknown): string | undefined => {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
};

/** Text, or a number or boolean as text; anything else counts as absent. */
const text = z.unknown().transform(asText).optional();

/** `34256` and `"343d8"` stand side by side in one answer: an id is opaque text. */
const id = z
  .unknown()
  .transform((value) => (typeof value === 'boolean' ? undefined : asText(value)?.trim() || undefined))
  .optional();

const flag = z
  .unknown()
  .transform((value) => {
    if (typeof value === 'boolean') return value;
    return value === 'true' ? true : value === 'false' ? false : undefined;
  })
  .optional();

const deviceShape = z.looseObject({
  id,
  projectId: id,
  creationTime: text,
  name: text,
  tag: text,
  deviceClass: text,
  homeId: id,
  claimTime: text,
  claimExpirationTime: text,
  isConnected: flag,
  lastConnectTime: text,
  lastDisconnectTime: text,
  channel: text,
  bundleInstalled: text,
  bundleInstallTime: text,
});

/** A device; of one asked for by its id the answer must be an object. */
export const device = deviceShape;
export const devices = z
  .array(z.unknown())
  .transform((entries, context) => readRows(entries, (row) => deviceShape.parse(row), context));
export type DeviceRow = z.output<typeof deviceShape>;

/** Beyond the document's "Devices" chapter: a home of a user or a project. */
const homeShape = z.looseObject({ id, name: text, deactivated: flag });
export const homes = z
  .array(z.unknown())
  .transform((entries, context) => readRows(entries, (row) => homeShape.parse(row), context));
export type HomeRow = z.output<typeof homeShape>;

/**
 * Beyond the "Devices" chapter: whose key it is, by https://dev.tinkermode.com/platform/api/client-authentication.
 * `nobody` comes with HTTP 200 and means a wrong key. The kinds are user, device and project key; the project is told
 * where the key belongs to one, an expiration time where it has one.
 */
export const auth = z.looseObject({ type: z.string(), deviceId: id, userId: id, projectId: id, expirationTime: text });
export type AuthAnswer = z.output<typeof auth>;

/** `value` is any JSON: the document says string, its samples hold booleans and numbers. */
const keyValueShape = z.looseObject({ key: text, value: z.unknown(), modificationTime: text });
export const keyValue = keyValueShape;
/** A list of pairs, or the messages of the live connection, whose form is not documented. */
export const keyValues = z.array(z.unknown());

/** Records whose form is not documented: log entries, HTTP log entries, commands. */
export const records = z.array(z.unknown());

/** "Device Logger" of the platform API: https://dev.tinkermode.com/platform/api/device-logger */
export const logStatuses = ['success', 'failure', 'requested', 'uploading', 'cancelled'] as const;
/** `token` lets anybody upload as the device, `url` lets anybody read its log. */
export const logRequestSecrets = ['token', 'url'] as const;
export const logRequest = z.looseObject({
  id,
  deviceId: id,
  projectId: id,
  status: text,
  ts: text,
  contentType: text,
  token: text,
  uploadId: text,
  filename: text,
  url: text,
});
export const logRequests = z.array(logRequest);

/** Writes answer 204; their body is not read. */
export const nothing = z.undefined();

const mask = '••••••••';
/** Schemas of the document are five levels deep. */
const maxDepth = 30;

/** A copy in which `default` is masked wherever the name beside it is that of a password, token or key. */
const withoutSecretDefaults = (value: unknown, depth = 0): unknown => {
  if (typeof value !== 'object' || value === null) return value;
  if (depth > maxDepth) return undefined;
  if (Array.isArray(value)) return value.map((entry) => withoutSecretDefaults(entry, depth + 1));
  const fields = value as Readonly<Record<string, unknown>>;
  const secret = ['key', 'label', 'type', 'name'].some((name) => {
    const called = asText(fields[name]) ?? '';
    return isSecretName(called) || /key$/i.test(called);
  });
  return Object.fromEntries(
    Object.entries(fields).map(([name, field]) => [
      name,
      name === 'default' && secret && field !== undefined && field !== null && field !== ''
        ? mask
        : withoutSecretDefaults(field, depth + 1),
    ]),
  );
};

/** Configuration schemas. The document's own sample holds an SSH password as a default. */
export const configSchemas = z.preprocess(
  (value) => withoutSecretDefaults(value),
  z.array(z.looseObject({ componentName: text, componentVersionName: text })),
);

const rfc3339 = /^(\d{4}-\d{2}-\d{2})[Tt ](\d{2}:\d{2}:\d{2})(?:[.,](\d+))?\s*([Zz]|[+-]\d{2}:?\d{2})?$/;

/** Epoch milliseconds of an RFC 3339 time with any number of fraction digits; UTC where no zone is given. */
export const parseVendorTime = (value: string | undefined): number | undefined => {
  const match = rfc3339.exec(value?.trim() ?? '');
  if (match === null) return undefined;
  const [, day = '', time = '', fraction = '', zone = 'Z'] = match;
  const milliseconds = fraction.slice(0, 3).padEnd(3, '0');
  const offset = zone.toUpperCase() === 'Z' ? 'Z' : `${zone.slice(0, 3)}:${zone.slice(-2)}`;
  const at = Date.parse(`${day}T${time}.${milliseconds}${offset}`);
  return Number.isNaN(at) ? undefined : at;
};
