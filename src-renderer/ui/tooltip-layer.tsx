import { useEffect, useLayoutEffect, useRef, useState } from 'react';

interface Tip {
  readonly text: string;
  readonly keys: string | undefined;
  /** What it is about. */
  readonly place: Element;
}

/** Milliseconds the pointer rests before a tooltip appears. */
const rest = 450;

/** Pixels between a tooltip and what it is about, and the edges of the window. */
const gap = 6;

/** How far up from the pointer a text is looked for that was shortened. */
const nearby = 3;

/** The text at an element, where only the beginning of it is shown. */
const shortenedAt = (target: Element): HTMLElement | undefined => {
  let at: Element | null = target;
  for (let step = 0; at instanceof HTMLElement && step < nearby; step++, at = at.parentElement) {
    const { textOverflow, webkitLineClamp } = getComputedStyle(at);
    if (textOverflow === 'ellipsis' && at.scrollWidth > at.clientWidth) return at;
    if (webkitLineClamp !== 'none' && at.scrollHeight > at.clientHeight) return at;
  }
  return undefined;
};

/** The tip of an element: its own tip, and its whole text if that is shortened. */
const tipAt = (target: Element): Tip | undefined => {
  const element = target.closest<HTMLElement>('[data-tip]');
  const shortened = shortenedAt(target);
  const place = element ?? shortened;
  if (place?.isConnected !== true) return undefined;
  const told = element?.dataset['tip'] ?? '';
  const whole = shortened?.textContent ?? '';
  const parts = told.includes(whole) ? [told] : [whole, told];
  return { text: parts.filter((part) => part !== '').join(' · '), keys: element?.dataset['keys'], place };
};

/**
 * One tooltip for the whole window: any element with `data-tip` has one, and any text that was shortened, so a list of
 * rows costs nothing.
 */
export const TooltipLayer = (): React.ReactNode => {
  const [tip, setTip] = useState<Tip>();
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const shown = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const hide = (): void => {
      clearTimeout(timer.current);
      setTip(undefined);
    };
    const over = (event: Event): void => {
      hide();
      const { target } = event;
      if (!(target instanceof Element)) return;
      if (event.type === 'focusin' && !target.matches(':focus-visible')) return;
      timer.current = setTimeout(() => setTip(tipAt(target)), rest);
    };
    const listeners = new AbortController();
    const { signal } = listeners;
    document.addEventListener('pointerover', over, { signal });
    document.addEventListener('focusin', over, { signal });
    for (const name of ['pointerdown', 'keydown', 'focusout', 'scroll'])
      document.addEventListener(name, hide, { signal, capture: true });
    return () => {
      listeners.abort();
      clearTimeout(timer.current);
    };
  }, []);
  useLayoutEffect(() => {
    if (tip === undefined || shown.current === null) return;
    // Its own size is known only now.
    const { offsetWidth, offsetHeight, style } = shown.current;
    const box = tip.place.getBoundingClientRect();
    const left = Math.min(box.left + (box.width - offsetWidth) / 2, innerWidth - offsetWidth - gap);
    const below = box.bottom + gap;
    style.left = `${Math.max(gap, left)}px`;
    style.top = `${Math.max(gap, below + offsetHeight > innerHeight ? box.top - gap - offsetHeight : below)}px`;
  }, [tip]);
  if (tip === undefined) return null;
  return (
    <div ref={shown} className="tip" aria-hidden="true">
      {tip.text}
      {tip.keys?.split(' ').map((key) => (
        <kbd key={key}>{key}</kbd>
      ))}
    </div>
  );
};
