import type { Service, ServiceKind } from './device.ts';

const order: readonly ServiceKind[] = ['ssh', 'rdp', 'vnc', 'https', 'http', 'tcp'];

/**
 * Services with the one that Connect opens first: the user's choice, else SSH where there is one, else the next best;
 * those that the vendor says are inactive come last. Others keep their order.
 */
export const byPreference = <T extends Pick<Service, 'id' | 'kind' | 'state'>>(
  services: readonly T[],
  chosen?: string,
): readonly T[] => {
  const rank = ({ id, kind, state }: T): number =>
    id === chosen ? -1 : order.indexOf(kind) + (state === 'inactive' ? order.length : 0);
  return services.toSorted((a, b) => rank(a) - rank(b));
};
