import { ArrowUp, FolderPlus, RotateCw, Upload, X } from 'lucide-react';
import { useEffect, useEffectEvent, useRef, useState } from 'react';
import { inSentence } from '../../../src-main/core/text/letters.ts';
import type { ErrorView } from '../../../src-preload/contract/error-view.ts';
import {
  fileStatsSchema,
  thisComputer,
  type FileEntryView,
  type FileListingView,
  type SessionPlace,
} from '../../../src-preload/contract/session.ts';
import { Failure, IconButton } from '../../ui/controls.tsx';
import { Confirm } from '../../ui/dialog.tsx';
import { DeleteQuestion } from './delete-question.tsx';
import { keyFileMemory } from '../connection/questions.tsx';
import { SessionCover } from '../connection/session-cover.tsx';
import { copyAcross } from './copies.ts';
import { EditedFiles } from './edited-files.tsx';
import { answerEdit, beginEdit, createEdits, fileName } from './edits.ts';
import { FileList } from './file-list.tsx';
import { FileRow, type FileDeeds } from './file-row.tsx';
import { saidName, shownName } from './listing.ts';
import { NameDialog } from './name-dialog.tsx';
import { noCopy, pathIn, type FilesPane } from './panes.ts';
import { TransferList } from './transfer-list.tsx';
import { createTransfers, deleteFolder, download } from './transfers.ts';
import { droppedTree, topNames, treeOf, uploadTree, type Refused, type UploadTree } from './uploads.ts';
import { useListing } from './use-listing.ts';
import { useSession } from '../connection/use-session.ts';
import { classNames } from '../../ui/class-names.ts';
import filesTabStyles from './files-tab.module.css';
import sessionBodyStyles from '../connection/session-body.module.css';

const above = (folder: string): string => folder.replace(/\/[^/]*\/?$/, '') || '/';
type Asking =
  | { readonly what: 'rename' | 'delete'; readonly entry: FileEntryView }
  | { readonly what: 'new-folder' }
  | { readonly what: 'replace-copy'; readonly entry: FileEntryView }
  | { readonly what: 'replace'; readonly tree: UploadTree; readonly names: string }
  | { readonly what: 'in-place'; readonly refused: readonly Refused[] };

