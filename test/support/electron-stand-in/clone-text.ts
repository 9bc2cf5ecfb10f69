/**
 * Structured clones as text, for what travels between main and a page. It stands in one function that uses nothing
 * from outside itself: its text goes into the page's worker too.
 *
 * What is no more than JSON goes as JSON, because that is fast. All else is cloned as the platform does it, which
 * refuses functions and proxies and drops prototypes, and then written with a tag for each kind.
 */
export const cloneText = (isProxy: (value: object) => boolean = () => false) => {
  const maxJsonDepth = 100;
  const isJson = (value: unknown, depth: number): boolean => {
    if (typeof value === 'string' || typeof value === 'boolean' || value === null) return true;
    if (typeof value === 'number') return Number.isFinite(value) && !Object.is(value, -0);
    // A cycle has no end, either.
    if (typeof value !== 'object' || depth > maxJsonDepth || isProxy(value)) return false;
    if (Array.isArray(value)) {
      // Not `every`, which leaves out holes.
      for (let at = 0; at < value.length; at += 1) if (!isJson(value[at], depth + 1)) return false;
      return true;
    }
    const prototype: unknown = Object.getPrototypeOf(value);
    if ((prototype !== Object.prototype && prototype !== null) || 'toJSON' in value) return false;
    for (const key in value) if (!isJson((value as Record<string, unknown>)[key], depth + 1)) return false;
    return true;
  };

  const toBase64 = (bytes: Uint8Array): string =>
    typeof Buffer === 'undefined'
      ? (bytes as unknown as { toBase64(): string }).toBase64()
      : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
  const fromBase64 = (text: string): Uint8Array =>
    typeof Buffer === 'undefined'
      ? (Uint8Array as unknown as { fromBase64(text: string): Uint8Array }).fromBase64(text)
      : new Uint8Array(Buffer.from(text, 'base64'));

  const tagged = (value: unknown): unknown => {
    if (value === undefined) return ['undefined'];
    if (typeof value === 'bigint') return ['bigint', String(value)];
    if (typeof value === 'number' && (!Number.isFinite(value) || Object.is(value, -0)))
      return ['number', Object.is(value, -0) ? '-0' : String(value)];
    if (typeof value !== 'object' || value === null) return value;
    if (Array.isArray(value)) return ['array', ...value.map(tagged)];
    if (value instanceof Date) return ['date', Number(value)];
    if (value instanceof Map) return ['map', ...[...value].flat().map(tagged)];
    if (value instanceof Set) return ['set', ...[...value].map(tagged)];
    if (value instanceof Error) return ['error', value.message];
    if (value instanceof ArrayBuffer) return ['buffer', toBase64(new Uint8Array(value))];
    if (ArrayBuffer.isView(value))
      return [value.constructor.name, toBase64(new Uint8Array(value.buffer, value.byteOffset, value.byteLength))];
    return ['object', ...Object.entries(value).flatMap(([key, item]) => [key, tagged(item)])];
  };
  const views: Readonly<Record<string, new (buffer: ArrayBufferLike) => unknown>> = {
    Uint8Array,
    Uint8ClampedArray,
    Int8Array,
    Uint16Array,
    Int16Array,
    Uint32Array,
    Int32Array,
    Float32Array,
    Float64Array,
    BigInt64Array,
    BigUint64Array,
    DataView,
  };
  const untagged = (value: unknown): unknown => {
    if (!Array.isArray(value)) return value;
    const [tag, ...rest] = value as [string, ...unknown[]];
    const [first] = rest;
    const pairs = (): [unknown, unknown][] => {
      const found: [unknown, unknown][] = [];
      for (let at = 0; at < rest.length; at += 2) found.push([untagged(rest[at]), untagged(rest[at + 1])]);
      return found;
    };
    switch (tag) {
      case 'undefined':
        return undefined;
      case 'bigint':
        return BigInt(String(first));
      case 'number':
        return Number(first);
      case 'array':
        return rest.map(untagged);
      case 'date':
        return new Date(Number(first));
      case 'map':
        return new Map(pairs());
      case 'set':
        return new Set(rest.map(untagged));
      case 'error':
        return new Error(String(first));
      case 'buffer':
        return fromBase64(String(first)).buffer;
      case 'object':
        return Object.fromEntries(pairs() as [string, unknown][]);
      default: {
        const view = views[tag];
        if (view === undefined) throw new Error(`The stand-in knows no ${tag}.`);
        return new view(fromBase64(String(first)).buffer);
      }
    }
  };

  return {
    /** Throws what the platform throws for a value that cannot be cloned. */
    encode: (value: unknown): string =>
      typeof value === 'string'
        ? `S${value}`
        : isJson(value, 0)
          ? `J${JSON.stringify(value)}`
          : `T${JSON.stringify(tagged(structuredClone(value)))}`,
    decode: (text: string): unknown => {
      if (text.startsWith('S')) return text.slice(1);
      const read: unknown = JSON.parse(text.slice(1));
      return text.startsWith('J') ? read : untagged(read);
    },
  };
};
