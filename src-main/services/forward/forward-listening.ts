import { defaultLimits } from '../../core/forward/forward-engine.ts';
import type { Listening, ListenOptions } from '../../core/forward/forward-engine.ts';
import { sharingWarning } from '../../core/forward/forward-record.ts';
import type { ForwardRecord, ForwardSnapshot } from '../../core/forward/forward-record.ts';
import { isLoopback } from '../../core/base/loopback.ts';

/** The address of every forward. */
export const forwardAddress = '127.0.0.1';
/** The second address of every forward, on computers with IPv6. */
export const forwardAddress6 = '::1';

/** Kinds of services whose servers send first. */
const speakFirst: ReadonlySet<string> = new Set(['ssh', 'vnc']);

/** The device's own address, and the port of its service on the device. */
export interface DeviceEndpoint {
  readonly address: string;
  readonly nativePort: number | undefined;
}

/** What the engine binds beside the first address. */
export const listenOptions = (
  record: ForwardRecord,
  port: number,
  device: DeviceEndpoint | undefined,
  observe: boolean,
): ListenOptions => {
  const { address, nativePort } = device ?? {};
  const ports = nativePort === undefined || nativePort === port ? [port] : [nativePort, port];
  return {
    extraEndpoints: [
      { address: forwardAddress6, port },
      ...(address === undefined ? [] : ports.map((other) => ({ address, port: other }))),
    ],
    ...(record.share === undefined ? {} : { share: { port, allow: record.share } }),
    limits: { ...defaultLimits, ...record.limits },
    speaksFirst: speakFirst.has(record.serviceKind),
    observe,
  };
};

type Shown = Pick<ForwardSnapshot, 'extraEndpoints' | 'deviceEndpoint' | 'sharing' | 'limits'>;

/** The public addresses of a forward; `listening` is undefined while it does not listen. */
export const shownEndpoints = (
  record: ForwardRecord,
  device: DeviceEndpoint | undefined,
  listening: Listening | undefined,
): Shown => {
  const { maxConnections, maxDials } = { ...defaultLimits, ...record.limits };
  const bound = listening?.extraEndpoints ?? [];
  const own = bound.filter(({ address }) => address === device?.address);
  const native = own.find(({ port }) => port === device?.nativePort);
  const failure = listening?.bindFailures.find(
    ({ address, port }) => address === device?.address && port === device?.nativePort,
  );
  const endpoint = native ?? own[0];
  const addresses = bound.filter(({ address }) => !isLoopback(address)).map(({ address }) => address);
  return {
    extraEndpoints: bound.filter(({ address }) => isLoopback(address)),
    ...(endpoint === undefined
      ? {}
      : {
          deviceEndpoint: {
            ...endpoint,
            ...(native !== undefined || failure === undefined
              ? {}
              : { reason: `${failure.error.message} So this forward has port ${endpoint.port} there.` }),
          },
        }),
    ...(record.share === undefined
      ? {}
      : { sharing: { allow: record.share, addresses, warning: sharingWarning(record.share) } }),
    limits: { maxConnections, maxDials },
  };
};
