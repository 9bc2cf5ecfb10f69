import { BellOff } from 'lucide-react';
import { DropdownMenu } from 'radix-ui';

const hour = 3_600_000;
const minute = 60_000;

/** How long a snooze can be, in milliseconds and words. */
export const snoozeChoices = [
  [30 * minute, '30 minutes'],
  [2 * hour, '2 hours'],
  [8 * hour, '8 hours'],
  [24 * hour, '1 day'],
] as const;

/** The rows of a menu that snooze or mute. */
export const MuteRows = ({
  onSnooze,
  onMute,
}: {
  readonly onSnooze: (forMs: number, period: string) => void;
  readonly onMute: () => void;
}): React.ReactNode => (
  <>
    {snoozeChoices.map(([ms, period]) => (
      <DropdownMenu.Item key={ms} className="menu-item" onSelect={() => onSnooze(ms, period)}>
        Snooze for {period}
      </DropdownMenu.Item>
    ))}
    <DropdownMenu.Separator className="menu-line" />
    <DropdownMenu.Item className="menu-item" onSelect={onMute}>
      <BellOff size={14} aria-hidden="true" />
      Mute until I turn it on again
    </DropdownMenu.Item>
  </>
);
