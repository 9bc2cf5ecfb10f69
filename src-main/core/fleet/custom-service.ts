import type { RouteKind, Service, ServiceKind } from './device.ts';
import { fail, ok } from '../base/errors.ts';
import type { Result } from '../base/errors.ts';

/** A port of a device that the user wants as a service. A `Service` is one too. */
export interface ServiceDraft {
  readonly kind: ServiceKind;
  /** 1 to 65535. */
  readonly port?: number;
  /** Another machine on the device's network. */
  readonly host?: string;
  readonly name?: string;
  readonly route?: RouteKind;
}

/** A name or an address that no program can take for an option. */
const hostPattern = /^(?:[a-z0-9_](?:[a-z0-9_.-]{0,251}[a-z0-9_])?|[0-9a-f:]*:[0-9a-f:.]*)$/i;

/** The service of a draft, with an id made of kind, host and port. Errors: invalid-input. */
export const customService = (draft: ServiceDraft): Result<Service> => {
  const { kind, port } = draft;
  if (port === undefined || !Number.isInteger(port) || port < 1 || port > 65_535) {
    return fail('invalid-input', 'The port is not a number from 1 to 65535.', 'Enter the port the service listens on.');
  }
  const host = draft.host?.trim();
  if (host !== undefined && host !== '' && (host.length > 253 || !hostPattern.test(host))) {
    return fail(
      'invalid-input',
      'The host is not a name or an address.',
      'Enter a name such as printer.local or an address such as 192.168.0.20, or leave it empty for the device itself.',
    );
  }
  const place = host === undefined || host === '' ? `${port}` : `${host}:${port}`;
  return ok({
    id: `${kind}:${place}`,
    kind,
    name: draft.name ?? `${kind.toUpperCase()} ${place}`,
    route: draft.route ?? 'tunnel',
    port,
    ...(host === undefined || host === '' ? {} : { host }),
  });
};
