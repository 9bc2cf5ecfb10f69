import type { Attributes, SFTPWrapper } from 'ssh2';
import ssh2 from 'ssh2';

/** A tree of files in memory, and the part of SFTP that shows it: what the Files tab of a demo device works with. */

interface DemoFile {
  readonly kind: 'file';
  data: Buffer;
  modifiedAt: number;
}
export interface DemoFolder {
  readonly kind: 'folder';
  readonly entries: Map<string, DemoFile | DemoFolder>;
  modifiedAt: number;
}
type Entry = DemoFile | DemoFolder;

const { OPEN_MODE, STATUS_CODE } = ssh2.utils.sftp;
const home = '/home/demo';
/** A device of the demo keeps no larger files; its disk is this computer's memory. */
const maxBytes = 16_000_000;
const minuteMs = 60_000;

const file = (text: string, modifiedAt: number): DemoFile => ({ kind: 'file', data: Buffer.from(text), modifiedAt });
const folder = (entries: Readonly<Record<string, Entry>>, modifiedAt: number): DemoFolder => ({
  kind: 'folder',
  entries: new Map(Object.entries(entries)),
  modifiedAt,
});

const logLines = (name: string, until: number, count: number): string =>
  Array.from({ length: count }, (_, index) => {
    const at = new Date(until - (count - index) * minuteMs).toISOString();
    const words = ['heartbeat sent', 'reading stored', 'queue is empty', 'reading stored'][index % 4] ?? '';
    return `${at} ${name} agent[412]: ${words}\n`;
  }).join('');

/** The files of a device as it comes out of the box. `now`: epoch milliseconds. */
export const demoFiles = (name: string, now: number): DemoFolder => {
  const config = { device: name, interval_s: 60, upload: { enabled: true, batch: 20 } };
  const day = 86_400_000;
  return folder(
    {
      etc: folder(
        {
          hostname: file(`${name}\n`, now - 90 * day),
          'os-release': file('NAME="Demo Linux"\nVERSION="12"\n', now - 90 * day),
        },
        now - 90 * day,
      ),
      home: folder(
        {
          demo: folder(
            {
              'config.json': file(`${JSON.stringify(config, undefined, 2)}\n`, now - 12 * day),
              'readme.txt': file(
                `This is ${name}, a device of the Quayside demo.\nIts files are in memory: change them as you like.\n`,
                now - 40 * day,
              ),
              backups: folder({ 'config-old.json': file('{ "interval_s": 300 }\n', now - 30 * day) }, now - 30 * day),
              logs: folder(
                {
                  'agent.log': file(logLines(name, now, 240), now - minuteMs),
                  'agent.log.1': file(logLines(name, now - day, 1440), now - day),
                },
                now - minuteMs,
              ),
            },
            now - minuteMs,
          ),
        },
        now - 90 * day,
      ),
    },
    now - 90 * day,
  );
};

const parts = (path: string): readonly string[] => {
  const found: string[] = [];
  for (const part of (path.startsWith('/') ? path : `${home}/${path}`).split('/')) {
    if (part === '..') found.pop();
    else if (part !== '' && part !== '.') found.push(part);
  }
  return found;
};

const at = (root: DemoFolder, path: string): Entry | undefined => {
  let entry: Entry | undefined = root;
  for (const part of parts(path)) entry = entry?.kind === 'folder' ? entry.entries.get(part) : undefined;
  return entry;
};

/** The folder that a path is in, and its name there. */
const placeOf = (
  root: DemoFolder,
  path: string,
): { readonly parent: DemoFolder; readonly name: string } | undefined => {
  const name = parts(path).at(-1);
  const parent = at(root, `/${parts(path).slice(0, -1).join('/')}`);
  return name === undefined || parent?.kind !== 'folder' ? undefined : { parent, name };
};

const attributes = (entry: Entry): Attributes => {
  const seconds = Math.floor(entry.modifiedAt / 1000);
  const mode = entry.kind === 'folder' ? 0o040_755 : 0o100_644;
  const size = entry.kind === 'folder' ? 4096 : entry.data.length;
  return { mode, uid: 1000, gid: 1000, size, atime: seconds, mtime: seconds };
};

const sizeOf = (entry: Entry): number =>
  entry.kind === 'file' ? entry.data.length : [...entry.entries.values()].reduce((sum, each) => sum + sizeOf(each), 0);

