import type { Service } from './device.ts';

const sameTarget = (a: Service, b: Service): boolean =>
  a.id === b.id || (a.port !== undefined && a.kind === b.kind && a.port === b.port && a.host === b.host);

/**
 * The services of a device: those the vendor lists, then the vendor's defaults and the user's own as far as
 * nothing before them has the same id or leads to the same place.
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
