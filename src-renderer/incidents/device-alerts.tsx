import { Bell, BellOff, Check } from 'lucide-react';
import { DropdownMenu } from 'radix-ui';
import type { AlertSettingsView, AlertTargetView } from '../../src-preload/contract/alert.ts';
import type { DeviceView } from '../../src-preload/contract/device.ts';
import { useNow } from '../ui/clock.ts';
import { goTo } from '../state/view-store.ts';
import {
  changeAlerts,
  loadAlertChoices,
  mute,
  sameTarget,
  snooze,
  tellWhenBack,
  useAlertChoices,
} from './alert-choices.ts';
import { MuteRows } from './mute-menu.tsx';

const ruleWords = { all: 'Always tell me', none: 'Never tell me', default: 'As the other rules say' } as const;

const withRule = (
  rules: AlertSettingsView['rules'],
  target: AlertTargetView,
  notify: 'all' | 'none' | undefined,
): AlertSettingsView['rules'] => {
  const before = rules.find((rule) => sameTarget(rule.target, target));
  const others = rules.filter((rule) => !sameTarget(rule.target, target));
  const { notify: _, ...rest } = before ?? { target };
  const next = notify === undefined ? rest : { ...rest, notify };
  return Object.keys(next).length > 1 ? [...others, next] : others;
};

/** The bell of a device: whether and when its losses cause notices. */
export const DeviceAlerts = ({ device }: { readonly device: DeviceView }): React.ReactNode => {
  const choices = useAlertChoices((state) => state.value);
  const now = useNow((clock) => clock.now);
  const target: AlertTargetView = { kind: 'device', deviceKey: device.key };
  const muted =
    choices?.mutes.some((entry) => sameTarget(entry.target, target) && (entry.until ?? Infinity) > now) === true;
  const waits = choices?.tellWhenBack.includes(device.key) === true;
  const rule = choices?.rules.find((entry) => sameTarget(entry.target, target))?.notify;
  const chosen = rule === 'all' || rule === 'none' ? rule : 'default';
  const Icon = muted || rule === 'none' ? BellOff : Bell;
  return (
    <DropdownMenu.Root
      modal={false}
      onOpenChange={(open) => {
        if (open) void loadAlertChoices();
      }}
    >
      <DropdownMenu.Trigger
        className={`icon-button ${waits ? 'on' : ''}`}
        aria-label="Notifications of this device"
        data-tip={muted ? 'Notifications: muted' : waits ? 'Notifications: you hear when it is back' : 'Notifications'}
      >
        <Icon size={15} strokeWidth={1.75} aria-hidden="true" />
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content className="menu" align="end" sideOffset={6}>
          {device.presence.state === 'online' && !waits ? null : (
            <DropdownMenu.CheckboxItem
              className="menu-item"
              checked={waits}
              onCheckedChange={(on) => void tellWhenBack(device.key, on, device.name)}
            >
              Tell me when it is back
              <DropdownMenu.ItemIndicator className="menu-detail">
                <Check size={14} aria-hidden="true" />
              </DropdownMenu.ItemIndicator>
            </DropdownMenu.CheckboxItem>
          )}
          <DropdownMenu.RadioGroup
            value={chosen}
            onValueChange={(value) =>
              void changeAlerts({
                rules: withRule(choices?.rules ?? [], target, value === 'all' || value === 'none' ? value : undefined),
              })
            }
          >
            {(['default', 'all', 'none'] as const).map((value) => (
              <DropdownMenu.RadioItem key={value} className="menu-item" value={value} disabled={choices === undefined}>
                {ruleWords[value]}
                <DropdownMenu.ItemIndicator className="menu-detail">
                  <Check size={14} aria-hidden="true" />
                </DropdownMenu.ItemIndicator>
              </DropdownMenu.RadioItem>
            ))}
          </DropdownMenu.RadioGroup>
          <DropdownMenu.Separator className="menu-line" />
          {muted ? (
            <DropdownMenu.Item
              className="menu-item"
              onSelect={() => void mute({ target, on: false }, `${device.name} is no longer muted.`)}
            >
              <Bell size={14} aria-hidden="true" />
              Unmute
            </DropdownMenu.Item>
          ) : (
            <MuteRows
              onSnooze={(forMs, period) => void snooze({ target, forMs }, `${device.name} is quiet for ${period}.`)}
              onMute={() => void mute({ target, on: true }, `${device.name} is muted.`)}
            />
          )}
          <DropdownMenu.Separator className="menu-line" />
          <DropdownMenu.Item className="menu-item" onSelect={() => goTo('settings')}>
            All rules
          </DropdownMenu.Item>
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
};
