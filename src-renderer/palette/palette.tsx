import { Search } from 'lucide-react';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { fold } from '../../src-main/core/text/letters.ts';
import { fleet, useDevice, useMainState } from '../state/main-state.ts';
import { connect, defaultService } from '../commands/device-commands.ts';
import { PresenceMark } from '../ui/controls.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { hasMod, modKey } from '../ui/shortcuts.ts';
import { useView } from '../state/view-store.ts';
import { best, fuzzyScore } from './fuzzy-score.ts';
import { commands, type Command } from './palette-commands.ts';
import { deviceActions, type DeviceAction } from './palette-device-actions.ts';
import { windowFrame, type PaletteFrame } from '../commands/palette-frame.ts';
import { PaletteSearch } from './palette-search.ts';

type Item =
  | { readonly kind: 'device'; readonly key: string }
  | { readonly kind: 'command'; readonly command: Command }
  | { readonly kind: 'action'; readonly action: DeviceAction }
  | { readonly kind: 'meant'; readonly text: string };

/** What the input is for: finding something, choosing what to do with a device, or the user name to do it as. */
type Step =
  | { readonly kind: 'find' }
  | { readonly kind: 'actions'; readonly deviceKey: string }
  | { readonly kind: 'user'; readonly deviceKey: string; readonly action: DeviceAction };

const maxShown = 8;
const maxCommands = 3;

const itemKey = (item: Item): string => {
  switch (item.kind) {
    case 'device':
      return item.key;
    case 'command':
      return item.command.name;
    case 'action':
      return item.action.id;
    case 'meant':
      return item.kind;
    default:
      return item satisfies never;
  }
};

const asCommand = (command: Command): Item => ({ kind: 'command', command });
const asDevice = (key: string): Item => ({ kind: 'device', key });

/** Without a text: what was used lately, favourites, then commands. */
const suggestions = (recents: readonly string[], offered: readonly Command[]): readonly Item[] => {
  const known = recents.filter((key) => fleet.get(key) !== undefined);
  const favourites = best(fleet.devices(), (device) => (device.favourite ? 1 : undefined), maxShown).map(
    ({ key }) => key,
  );
  const keys = [...new Set([...known, ...favourites])].slice(0, maxShown - maxCommands);
  return [...keys.map(asDevice), ...offered.map(asCommand)].slice(0, maxShown);
};

/** The search, prepared with the fleet as it is when the palette is shown. */
const usePrepared = (shown: number): PaletteSearch => {
  const loaded = useMainState((state) => state.loaded);
  return useMemo(() => {
    const search = new PaletteSearch();
    if (loaded && shown >= 0) search.prepare(fleet.searchable());
    return search;
  }, [loaded, shown]);
};

const useItems = (host: PaletteFrame, step: Step, text: string, shown: number): readonly Item[] => {
  const search = usePrepared(shown);
  // Only a text, a step or a new showing changes what is listed: a fleet that changes meanwhile moves no line.
  return useMemo(() => {
    if (step.kind === 'user') return [{ kind: 'action', action: step.action }];
    const typed = fold(text.trim());
    if (step.kind === 'actions') {
      const actions = deviceActions(step.deviceKey);
      const fitting = typed === '' ? actions : best(actions, ({ name }) => fuzzyScore(typed, fold(name)), maxShown);
      return fitting.map((action): Item => ({ kind: 'action', action }));
    }
    const recents = useMainState.getState().app?.recents ?? [];
    const offered = commands.filter((command) => command.here !== true || host.kind === 'window');
    if (typed === '') return suggestions(recents, offered);
    const found = search.find({ text, recents, limit: maxShown, now: Date.now() });
    const wanted = best(offered, (command) => fuzzyScore(typed, fold(command.name)), maxCommands);
    return [...found.slice(0, maxShown - wanted.length).map(asDevice), ...wanted.map(asCommand)];
  }, [host, step, text, search]);
};

/** Milliseconds after the last key in which nobody types on: a near miss is looked for in the whole fleet. */
const pauseMs = 250;

