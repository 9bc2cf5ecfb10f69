import { useEffect } from 'react';
import type { DeviceView } from '../../src-preload/contract/device.ts';
import { useMainState } from '../state/main-state.ts';
import { RowsSkeleton, TabFailure } from '../ui/parts.tsx';
import { loadCatalogue, openActions, useActions } from './actions-store.ts';
import { keyKindOf, operationsFor } from './find-operations.ts';
import { OperationList } from './operation-list.tsx';
import styles from './operation-list.module.css';

/** Everything the vendor can do with a device; what is chosen opens with its form. */
export const Actions = ({ device }: { readonly device: DeviceView }): React.ReactNode => {
  const catalogue = useActions((state) => state.catalogues[device.vendor]);
  const error = useActions((state) => state.errors[device.vendor]);
  const account = useMainState((host) => host.accountsById.get(device.accountId));
  useEffect(() => void loadCatalogue(device.vendor), [device.vendor]);
  if (catalogue === undefined)
    return error === undefined ? (
      <RowsSkeleton label="actions" rows={8} />
    ) : (
      <TabFailure error={error} retry={() => void loadCatalogue(device.vendor)} />
    );
  return (
    <section className={styles['actions-tab']} aria-label="Actions">
      <OperationList
        operations={operationsFor(catalogue, 'device', device)}
        keyKind={keyKindOf(account)}
        chosen={undefined}
        onChoose={(operation) => openActions({ kind: 'device', deviceKey: device.key, operation: operation.operation })}
      />
    </section>
  );
};
