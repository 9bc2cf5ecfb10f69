/** Reads what vendors answer: any field may be missing or of another type. */

export type Row = Readonly<Record<string, unknown>>;

const isRow = (value: unknown): value is Row => typeof value === 'object' && value !== null && !Array.isArray(value);

/** The objects of a list; empty if it is not one. */
export const rowsOf = (output: unknown): readonly Row[] => (Array.isArray(output) ? output.filter(isRow) : []);

/** An object; empty if it is not one. */
export const rowOf = (output: unknown): Row => (isRow(output) ? output : {});

/** A field as text; empty if there is none. */
export const textOf = (row: Row, name: string): string => {
  const value = row[name];
  return typeof value === 'string'
    ? value
    : typeof value === 'number' || typeof value === 'boolean'
      ? String(value)
      : '';
};

/** Epoch milliseconds of a vendor's time: RFC 3339, or `2020-12-27 05:25:00[.0]`, which is GMT. */
export const timeOf = (text: string): number | undefined => {
  const match =
    /^(\d{4})-?(\d{2})-?(\d{2})[ Tt](\d{2}:\d{2}:\d{2})(?:[.,](\d+))?\s*([Zz]|[+-]\d{2}:?\d{2}|GMT|UTC)?$/.exec(
      text.trim(),
    );
  if (match === null) return undefined;
  const [, year = '', month = '', day = '', clock = '', fraction = '', zone = 'Z'] = match;
  const offset = /^[+-]/.test(zone) ? `${zone.slice(0, 3)}:${zone.slice(-2)}` : 'Z';
  const at = Date.parse(`${year}-${month}-${day}T${clock}.${fraction.slice(0, 3).padEnd(3, '0')}${offset}`);
  return Number.isNaN(at) ? undefined : at;
};

/** A moment as RemoteIoT takes it: `2017-05-19 00:00:00`, GMT. */
export const vendorTime = (at: number): string => new Date(at).toISOString().slice(0, 19).replace('T', ' ');

/** A line of a log whose form nobody documents. */
export interface ReadLine {
  readonly at: number | undefined;
  readonly level: string;
  readonly text: string;
}

const timeNames = ['timestamp', 'time', 'ts', 'date', 'creationTime'];
const levelNames = ['level', 'severity', 'logLevel'];
const messageNames = ['message', 'msg', 'log', 'text'];

const firstOf = (row: Row, names: readonly string[]): readonly [string, string] => {
  for (const name of names) {
    const text = textOf(row, name);
    if (text !== '') return [name, text];
  }
  return ['', ''];
};

/** An entry of unknown form as a line: its time and level first, its message, and whatever else it holds. */
export const readLine = (entry: unknown): ReadLine => {
  if (!isRow(entry))
    return { at: undefined, level: '', text: typeof entry === 'string' ? entry : JSON.stringify(entry) };
  const [timeName, time] = firstOf(entry, timeNames);
  const [levelName, level] = firstOf(entry, levelNames);
  const [messageName, message] = firstOf(entry, messageNames);
  const at = timeOf(time);
  const used = new Set([at === undefined ? '' : timeName, levelName, messageName]);
  const rest = Object.entries(entry)
    .filter(([name]) => !used.has(name))
    .map(([name, value]) => {
      const short = typeof value === 'string' ? value : JSON.stringify(value);
      // A request line reads better without the names of its parts.
      return ['method', 'path', 'status', 'url'].includes(name) ? short : `${name}=${short}`;
    });
  return { at, level, text: [message, ...rest].filter((part) => part !== '').join(' ') };
};

const secretName = /pass(?:word|phrase|wd|code)|pwd|secret|token|credential|key$/i;

/** Whether a name is that of a password, token or key, whose value is shown only when asked for. */
export const isSecretName = (name: string): boolean => secretName.test(name);
