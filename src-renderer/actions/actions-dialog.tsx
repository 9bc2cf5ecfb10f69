import { X } from 'lucide-react';
import { useEffect, useRef } from 'react';
import type { AccountView } from '../../src-preload/contract/account.ts';
import type { DeviceView } from '../../src-preload/contract/device.ts';
import { useDevice, useMainState, useVendorName } from '../state/main-state.ts';
import { RowsSkeleton, TabFailure } from '../ui/parts.tsx';
import { IconButton, PresenceMark } from '../ui/controls.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { closeActions, loadCatalogue, openActions, useActions, type ActionTarget } from './actions-store.ts';
import { keyKindOf, operationsFor } from './find-operations.ts';
import { OperationForm } from './operation-form.tsx';
import { OperationList } from './operation-list.tsx';

const Title = ({
  account,
  device,
}: {
  readonly account: AccountView;
  readonly device: DeviceView | undefined;
}): React.ReactNode => {
  const vendor = useVendorName(account.vendor);
  return (
    <header className="workbench-head">
      {device === undefined ? null : <PresenceMark state={device.presence.state} />}
      <h1 className="ellipsis">{device?.name ?? account.label}</h1>
      <span className="faint ellipsis">{device === undefined ? vendor : `${vendor} · ${account.label}`}</span>
      <IconButton icon={X} label="Close" onClick={closeActions} />
    </header>
  );
};

const Workbench = ({
  target,
  account,
  device,
}: {
  readonly target: ActionTarget;
  readonly account: AccountView;
  readonly device: DeviceView | undefined;
}): React.ReactNode => {
  const all = useActions((state) => state.catalogues[account.vendor]);
  const error = useActions((state) => state.errors[account.vendor]);
  const vendor = useVendorName(account.vendor);
  const pane = useRef<HTMLDivElement>(null);
  useEffect(() => void loadCatalogue(account.vendor), [account.vendor]);
  const operations = all === undefined ? undefined : operationsFor(all, target.kind, device);
  const chosen = operations?.find((operation) => operation.operation === target.operation);
  const chosenId = chosen?.operation;
  useEffect(() => {
    if (chosenId === undefined) return undefined;
    // In the next frame, because the dialog focuses its first control when it opens.
    const frame = requestAnimationFrame(() => {
      const form = pane.current;
      const controls = [
        ...(form?.querySelectorAll<HTMLInputElement>('[data-part=fields] :is(input, select, textarea)') ?? []),
      ];
      const wanted =
        controls.find((control) => control.value === '') ?? form?.querySelector<HTMLElement>('[type=submit]');
      wanted?.focus();
    });
    return () => cancelAnimationFrame(frame);
  }, [chosenId]);
  return (
    <>
      <Title account={account} device={device} />
      <div className="workbench-body">
        <div className="workbench-list">
          {operations === undefined ? (
            error === undefined ? (
              <RowsSkeleton label="actions" rows={9} />
            ) : (
              <TabFailure error={error} retry={() => void loadCatalogue(account.vendor)} />
            )
          ) : (
            <OperationList
              operations={operations}
              keyKind={keyKindOf(account)}
              chosen={chosen?.operation}
              autoFocus={chosen === undefined}
              onChoose={(operation) => openActions({ ...target, operation: operation.operation })}
            />
          )}
        </div>
        <div
          ref={pane}
          className="workbench-pane"
          onKeyDown={(event) => {
            if (event.key !== 'Escape') return;
            // One level up: back to the list; a second Escape closes.
            event.preventDefault();
            event.stopPropagation();
            pane.current?.parentElement?.querySelector<HTMLElement>('[data-part=search]')?.focus();
          }}
        >
          {chosen === undefined ? (
            <div className="empty">
              <h2>Choose an action</h2>
              <p>
                Everything {vendor} can do
                {device === undefined ? ' with this account' : ' with this device'}, with a form for each.
              </p>
            </div>
          ) : (
            <OperationForm
              key={`${account.id} ${device?.key ?? ''} ${chosen.operation}`}
              operation={chosen}
              account={account}
              device={device}
            />
          )}
        </div>
      </div>
    </>
  );
};

/** Every operation of a vendor, for a device or an account, with its form and its answer. */
export const ActionsDialog = (): React.ReactNode => {
  const target = useActions((state) => state.target);
  const device = useDevice(target?.kind === 'device' ? target.deviceKey : undefined);
  const accountId = target?.kind === 'account' ? target.accountId : device?.accountId;
  const account = useMainState((host) => (accountId === undefined ? undefined : host.accountsById.get(accountId)));
  if (target === undefined || account === undefined) return null;
  return (
    <Dialog label={`Actions for ${device?.name ?? account.label}`} className="workbench" onClose={closeActions}>
      <Workbench target={target} account={account} device={device} />
    </Dialog>
  );
};
