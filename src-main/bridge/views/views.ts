import type { Account, AccountHealth } from '../../core/fleet/account.ts';
import type { DeviceFacts } from '../../core/fleet/device-facts.ts';
import type { Device, Service } from '../../core/fleet/device.ts';
import { preferredService } from '../../core/fleet/service-preference.ts';
import type { AppError } from '../../core/base/errors.ts';
import type { DeviceParameter } from '../../core/operation/device-edit.ts';
import { isSecretName, withoutSecretParameters } from '../../core/base/secret-names.ts';
import type { Settings } from '../../core/app/settings.ts';

import type { CredentialInfo } from '../../services/launch/service-credentials.ts';
import type { UpdateState } from '../../services/app/updates.ts';
import type { ForwardTimings } from '../../core/forward/forward.ts';
import { failureSentence } from '../../core/forward/forward-attempt.ts';
import type { ForwardAttempt } from '../../core/forward/forward-attempt.ts';
import type { ForwardSnapshot } from '../../core/forward/forward-record.ts';
import type { ForwardStatistics, ResolvedDevice } from '../../services/forward/resolve-device.ts';
import type { AccountView, VendorView } from '../../../src-preload/contract/account.ts';
import type { SettingsView, UpdateView } from '../../../src-preload/contract/app.ts';
import type { DeviceFactsView, DeviceView, ServiceView } from '../../../src-preload/contract/device.ts';
import type { ErrorView } from '../../../src-preload/contract/error-view.ts';
import type {
  ForwardAttemptView,
  ForwardStatisticsView,
  ForwardView,
  ResolvedDeviceView,
} from '../../../src-preload/contract/forward.ts';
import type { OperationView } from '../../../src-preload/contract/operation.ts';
import { vendorEditsView } from './vendor-edits-view.ts';
import { capabilitiesOf } from './capabilities.ts';
import type { KnownOperation, KnownVendor } from './known-vendor.ts';

/**
 * What the window may see of the core's values. Views are built field by field and never by spread, so a new field of
 * the core stays in main until somebody adds it here.
 */

/** The view of an error. */
export const errorView = (error: AppError): ErrorView => ({
  kind: error.kind,
  message: error.message,
  hint: error.hint,
  retryAfterMs: error.retryAfterMs,
  vendorMessage: error.vendorMessage,
  suggestedPort: error.suggestedPort,
  field: error.field,
  certificate:
    error.certificate === undefined
      ? undefined
      : {
          shown: error.certificate.shown,
          pinned: error.certificate.pinned,
          pinnedAt: error.certificate.pinnedAt,
        },
});

/** A service of a device; `custom` marks those the user added. */
export const serviceView = (service: Service, custom: boolean, known?: CredentialInfo): ServiceView => ({
  id: service.id,
  kind: service.kind,
  name: service.name,
  route: service.route,
  port: service.port,
  host: service.host,
  state: service.state,
  custom,
  user: known?.user,
  hasPassword: known?.hasPassword === true ? true : undefined,
});

/** What the user added to a device, beside the vendor's facts. */
export interface DeviceExtras {
  readonly services: readonly Service[];
  /** Ids of those of `services` that the user added. */
  readonly customIds: ReadonlySet<string>;
  readonly favourite: boolean;
  /** Id of the service the user chose for Connect, where it is still there. */
  readonly defaultServiceId?: string | undefined;
  /** What is known about the credentials of a service, by its id. */
  readonly credentials?: (serviceId: string) => CredentialInfo;
}

/** The facts of a device beyond the columns of the list. */
const factsView = (facts: DeviceFacts | undefined): DeviceFactsView | undefined =>
  facts && {
    platform: facts.platform,
    os: facts.os,
    manufacturer: facts.manufacturer,
    model: facts.model,
    hardwareId: facts.hardwareId,
    agentVersion: facts.agentVersion,
    firmware: facts.firmware,
    firmwareInstalledAt: facts.firmwareInstalledAt,
    channel: facts.channel,
    city: facts.city,
    region: facts.region,
    country: facts.country,
    timezone: facts.timezone,
    provider: facts.provider,
    connectionType: facts.connectionType,
    lastAddress: facts.lastAddress,
    quality: facts.quality,
    availability: facts.availability,
    onlineSince: facts.onlineSince,
    offlineSince: facts.offlineSince,
    lastConnectedAt: facts.lastConnectedAt,
    createdAt: facts.createdAt,
    claimedAt: facts.claimedAt,
    claimExpiresAt: facts.claimExpiresAt,
    owner: facts.owner,
    sharedWith: facts.sharedWith && [...facts.sharedWith],
    licence: facts.licence,
    permissions: facts.permissions && [...facts.permissions],
    attributes: facts.attributes && { ...facts.attributes },
  };

