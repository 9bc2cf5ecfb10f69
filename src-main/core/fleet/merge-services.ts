import type { Service } from './device.ts';

const sameTarget = (a: Service, b: Service): boolean =>
  a.id === b.id || (a.port !== undefined && a.kind === b.kind && a.port === b.port && a.host === b.host);

/**
 * The services of a device: the vendor's, then the defaults and the user's own, without those that repeat the id or the
 * address of an earlier one.
 */
export const mergeServices = (
  listed: readonly Service[],
  defaults: readonly Service[],
  custom: readonly Service[],
): readonly Service[] => {
  if (custom.length === 0 && (listed.length === 0 || defaults.length === 0)) {
    return listed.length === 0 ? defaults : listed;
  }
  const services = [...listed];
  for (const service of [...defaults, ...custom]) {
    if (!services.some((known) => sameTarget(known, service))) services.push(service);
  }
  return services;
};
