import {
  Cable,
  CircleUser,
  Circle,
  Keyboard,
  Layers,
  Moon,
  Plus,
  RefreshCw,
  Settings,
  Star,
  Sun,
  Wrench,
  type LucideIcon,
} from 'lucide-react';
import { useDeferredValue, useMemo, useState } from 'react';
import { fold } from '../../src-preload/contract/query.ts';
import type { DeviceView } from '../../src-preload/contract/views.ts';
import { ask, fleet, useHost } from '../bridge/store.ts';
import type { FleetIndex } from '../fleet/fleet-index.ts';
import { openBulk } from '../bulk/bulk-store.ts';
import { connect, defaultService, refresh } from '../device/actions.ts';
import { PresenceMark } from '../ui/controls.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { hasMod, modKey } from '../ui/keys.ts';
import { goTo, openPanel, setAccountForm, setOverlay, showScope, toast, toastError, useView } from '../ui/view-store.ts';
import { best, fuzzyScore, holdingScore } from './find.ts';

interface Command {
  readonly name: string;
  readonly icon: LucideIcon;
  readonly keys?: string;
  readonly run: () => void;
}

const setTheme = async (theme: 'light' | 'dark' | 'system'): Promise<void> => {
  const answer = await ask('settings.change', { theme });
  if (!answer.ok) toastError(answer.error);
};

const actOnSelection = (): void => {
  const { marked, active } = useView.getState();
  const chosen = marked.size > 0 ? [...marked] : active === undefined ? [] : [active];
  if (chosen.length > 0) openBulk(chosen);
  else toast({ tone: 'error', text: 'No device is selected.', hint: 'Press x on a device in the list to select it.' });
};

const commands: readonly Command[] = [
  { name: 'All devices', icon: Layers, keys: 'g a', run: () => showScope({ kind: 'all' }) },
  { name: 'Favourites', icon: Star, run: () => showScope({ kind: 'favourites' }) },
  { name: 'Offline devices', icon: Circle, keys: 'g o', run: () => showScope({ kind: 'offline' }) },
  { name: 'Forwards', icon: Cable, keys: 'g f', run: () => goTo('forwards') },
  { name: 'Accounts', icon: CircleUser, keys: 'g c', run: () => goTo('accounts') },
  { name: 'Add account', icon: Plus, run: () => setAccountForm({ kind: 'add' }) },
  { name: 'Refresh all accounts', icon: RefreshCw, run: () => void refresh() },
  { name: 'Actions for the selected devices', icon: Wrench, run: actOnSelection },
  { name: 'Settings', icon: Settings, keys: `${modKey} ,`, run: () => goTo('settings') },
  { name: 'Theme: light', icon: Sun, run: () => void setTheme('light') },
  { name: 'Theme: dark', icon: Moon, run: () => void setTheme('dark') },
  { name: 'Theme: system', icon: Moon, run: () => void setTheme('system') },
  { name: 'Keyboard shortcuts', icon: Keyboard, keys: '?', run: () => setOverlay('shortcuts') },
];

type Item =
  | { readonly kind: 'device'; readonly device: DeviceView }
  | { readonly kind: 'command'; readonly command: Command };

const most = 8;

const find = (devices: FleetIndex, text: string): readonly Item[] => {
  const typed = fold(text.trim());
  const asItem = (command: Command): Item => ({ kind: 'command', command });
  if (typed === '') {
    const favourites = best(devices.devices(), (device) => (device.favourite ? 1 : undefined), 3);
    return [...favourites.map((device): Item => ({ kind: 'device', device })), ...commands.map(asItem)].slice(0, most);
  }
  const words = typed.split(' ');
  // Names that hold the text beat all others, so most searches end after the cheap half.
  let found = best(devices.searchable(), ({ name }) => holdingScore(typed, name), most);
  if (found.length < most)
    found = best(
      devices.searchable(),
      ({ name, any }) => fuzzyScore(typed, name) ?? (words.every((word) => any.includes(word)) ? -100 : undefined),
      most,
    );
  const wanted = best(commands, (command) => fuzzyScore(typed, fold(command.name)), 3);
  const matching = found.map(({ device }): Item => ({ kind: 'device', device }));
  return [...matching.slice(0, most - wanted.length), ...wanted.map(asItem)];
};