/** A device with its services. */
export const deviceView = (device: Device, extras: DeviceExtras): DeviceView => ({
  key: device.key,
  id: device.id,
  name: device.name,
  vendor: device.vendor,
  accountId: device.accountId,
  description: device.description,
  groups: [...device.groups],
  tags: [...device.tags],
  presence: {
    state: device.presence.state,
    observedAt: device.presence.observedAt,
    source: device.presence.source,
    lastOnlineAt: device.presence.lastOnlineAt,
  },
  services: extras.services.map((service) =>
    serviceView(service, extras.customIds.has(service.id), extras.credentials?.(service.id)),
  ),
  defaultService: extras.services.some(({ id }) => id === extras.defaultServiceId)
    ? extras.defaultServiceId
    : undefined,
  connectService: preferredService(extras.services, extras.defaultServiceId)?.id,
  externalAddress: device.externalAddress,
  internalAddress: device.internalAddress,
  mac: device.mac,
  serial: device.serial,
  facts: factsView(device.facts),
  favourite: extras.favourite,
});

/** An account and the results of its polls. */
export const accountView = (account: Account, health: AccountHealth): AccountView => ({
  id: account.id,
  vendor: account.vendor,
  label: account.label,
  baseUrl: account.baseUrl,
  fields: Object.fromEntries(Object.entries(account.fields)),
  refreshing: health.refreshing,
  lastGoodAt: health.lastGoodAt,
  error: health.error === undefined ? undefined : errorView(health.error),
  failingSince: health.failingSince,
  nextPollAt: health.nextPollAt,
  deviceCount: health.deviceCount,
  credentialsExpireAt: health.credentialsExpireAt,
});

const timingsView = (timings: ForwardTimings): ForwardView['timings'] => ({
  bindMs: timings.bindMs,
  vendorMs: timings.vendorMs,
  dnsMs: timings.dnsMs,
  dialMs: timings.dialMs,
  firstByteMs: timings.firstByteMs,
  firstByteBackMs: timings.firstByteBackMs,
});

/** An attempt to reach a device. */
export const forwardAttemptView = ({ at, outcome, timings, hop, error }: ForwardAttempt): ForwardAttemptView => ({
  at,
  outcome,
  timings: timingsView(timings),
  hop,
  error: error === undefined ? undefined : errorView(error),
  sentence: hop === undefined || error === undefined ? undefined : failureSentence(hop, error),
});

/** Traffic of a forward and its clients. */
export const forwardStatisticsView = (statistics: ForwardStatistics): ForwardStatisticsView => ({
  rateUp: statistics.rateUp,
  rateDown: statistics.rateDown,
  samples: statistics.samples.map(({ up, down }) => ({ up, down })),
  peers: statistics.peers.map((peer) => ({
    address: peer.address,
    port: peer.port,
    since: peer.since,
    state: peer.state,
    bytesUp: peer.bytesUp,
    bytesDown: peer.bytesDown,
    process: peer.process,
  })),
});

/** The local addresses of a device. */
export const resolvedDeviceView = (resolved: ResolvedDevice): ResolvedDeviceView => ({
  deviceKey: resolved.deviceKey,
  address: resolved.address,
  forwards: resolved.forwards.map(({ serviceId, kind, address, port, state }) => ({
    serviceId,
    kind,
    address,
    port,
    state,
  })),
});

/** A forward, with the name its device has now. */
export const forwardView = (forward: ForwardSnapshot, deviceName: string): ForwardView => ({
  id: forward.id,
  deviceKey: forward.deviceKey,
  deviceName,
  serviceId: forward.serviceId,
  serviceKind: forward.serviceKind,
  address: forward.address,
  port: forward.port,
  portReason: forward.portReason,
  extraEndpoints: forward.extraEndpoints.map(({ address, port }) => ({ address, port })),
  deviceEndpoint:
    forward.deviceEndpoint === undefined
      ? undefined
      : {
          address: forward.deviceEndpoint.address,
          port: forward.deviceEndpoint.port,
          reason: forward.deviceEndpoint.reason,
        },
  state: forward.state,
  error: forward.error === undefined ? undefined : errorView(forward.error),
  attempt: forward.attempt,
  nextAttemptAt: forward.nextAttemptAt,
  sharing:
    forward.sharing === undefined
      ? undefined
      : {
          allow: [...forward.sharing.allow],
          addresses: [...forward.sharing.addresses],
          warning: forward.sharing.warning,
        },
  limits: { maxConnections: forward.limits.maxConnections, maxDials: forward.limits.maxDials },
  refused: forward.refused,
  refusedBecause: forward.refusedBecause,
  expiresAt: forward.expiresAt,
  hostKey:
    forward.hostKey === undefined
      ? undefined
      : {
          fingerprint: forward.hostKey.fingerprint,
          verdict: forward.hostKey.verdict,
          warning: forward.hostKey.warning,
        },
  recognised: forward.recognised,
  connections: forward.connections,
  bytesUp: forward.bytesUp,
  bytesDown: forward.bytesDown,
  timings: timingsView(forward.timings),
  exposureNotice: forward.exposureNotice,
  idleTimeoutMs: forward.idleTimeoutMs,
  idleUntil: forward.idleUntil,
});

