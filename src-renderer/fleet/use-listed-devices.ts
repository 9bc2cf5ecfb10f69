import { useMemo } from 'react';
import { parseQuery } from '../../src-preload/contract/query.ts';
import { fleet, useMainState } from '../state/main-state.ts';
import { useView } from '../state/view-store.ts';

/** Keys of the devices in the list, in order: scope, search and sort applied. */
export const useListedDevices = (): readonly string[] => {
  const devices = useMainState((host) => host.devices);
  const scope = useView((view) => view.scope);
  const query = useView((view) => view.query);
  const sort = useView((view) => view.sort);
  return useMemo(() => {
    fleet.sortBy(sort);
    return devices.select(scope, parseQuery(query));
  }, [devices, scope, query, sort]);
};
