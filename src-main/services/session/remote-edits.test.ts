import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { fail, ok, type Result } from '../../core/base/errors.ts';
import type { FileStats, RemoteFiles } from '../../core/session/remote-files.ts';
import { VirtualClock } from '../../../test/support/virtual-clock.ts';
import { RemoteEdits, type EditedFile } from './remote-edits.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const words = (content: Uint8Array | undefined): string => new TextDecoder().decode(content);
const lost = fail('unreachable', 'The connection was lost.', 'Reconnect.');
const gone = fail('not-found', 'Not there.', 'Look again.');

/** A device with files in memory, which can be out of reach. */
const createDevice = () => {
  const kept = new Map<string, { content: Uint8Array; second: number }>();
  let second = 100;
  let isLost = false;
  const put = (path: string, text: string): void => {
    second += 1;
    kept.set(path, { content: bytes(text), second });
  };
  const answer = async <T>(give: () => Result<T>): Promise<Result<T>> => (isLost ? lost : give());
  const at = <T>(path: string, give: (file: { content: Uint8Array; second: number }) => T): Promise<Result<T>> =>
    answer<T>(() => {
      const file = kept.get(path);
      return file === undefined ? gone : ok(give(file));
    });
  const stats = (file: { content: Uint8Array; second: number }): FileStats => ({
    kind: 'file',
    size: file.content.length,
    modifiedAt: file.second * 1000,
    mode: 0o644,
  });
  const files: RemoteFiles = {
    absolute: (path) => answer(() => ok(path)),
    list: () => answer(() => ok([])),
    look: (path) => at(path, stats),
    follow: (path) => at(path, stats),
    readLink: () => answer(() => gone),
    makeLink: () => answer(() => ok(undefined)),
    change: () => answer(() => ok(undefined)),
    changeLink: () => answer(() => ok(undefined)),
    open: (path, { how }) => {
      if (how === 'new') put(path, '');
      return at(path, () => ({
        read: (offset: number, length: number) => at(path, ({ content }) => content.slice(offset, offset + length)),
        write: (offset: number, piece: Uint8Array) =>
          at(path, (file) => {
            const next = new Uint8Array(Math.max(file.content.length, offset + piece.length));
            next.set(file.content);
            next.set(piece, offset);
            file.content = next;
          }),
        change: () => answer(() => ok(undefined)),
        close: () => answer(() => ok(undefined)),
      }));
    },
    rename: (from, to) => files.replace(from, to),
    replace: (from, to) =>
      at(from, (file) => {
        kept.delete(from);
        kept.set(to, file);
      }),
    removeFile: (path) => answer(() => (kept.delete(path) ? ok(undefined) : gone)),
    removeFolder: () => answer(() => ok(undefined)),
    makeFolder: () => answer(() => ok(undefined)),
  };
  return {
    files,
    put,
    text: (path: string) => words(kept.get(path)?.content),
    names: () => [...kept.keys()].toSorted(),
    setLost: (value: boolean) => void (isLost = value),
  };
};

/** Edits of one device, with copies in memory and an editor that is the test. */
const createRig = () => {
  const device = createDevice();
  device.put('/etc/app.conf', 'one');
  const clock = new VirtualClock();
  const copies = new Map<string, { content: Uint8Array; changed: () => void }>();
  const opened: string[] = [];
  let names = 0;
  const edits = new RemoteEdits({
    copies: {
      make: async (name, content, changed) => {
        const path = `/copy/${copies.size}/${name}`;
        copies.set(path, { content, changed });
        return ok({
          path,
          read: async () => {
            const copy = copies.get(path);
            return copy === undefined ? gone : ok(copy.content);
          },
          dispose: async () => void copies.delete(path),
        });
      },
    },
    editor: {
      open: async (file) => {
        opened.push(file);
        return ok(undefined);
      },
    },
    sha256: (content) => createHash('sha256').update(content).digest(),
    clock,
    newName: () => `new${(names += 1)}`,
  });
  let seen: readonly EditedFile[] = [];
  const attach = () =>
    edits.attach('acme/gw ssh root', {
      files: device.files,
      parts: { begun: () => undefined, gone: () => undefined, left: () => undefined },
      tell: (now) => {
        seen = now;
      },
    });
  return {
    device,
    edits,
    clock,
    copies,
    opened,
    attach,
    seen: () => seen,
    phase: () => seen[0]?.phase,
    save: (text: string): void => {
      const [copy] = copies.values();
      if (copy === undefined) expect.fail('there is no copy');
      copy.content = bytes(text);
      copy.changed();
    },
  };
};

