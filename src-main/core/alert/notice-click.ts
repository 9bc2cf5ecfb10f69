import type { Incident } from './incident.ts';
import type { NoticeAction } from './notifier.ts';

/** What the window shows after a click on a notice. */
export type AlertRequest =
  | { readonly kind: 'open-incident'; readonly incidentId: string }
  | { readonly kind: 'open-device'; readonly deviceKey: string }
  /** Shows recent history. */
  | { readonly kind: 'open-activity' }
  | { readonly kind: 'connect'; readonly deviceKey: string };

/**
 * What the window shows after a click on the notice `id`; `incident` is its incident, if it has one. Undefined if there
 * is nothing to connect to.
 */
export const requestOfClick = (
  id: string,
  action: Extract<NoticeAction, 'connect'> | 'open',
  incident: Incident | undefined,
): AlertRequest | undefined => {
  const back = /^back-(.+)$/s.exec(id)?.[1];
  if (action === 'connect') {
    const deviceKey = back ?? (incident?.members.size === 1 ? [...incident.members.keys()][0] : undefined);
    return deviceKey === undefined ? undefined : { kind: 'connect', deviceKey };
  }
  if (incident !== undefined) return { kind: 'open-incident', incidentId: id };
  return back === undefined ? { kind: 'open-activity' } : { kind: 'open-device', deviceKey: back };
};
