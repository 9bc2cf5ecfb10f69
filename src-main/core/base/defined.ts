type OptionalKeys<T> = { [K in keyof T]-?: undefined extends T[K] ? K : never }[keyof T];

/** `T` whose members that may be undefined are optional instead. */
type Defined<T> = Omit<T, OptionalKeys<T>> & { [K in OptionalKeys<T>]?: Exclude<T[K], undefined> };

/** An object without its members that are undefined: under `exactOptionalPropertyTypes` such a member is to be absent. */
export const defined = <T extends object>(members: T): Defined<T> => {
  const kept: Partial<T> = {};
  for (const key of Object.keys(members) as (keyof T)[]) if (members[key] !== undefined) kept[key] = members[key];
  return kept as Defined<T>;
};