/** Serves a tree to one SFTP session. */
export const serveDemoFiles = (sftp: SFTPWrapper, root: DemoFolder, now: () => number): void => {
  const handles = new Map<number, { readonly entry: Entry; listed: boolean }>();
  let last = 0;
  const open = (id: number, entry: Entry): void => {
    last += 1;
    handles.set(last, { entry, listed: false });
    const handle = Buffer.alloc(4);
    handle.writeUInt32BE(last);
    sftp.handle(id, handle);
  };
  const held = (handle: Buffer) => (handle.length === 4 ? handles.get(handle.readUInt32BE()) : undefined);
  const done = (id: number, isGood: boolean): void => sftp.status(id, isGood ? STATUS_CODE.OK : STATUS_CODE.FAILURE);
  const absent = (id: number): void => sftp.status(id, STATUS_CODE.NO_SUCH_FILE);
  const stat = (id: number, path: string): void => {
    const entry = at(root, path);
    if (entry === undefined) absent(id);
    else sftp.attrs(id, attributes(entry));
  };

  sftp.on('REALPATH', (id, path) => {
    const filename = `/${parts(path).join('/')}`;
    sftp.name(id, [{ filename, longname: filename, attrs: attributes(root) }]);
  });
  sftp.on('STAT', stat);
  sftp.on('LSTAT', stat);
  sftp.on('FSTAT', (id, handle) => {
    const entry = held(handle)?.entry;
    if (entry === undefined) done(id, false);
    else sftp.attrs(id, attributes(entry));
  });
  // Rights and times are not kept; programs set them as a matter of course.
  sftp.on('SETSTAT', (id) => done(id, true));
  sftp.on('FSETSTAT', (id) => done(id, true));
  sftp.on('OPENDIR', (id, path) => {
    const entry = at(root, path);
    if (entry?.kind === 'folder') open(id, entry);
    else absent(id);
  });
  sftp.on('READDIR', (id, handle) => {
    const known = held(handle);
    if (known?.entry.kind !== 'folder' || known.listed) return sftp.status(id, STATUS_CODE.EOF);
    known.listed = true;
    const rows = [...known.entry.entries].map(([filename, entry]) => ({
      filename,
      longname: filename,
      attrs: attributes(entry),
    }));
    if (rows.length === 0) sftp.status(id, STATUS_CODE.EOF);
    else sftp.name(id, rows);
  });
  sftp.on('OPEN', (id, path, flags) => {
    const entry = at(root, path);
    if (entry?.kind === 'folder') return done(id, false);
    if (entry !== undefined) {
      if ((flags & OPEN_MODE.EXCL) !== 0) return done(id, false);
      if ((flags & OPEN_MODE.TRUNC) !== 0) entry.data = Buffer.alloc(0);
      return open(id, entry);
    }
    const place = placeOf(root, path);
    if ((flags & OPEN_MODE.CREAT) === 0 || place === undefined) return absent(id);
    const made = file('', now());
    place.parent.entries.set(place.name, made);
    open(id, made);
  });
  sftp.on('READ', (id, handle, offset, length) => {
    const entry = held(handle)?.entry;
    if (entry?.kind !== 'file' || offset >= entry.data.length) sftp.status(id, STATUS_CODE.EOF);
    else sftp.data(id, entry.data.subarray(offset, offset + length));
  });
  sftp.on('WRITE', (id, handle, offset, data) => {
    const entry = held(handle)?.entry;
    const end = offset + data.length;
    if (entry?.kind !== 'file' || sizeOf(root) + Math.max(0, end - entry.data.length) > maxBytes)
      return done(id, false);
    const grown = Buffer.alloc(Math.max(end, entry.data.length));
    entry.data.copy(grown);
    data.copy(grown, offset);
    entry.data = grown;
    entry.modifiedAt = now();
    done(id, true);
  });
  sftp.on('CLOSE', (id, handle) => done(id, handle.length === 4 && handles.delete(handle.readUInt32BE())));
  sftp.on('MKDIR', (id, path) => {
    const place = placeOf(root, path);
    const isFree = place !== undefined && !place.parent.entries.has(place.name);
    if (isFree) place.parent.entries.set(place.name, folder({}, now()));
    done(id, isFree);
  });
  const remove = (kind: Entry['kind']) => (id: number, path: string) => {
    const entry = at(root, path);
    const place = placeOf(root, path);
    if (entry === undefined || place === undefined) return absent(id);
    const isFit = entry.kind === kind && (entry.kind === 'file' || entry.entries.size === 0);
    if (isFit) place.parent.entries.delete(place.name);
    done(id, isFit);
  };
  sftp.on('REMOVE', remove('file'));
  sftp.on('RMDIR', remove('folder'));
  sftp.on('RENAME', (id, from, to) => {
    const entry = at(root, from);
    const old = placeOf(root, from);
    const place = placeOf(root, to);
    if (entry === undefined || old === undefined || place === undefined) return absent(id);
    // Into itself would make a ring that nothing leads to.
    if (place.parent.entries.has(place.name) || `${to}/`.startsWith(`${from}/`)) return done(id, false);
    old.parent.entries.delete(old.name);
    place.parent.entries.set(place.name, entry);
    done(id, true);
  });
};
