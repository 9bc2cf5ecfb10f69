/**
 * What is wrong with the layout of what can be seen, in words; empty if nothing is. It runs in the page, so it uses
 * nothing from outside of itself.
 *
 * - No text and no control is cut by what it stands in. A scroll container may hide what can be scrolled to, downwards;
 *   sideways only one that `sideways` matches. `text-overflow: ellipsis` and `line-clamp` may shorten: the window shows
 *   the whole text of those as a tooltip. Something has to be left to read.
 * - No text and no control lies over another one.
 * - Nothing runs out of a box it stands in, or of the window.
 *
 * @param options.scope selector of the part that is looked at
 * @param options.sideways selector of what is meant to be scrolled sideways
 * @param options.foreign selector of what others draw: the screens of a terminal and of a device
 */
export const layoutTroubles = (options: {
  readonly scope: string;
  readonly sideways: string;
  readonly foreign: string;
}): readonly string[] => {
  interface Box {
    readonly left: number;
    readonly top: number;
    readonly right: number;
    readonly bottom: number;
  }
  interface Item {
    /** What it is called in a message. */
    readonly name: string;
    /** The text, or the control. */
    readonly node: Node;
    /** What it is painted on: things on different grounds cover each other on purpose. */
    readonly ground: Element;
    /** The next box around it that is scrolled, and where it is in there, in sight or not. */
    readonly scroller: Element | undefined;
    readonly place: Box;
    /** The part of it that is in sight. */
    readonly seen: Box | undefined;
  }
  /** Pixels: less is rounding, or the part of a line that holds no ink. */
  const slack = 1.5;
  const lineSlack = 3.5;
  /** Width of which a shortened text keeps some letters. */
  const legible = 22;

  /** Asks once: hundreds of texts stand in the same boxes. */
  const once = <T>(ask: (element: Element) => T): ((element: Element) => T) => {
    const known = new Map<Element, T>();
    return (element) => {
      const value = known.get(element) ?? ask(element);
      known.set(element, value);
      return value;
    };
  };
  const styleOf = once((element) => getComputedStyle(element));
  const rectOf = once((element) => element.getBoundingClientRect());
  const isThing = ({ left, top, right, bottom }: Box): boolean => right - left > slack && bottom - top > slack;
  const short = (text: string): string => {
    const line = text.trim().replaceAll(/\s+/g, ' ');
    return line.length > 48 ? `${line.slice(0, 47)}…` : line;
  };
  const pathOf = (element: Element): string => {
    const own = [...element.classList].map((name) => `.${name}`).join('');
    return `${element.tagName.toLowerCase()}${own}`;
  };
  const inWindow: Box = { left: 0, top: 0, right: innerWidth, bottom: innerHeight };

  /** The ancestors whose overflow and edges matter to something in `element`, from the inside outwards. */
  const boxesAround = once((element): readonly Element[] => {
    const found: Element[] = [];
    let at: Element | null = element;
    /** Set while what is looked at is placed beyond the flow: only what it is placed in holds it. */
    let until: 'none' | 'absolute' | 'fixed' = 'none';
    while (at !== null && at !== document.documentElement) {
      const style = styleOf(at);
      const places =
        style.position !== 'static' || style.transform !== 'none' || /layout|paint|strict/.test(style.contain);
      const holds = until === 'none' || (until === 'absolute' && places) || style.transform !== 'none';
      if (holds) {
        until = 'none';
        if (style.display !== 'contents' && style.display !== 'inline') found.push(at);
        if (style.position === 'fixed' || at.tagName === 'DIALOG') until = 'fixed';
        else if (style.position === 'absolute') until = 'absolute';
      }
      at = at.parentElement;
    }
    return found;
  });

  const isOpaque = (colour: string): boolean => {
    const alpha = /^rgba\(.*?([\d.]+)\)$/.exec(colour)?.[1] ?? /\/\s*([\d.]+)\)$/.exec(colour)?.[1];
    return colour !== 'transparent' && (alpha === undefined || Number(alpha) > 0.9);
  };
  const groundOf = once((element): Element => {
    let isCovered = false;
    for (let at: Element | null = element; at !== null; at = at.parentElement) {
      const style = styleOf(at);
      if (at.tagName === 'DIALOG') return at;
      isCovered ||= isOpaque(style.backgroundColor) || style.backgroundImage !== 'none';
      const isLifted = style.position === 'absolute' && style.zIndex !== 'auto';
      if (isCovered && (isLifted || style.position === 'fixed' || style.position === 'sticky')) return at;
    }
    return document.documentElement;
  });

  const troubles = new Set<string>();
  const items: Item[] = [];

  /** Follows a box outwards through all that it stands in, and keeps what is there to be seen. */
  const follow = (box: Box, name: string, node: Node, element: Element): void => {
    let { left, top, right, bottom } = box;
    let scroller: Element | undefined;
    let place: Box | undefined;
    const faults: string[] = [];
    const isWide = (edge: Box): boolean => left < edge.left - slack || right > edge.right + slack;
    const isHigh = (edge: Box): boolean => top < edge.top - lineSlack || bottom > edge.bottom + lineSlack;
    for (const around of boxesAround(element)) {
      const style = styleOf(around);
      const rect = rectOf(around);
      const edge = {
        left: rect.left + parseFloat(style.borderLeftWidth),
        top: rect.top + parseFloat(style.borderTopWidth),
        right: rect.right - parseFloat(style.borderRightWidth),
        bottom: rect.bottom - parseFloat(style.borderBottomWidth),
      };
      const clamps = style.getPropertyValue('-webkit-line-clamp') !== 'none';
      const where = pathOf(around);
      if (style.overflowX === 'visible') {
        if (isWide(rect)) faults.push(`${name} runs out of ${where} sideways`);
      } else {
        const scrolls = style.overflowX === 'auto' || style.overflowX === 'scroll';
        const may = scrolls ? around.matches(options.sideways) : style.textOverflow === 'ellipsis' || clamps;
        if (!may && isWide(edge)) faults.push(`${name} is cut sideways by ${where}`);
        left = Math.max(left, edge.left);
        right = Math.min(right, edge.right);
      }
      if (style.overflowY === 'visible') {
        if (isHigh(rect)) faults.push(`${name} runs out of ${where}`);
      } else {
        const scrolls = style.overflowY === 'auto' || style.overflowY === 'scroll';
        if (!scrolls && !clamps && isHigh(edge)) faults.push(`${name} is cut by ${where}`);
        if (scrolls && scroller === undefined) {
          scroller = around;
          place = { left, top, right, bottom };
        }
        top = Math.max(top, edge.top);
        bottom = Math.min(bottom, edge.bottom);
      }
    }
    if (isWide(inWindow)) faults.push(`${name} runs out of the window sideways`);
    if (isHigh(inWindow)) faults.push(`${name} runs out of the window`);
    // What runs out of the innermost box runs out of the next ones too: one message is enough.
    if (faults[0] !== undefined) troubles.add(faults[0]);
    const last = { left, top, right, bottom };
    const seen = isThing(last) ? last : undefined;
    place ??= last;
    if (isThing(place)) items.push({ name, node, ground: groundOf(element), scroller, place, seen });
  };

  const isShown = once((element): boolean => {
    if (element.closest(options.foreign) !== null) return false;
    if (!element.checkVisibility({ opacityProperty: true, visibilityProperty: true, contentVisibilityAuto: true }))
      return false;
    for (let at: Element | null = element; at !== null; at = at.parentElement)
      if (styleOf(at).clipPath !== 'none') return false;
    return true;
  });
  const roomFor = (element: Element, text: string): { readonly need: number; readonly have: number } => {
    const style = styleOf(element);
    const pen = document.createElement('canvas').getContext('2d');
    if (pen === null) return { need: 0, have: 0 };
    pen.font = `${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
    pen.letterSpacing = style.letterSpacing === 'normal' ? '0px' : style.letterSpacing;
    const padding = parseFloat(style.paddingLeft) + parseFloat(style.paddingRight);
    return { need: pen.measureText(text).width, have: element.clientWidth - padding };
  };

  const isBare = (style: CSSStyleDeclaration): boolean =>
    !isOpaque(style.backgroundColor) && style.boxShadow === 'none' && style.borderTopWidth === '0px';

  const root = document.querySelector(options.scope);
  if (root === null) return [`there is nothing at ${options.scope}`];
  const texts = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  for (let node = texts.nextNode(); node !== null; node = texts.nextNode()) {
    const element = node.parentElement;
    if (element === null || (node.nodeValue ?? '').trim() === '') continue;
    if (element.closest('script, style, option, textarea, title') !== null || !isShown(element)) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    const rects = [...range.getClientRects()].filter((rect) => rect.width > 0 && rect.height > 0);
    const name = `“${short(node.nodeValue ?? '')}”`;
    // Where blanks are kept, the one at which a line was broken hangs over its end and shows nothing.
    const hanging = styleOf(element).whiteSpace === 'pre-wrap' ? parseFloat(styleOf(element).fontSize) * 0.62 : 0;
    rects.forEach(({ left, top, right, bottom }, index) => {
      const blank = index < rects.length - 1 ? hanging : 0;
      follow({ left, top, right: right - blank, bottom }, name, node, element);
    });
  }
  for (const element of root.querySelectorAll('button, input, select, textarea, a, [role=slider], svg')) {
    const style = styleOf(element);
    // A picture with text in it is looked at by its text, and a button without a ground by what is in it.
    const isPicture = element.localName === 'svg';
    const isFilled = element.childElementCount > 0 || element.textContent !== '';
    if (isPicture ? element.clientWidth > 32 : isFilled && isBare(style)) continue;
    if (!isShown(element)) continue;
    const box = rectOf(element);
    if (box.width === 0 || box.height === 0) continue;
    // There is air around the strokes of an icon.
    const air = isPicture ? 2 : 0;
    const rect = { left: box.left + air, top: box.top + air, right: box.right - air, bottom: box.bottom - air };
    const named =
      element.getAttribute('aria-label') ?? element.getAttribute('placeholder') ?? short(element.textContent);
    const name = `${pathOf(element)} “${short(named)}”`;
    follow(rect, name, element, element.parentElement ?? element);
    if (element instanceof HTMLSelectElement) {
      const { need, have } = roomFor(element, element.selectedOptions[0]?.text ?? '');
      // The arrow stands beside the text.
      if (need > have - 14) troubles.add(`${name} has no room for “${short(element.selectedOptions[0]?.text ?? '')}”`);
    }
    if (element instanceof HTMLInputElement && element.value === '' && element.placeholder !== '') {
      const { need, have } = roomFor(element, element.placeholder);
      if (need > have + slack) troubles.add(`${name} has no room for “${element.placeholder}”`);
    }
  }

  for (const element of [root, ...root.querySelectorAll('*')]) {
    const style = styleOf(element);
    if (style.overflowX === 'visible' || element.scrollWidth <= element.clientWidth + slack || !isShown(element))
      continue;
    if (style.overflowX === 'auto' || style.overflowX === 'scroll') {
      if (!element.matches(options.sideways)) troubles.add(`${pathOf(element)} scrolls sideways`);
    } else if (style.textOverflow === 'ellipsis') {
      const padding = parseFloat(style.paddingLeft) + parseFloat(style.paddingRight);
      if (element.clientWidth - padding < legible)
        troubles.add(`nothing to read is left of “${short(element.textContent)}”`);
    }
  }

  items.sort((a, b) => a.place.top - b.place.top);
  items.forEach((one, index) => {
    for (const other of items.slice(index + 1)) {
      const isTogether = one.scroller === other.scroller;
      if (isTogether && other.place.top >= one.place.bottom) continue;
      const [a, b] = isTogether ? [one.place, other.place] : [one.seen, other.seen];
      if (a === undefined || b === undefined || one.node === other.node || one.ground !== other.ground) continue;
      if (one.node.contains(other.node) || other.node.contains(one.node)) continue;
      const wide = Math.min(a.right, b.right) - Math.max(a.left, b.left);
      const high = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
      if (wide > slack && high > lineSlack) troubles.add(`${one.name} and ${other.name} overlap`);
    }
  });
  return [...troubles];
};
