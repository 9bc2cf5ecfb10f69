import { create } from 'zustand';
import { parseScheme, type Scheme } from './scheme.ts';

const memory = 'quayside.session.schemes';
/** The most that are kept; one more takes the place of the oldest. */
const maxKept = 50;

const readKept = (): readonly Scheme[] => {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(memory) ?? '[]');
    return Array.isArray(stored) ? stored.map(parseScheme).filter((scheme) => scheme !== undefined) : [];
  } catch {
    return [];
  }
};

/** Colour schemes that were imported in this window; kept there. */
export const useSchemes = create<{ readonly schemes: readonly Scheme[] }>(() => ({ schemes: readKept() }));

const keep = (schemes: readonly Scheme[]): void => {
  useSchemes.setState({ schemes });
  localStorage.setItem(memory, JSON.stringify(schemes));
};

/** Keeps a scheme instead of one of the same name. */
export const addScheme = (scheme: Scheme): void => {
  const others = useSchemes.getState().schemes.filter(({ name }) => name !== scheme.name);
  keep([...others, scheme].slice(-maxKept));
};

export const removeScheme = (name: string): void =>
  keep(useSchemes.getState().schemes.filter((scheme) => scheme.name !== name));
