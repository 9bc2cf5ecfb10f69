import { FileUp } from 'lucide-react';
import { useId, useRef, useState } from 'react';
import type { DeviceView } from '../../../src-preload/contract/device.ts';
import type { ErrorView } from '../../../src-preload/contract/error-view.ts';
import { Failure, Field } from '../../ui/controls.tsx';
import { bytes } from '../../ui/format.ts';
import { maxFileBytes, readFile } from '../../ui/read-file.ts';
import { toast } from '../../state/view-store.ts';
import { capabilityOf, showTab } from '../tabs/device-tabs.ts';
import { callOperation } from '../../commands/operation-call.ts';
import type { TabProps } from '../tabs/tab-context.ts';
import { ConfirmLoss, Part, Segmented } from '../../ui/parts.tsx';
import { executeTime, now, WhenField, type When } from '../settings/when-field.tsx';
import { classNames } from '../../ui/class-names.ts';
import styles from './jobs.module.css';
import linesStyles from '../tabs/lines.module.css';

const badTime: ErrorView = { kind: 'invalid-input', message: 'The time cannot be read.', hint: 'Choose it again.' };

const sent = (device: DeviceView, what: string): void =>
  toast({
    tone: 'done',
    text: `${what} is on its way to ${device.name}.`,
    action: { label: 'Show jobs', run: () => showTab('jobs') },
  });

const UploadForm = ({ device }: { readonly device: DeviceView }): React.ReactNode => {
  const id = useId();
  const picker = useRef<HTMLInputElement>(null);
  const [file, setFile] = useState<File>();
  const [folder, setFolder] = useState('');
  const [when, setWhen] = useState<When>(now);
  const [before, setBefore] = useState('');
  const [after, setAfter] = useState('');
  const [over, setOver] = useState(false);
  const [asking, setAsking] = useState(false);
  const [error, setError] = useState<ErrorView>();
  const choose = (chosen: File | undefined): void => {
    setError(
      chosen !== undefined && chosen.size > maxFileBytes
        ? {
            kind: 'invalid-input',
            message: `${chosen.name} has ${bytes(chosen.size)}; at most ${bytes(maxFileBytes)} can be sent from here.`,
            hint: 'Send it over an SSH or SFTP connection instead.',
          }
        : undefined,
    );
    setFile(chosen !== undefined && chosen.size <= maxFileBytes ? chosen : undefined);
  };
  const upload = async (): Promise<ErrorView | undefined> => {
    if (file === undefined) return undefined;
    const at = executeTime(when);
    if (at === undefined) return badTime;
    const content = await readFile(file);
    if (content === undefined)
      return { kind: 'invalid-input', message: `${file.name} could not be read.`, hint: 'Choose it again.' };
    const answer = await callOperation(
      device,
      'FileUpload',
      {
        File: content,
        Folder: folder.trim(),
        Unit: [device.id],
        ...(when.later ? { ExecuteTime: at } : {}),
        PreScript: before,
        AfterScript: after,
      },
      true,
    );
    if (!answer.ok) return answer.error;
    sent(device, file.name);
    setFile(undefined);
    if (picker.current !== null) picker.current.value = '';
    return undefined;
  };
  const scripts = [before, after].filter((script) => script.trim() !== '').length;
  return (
    <form
      className={styles['card-form']}
      aria-label="Upload a file"
      onSubmit={(event) => {
        event.preventDefault();
        if (file === undefined) picker.current?.focus();
        else setAsking(true);
      }}
    >
      <div
        className={classNames(styles['drop'], over ? styles['over'] : '')}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={(event) => {
          event.preventDefault();
          setOver(false);
          choose(event.dataTransfer.files[0]);
        }}
      >
        <FileUp size={18} strokeWidth={1.75} aria-hidden="true" />
        <div>
          <label htmlFor={`${id}-file`} className={styles['drop-name']}>
            {file === undefined ? 'Choose a file, or drop one here' : file.name}
          </label>
          <p className="faint">{file === undefined ? `Up to ${bytes(maxFileBytes)}` : bytes(file.size)}</p>
        </div>
        <input
          ref={picker}
          id={`${id}-file`}
          className={styles['drop-input']}
          type="file"
          onChange={(event) => choose(event.target.files?.[0])}
        />
      </div>
      {error === undefined ? null : <Failure error={error} />}
      <div className={styles['two']}>
        <Field id={`${id}-folder`} label="Folder on the device">
          <input
            id={`${id}-folder`}
            className="input mono"
            required
            autoComplete="off"
            spellCheck={false}
            placeholder="/opt/app"
            value={folder}
            onChange={(event) => setFolder(event.target.value)}
          />
        </Field>
        <WhenField value={when} onChange={setWhen} />
      </div>
      <details className="more-fields">
        <summary>Scripts before and after{scripts === 0 ? '' : ` (${scripts})`}</summary>
        <div className={styles['two']}>
          <Field id={`${id}-before`} label="Before">
            <textarea
              id={`${id}-before`}
              className="input area mono"
              rows={3}
              spellCheck={false}
              value={before}
              onChange={(event) => setBefore(event.target.value)}
            />
          </Field>
          <Field id={`${id}-after`} label="After">
            <textarea
              id={`${id}-after`}
              className="input area mono"
              rows={3}
              spellCheck={false}
              value={after}
              onChange={(event) => setAfter(event.target.value)}
            />
          </Field>
        </div>
      </details>
      <div className={linesStyles['editor-actions']}>
        <button type="submit" className="button primary" disabled={file === undefined}>
          Upload
        </button>
      </div>
      {asking && file !== undefined ? (
        <ConfirmLoss
          title={`Upload ${file.name} to ${device.name}?`}
          loss={`The file is written into ${folder.trim()} on ${device.name}, over a file of the same name${scripts === 0 ? '' : ', and the scripts given with it run there with high rights'}.`}
          verb="Upload it"
          onConfirm={upload}
          onClose={() => setAsking(false)}
        />
      ) : null}
    </form>
  );
};

