import { CopyPlus, Download, File, FilePen, Folder, Link, Pencil, Trash2 } from 'lucide-react';
import { inSentence } from '../../../src-main/core/text/letters.ts';
import type { FileEntryView } from '../../../src-preload/contract/session.ts';
import { IconButton } from '../../ui/controls.tsx';
import { absolute, bytes } from '../../ui/format.ts';
import { nameNote, saidName, shownName } from './listing.ts';
import { moveRow, type FilesPane } from './panes.ts';
import filesTabStyles from './files-tab.module.css';

const icons = { file: File, folder: Folder, link: Link, other: File } as const;

const permissions = (mode: number): string =>
  [6, 3, 0]
    .map((shift) => (mode >> shift) & 7)
    .map((bits) => `${bits & 4 ? 'r' : '-'}${bits & 2 ? 'w' : '-'}${bits & 1 ? 'x' : '-'}`)
    .join('');

/** What can be done with a file or folder of a list. */
export interface FileDeeds {
  readonly open: (entry: FileEntryView) => void;
  readonly edit: (entry: FileEntryView) => void;
  /** To the other pane. */
  readonly copy: (entry: FileEntryView) => void;
  readonly rename: (entry: FileEntryView) => void;
  readonly erase: (entry: FileEntryView) => void;
}

/** A file or folder. Files of this computer can be copied, and nothing else is done with them. */
export const FileRow = ({
  entry,
  index,
  isLocal,
  pane,
  deeds,
}: {
  readonly entry: FileEntryView;
  /** Of the row in the whole list. */
  readonly index: number;
  readonly isLocal: boolean;
  readonly pane: FilesPane | undefined;
  readonly deeds: FileDeeds;
}): React.ReactNode => {
  const Icon = icons[entry.kind];
  const name = saidName(entry.name);
  const note = nameNote(entry.name);
  return (
    <tr
      aria-rowindex={index + 2}
      draggable={pane !== undefined}
      onDragStart={(event) => {
        if (pane === undefined) return;
        event.dataTransfer.effectAllowed = 'copy';
        event.dataTransfer.setData('text/plain', entry.name);
        pane.drag.current = { from: pane.own, drop: () => deeds.copy(entry) };
      }}
      onDragEnd={() => {
        if (pane !== undefined) pane.drag.current = undefined;
      }}
      onKeyDown={(event) => {
        if (event.key === 'F4' && !isLocal) deeds.edit(entry);
        else if (event.key === 'F5' && pane !== undefined) deeds.copy(entry);
        else if (!moveRow(event)) return;
        event.preventDefault();
      }}
    >
      <td>
        <button
          type="button"
          className={filesTabStyles['file-name']}
          title={note === undefined ? name : `${name}\n${note}`}
          onClick={() => deeds.open(entry)}
        >
          <Icon size={15} strokeWidth={1.75} aria-hidden="true" />
          <span className="ellipsis">{shownName(entry.name)}</span>
        </button>
      </td>
      <td className="number">{entry.kind === 'file' ? bytes(entry.size) : ''}</td>
      <td className="faint">{absolute(entry.modifiedAt)}</td>
      <td className="faint mono">{permissions(entry.mode)}</td>
      <td className={filesTabStyles['file-actions']}>
        {pane === undefined ? null : (
          <IconButton
            icon={CopyPlus}
            label={`Copy ${name} to ${inSentence(pane.otherName)}`}
            keys="F5"
            onClick={() => deeds.copy(entry)}
          />
        )}
        {isLocal ? null : (
          <>
            {entry.kind === 'file' || entry.kind === 'link' ? (
              <IconButton icon={Download} label={`Download ${name}`} onClick={() => deeds.open(entry)} />
            ) : null}
            {entry.kind === 'folder' ? null : (
              <IconButton icon={FilePen} label={`Edit ${name}`} keys="F4" onClick={() => deeds.edit(entry)} />
            )}
            <IconButton icon={Pencil} label={`Rename ${name}`} onClick={() => deeds.rename(entry)} />
            <IconButton icon={Trash2} label={`Delete ${name}`} onClick={() => deeds.erase(entry)} />
          </>
        )}
      </td>
    </tr>
  );
};
