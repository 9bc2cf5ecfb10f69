import type { ErrorView } from '../../../src-preload/contract/error-view.ts';
import { copiedSchema, type CopiedView, type FileEntryView } from '../../../src-preload/contract/session.ts';
import { plural } from '../../ui/format.ts';
import { pathIn, type PaneEnd } from './panes.ts';
import { endOf, enlist, type Transfers } from './transfers.ts';

/** What of a copy a person has to know; undefined: all is there as it was. */
export const troubleOf = ({ failed, failures, changed, unkept }: CopiedView): ErrorView | undefined => {
  const [first] = failures;
  if (failed > 0 && first !== undefined)
    return {
      ...first.error,
      message:
        failed === 1
          ? `${first.path} was not copied: ${first.error.message}`
          : `${plural(failed, 'item')} were not copied, the first of them ${first.path}: ${first.error.message}`,
    };
  if (changed > 0)
    return {
      kind: 'conflict',
      message: `${plural(changed, 'file')} changed while being copied.`,
      hint: 'Copy again when nobody writes there.',
    };
  // An owner is kept by the administrator alone, as every program that copies has it: no trouble.
  const lost = [...(unkept.permissions > 0 ? ['permissions'] : []), ...(unkept.time > 0 ? ['time'] : [])];
  if (lost.length === 0) return undefined;
  return {
    kind: 'forbidden',
    message: `The copy did not get the ${lost.join(' and ')} of the original.`,
    hint: 'Its content is whole. Sign in as a user who may set them, if they matter.',
  };
};

/** Copies a file or a folder from one pane to the other, under its name; resolves when it is over. */
export const copyAcross = async (
  ends: { readonly from: PaneEnd; readonly to: PaneEnd },
  entry: FileEntryView,
  existing: 'refuse' | 'replace',
  transfers: Transfers,
): Promise<void> => {
  const { from, to } = ends;
  const controller = new AbortController();
  const size = entry.kind === 'file' ? entry.size : undefined;
  const shown = enlist(transfers, { way: 'copy', name: entry.name, size }, () => controller.abort());
  const answer = await to.session.call(
    {
      op: 'copy',
      from: { session: from.session.id, path: pathIn(from.folder, entry.name) },
      to: pathIn(to.folder, entry.name),
      existing,
    },
    { signal: controller.signal, progress: shown.move },
  );
  const copied = answer.ok ? copiedSchema.safeParse(answer.value).data : undefined;
  const trouble = copied === undefined ? undefined : troubleOf(copied);
  shown.end(trouble === undefined ? endOf(answer) : { state: 'failed', error: trouble });
  to.look();
};