const UpdateForm = ({ device }: { readonly device: DeviceView }): React.ReactNode => {
  const id = useId();
  const [path, setPath] = useState('');
  const [content, setContent] = useState('');
  const [when, setWhen] = useState<When>(now);
  const [asking, setAsking] = useState(false);
  const name = path.trim().split('/').at(-1) ?? '';
  return (
    <form
      className={styles['card-form']}
      aria-label="Update a file"
      onSubmit={(event) => {
        event.preventDefault();
        setAsking(true);
      }}
    >
      <div className={styles['two']}>
        <Field id={`${id}-path`} label="File on the device">
          <input
            id={`${id}-path`}
            className="input mono"
            required
            autoComplete="off"
            spellCheck={false}
            placeholder="/etc/app.conf"
            value={path}
            onChange={(event) => setPath(event.target.value)}
          />
        </Field>
        <WhenField value={when} onChange={setWhen} />
      </div>
      <Field id={`${id}-content`} label="New content">
        <textarea
          id={`${id}-content`}
          className="input area mono"
          rows={8}
          spellCheck={false}
          value={content}
          onChange={(event) => setContent(event.target.value)}
        />
      </Field>
      <div className={linesStyles['editor-actions']}>
        <button type="submit" className="button primary">
          Replace the file
        </button>
      </div>
      {asking ? (
        <ConfirmLoss
          title={`Replace ${path.trim()} on ${device.name}?`}
          loss={`The file on ${device.name} is replaced, with high rights. Its present content is lost.${content === '' ? ' The new content is empty.' : ''}`}
          verb="Replace it"
          onConfirm={async () => {
            const at = executeTime(when);
            if (at === undefined) return badTime;
            const answer = await callOperation(
              device,
              'UpdateFile',
              {
                JobName: `Update ${name}`,
                UnitId: device.id,
                ExecuteTime: at,
                Filename: path.trim(),
                Content: content,
              },
              true,
            );
            if (!answer.ok) return answer.error;
            sent(device, name);
            return undefined;
          }}
          onClose={() => setAsking(false)}
        />
      ) : null}
    </form>
  );
};

/** Files for a device: send one, or replace the content of one. */
export const FilesTab = ({ device, capabilities }: TabProps): React.ReactNode => {
  const [kind, setKind] = useState<'upload' | 'update'>('upload');
  const both =
    capabilityOf(capabilities, 'files.upload') !== undefined &&
    capabilityOf(capabilities, 'files.update') !== undefined;
  return (
    <div className={linesStyles['stack']}>
      {both ? (
        <Segmented
          label="What to do"
          value={kind}
          options={[
            ['upload', 'Upload a file'],
            ['update', 'Replace the content of one'],
          ]}
          onChange={setKind}
        />
      ) : null}
      {kind === 'upload' ? (
        <UploadForm key={device.key} device={device} />
      ) : (
        <UpdateForm key={device.key} device={device} />
      )}
      <Part title="Afterwards">
        <p className="faint">
          A file travels as a job of the device. Whether it arrived is in{' '}
          <button type="button" className="link-button" onClick={() => showTab('jobs')}>
            Jobs
          </button>
          .
        </p>
      </Part>
    </div>
  );
};
