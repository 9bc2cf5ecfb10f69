/** A value on its way to the other world: as it is, or taken apart. */
type Passed =
  | { readonly as: 'is'; readonly value: unknown }
  | { readonly as: 'function' | 'promise'; readonly id: number }
  | { readonly as: 'error'; readonly message: string }
  | { readonly as: 'array'; readonly items: readonly Passed[] }
  | { readonly as: 'object'; readonly entries: readonly (readonly [string, Passed])[] };

/**
 * One end of the bridge between the worlds of a page, passed to both of them as text, so it uses nothing from outside
 * itself. It copies as Electron's contextBridge does (shell/renderer/api/electron_api_context_bridge.cc,
 * PassValueToOtherContext): plain arrays and objects property by property and without their prototypes, functions and
 * promises by proxy, of errors the message, all else as a structured clone; nothing deeper than 1000. What is exposed
 * is frozen. The worlds share the events of their window, whose details Chromium clones from one to the other.
 */
export const bridgeEnd = (
  secret: string,
  side: 'preload' | 'page',
  heard: Readonly<Record<string, (text: string) => void>>,
) => {
  const dispatch = window.dispatchEvent.bind(window);
  const DetailEvent = CustomEvent;
  const here = `${secret} ${side}`;
  const there = `${secret} ${side === 'page' ? 'preload' : 'page'}`;
  type Message =
    | { readonly type: 'expose'; readonly name: string; readonly api: Passed }
    | { readonly type: 'call'; readonly id: number; readonly args: readonly Passed[] }
    | { readonly type: 'answer' | 'throw'; readonly value: Passed }
    | { readonly type: 'settle'; readonly id: number; readonly ok: boolean; readonly value: Passed }
    | { readonly type: 'tell'; readonly name: string; readonly text: string };
  const post = (detail: Message): void => void dispatch(new DetailEvent(there, { detail }));

  const functions = new Map<number, (...args: unknown[]) => unknown>();
  const waiting = new Map<
    number,
    { readonly resolve: (value: unknown) => void; readonly reject: (why: unknown) => void }
  >();
  let lastId = 0;
  /** What the other end answered to the call that runs. */
  const answers: Extract<Message, { readonly type: 'answer' | 'throw' }>[] = [];

  const pass = (value: unknown, depth = 0): Passed => {
    if (depth >= 1000)
      throw new TypeError(
        'Electron contextBridge recursion depth exceeded.  Nested objects deeper than 1000 are not supported.',
      );
    if (typeof value === 'symbol') throw new Error('The stand-in passes no symbols.');
    if (typeof value === 'function') {
      lastId += 1;
      functions.set(lastId, value as (...args: unknown[]) => unknown);
      return { as: 'function', id: lastId };
    }
    if (typeof value !== 'object' || value === null) return { as: 'is', value };
    if (value instanceof Promise) {
      lastId += 1;
      const id = lastId;
      value.then(
        (result) => post({ type: 'settle', id, ok: true, value: pass(result) }),
        (why: unknown) => post({ type: 'settle', id, ok: false, value: pass(why) }),
      );
      return { as: 'promise', id };
    }
    if (value instanceof Error) return { as: 'error', message: value.message };
    if (Array.isArray(value)) return { as: 'array', items: Array.from(value, (item) => pass(item, depth + 1)) };
    // Objects of the platform are cloned, or refused; those of a class of one's own are only objects.
    if (Object.prototype.toString.call(value) === '[object Object]')
      return { as: 'object', entries: Object.entries(value).map(([key, item]) => [key, pass(item, depth + 1)]) };
    return { as: 'is', value: structuredClone(value) };
  };

  const receive = (passed: Passed): unknown => {
    switch (passed.as) {
      case 'is':
        return passed.value;
      case 'error':
        return new Error(passed.message);
      case 'array':
        return passed.items.map(receive);
      case 'object':
        return Object.fromEntries(passed.entries.map(([key, item]) => [key, receive(item)]));
      case 'promise':
        return new Promise((resolve, reject) => waiting.set(passed.id, { resolve, reject }));
      case 'function':
        return (...args: unknown[]): unknown => {
          answers.length = 0;
          post({ type: 'call', id: passed.id, args: args.map((argument) => pass(argument)) });
          const [answer] = answers;
          if (answer === undefined) throw new Error('The other world did not answer.');
          if (answer.type === 'throw') throw receive(answer.value);
          return receive(answer.value);
        };
      default:
        return passed satisfies never;
    }
  };

  const freeze = (value: unknown): unknown => {
    if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return value;
    for (const item of Object.values(value)) freeze(item);
    return Object.freeze(value);
  };

  window.addEventListener(here, (event) => {
    const message = (event as CustomEvent<Message>).detail;
    switch (message.type) {
      case 'expose':
        Object.defineProperty(window, message.name, { value: freeze(receive(message.api)), enumerable: true });
        return;
      case 'call': {
        let back: Message;
        try {
          const args = message.args.map(receive);
          back = { type: 'answer', value: pass(functions.get(message.id)?.(...args)) };
        } catch (thrown) {
          back = { type: 'throw', value: pass(thrown) };
        }
        post(back);
        return;
      }
      case 'answer':
      case 'throw':
        answers[0] = message;
        return;
      case 'settle': {
        const { resolve, reject } = waiting.get(message.id) ?? {};
        waiting.delete(message.id);
        (message.ok ? resolve : reject)?.(receive(message.value));
        return;
      }
      case 'tell':
        heard[message.name]?.(message.text);
        return;
      default:
        message satisfies never;
    }
  });

  return {
    expose: (name: string, api: unknown): void => {
      if (Object.hasOwn(window, name))
        throw new Error('Cannot bind an API on top of an existing property on the window object');
      post({ type: 'expose', name, api: pass(api) });
    },
    tell: (name: string, text: string): void => post({ type: 'tell', name, text }),
  };
};
