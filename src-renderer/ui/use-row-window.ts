import { useCallback, useLayoutEffect, useState, useSyncExternalStore, type RefObject } from 'react';

/** Lines kept ready above and below the visible ones. */
const overscan = 8;

/** The lines to render: first and last index, inclusive. `last` is below `first` when there are none. */
export interface RowWindow {
  readonly first: number;
  readonly last: number;
}

/** Which lines of equal height are in sight, in steps of a few lines so that scrolling renders rarely. */
export const rowWindow = (scrollTop: number, height: number, count: number, rowHeight: number): RowWindow => {
  const step = overscan / 2;
  const top = Math.floor(scrollTop / rowHeight / step) * step;
  return {
    first: Math.max(0, Math.min(top, count) - overscan),
    last: Math.min(count - 1, top + step + Math.ceil(height / rowHeight) + overscan),
  };
};

/**
 * Follows the scroll position of a list whose lines are all of one height. Nothing is kept for each line, so a new
 * search over 100,000 devices costs no more than one over ten.
 */
export const useRowWindow = (scroller: RefObject<HTMLElement | null>, count: number, rowHeight: number): RowWindow => {
  const [element, setElement] = useState<HTMLElement | null>(null);
  useLayoutEffect(() => setElement(scroller.current), [scroller]);
  const subscribe = useCallback(
    (changed: () => void) => {
      if (element === null) return () => {};
      element.addEventListener('scroll', changed, { passive: true });
      const resized = new ResizeObserver(changed);
      resized.observe(element);
      return () => {
        element.removeEventListener('scroll', changed);
        resized.disconnect();
      };
    },
    [element],
  );
  const read = (): string => {
    const { first, last } = rowWindow(element?.scrollTop ?? 0, element?.clientHeight ?? 0, count, rowHeight);
    return `${first} ${last}`;
  };
  // A text, because the store is compared by identity.
  const [first = 0, last = -1] = useSyncExternalStore(subscribe, read).split(' ').map(Number);
  return { first, last };
};
