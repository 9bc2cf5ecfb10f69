/** The names of the classes that an element has; without those that its style sheet does not define. */
export const classNames = (...names: readonly (string | undefined)[]): string =>
  names.filter((name) => name !== undefined && name !== '').join(' ');
