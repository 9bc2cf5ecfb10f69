import type { ActivityEntry } from '../activity/activity-entry.ts';
import type { Device } from '../fleet/device.ts';
import { incidentBody, incidentTitle, type Labels } from './incident-text.ts';
import type { Incident } from './incident.ts';

/** A line of the history about a device, which may have left the fleet. */
export const deviceEntry = (
  at: number,
  kind: ActivityEntry['kind'],
  device: Device | undefined,
  name: string,
  text: string,
): ActivityEntry => ({
  at,
  kind,
  name,
  text,
  ...(device === undefined ? {} : { deviceKey: device.key, accountId: device.accountId }),
});

/** A line of the history about an incident that was opened or is over. */
export const incidentEntry = (
  at: number,
  kind: 'incident' | 'resolved',
  incident: Incident,
  labels: Labels,
): ActivityEntry => {
  const { scope } = incident;
  return {
    at,
    kind,
    name: incidentTitle(incident, labels),
    text: incidentBody(incident, labels),
    incidentId: incident.id,
    ...(scope.kind === 'group' || scope.kind === 'account' ? { accountId: scope.accountId } : {}),
    ...(scope.kind === 'device' ? { deviceKey: scope.key } : {}),
  };
};