/** What was probably meant by a text that finds nothing; undefined until it is known. An empty text is not asked about. */
const useMeant = (text: string): string | undefined => {
  const [known, setKnown] = useState<{ readonly text: string; readonly meant: string | undefined }>();
  useEffect(() => {
    if (text === '') return;
    const timer = setTimeout(() => setKnown({ text, meant: fleet.meantBy(text, { kind: 'all' }) }), pauseMs);
    return () => clearTimeout(timer);
  }, [text]);
  return known?.text === text ? known.meant : undefined;
};

const DeviceItem = ({
  deviceKey,
  selected,
}: {
  readonly deviceKey: string;
  readonly selected: boolean;
}): React.ReactNode => {
  const device = useDevice(deviceKey);
  const account = useMainState((host) => host.accountsById.get(device?.accountId ?? '')?.label);
  if (device === undefined) return <span className="faint">This device is gone</span>;
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
          <kbd>⇥</kbd> more
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

const placeholders = { find: 'Find a device or a command', actions: 'What to do', user: 'User name' } as const;
const labels = {
  find: 'Search devices and commands',
  actions: 'Search what can be done',
  user: 'User name',
} as const;

/** How many failures the window shows: more after something than before it means that it failed. */
const failures = (): number => useView.getState().toasts.filter(({ tone }) => tone === 'error').length;

/**
 * Devices and commands by a few letters: Enter connects, Tab lists what else can be done. `shown` changes when it is
 * shown again.
 */
export const PaletteBody = ({
  host,
  shown = 0,
}: {
  readonly host: PaletteFrame;
  readonly shown?: number;
}): React.ReactNode => {
  const [step, setStep] = useState<Step>({ kind: 'find' });
  const [text, setText] = useState('');
  const [at, setAt] = useState(0);
  const [busy, setBusy] = useState('');
  const input = useRef<HTMLInputElement>(null);
  const found = useItems(host, step, text, shown);
  const meant = useMeant(step.kind === 'find' && found.length === 0 ? text.trim() : '');
  const items: readonly Item[] = meant === undefined ? found : [{ kind: 'meant', text: meant }];
  const selected = Math.max(0, Math.min(at, items.length - 1));
  const go = useCallback((next: Step): void => {
    setStep(next);
    setText('');
    setAt(0);
  }, []);

  useEffect(() => {
    // What was typed last time is there to be used again, and gone with the next letter.
    go({ kind: 'find' });
    setBusy('');
    input.current?.focus();
  }, [shown, go]);

  const settle = async (words: string, work: void | Promise<void>): Promise<void> => {
    if (host.kind === 'window') {
      host.close();
      return;
    }
    const before = failures();
    setBusy(words);
    await work;
    setBusy('');
    // A failure is read where it happened; all else needs this no longer.
    if (failures() <= before) host.close();
  };
  const run = (item: Item | undefined, other: boolean): void => {
    if (item === undefined) return;
    if (item.kind === 'command') item.command.run(host);
    else if (item.kind === 'meant') {
      setText(item.text);
      setAt(0);
    } else if (item.kind === 'device') {
      if (other) {
        host.show({ show: 'device', deviceKey: item.key });
        return;
      }
      if (host.kind === 'window') host.show({ show: 'device', deviceKey: item.key });
      void settle(`Connecting to ${fleet.get(item.key)?.name ?? 'it'}…`, connect(item.key));
    } else if (step.kind === 'actions' && item.action.asksUser === true)
      go({ kind: 'user', deviceKey: step.deviceKey, action: item.action });
    else if (step.kind === 'user' && text.trim() === '') return;
    else if (item.action.id === 'show' || item.action.id === 'operation') void item.action.run(host, '');
    else void settle(`${item.action.name}…`, item.action.run(host, text.trim()));
  };
  const offerActions = (): boolean => {
    const item = items[selected];
    if (step.kind !== 'find' || item?.kind !== 'device') return false;
    go({ kind: 'actions', deviceKey: item.key });
    return true;
  };
  const back = (): void => {
    if (step.kind === 'user') go({ kind: 'actions', deviceKey: step.deviceKey });
    else if (step.kind === 'actions') go({ kind: 'find' });
    else if (text !== '') setText('');
    else host.close();
  };
  const about = useDevice(step.kind === 'find' ? undefined : step.deviceKey)?.name;
  return (
    <>
      <div className="palette-top">
        {about === undefined ? null : <span className="palette-about ellipsis">{about}</span>}
        <input
          ref={input}
          className="palette-input"
          role="combobox"
          aria-label={labels[step.kind]}
          aria-expanded={items.length > 0}
          aria-controls="palette-list"
          aria-activedescendant={items.length > 0 ? `palette-${selected}` : undefined}
          placeholder={placeholders[step.kind]}
          autoComplete="off"
          spellCheck={false}
          maxLength={step.kind === 'user' ? 64 : 1024}
          autoFocus
          value={text}
          onChange={(event) => {
            setText(event.target.value);
            setAt(0);
          }}
          onKeyDown={(event) => {
            if (event.nativeEvent.isComposing) return;
            if (event.key === 'ArrowDown') setAt(items.length === 0 ? 0 : (selected + 1) % items.length);
            else if (event.key === 'ArrowUp')
              setAt(items.length === 0 ? 0 : (selected - 1 + items.length) % items.length);
            else if (event.key === 'Enter') run(items[selected], hasMod(event));
            else if (event.key === 'Escape') back();
            else if (event.key === 'Tab' && !event.shiftKey) offerActions();
            else if (hasMod(event) && event.key.toLowerCase() === 'k') {
              // Where there is nothing more to offer, the key that opened the palette closes it.
              if (!offerActions()) host.close();
            } else return;
            event.preventDefault();
            event.stopPropagation();
          }}
        />
      </div>
      <div className="palette-list" role="listbox" id="palette-list" aria-label="Results" aria-busy={busy !== ''}>
        {items.map((item, index) => (
          <div
            key={itemKey(item)}
            id={`palette-${index}`}
            className="palette-row"
            role="option"
            aria-selected={index === selected}
            onPointerMove={() => setAt(index)}
            onClick={() => run(item, false)}
          >
            {item.kind === 'device' ? (
              <DeviceItem deviceKey={item.key} selected={index === selected} />
            ) : item.kind === 'command' ? (
              <CommandItem command={item.command} selected={index === selected} />
            ) : item.kind === 'meant' ? (
              <>
                <Search size={15} strokeWidth={1.75} aria-hidden="true" />
                <span className="ellipsis">Did you mean {item.text}?</span>
                <span className="palette-actions">
                  <kbd>⏎</kbd>
                </span>
              </>
            ) : (
              <>
                <item.action.icon size={15} strokeWidth={1.75} aria-hidden="true" />
                <span className="ellipsis">
                  {step.kind === 'user' ? `${item.action.name.replace('…', '')} ${text}` : item.action.name}
                </span>
                <span className="palette-actions">{index === selected ? <kbd>⏎</kbd> : null}</span>
              </>
            )}
          </div>
        ))}
        {items.length === 0 ? (
          <div className="palette-empty" role="option" aria-selected="false" aria-disabled="true">
            Nothing matches. Try fewer letters.
          </div>
        ) : null}
      </div>
      <div className="palette-foot" role="status">
        {busy === '' ? (
          <>
            <span>
              <kbd>↑</kbd> <kbd>↓</kbd> move
            </span>
            <span>
              <kbd>{modKey} ⏎</kbd> show
            </span>
            <span>
              <kbd>Esc</kbd> {step.kind !== 'find' ? 'back' : text === '' ? 'close' : 'clear'}
            </span>
          </>
        ) : (
          busy
        )}
      </div>
    </>
  );
};

/** The palette over the window. */
export const Palette = (): React.ReactNode => (
  <Dialog label="Palette" onClose={() => windowFrame.close()}>
    <PaletteBody host={windowFrame} />
  </Dialog>
);
