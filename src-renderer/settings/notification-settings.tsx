import { Pencil, Plus, Trash2 } from 'lucide-react';
import { useEffect, useId, useState } from 'react';
import type { AlertSettingsView, AlertTargetView } from '../../src-preload/contract/alert.ts';
import { useMainState } from '../state/main-state.ts';
import {
  changeAlerts,
  loadAlertChoices,
  mute,
  snooze,
  targetWords,
  useAlertChoices,
} from '../incidents/alert-choices.ts';
import { useNow } from '../ui/clock.ts';
import { Failure, IconButton } from '../ui/controls.tsx';
import { absolute, duration } from '../ui/format.ts';
import { MaintenanceDialog, RuleDialog } from './alert-forms.tsx';
import { Choice, Group, Setting, Toggle } from './setting.tsx';
import { classNames } from '../ui/class-names.ts';
import styles from './settings.module.css';

const notifyChoices = [
  ['all', 'All devices'],
  ['favourites', 'Favourites only'],
  ['none', 'None'],
] as const;

const notifyWords = { all: 'all devices', favourites: 'favourites only', none: 'no notices' } as const;

const graceChoices = [
  [0, 'At once'],
  [30_000, '30 seconds'],
  [60_000, '1 minute'],
  [300_000, '5 minutes'],
  [900_000, '15 minutes'],
  [3_600_000, '1 hour'],
] as const;

const historyChoices = [
  [7, '7 days'],
  [30, '30 days'],
  [90, '90 days'],
  [365, '1 year'],
] as const;

const dayNames = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'] as const;

