import type { Service, ServiceKind } from './device.ts';

const order: readonly ServiceKind[] = ['ssh', 'rdp', 'vnc', 'https', 'http', 'tcp'];

/** Services with the one that Connect opens first: SSH where there is one, else the next best. Others keep their order. */
export const byPreference = <T extends Pick<Service, 'kind'>>(services: readonly T[]): readonly T[] =>
  services.toSorted((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind));
