import { CircleUser, Globe, Group, Search, Server, Tag, type LucideIcon } from 'lucide-react';
import { useId, useState } from 'react';
import { fold } from '../../src-main/core/text/letters.ts';
import type { AlertTargetView } from '../../src-preload/contract/alert.ts';
import { fleet, useMainState } from '../state/main-state.ts';
import { best, fuzzyScore } from '../palette/fuzzy-score.ts';
import { PaletteSearch } from '../palette/palette-search.ts';
import { Field } from '../ui/controls.tsx';
import styles from './target-picker.module.css';

/** Something that a rule or a maintenance window can be about. */
export interface Place {
  readonly key: string;
  /** What it is called where it stands alone. */
  readonly label: string;
  readonly target: AlertTargetView;
}

/** Lines offered at once, and how many of them devices may not take. */
const maxMatches = 6;
const maxKept = 4;

const icons: Readonly<Record<AlertTargetView['kind'], LucideIcon>> = {
  everything: Globe,
  account: CircleUser,
  group: Group,
  tag: Tag,
  query: Search,
  device: Server,
};

/** All accounts. */
export const everything: Place = { key: 'everything', label: 'Everything', target: { kind: 'everything' } };

interface Offer {
  readonly places: readonly (Place & { readonly folded: string })[];
  readonly search: PaletteSearch;
}

/** Accounts, groups, and tags of more than one device (MODE tells serial numbers as tags), as the fleet is now. */
const offerNow = (withEverything: boolean): Offer => {
  const { accounts } = useMainState.getState();
  const labels = new Map(accounts.map(({ id, label }) => [id, label]));
  const groups = new Map<string, Place>();
  const tags = new Map<string, number>();
  const searchable = fleet.searchable();
  for (const { device } of searchable) {
    for (const group of device.groups) {
      const key = `group ${device.accountId} ${group}`;
      if (groups.has(key)) continue;
      const label = `Group ${group} of ${labels.get(device.accountId) ?? 'a removed account'}`;
      groups.set(key, { key, label, target: { kind: 'group', accountId: device.accountId, group } });
    }
    for (const tag of device.tags) tags.set(tag, (tags.get(tag) ?? 0) + 1);
  }
  const byLabel = (a: Place, b: Place): number => a.label.localeCompare(b.label);
  const places: Place[] = [
    ...(withEverything ? [everything] : []),
    ...accounts.map(({ id, label }): Place => ({
      key: `account ${id}`,
      label: `Account ${label}`,
      target: { kind: 'account', accountId: id },
    })),
    ...[...groups.values()].toSorted(byLabel),
    ...[...tags]
      .filter(([, count]) => count > 1)
      .map(([tag]): Place => ({ key: `tag ${tag}`, label: `Tag ${tag}`, target: { kind: 'tag', tag } }))
      .toSorted(byLabel),
  ];
  const search = new PaletteSearch();
  search.prepare(searchable);
  return { places: places.map((place) => ({ ...place, folded: fold(place.label) })), search };
};

const found = ({ places, search }: Offer, text: string): readonly Place[] => {
  const typed = fold(text.trim());
  if (typed === '') return places.slice(0, maxMatches);
  const fitting = best(places, ({ folded }) => fuzzyScore(typed, folded), maxMatches);
  const devices = search
    .find({ text, recents: [], limit: maxMatches, now: Date.now() })
    .flatMap((key): readonly Place[] => {
      const device = fleet.get(key);
      return device === undefined ? [] : [{ key, label: device.name, target: { kind: 'device', deviceKey: key } }];
    });
  const kept = fitting.slice(0, Math.max(maxKept, maxMatches - devices.length));
  const query: Place = {
    key: `query ${text.trim()}`,
    label: `Devices that match ${text.trim()}`,
    target: { kind: 'query', query: text.trim() },
  };
  return [...[...kept, ...devices].slice(0, maxMatches), query];
};

/** Chooses what a rule is for by typing: an account, a group, a tag, a device, or whatever matches the text as a query. */
export const TargetPicker = ({
  id,
  withEverything,
  chosen,
  onChoose,
}: {
  readonly id: string;
  readonly withEverything: boolean;
  readonly chosen: Place | undefined;
  readonly onChoose: (place: Place) => void;
}): React.ReactNode => {
  const list = useId();
  // As the fleet was when it was opened: one that changes meanwhile moves no line.
  const [offer] = useState(() => offerNow(withEverything));
  const [text, setText] = useState<string>();
  const [at, setAt] = useState(0);
  const open = text !== undefined;
  const items = open ? found(offer, text) : [];
  const selected = Math.max(0, Math.min(at, items.length - 1));
  const close = (): void => setText(undefined);
  const show = (typed: string): void => {
    setText(typed);
    setAt(0);
  };
  const choose = (place: Place | undefined): void => {
    if (place === undefined) return;
    onChoose(place);
    close();
  };
  return (
    <Field id={id} label="For">
      <div className={styles['target-picker']}>
        <input
          id={id}
          className="input"
          role="combobox"
          aria-autocomplete="list"
          aria-expanded={open}
          aria-controls={open ? list : undefined}
          aria-activedescendant={items.length > 0 ? `${list}-${selected}` : undefined}
          placeholder="Account, group, tag, device or search"
          autoComplete="off"
          spellCheck={false}
          maxLength={1024}
          value={text ?? chosen?.label ?? ''}
          onFocus={(event) => event.currentTarget.select()}
          onClick={() => {
            if (!open) show('');
          }}
          onBlur={close}
          onChange={(event) => show(event.target.value)}
          onKeyDown={(event) => {
            if (event.nativeEvent.isComposing) return;
            const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
            if (step !== 0 && !open) show('');
            else if (step !== 0) setAt(items.length === 0 ? 0 : (selected + step + items.length) % items.length);
            else if (!open) return;
            else if (event.key === 'Enter') choose(items[selected]);
            else if (event.key === 'Escape') close();
            else return;
            event.preventDefault();
            event.stopPropagation();
          }}
        />
        {open ? (
          <div className={styles['target-list']} role="listbox" id={list} aria-label="What it is for">
            {items.map((place, index) => {
              const Icon = icons[place.target.kind];
              return (
                <div
                  key={place.key}
                  id={`${list}-${index}`}
                  role="option"
                  className={styles['target-option']}
                  aria-selected={index === selected}
                  onPointerMove={() => setAt(index)}
                  // The field keeps the focus, so that it does not close before the click.
                  onPointerDown={(event) => event.preventDefault()}
                  onClick={() => choose(place)}
                >
                  <Icon size={14} strokeWidth={1.75} aria-hidden="true" />
                  <span className="ellipsis">{place.label}</span>
                </div>
              );
            })}
            {items.length > 0 ? null : (
              <div className={styles['target-option']} role="option" aria-selected="false" aria-disabled="true">
                Nothing matches. Try fewer letters.
              </div>
            )}
          </div>
        ) : null}
      </div>
    </Field>
  );
};
