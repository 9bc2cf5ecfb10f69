import fc from 'fast-check';

/**
 * A JSON value with some of its parts taken away, added, retyped, renamed or put in another order. `keep` is how many
 * parts are left alone for each that is retyped: more for deep values, of which little would be left otherwise.
 */
export const spoiledJson = (value: unknown, keep = 4): fc.Arbitrary<unknown> => {
  const rarely = (other: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> =>
    fc.oneof({ arbitrary: other, weight: keep }, { arbitrary: fc.jsonValue({ maxDepth: 2 }), weight: 1 });
  if (Array.isArray(value)) {
    return rarely(
      fc
        .tuple(
          fc.tuple(...value.map((item) => spoiledJson(item, keep))),
          fc.array(fc.jsonValue({ maxDepth: 2 }), { maxLength: 2 }),
        )
        .map(([own, more]) => [...own, ...more]),
    );
  }
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value).map(([name, member]) =>
      fc.oneof(
        { arbitrary: spoiledJson(member, keep).map((other): [string, unknown][] => [[name, other]]), weight: 6 },
        { arbitrary: fc.constant<[string, unknown][]>([]), weight: 1 },
        { arbitrary: fc.string().map((other): [string, unknown][] => [[other, member]]), weight: 1 },
      ),
    );
    return rarely(
      fc
        .tuple(fc.tuple(...members), fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 1 }), { maxKeys: 2 }))
        .chain(([own, more]) =>
          fc.shuffledSubarray([...own.flat(), ...Object.entries(more)], { minLength: own.flat().length }),
        )
        .map((entries) => Object.fromEntries(entries)),
    );
  }
  return rarely(fc.constant(value));
};

/** A text of which a few characters were taken away or others put in their place. */
export const spoiledText = (whole: string): fc.Arbitrary<string> =>
  fc
    .tuple(fc.nat(whole.length), fc.nat(12), fc.string({ maxLength: 6 }))
    .map(([at, removed, added]) => whole.slice(0, at) + added + whole.slice(at + removed));
