import { useMemo } from 'react';
import { parseQuery } from '../../src-preload/contract/query.ts';
import { fleet, useMainState } from '../state/main-state.ts';
import { useView } from '../state/view-store.ts';

/** Keys of the devices in the list, in order: scope, search and sort applied. */
export const useVisible = (): readonly string[] => {
  const version = useMainState((host) => host.fleetVersion);
  const scope = useView((view) => view.scope);
  const query = useView((view) => view.query);
  const sort = useView((view) => view.sort);
  return useMemo(() => {
    fleet.sortBy(sort);
    return fleet.at(version).select(scope, parseQuery(query));
  }, [version, scope, query, sort]);
};
