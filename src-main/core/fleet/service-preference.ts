import type { Service, ServiceKind } from './device.ts';

const order: readonly ServiceKind[] = ['ssh', 'rdp', 'vnc', 'https', 'http', 'tcp'];

type Choosable = Pick<Service, 'id' | 'kind'> & { readonly state?: Service['state'] | undefined };

const rankOf = ({ id, kind, state }: Choosable, chosen: string | undefined): number =>
  id === chosen ? -1 : order.indexOf(kind) + (state === 'inactive' ? order.length : 0);

/**
 * The services with the one for Connect first: the user's choice, else SSH, else the next best; services that the
 * vendor calls inactive come last. The others keep their order.
 */
export const byPreference = <T extends Choosable>(services: readonly T[], chosen?: string): readonly T[] =>
  services.toSorted((a, b) => rankOf(a, chosen) - rankOf(b, chosen));

/** The service that Connect opens: the first of `byPreference`, without sorting, for lists of many devices. */
export const preferredService = <T extends Choosable>(services: readonly T[], chosen?: string): T | undefined => {
  let best: T | undefined;
  for (const service of services)
    if (best === undefined || rankOf(service, chosen) < rankOf(best, chosen)) best = service;
  return best;
};