const clock = (minutes: number): string =>
  `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;

const minutesOf = (text: string): number | undefined => {
  const [hours, minutes] = text.split(':').map(Number);
  return hours === undefined || minutes === undefined || Number.isNaN(hours + minutes)
    ? undefined
    : hours * 60 + minutes;
};

const QuietHours = ({ value }: { readonly value: AlertSettingsView['quietHours'] }): React.ReactNode => {
  const id = useId();
  const set = (patch: Partial<typeof value>): void => void changeAlerts({ quietHours: { ...value, ...patch } });
  return (
    <>
      <Toggle
        id={id}
        label="Quiet hours"
        help="Notices are held, and summed up when the hours end."
        checked={value.on}
        onChange={(on) => set({ on })}
      />
      {value.on ? (
        <div className={styles['quiet-hours']} role="group" aria-label="Quiet hours">
          {(['from', 'until'] as const).map((end) => (
            <label key={end}>
              {end === 'from' ? 'From' : 'until'}
              <input
                className="input"
                type="time"
                required
                value={clock(value[end])}
                onChange={(event) => {
                  const minutes = minutesOf(event.target.value);
                  if (minutes !== undefined) set({ [end]: minutes });
                }}
              />
            </label>
          ))}
          <div className={styles['weekdays']} role="group" aria-label="Days on which they begin">
            {dayNames.map((name, day) => (
              <label key={name}>
                <input
                  type="checkbox"
                  checked={value.days.includes(day)}
                  onChange={(event) =>
                    set({
                      days: event.target.checked
                        ? [...value.days, day].sort((a, b) => a - b)
                        : value.days.filter((other) => other !== day),
                    })
                  }
                />
                {name}
              </label>
            ))}
          </div>
        </div>
      ) : null}
    </>
  );
};

const useTargetLabel = (): ((target: AlertTargetView) => string) => {
  const accounts = useMainState((host) => host.accountsById);
  const devices = useMainState((host) => host.devices);
  return (target) =>
    targetWords(target, {
      account: (id) => accounts.get(id)?.label ?? 'a removed account',
      device: (key) => devices.nameOf(key),
    });
};

const ruleWords = (rule: AlertSettingsView['rules'][number]): string =>
  [
    ...(rule.notify === undefined ? [] : [notifyWords[rule.notify]]),
    ...(rule.graceMs === undefined ? [] : [rule.graceMs === 0 ? 'at once' : `after ${duration(rule.graceMs)}`]),
    ...(rule.sound === undefined ? [] : [rule.sound ? 'with sound' : 'silent']),
  ].join(', ');

const Lists = ({ value }: { readonly value: AlertSettingsView }): React.ReactNode => {
  const labelOf = useTargetLabel();
  const now = useNow((state) => state.now);
  const mutes = value.mutes.filter(({ until }) => (until ?? Infinity) > now);
  const [form, setForm] = useState<AlertSettingsView['rules'][number] | 'rule' | 'maintenance'>();
  const close = (): void => setForm(undefined);
  return (
    <>
      <div className={styles['setting-list']}>
        <header>
          <div>
            <h3>Rules</h3>
            <p>The narrower one wins: a device before a search, a tag, a group and an account.</p>
          </div>
          <button type="button" className="button" onClick={() => setForm('rule')}>
            <Plus size={14} aria-hidden="true" />
            Add rule
          </button>
        </header>
        <ul aria-label="Rules">
          {value.rules.map((rule, index) => (
            <li key={`${index} ${labelOf(rule.target)}`}>
              <span className="ellipsis">{labelOf(rule.target)}</span>
              <span className={classNames('faint ellipsis', styles['grow'])}>{ruleWords(rule)}</span>
              <IconButton
                icon={Pencil}
                label={`Change the rule of ${labelOf(rule.target)}`}
                onClick={() => setForm(rule)}
              />
              <IconButton
                icon={Trash2}
                label={`Remove the rule of ${labelOf(rule.target)}`}
                onClick={() => void changeAlerts({ rules: value.rules.filter((other) => other !== rule) })}
              />
            </li>
          ))}
        </ul>
        {form === undefined ? null : form === 'maintenance' ? (
          <MaintenanceDialog windows={value.maintenance} onClose={close} />
        ) : (
          <RuleDialog
            rules={value.rules}
            {...(form === 'rule' ? {} : { rule: form, targetLabel: labelOf(form.target) })}
            onClose={close}
          />
        )}
      </div>
      {mutes.length === 0 ? null : (
        <div className={styles['setting-list']}>
          <header>
            <div>
              <h3>Muted</h3>
              <p>No notices about these.</p>
            </div>
          </header>
          <ul aria-label="Muted">
            {mutes.map((entry, index) => (
              <li key={`${index} ${labelOf(entry.target)}`}>
                <span className="ellipsis">{labelOf(entry.target)}</span>
                <span className={classNames('faint ellipsis', styles['grow'])}>
                  {entry.until === undefined ? 'until you unmute it' : `for ${duration(entry.until - now)} more`}
                </span>
                <button
                  type="button"
                  className="button small"
                  onClick={() =>
                    void mute({ target: entry.target, on: false }, `${labelOf(entry.target)} is no longer muted.`)
                  }
                >
                  Unmute
                </button>
              </li>
            ))}
          </ul>
        </div>
      )}
      <div className={styles['setting-list']}>
        <header>
          <div>
            <h3>Maintenance</h3>
            <p>Times in which devices may be offline without a notice.</p>
          </div>
          <button type="button" className="button" onClick={() => setForm('maintenance')}>
            <Plus size={14} aria-hidden="true" />
            Plan maintenance
          </button>
        </header>
        <ul aria-label="Maintenance">
          {value.maintenance.map((window) => (
            <li key={window.id}>
              <span className="ellipsis">{labelOf(window.target)}</span>
              <span className={classNames('faint ellipsis', styles['grow'])}>
                {absolute(window.from).slice(0, -3)} to {absolute(window.until).slice(0, -3)}
                {window.note === '' ? '' : ` · ${window.note}`}
              </span>
              <IconButton
                icon={Trash2}
                label={`Remove the maintenance of ${labelOf(window.target)}`}
                onClick={() =>
                  void changeAlerts({ maintenance: value.maintenance.filter(({ id }) => id !== window.id) })
                }
              />
            </li>
          ))}
        </ul>
      </div>
    </>
  );
};

/** The notices about devices, their times, and how long the history is kept. */
export const NotificationSettings = (): React.ReactNode => {
  const id = useId();
  const value = useAlertChoices((state) => state.value);
  const error = useAlertChoices((state) => state.error);
  const now = useNow((state) => state.now);
  useEffect(() => void loadAlertChoices(), []);
  if (value === undefined)
    return (
      <Group id="notifications" title="Notifications">
        {error === undefined ? (
          <div
            className={classNames('skeleton', styles['settings-skeleton'])}
            role="status"
            aria-label="Loading notifications"
          />
        ) : (
          <Failure error={error}>
            <button type="button" className="button small" onClick={() => void loadAlertChoices()}>
              Try again
            </button>
          </Failure>
        )}
      </Group>
    );
  const paused = value.pausedUntil !== undefined && value.pausedUntil > now ? value.pausedUntil : undefined;
  return (
    <Group id="notifications" title="Notifications">
      {paused === undefined ? null : (
        <div className={styles['setting']}>
          <div>
            <p className={styles['setting-name']}>Notifications are paused</p>
            <p>For {duration(paused - now)} more. What happens meanwhile is summed up then.</p>
          </div>
          <button
            type="button"
            className="button"
            onClick={() => void snooze({ forMs: 0 }, 'Notifications are on again.')}
          >
            Turn on
          </button>
        </div>
      )}
      <Setting id={`${id}-notify`} label="Tell me about" help="Devices that go offline and come back.">
        <Choice
          id={`${id}-notify`}
          value={value.notify}
          choices={notifyChoices}
          words={String}
          onChange={(notify) => void changeAlerts({ notify })}
        />
      </Setting>
      <Setting
        id={`${id}-grace`}
        label="Wait before telling"
        help="A device that is back sooner is not worth a notice."
      >
        <Choice
          id={`${id}-grace`}
          value={value.graceMs}
          choices={graceChoices}
          words={(ms) => duration(ms)}
          onChange={(graceMs) => void changeAlerts({ graceMs })}
        />
      </Setting>
      <Toggle
        id={`${id}-back`}
        label="Say when they are back"
        help="And for how long they were offline."
        checked={value.tellBack}
        onChange={(tellBack) => void changeAlerts({ tellBack })}
      />
      <Toggle
        id={`${id}-sound`}
        label="Sound"
        help="Rules can say otherwise for some devices."
        checked={value.sound}
        onChange={(sound) => void changeAlerts({ sound })}
      />
      <QuietHours value={value.quietHours} />
      <Lists value={value} />
      <Setting
        id={`${id}-days`}
        label="Keep the history for"
        help="What happened stays on this computer. Older lines are deleted."
      >
        <Choice
          id={`${id}-days`}
          value={value.historyDays}
          choices={historyChoices}
          words={(days) => `${days} days`}
          onChange={(historyDays) => void changeAlerts({ historyDays })}
        />
      </Setting>
    </Group>
  );
};