/** The files of a device over SFTP. */
export const FilesTab = ({
  place,
  device,
  onUnsent,
  tools,
  pane,
}: {
  readonly place: SessionPlace;
  readonly device: string;
  /** Called with the names of edited files of which a save was not sent. */
  readonly onUnsent?: (names: readonly string[]) => void;
  /** More for the toolbar. */
  readonly tools?: React.ReactNode;
  /** Where there are two of them side by side. */
  readonly pane?: FilesPane | undefined;
}): React.ReactNode => {
  const [filter, setFilter] = useState('');
  const [error, setError] = useState<ErrorView>();
  const [asking, setAsking] = useState<Asking>();
  const [transfers] = useState(createTransfers);
  const [edits] = useState(createEdits);
  const picker = useRef<HTMLInputElement>(null);
  const session = useSession(place, {
    options: () => {
      const keyFile = localStorage.getItem(keyFileMemory);
      return keyFile === null || keyFile === '' ? {} : { keyFile };
    },
    bytes: (_bytes, taken) => taken(),
    opened: () => undefined,
    edits: (list) => {
      edits.setState({ list });
      onUnsent?.(list.filter(({ isUnsent }) => isUnsent).map(({ path }) => fileName(path)));
    },
  });
  const { handle, phase } = session;
  const home = phase.name === 'open' ? phase.home : undefined;
  const { shown: listing, reading, failures, look, last } = useListing(handle, setError);
  const folder = listing?.path ?? home ?? '/';
  const begin = useEffectEvent((at: string) => void look(last.current ?? at));
  useEffect(() => {
    if (home !== undefined) begin(home);
  }, [home]);

  const change = async (operation: Parameters<NonNullable<typeof handle.current>['call']>[0]): Promise<void> => {
    setAsking(undefined);
    const answer = await handle.current?.call(operation);
    if (answer?.ok === false) setError(answer.error);
    else await look(last.current ?? folder);
  };
  const erase = async (entry: FileEntryView, items: number | undefined): Promise<void> => {
    const path = pathIn(folder, entry.name);
    if (entry.kind !== 'folder') return change({ op: 'delete', path });
    setAsking(undefined);
    const at = handle.current;
    if (at === undefined) return;
    await deleteFolder(at, transfers, { path, name: entry.name, items });
    // It may take a while, and the person may be elsewhere by then, or in what is no longer there.
    const here = last.current ?? folder;
    await look(`${here}/`.startsWith(`${path}/`) ? above(path) : here);
  };
  const send = async (tree: UploadTree, inPlace = false): Promise<void> => {
    setAsking(undefined);
    const to = handle.current;
    if (to === undefined) return;
    const refused = await uploadTree(to, transfers, { folder, tree, inPlace });
    if (refused.length > 0) setAsking({ what: 'in-place', refused });
    await look(last.current ?? folder);
  };
  const offer = (tree: UploadTree): void => {
    const taken = new Set(listing?.entries.map((entry) => entry.name));
    const names = topNames(tree).filter((name) => taken.has(name));
    if (names.length > 0) setAsking({ what: 'replace', tree, names: names.map(saidName).join(', ') });
    else void send(tree);
  };
  /** Shows another folder, all of it. */
  const enter = (path: string): Promise<void> => {
    setFilter('');
    return look(path);
  };
  const openEntry = async (entry: FileEntryView): Promise<void> => {
    const path = pathIn(folder, entry.name);
    if (entry.kind === 'folder') return enter(path);
    const from = handle.current;
    if (from === undefined) return;
    let { size } = entry;
    if (entry.kind === 'link') {
      const answer = await from.call({ op: 'follow', path });
      if (!answer.ok) return setError(answer.error);
      const end = fileStatsSchema.safeParse(answer.value);
      if (end.data?.kind === 'folder') return enter(path);
      size = end.data?.size ?? size;
    }
    if (!isLocal) await download(from, transfers, { path, name: entry.name, size });
  };
  const edit = async (entry: FileEntryView): Promise<void> => {
    const from = handle.current;
    if (from === undefined || entry.kind === 'folder') return;
    const failure = await beginEdit(from, edits, pathIn(folder, entry.name));
    if (failure !== undefined) setError(failure);
  };
  const isOpen = phase.name === 'open';
  const isLocal = place.deviceKey === thisComputer;
  const showEnd = useEffectEvent((shown: FileListingView | undefined): void => {
    if (pane === undefined) return;
    const { current } = handle;
    const names = new Set(shown?.entries.map(({ name }) => name));
    const again = (): void => void look(last.current ?? folder);
    pane.own.current =
      isOpen && current !== undefined && shown !== undefined
        ? { session: current, place: `${place.deviceKey} ${place.serviceId}`, folder: shown.path, names, look: again }
        : undefined;
  });
  const isBeside = pane !== undefined;
  useEffect(() => showEnd(listing), [listing, isOpen, isBeside]);
  const copy = (entry: FileEntryView, existing: 'refuse' | 'replace'): void => {
    const from = pane?.own.current;
    const to = pane?.other.current;
    if (from === undefined || to === undefined) return;
    setAsking(undefined);
    const problem = noCopy(entry, from, to);
    if (problem !== undefined) return setError(problem);
    if (existing === 'refuse' && to.names.has(entry.name)) return setAsking({ what: 'replace-copy', entry });
    void copyAcross({ from, to }, entry, existing, transfers);
  };
  const deeds: FileDeeds = {
    open: (entry) => void openEntry(entry),
    edit: (entry) => void edit(entry),
    copy: (entry) => copy(entry, 'refuse'),
    rename: (entry) => setAsking({ what: 'rename', entry }),
    erase: (entry) => setAsking({ what: 'delete', entry }),
  };

  return (
    <div
      className={classNames(sessionBodyStyles['session-body'], sessionBodyStyles['files-body'])}
      data-phase={phase.name}
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => {
        event.preventDefault();
        const dragged = pane?.drag.current;
        if (dragged !== undefined && dragged.from !== pane?.own) dragged.drop();
        else if (isOpen && !isLocal) void droppedTree(event.dataTransfer).then(offer);
      }}
    >
      <div className={sessionBodyStyles['session-tools']} role="toolbar" aria-label={`Files of ${device}`}>
        <IconButton
          icon={ArrowUp}
          label="Folder above"
          disabled={!isOpen || folder === '/'}
          onClick={() => void enter(above(folder))}
        />
        <form
          className={filesTabStyles['path-form']}
          onSubmit={(event) => {
            event.preventDefault();
            const path = new FormData(event.currentTarget).get('path');
            if (typeof path === 'string' && path !== '') void enter(path);
          }}
        >
          <input
            key={`${failures} ${folder}`}
            className="input mono"
            name="path"
            aria-label="Folder"
            defaultValue={folder}
            spellCheck={false}
            disabled={!isOpen}
          />
        </form>
        <input
          className={classNames('input', filesTabStyles['filter'])}
          type="search"
          aria-label="Filter by name"
          placeholder="Filter"
          value={filter}
          spellCheck={false}
          disabled={!isOpen}
          onChange={(event) => setFilter(event.target.value)}
          onKeyDown={(event) => event.key === 'Escape' && setFilter('')}
        />
        <IconButton icon={RotateCw} label="Refresh" disabled={!isOpen} onClick={() => void look(folder)} />
        <IconButton
          icon={FolderPlus}
          label="New folder"
          disabled={!isOpen}
          onClick={() => setAsking({ what: 'new-folder' })}
        />
        {isLocal ? null : (
          <button
            type="button"
            aria-label="Upload"
            className={classNames('button', filesTabStyles['upload'])}
            disabled={!isOpen}
            onClick={() => picker.current?.click()}
          >
            <Upload size={14} aria-hidden="true" />
            <span>Upload</span>
          </button>
        )}
        {tools}
        <input
          ref={picker}
          type="file"
          multiple
          hidden
          aria-label="Files to upload"
          onChange={(event) => {
            offer(treeOf([...(event.target.files ?? [])]));
            event.target.value = '';
          }}
        />
      </div>
      {error === undefined ? null : (
        <Failure error={error}>
          <IconButton icon={X} label="Dismiss" onClick={() => setError(undefined)} />
        </Failure>
      )}
      <div className={sessionBodyStyles['session-stage']}>
        <FileList
          folder={folder}
          listing={listing}
          reading={reading}
          filter={filter}
          row={(entry, index) => (
            <FileRow key={entry.name} entry={entry} index={index} isLocal={isLocal} pane={pane} deeds={deeds} />
          )}
        />
        <SessionCover device={device} session={session} />
      </div>
      <EditedFiles
        edits={edits}
        device={device}
        isConnected={isOpen}
        onAnswer={(one, answer) =>
          void (handle.current === undefined ? undefined : answerEdit(handle.current, one.edit, answer).then(setError))
        }
      />
      <TransferList transfers={transfers} />
      {asking?.what === 'new-folder' ? (
        <NameDialog
          title="New folder"
          verb="Create"
          name=""
          onName={(name) => void change({ op: 'make-folder', path: pathIn(folder, name) })}
          onClose={() => setAsking(undefined)}
        />
      ) : null}
      {asking?.what === 'rename' ? (
        <NameDialog
          title={`Rename ${saidName(asking.entry.name)}`}
          verb="Rename"
          name={shownName(asking.entry.name)}
          onName={(name) =>
            void change({ op: 'rename', from: pathIn(folder, asking.entry.name), to: pathIn(folder, name) })
          }
          onClose={() => setAsking(undefined)}
        />
      ) : null}
      {asking?.what === 'delete' ? (
        <DeleteQuestion
          entry={asking.entry}
          path={pathIn(folder, asking.entry.name)}
          device={device}
          session={handle}
          onConfirm={(items) => void erase(asking.entry, items)}
          onClose={() => setAsking(undefined)}
        />
      ) : null}
      {asking?.what === 'replace-copy' ? (
        <Confirm
          title={`Replace ${saidName(asking.entry.name)} in ${inSentence(pane?.otherName ?? '')}?`}
          loss={
            asking.entry.kind === 'folder'
              ? 'Files in it that have the same name there are replaced; all others stay.'
              : 'What is there now is lost once the copy is complete.'
          }
          verb="Replace"
          onConfirm={() => copy(asking.entry, 'replace')}
          onClose={() => setAsking(undefined)}
        />
      ) : null}
      {asking?.what === 'replace' ? (
        <Confirm
          title={`Replace ${asking.names} on ${device}?`}
          loss="What is there now is lost once the upload is complete."
          verb="Replace"
          onConfirm={() => void send(asking.tree)}
          onClose={() => setAsking(undefined)}
        />
      ) : null}
      {asking?.what === 'in-place' ? (
        <Confirm
          title={`Write into ${asking.refused.map(({ path }) => saidName(path)).join(', ')}?`}
          loss={`${asking.refused[0]?.error.message ?? ''} ${asking.refused[0]?.error.hint ?? ''}`}
          verb="Write into it"
          onConfirm={() => void send({ folders: [], files: asking.refused }, true)}
          onClose={() => setAsking(undefined)}
        />
      ) : null}
    </div>
  );
};
