import { create } from 'zustand';
import type { ErrorView } from '../../src-preload/contract/error-view.ts';
import type { OperationView } from '../../src-preload/contract/operation.ts';
import { request } from '../state/main-state.ts';

/** What the actions on show are about. */
export type ActionTarget =
  | { readonly kind: 'device'; readonly deviceKey: string; readonly operation?: string }
  | { readonly kind: 'account'; readonly accountId: string; readonly operation?: string };

interface ActionsState {
  /** What the dialog is about; absent while it is closed. */
  readonly target: ActionTarget | undefined;
  /** The catalogue of each vendor that was asked for. */
  readonly catalogues: Readonly<Record<string, readonly OperationView[]>>;
  readonly errors: Readonly<Record<string, ErrorView>>;
}

export const useActions = create<ActionsState>(() => ({ target: undefined, catalogues: {}, errors: {} }));

export const openActions = (target: ActionTarget): void => useActions.setState({ target });
export const closeActions = (): void => useActions.setState({ target: undefined });

const loading = new Set<string>();

/** Fetches the catalogue of a vendor, once; it does not change while the application runs. */
export const loadCatalogue = async (vendor: OperationVendor): Promise<void> => {
  if (useActions.getState().catalogues[vendor] !== undefined || loading.has(vendor)) return;
  loading.add(vendor);
  const answer = await request('operations.list', { vendor });
  loading.delete(vendor);
  useActions.setState((state) => {
    const { [vendor]: _, ...errors } = state.errors;
    return answer.ok
      ? { catalogues: { ...state.catalogues, [vendor]: answer.value }, errors }
      : { errors: { ...errors, [vendor]: answer.error } };
  });
};

type OperationVendor = Parameters<typeof request<'operations.list'>>[1]['vendor'];