const signal = new AbortController().signal;
const begin = async (rig: ReturnType<typeof createRig>) => {
  const desk = rig.attach();
  const begun = await desk.begin('/etc/app.conf', () => undefined, signal);
  if (!begun.ok) expect.fail(begun.error.message);
  const { edit } = begun.value;
  return { desk, edit, say: (answer: Parameters<typeof desk.answer>[1]) => desk.answer(edit, answer, signal) };
};

describe('a file that is edited here', () => {
  it('is sent back after one question, each save, and leaves nothing beside it', async () => {
    const rig = createRig();
    const { say, desk } = await begin(rig);
    expect(rig.opened).toEqual(['/copy/0/app.conf']);
    rig.save('two');
    await expect.poll(rig.phase).toBe('asking');
    expect(rig.device.text('/etc/app.conf')).toBe('one');
    await say('send');
    await expect.poll(rig.phase).toBe('open');
    rig.save('three');
    await expect.poll(() => rig.device.text('/etc/app.conf')).toBe('three');
    rig.save('');
    await expect.poll(() => rig.seen()[0]?.isUnsent).toBe(false);
    expect(rig.device.text('/etc/app.conf')).toBe('');
    expect(rig.device.names()).toEqual(['/etc/app.conf']);
    desk.close();
    expect(rig.copies.size).toBe(0);
  });

  it('is not written over what changed at the device meanwhile: both are kept, or it is replaced', async () => {
    const rig = createRig();
    const { say } = await begin(rig);
    rig.device.put('/etc/app.conf', 'theirs');
    rig.save('mine');
    await say('send');
    await expect.poll(rig.phase).toBe('changed');
    await say('beside');
    await expect.poll(rig.phase).toBe('open');
    expect(rig.device.text('/etc/app.conf')).toBe('theirs');
    expect(rig.device.text('/etc/app (yours).conf')).toBe('mine');
    expect(rig.seen()[0]?.path).toBe('/etc/app (yours).conf');

    rig.device.put('/etc/app (yours).conf', 'theirs again');
    rig.save('mine again');
    await expect.poll(rig.phase).toBe('changed');
    await say('replace');
    await expect.poll(rig.phase).toBe('open');
    expect(rig.device.text('/etc/app (yours).conf')).toBe('mine again');
  });

  it('waits while there is no connection, and is sent by the next session with the same files', async () => {
    const rig = createRig();
    const { desk, say } = await begin(rig);
    await say('send');
    rig.device.setLost(true);
    desk.leave();
    rig.save('two');
    await rig.clock.advance(3_600_000);
    expect(rig.copies.size).toBe(1);
    rig.device.setLost(false);
    rig.attach();
    await expect.poll(() => rig.device.text('/etc/app.conf')).toBe('two');
    expect(rig.phase()).toBe('open');
  });

  it('goes when its window does not come back and nothing is unsent', async () => {
    const rig = createRig();
    const { desk } = await begin(rig);
    desk.leave();
    await rig.clock.advance(3_600_000);
    expect(rig.copies.size).toBe(0);
  });

  it('is sent without a question once somebody said always, also when it is edited again', async () => {
    const rig = createRig();
    const { say, desk } = await begin(rig);
    rig.save('two');
    await say('always');
    await expect.poll(() => rig.device.text('/etc/app.conf')).toBe('two');
    await say('end');
    expect([rig.copies.size, rig.seen()]).toEqual([0, []]);
    await desk.begin('/etc/app.conf', () => undefined, signal);
    rig.save('three');
    await expect.poll(() => rig.device.text('/etc/app.conf')).toBe('three');
  });

  it('is opened again, not fetched again, while it is edited', async () => {
    const rig = createRig();
    const { desk, edit } = await begin(rig);
    expect(await desk.begin('/etc/app.conf', () => undefined, signal)).toEqual(ok({ edit }));
    expect(rig.opened).toEqual(['/copy/0/app.conf', '/copy/0/app.conf']);
    expect(await desk.answer(edit + 1, 'send', signal)).toMatchObject({ ok: false, error: { kind: 'not-found' } });
  });
});