/** A vendor with its account forms. */
export const vendorView = (vendor: KnownVendor): VendorView => ({
  id: vendor.id,
  name: vendor.name,
  mark: vendor.mark,
  defaultBaseUrl: vendor.defaultBaseUrl,
  baseUrlHint: vendor.baseUrlHint,
  credentialForms: vendor.credentialForms.map((form) => ({
    id: form.id,
    title: form.title,
    why: form.why,
    fields: form.fields.map((field) => ({
      name: field.name,
      label: field.label,
      help: field.help,
      secret: field.secret,
      required: field.required,
      placeholder: field.placeholder,
      options: field.options === undefined ? undefined : [...field.options],
    })),
  })),
  customServices: vendor.customServices,
  localActions: vendor.localActions,
  capabilities: capabilitiesOf(vendor.capabilities, vendor.operations),
  edits: vendorEditsView(vendor.edits),
});

/** The names of the inputs in a JSON Schema. */
export const inputNames = (schema: Readonly<Record<string, unknown>>): readonly string[] => {
  const { properties } = schema;
  return typeof properties === 'object' && properties !== null ? Object.keys(properties) : [];
};

const parameterView = (found: DeviceParameter | undefined): OperationView['device'] =>
  found && {
    parameter: found.parameter,
    form: found.form,
    of: found.of,
    only: found.only && { service: found.only.service, has: found.only.has },
  };

/** One endpoint. `input` is the JSON Schema of its parameters. */
export const operationView = (
  operation: KnownOperation,
  input: Readonly<Record<string, unknown>>,
  vendor: Pick<KnownVendor, 'deviceParameter'>,
): OperationView => ({
  operation: operation.id,
  number: operation.number,
  summary: operation.summary,
  method: operation.method,
  path: operation.path,
  danger: operation.danger.level,
  confirm: operation.danger.level === 'destroys' ? operation.danger.confirm : undefined,
  callers: [...operation.callers],
  input: Object.fromEntries(Object.entries(input)),
  secretFields: [...operation.secretFields],
  repeatable: operation.repeatable,
  device: parameterView(vendor.deviceParameter({ id: operation.id, path: operation.path, inputs: inputNames(input) })),
});

const hiddenSecret = '[secret]';

/** A flag, or an unknown value, is not shown. */
const isHidden = (name: string, value: unknown, hidden: ReadonlySet<string>): boolean =>
  hidden.has(name) || (isSecretName(name) && value !== null && typeof value !== 'boolean');

const withoutSecrets = (value: unknown, hidden: ReadonlySet<string>): unknown => {
  if (typeof value === 'string') return withoutSecretParameters(value, hiddenSecret);
  if (Array.isArray(value)) return value.map((entry) => withoutSecrets(entry, hidden));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, entry]) => [
      name,
      isHidden(name, entry, hidden) ? hiddenSecret : withoutSecrets(entry, hidden),
    ]),
  );
};

/**
 * The answer of an operation without its secrets, at any depth: fields that the catalogue calls secret, fields named
 * like a secret (vendors answer more than they document), and URL parameters that grant access.
 */
export const operationOutput = (output: unknown, secretFields: readonly string[]): unknown =>
  output === undefined ? null : withoutSecrets(output, new Set(secretFields));

/** The version that waits to be installed, if there is one. */
export const updateView = ({ method, ready, asks }: UpdateState): UpdateView => ({
  method,
  ...(ready === undefined ? {} : { ready: { version: ready.version, text: ready.text, hint: ready.hint } }),
  asks,
});

/** The settings, all of which a window may see. */
export const settingsView = (settings: Settings): SettingsView => ({
  shortcut: settings.shortcut,
  certificateFile: settings.certificateFile,
  startAtLogin: settings.startAtLogin,
  updates: settings.updates,
  theme: settings.theme,
  idleTimeoutMs: settings.idleTimeoutMs,
  deviceAddresses: settings.deviceAddresses,
  acceptNewHostKeys: settings.acceptNewHostKeys,
  sshUser: settings.sshUser,
  terminal: settings.terminal,
  pollFactor: settings.pollFactor,
  editor: { program: settings.editor.program, args: [...settings.editor.args] },
  launchers: settings.launchers.map(({ name, kind, program, args }) => ({ name, kind, program, args: [...args] })),
  launcherChoices: settings.launcherChoices.map(({ kind, scope, target, launcher }) => ({
    kind,
    scope,
    target,
    launcher,
  })),
});
