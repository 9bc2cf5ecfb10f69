import { useEffect, useRef, useState } from 'react';

interface Tip {
  readonly text: string;
  readonly keys: string | undefined;
  readonly left: number;
  readonly top: number;
  readonly above: boolean;
}

/** Milliseconds the pointer rests before a tooltip appears. */
const rest = 450;

const tipOf = (element: HTMLElement): Tip | undefined => {
  const text = element.dataset['tip'];
  if (text === undefined) return undefined;
  const box = element.getBoundingClientRect();
  const above = box.bottom + 40 > innerHeight;
  return {
    text,
    keys: element.dataset['keys'],
    left: Math.min(Math.max(box.left + box.width / 2, 70), innerWidth - 70),
    top: above ? box.top - 6 : box.bottom + 6,
    above,
  };
};

/** One tooltip for the whole window: any element with `data-tip` has one, so a list of rows costs nothing. */
export const TipLayer = (): React.ReactNode => {
  const [tip, setTip] = useState<Tip>();
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  useEffect(() => {
    const hide = (): void => {
      clearTimeout(timer.current);
      setTip(undefined);
    };
    const over = (event: Event): void => {
      hide();
      const element = event.target instanceof Element ? event.target.closest<HTMLElement>('[data-tip]') : null;
      if (element === null) return;
      if (event.type === 'focusin' && !element.matches(':focus-visible')) return;
      timer.current = setTimeout(() => setTip(element.isConnected ? tipOf(element) : undefined), rest);
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
  if (tip === undefined) return null;
  return (
    <div className={`tip ${tip.above ? 'above' : ''}`} style={{ left: tip.left, top: tip.top }} aria-hidden="true">
      {tip.text}
      {tip.keys?.split(' ').map((key) => (
        <kbd key={key}>{key}</kbd>
      ))}
    </div>
  );
};
