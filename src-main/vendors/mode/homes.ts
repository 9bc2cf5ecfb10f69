import type { AppError, Result } from '../../core/base/errors.ts';
import { isRow } from '../read-rows.ts';
import type { NotARow } from '../read-rows.ts';
import type { HomeRow } from './schemas.ts';

/** A home of a project: what MODE groups devices by. */
export interface Home {
  readonly name: string;
  /** By an administrator of the project. */
  readonly deactivated: boolean;
}
/** By their ids. */
export type Homes = ReadonlyMap<string, Home>;

/** Pages of homes; a user has few, and of a project those beyond go by their ids. */
const maxPages = 20;

/**
 * Homes, page after page, as far as they can be read. `ask` reads the page that begins at an offset; `known` are the
 * homes of the last time, which are kept if a page fails.
 */
export const readHomes = async (
  ask: (skip: number) => Promise<Result<readonly (HomeRow | NotARow)[]>>,
  known: Homes,
): Promise<{ readonly homes: Homes; readonly problem?: AppError }> => {
  const homes = new Map<string, Home>();
  let skip = 0;
  for (let page = 0; page < maxPages; page += 1) {
    const rows = await ask(skip);
    if (!rows.ok) return { homes: new Map([...known, ...homes]), problem: rows.error };
    const before = homes.size;
    for (const { id, name, deactivated } of rows.value.filter(isRow))
      if (id !== undefined && !homes.has(id))
        homes.set(id, { name: name?.trim() || `Home ${id}`, deactivated: deactivated === true });
    skip += rows.value.length;
    if (homes.size === before) break;
  }
  return { homes };
};
