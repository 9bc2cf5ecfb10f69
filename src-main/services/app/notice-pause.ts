import { ok } from '../../core/base/errors.ts';
import type { Clock } from '../../core/base/clock.ts';
import type { Alerts } from '../alert/alerts.ts';
import type { NoticePause } from './tray-controller.ts';

/** Pauses the notices of alerts from a tray. */
export const noticePause = (
  alerts: Pick<Alerts, 'get' | 'snooze' | 'settingsChanged'>,
  clock: Pick<Clock, 'now'>,
): NoticePause => ({
  until: () => alerts.get().pausedUntil,
  set: async (until) => {
    const paused = await alerts.snooze({ forMs: until === undefined ? 0 : until - clock.now() });
    return paused.ok ? ok(undefined) : paused;
  },
  changed: alerts.settingsChanged,
});
