import { expect, it } from 'vitest';
import { ok } from '../../core/base/errors.ts';
import { createSessionScope } from '../../node/runtime/async-session-scope.ts';
import type { ByteChannel } from '../../core/session/byte-channel.ts';
import type { FileOperation, SessionHostFrame } from '../../../src-preload/contract/session.ts';
import { memoryFiles } from '../../../test/support/memory-files.ts';
import { MemoryDocument } from '../../../test/support/memory-document.ts';
import { LeftParts } from '../../services/session/left-parts.ts';
import { ClientSessions } from './client-sessions.ts';

/** Sessions of a client on screens whose password is always `sesame`; tells what each was opened with. */
const rig = (options: { readonly isBrowser?: boolean } = {}) => {
  const opened: (string | undefined)[] = [];
  const sent: SessionHostFrame[] = [];
  const ends: (() => void)[] = [];
  const kept = new Map([['/a', new TextEncoder().encode('content')]]);
  const channel = (): ByteChannel => ({
    write: () => true,
    onDrain: () => undefined,
    onData: () => undefined,
    onEnd: (listener) => void ends.push(() => listener(undefined)),
    pause: () => undefined,
    resume: () => undefined,
    close: () => undefined,
  });
  const sessions = new ClientSessions(
    {
      ssh: { connect: () => expect.fail('no terminal is opened') },
      vnc: {
        connect: async (_request, _desk, _signal, proven) => {
          opened.push(proven);
          return ok({ channel: channel(), password: 'sesame' });
        },
      },
      tickets: { take: () => expect.fail('no ticket is taken') },
      scope: createSessionScope(),
      newName: () => 'name',
      localFiles: options.isBrowser === true ? undefined : memoryFiles(kept),
      localUser: 'me',
      leftParts: new LeftParts(new MemoryDocument({ parts: [] })),
      edits: {
        attach: () => ({
          begin: () => expect.fail('no file is edited'),
          answer: () => expect.fail('no file is edited'),
          leave: () => undefined,
          close: () => undefined,
        }),
      },
    },
    (frame) => sent.push(frame),
  );
  const open = async (session: number, after?: number, deviceKey = 'home/a'): Promise<void> => {
    sessions.receive({
      type: 'session-open',
      session,
      kind: 'screen',
      deviceKey,
      serviceId: 'vnc',
      ...(after === undefined ? {} : { after }),
    });
    await expect
      .poll(() => sent.some((frame) => frame.type === 'session-event' && frame.session === session))
      .toBe(true);
  };
  const close = (session: number, keep?: boolean): void =>
    sessions.receive({ type: 'session-close', session, ...(keep === undefined ? {} : { keep }) });
  return { open, close, opened, sent, sessions, kept, lose: () => ends.at(-1)?.() };
};

it('a screen that was lost opens again with what opened it, as often as it is lost, and tells the window nothing of it', async () => {
  const { open, opened, lose, sent } = rig();
  await open(1);
  lose();
  await open(2, 1);
  lose();
  await open(3, 2);
  expect(opened).toEqual([undefined, 'sesame', 'sesame']);
  expect(JSON.stringify(sent)).not.toContain('sesame');
});

it('the password of a screen is used for no other, and is forgotten with its tab', async () => {
  const { open, close, opened } = rig();
  await open(1);
  await open(2, 1, 'home/b');
  await open(3, 1);
  expect(opened).toEqual([undefined, undefined, undefined]);
  close(3, true);
  await open(4, 3);
  close(4);
  await open(5, 4);
  expect(opened.slice(3)).toEqual(['sesame', undefined]);
});

it('files of this computer are open without a sign-in, and are copied from one session of the client to another', async () => {
  const { sessions, sent, kept } = rig();
  const told = (session: number) =>
    sent.flatMap((frame) => (frame.type === 'session-event' && frame.session === session ? [frame.event] : []));
  for (const session of [1, 2])
    sessions.receive({ type: 'session-open', session, kind: 'files', deviceKey: 'this-computer', serviceId: 'files' });
  await expect.poll(() => told(2)).toEqual([{ kind: 'ready', user: 'me', home: '.' }]);
  const copy = (call: number, from: number): void =>
    sessions.receive({
      type: 'session-call',
      session: 2,
      call,
      operation: { op: 'copy', from: { session: from, path: '/a' }, to: '/b', existing: 'refuse' },
    });
  copy(1, 1);
  await expect.poll(() => told(2).at(-1)).toMatchObject({ kind: 'result', call: 1, value: { files: 1, bytes: 7 } });
  expect(kept.get('/b')).toEqual(kept.get('/a'));
  copy(2, 3);
  await expect.poll(() => told(2).at(-1)).toMatchObject({ kind: 'refusal', call: 2, error: { kind: 'not-found' } });
});

it('of files of this computer no byte goes to a client, and nothing of them changes but by a copy', async () => {
  const { sessions, sent, kept } = rig();
  sessions.receive({ type: 'session-open', session: 1, kind: 'files', deviceKey: 'this-computer', serviceId: 'files' });
  const operations: readonly FileOperation[] = [
    { op: 'download', path: '/a', stream: 9 },
    { op: 'upload', path: '/a', size: 0, stream: 9 },
    { op: 'edit', path: '/a' },
    { op: 'rename', from: '/a', to: '/b' },
    { op: 'delete', path: '/a' },
    { op: 'delete-folder', path: '/' },
  ];
  await expect.poll(() => sent.length).toBe(1);
  for (const [at, operation] of operations.entries())
    sessions.receive({ type: 'session-call', session: 1, call: at + 1, operation });
  await expect.poll(() => sent.length).toBe(1 + operations.length);
  for (const frame of sent.slice(1))
    expect(frame).toMatchObject({ type: 'session-event', event: { kind: 'refusal', error: { kind: 'forbidden' } } });
  expect([...kept.keys()]).toEqual(['/a']);
});

it('a browser sees no folder of this computer, and is told why', async () => {
  const { sessions, sent } = rig({ isBrowser: true });
  sessions.receive({ type: 'session-open', session: 1, kind: 'files', deviceKey: 'this-computer', serviceId: 'files' });
  await expect.poll(() => sent.length).toBe(1);
  expect(sent[0]).toMatchObject({ event: { kind: 'end', error: { kind: 'unsupported' } } });
});
