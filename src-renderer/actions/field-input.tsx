import { useEffect, useRef, useState } from 'react';
import type { DeviceView } from '../../src-preload/contract/device.ts';
import { maxFileBytes, readFile } from '../ui/read-file.ts';
import type { ChosenFile } from '../ui/read-file.ts';
import type { Field } from './schema-fields.ts';
import styles from './operation-form.module.css';

/** A moment as the vendor writes it. `at` in epoch milliseconds. */
export const timeText = (kind: 'time' | 'gmt', at: number): string => {
  const iso = new Date(at).toISOString();
  return kind === 'time' ? `${iso.slice(0, 19)}Z` : iso.slice(0, 19).replace('T', ' ');
};

/** Moments that are often wanted, in words and milliseconds from now: of what was, and of what is to be done. */
const moments = {
  time: [
    ['1 h ago', -3_600_000],
    ['Now', 0],
  ],
  gmt: [
    ['Now', 0],
    ['In 10 min', 600_000],
  ],
} as const;

/** Grows with what is typed, to a limit. */
const Lines = ({ value, ...rest }: { readonly value: string } & React.ComponentProps<'textarea'>): React.ReactNode => {
  const ref = useRef<HTMLTextAreaElement>(null);
  useEffect(() => {
    const area = ref.current;
    if (area === null) return;
    area.style.height = 'auto';
    area.style.height = `${Math.min(area.scrollHeight + 2, 260)}px`;
  }, [value]);
  return <textarea ref={ref} className="input area mono" rows={3} spellCheck={false} value={value} {...rest} />;
};

/** The control of a generated field. A secret stays in its element; everything else is reported as it is typed. */
export const FieldInput = ({
  field,
  id,
  value,
  invalid,
  device,
  onChange,
}: {
  readonly field: Field;
  readonly id: string;
  readonly value: string | ChosenFile | undefined;
  readonly invalid: boolean;
  /** The device whose services are offered, if the field takes a service. */
  readonly device: DeviceView | undefined;
  readonly onChange: (value: string | ChosenFile | undefined) => void;
}): React.ReactNode => {
  const [problem, setProblem] = useState('');
  const common = {
    id,
    name: field.name,
    'aria-invalid': invalid || problem !== '' ? true : undefined,
    'aria-describedby': `${id}-help`,
    'aria-required': field.required ? true : undefined,
  } as const;
  const text = typeof value === 'string' ? value : '';
  const type = (event: { readonly target: { readonly value: string } }): void => onChange(event.target.value);
  switch (field.kind) {
    case 'secret':
      return <input {...common} className="input" type="password" autoComplete="new-password" spellCheck={false} />;
    case 'choice':
    case 'boolean': {
      const options = field.kind === 'choice' ? field.options : ['true', 'false'];
      return (
        <select {...common} className="select" value={text} onChange={type}>
          <option value="">
            {field.preset === undefined ? (field.required ? 'Choose' : 'Not sent') : `${field.preset} (default)`}
          </option>
          {options.map((option) => (
            <option key={option} value={option}>
              {field.kind === 'choice' ? option : option === 'true' ? 'Yes' : 'No'}
            </option>
          ))}
        </select>
      );
    }
    case 'list':
      return <Lines {...common} value={text} onChange={type} placeholder="One a line" />;
    case 'lines':
      return <Lines {...common} value={text} onChange={type} />;
    case 'json':
      return (
        <Lines
          {...common}
          value={text}
          onChange={type}
          placeholder="JSON"
          onBlur={() => {
            try {
              if (text.trim() !== '') onChange(JSON.stringify(JSON.parse(text), undefined, 2));
            } catch {
              // It is said beside the field when it is sent.
            }
          }}
        />
      );
    case 'file':
      return (
        <>
          <input
            {...common}
            className="input file"
            type="file"
            onChange={(event) => {
              const file = event.target.files?.[0];
              setProblem('');
              onChange(undefined);
              if (file === undefined) return;
              if (file.size > maxFileBytes) setProblem('This file is larger than 4.5 MB.');
              else
                void readFile(file).then((chosen) => {
                  if (chosen === undefined) setProblem('This file cannot be read.');
                  else onChange(chosen);
                });
            }}
          />
          {problem === '' ? null : (
            <span className={styles['field-problem']} role="alert">
              {problem}
            </span>
          )}
        </>
      );
    case 'time':
    case 'gmt': {
      const kind = field.kind;
      return (
        <div className={styles['time-field']}>
          <input
            {...common}
            className="input mono"
            value={text}
            onChange={type}
            autoComplete="off"
            spellCheck={false}
            placeholder={timeText(kind, Date.UTC(new Date().getUTCFullYear(), 0, 31, 12))}
          />
          {moments[kind].map(([label, ms]) => (
            <button
              key={label}
              type="button"
              className="button small plain"
              onClick={() => onChange(timeText(kind, Date.now() + ms))}
            >
              {label}
            </button>
          ))}
        </div>
      );
    }
    case 'number':
    case 'text': {
      const services = device?.services ?? [];
      return (
        <>
          <input
            {...common}
            className="input"
            value={text}
            onChange={type}
            inputMode={field.kind === 'number' ? 'numeric' : 'text'}
            autoComplete="off"
            spellCheck={false}
            list={services.length > 0 ? `${id}-list` : undefined}
            placeholder={field.preset}
          />
          {services.length > 0 ? (
            <datalist id={`${id}-list`}>
              {services.map((service) => (
                <option key={service.id} value={service.id}>
                  {service.name}
                </option>
              ))}
            </datalist>
          ) : null}
        </>
      );
    }
    default:
      return field.kind satisfies never;
  }
};