const DeviceItem = ({
  device,
  selected,
}: {
  readonly device: DeviceView;
  readonly selected: boolean;
}): React.ReactNode => {
  const account = useHost((host) => host.accountsById.get(device.accountId)?.label);
  const service = defaultService(device);
  return (
    <>
      <PresenceMark state={device.presence.state} />
      <span className="palette-name ellipsis">{device.name}</span>
      <span className="faint ellipsis">
        {[device.groups[0], account].filter((part) => part !== undefined).join(' · ')}
      </span>
      {selected ? (
        <span className="palette-actions">
          {service === undefined ? null : (
            <>
              {service.name} <kbd>⏎</kbd>
            </>
          )}
          Show <kbd>{modKey} ⏎</kbd>
        </span>
      ) : null}
    </>
  );
};

const CommandItem = ({
  command,
  selected,
}: {
  readonly command: Command;
  readonly selected: boolean;
}): React.ReactNode => (
  <>
    <command.icon size={15} strokeWidth={1.75} aria-hidden="true" />
    <span className="ellipsis">{command.name}</span>
    <span className="palette-actions">
      {selected ? <kbd>⏎</kbd> : command.keys?.split(' ').map((key) => <kbd key={key}>{key}</kbd>)}
    </span>
  </>
);

/** Devices and commands by a few letters. Enter connects, with the modifier it shows the device. */
export const Palette = (): React.ReactNode => {
  const [text, setText] = useState('');
  const [at, setAt] = useState(0);
  const version = useHost((host) => host.fleetVersion);
  // Typing never waits for the search of a large fleet.
  const typed = useDeferredValue(text);
  const items = useMemo(() => find(fleet.at(version), typed), [typed, version]);
  const close = (): void => setOverlay('none');
  const run = (item: Item | undefined, show: boolean): void => {
    if (item === undefined) return;
    close();
    if (item.kind === 'command') item.command.run();
    else {
      openPanel(item.device.key);
      if (!show) void connect(item.device.key);
    }
  };
  // What Enter does is what the text says, also where the list still lags behind it.
  const itemsNow = (): readonly Item[] => (typed === text ? items : find(fleet, text));
  const selected = Math.max(0, Math.min(at, items.length - 1));
  return (
    <Dialog label="Palette" onClose={close}>
      <input
        className="palette-input"
        role="combobox"
        aria-label="Search devices and commands"
        aria-expanded={items.length > 0}
        aria-controls="palette-list"
        aria-activedescendant={items.length > 0 ? `palette-${selected}` : undefined}
        placeholder="Find a device or a command"
        autoComplete="off"
        spellCheck={false}
        autoFocus
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          setAt(0);
        }}
        onKeyDown={(event) => {
          if (event.key === 'ArrowDown') setAt(items.length === 0 ? 0 : (selected + 1) % items.length);
          else if (event.key === 'ArrowUp')
            setAt(items.length === 0 ? 0 : (selected - 1 + items.length) % items.length);
          else if (event.key === 'Enter') run(itemsNow()[selected], hasMod(event));
          else if (event.key === 'Escape' && text !== '') setText('');
          else return;
          event.preventDefault();
          event.stopPropagation();
        }}
      />
      <div className="palette-list" role="listbox" id="palette-list" aria-label="Results">
        {items.map((item, index) => (
          <div
            key={item.kind === 'device' ? item.device.key : item.command.name}
            id={`palette-${index}`}
            className="palette-row"
            role="option"
            aria-selected={index === selected}
            onPointerMove={() => setAt(index)}
            onClick={() => run(item, false)}
          >
            {item.kind === 'device' ? (
              <DeviceItem device={item.device} selected={index === selected} />
            ) : (
              <CommandItem command={item.command} selected={index === selected} />
            )}
          </div>
        ))}
        {items.length === 0 ? (
          <div className="palette-empty" role="option" aria-selected="false" aria-disabled="true">
            Nothing matches. Try fewer letters.
          </div>
        ) : null}
      </div>
    </Dialog>
  );
};
