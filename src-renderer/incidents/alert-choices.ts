import { create } from 'zustand';
import type { Answer } from '../../src-preload/contract/client.ts';
import type { AlertSettingsView, AlertTargetView } from '../../src-preload/contract/alert.ts';
import type { ErrorView } from '../../src-preload/contract/error-view.ts';
import type { RequestInput } from '../../src-preload/contract/requests.ts';
import { request } from '../state/main-state.ts';
import { toast, toastError } from '../state/view-store.ts';

/** The user's choices about notices, as far as loaded. */
export const useAlertChoices = create<{
  readonly value: AlertSettingsView | undefined;
  readonly error: ErrorView | undefined;
}>(() => ({ value: undefined, error: undefined }));

/** Counts the changes that were sent. */
let sent = 0;

/** Asks main for the choices: the tray, a notice or another window may have changed them. */
export const loadAlertChoices = async (): Promise<void> => {
  const before = sent;
  const answer = await request('alerts.get', {});
  // A change that was sent meanwhile is on show already, and its answer is newer than this one.
  if (sent !== before) return;
  useAlertChoices.setState(
    answer.ok ? { value: answer.value, error: undefined } : (state) => ({ value: state.value, error: answer.error }),
  );
};

/** Shows what main answers to a change, unless another change was sent meanwhile: it is on show, and not in this answer. */
const settle = async (asked: Promise<Answer<AlertSettingsView>>, done?: string): Promise<boolean> => {
  sent += 1;
  const mine = sent;
  const answer = await asked;
  if (!answer.ok) {
    toastError(answer.error);
    return false;
  }
  if (sent === mine) useAlertChoices.setState({ value: answer.value, error: undefined });
  if (done !== undefined) toast({ tone: 'done', text: done });
  return true;
};

/**
 * Changes what is given; answers whether it was taken. It is shown at once, so that the next change builds on it, and
 * taken back if it was refused.
 */
export const changeAlerts = async (patch: Partial<AlertSettingsView>): Promise<boolean> => {
  const { value } = useAlertChoices.getState();
  if (value !== undefined) useAlertChoices.setState({ value: { ...value, ...patch } });
  const taken = await settle(request('alerts.change', patch));
  if (!taken) void loadAlertChoices();
  return taken;
};

/** No notices for a while; zero ends it. */
export const snooze = async (input: RequestInput<'alerts.snooze'>, done: string): Promise<boolean> =>
  settle(request('alerts.snooze', input), done);

/** No notices until it is taken back. */
export const mute = async (input: RequestInput<'alerts.mute'>, done: string): Promise<boolean> =>
  settle(request('alerts.mute', input), done);

/** One notice when the device is online again. */
export const tellWhenBack = async (deviceKey: string, on: boolean, name: string): Promise<boolean> =>
  settle(
    request('alerts.tellWhenBack', { deviceKey, on }),
    on ? `You hear when ${name} is back.` : `You do not hear when ${name} is back.`,
  );

/** Whether two targets mean the same. */
export const sameTarget = (a: AlertTargetView, b: AlertTargetView): boolean =>
  a.kind === b.kind &&
  (a.kind !== 'account' || (b.kind === 'account' && a.accountId === b.accountId)) &&
  (a.kind !== 'group' || (b.kind === 'group' && a.accountId === b.accountId && a.group === b.group)) &&
  (a.kind !== 'tag' || (b.kind === 'tag' && a.tag === b.tag)) &&
  (a.kind !== 'query' || (b.kind === 'query' && a.query === b.query)) &&
  (a.kind !== 'device' || (b.kind === 'device' && a.deviceKey === b.deviceKey));

/** What a target is called. */
export const targetWords = (
  target: AlertTargetView,
  names: { readonly account: (id: string) => string; readonly device: (key: string) => string },
): string => {
  switch (target.kind) {
    case 'everything':
      return 'Everything';
    case 'account':
      return `Account ${names.account(target.accountId)}`;
    case 'group':
      return `Group ${target.group} of ${names.account(target.accountId)}`;
    case 'tag':
      return `Tag ${target.tag}`;
    case 'query':
      return `Devices that match ${target.query}`;
    case 'device':
      return names.device(target.deviceKey);
    default:
      return target satisfies never;
  }
};
