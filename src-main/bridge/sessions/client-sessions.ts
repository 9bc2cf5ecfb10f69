import { defined } from '../../core/base/defined.ts';
import { afterText, type ByteChannel } from '../../core/session/byte-channel.ts';
import { cancelled, fail, ok, type AppError, type Result } from '../../core/base/errors.ts';
import type { SessionPrompts } from '../../core/session/session-prompts.ts';
import type { RemoteFiles } from '../../core/session/remote-files.ts';
import type { SessionScope } from '../../core/session/session-scope.ts';
import type { SshConnection, SshShell } from '../../core/ssh/ssh-client.ts';
import type { LeftParts } from '../../services/session/left-parts.ts';
import type { EditDesk, RemoteEdits } from '../../services/session/remote-edits.ts';
import type { SshSessions } from '../../services/session/ssh-sessions.ts';
import type { VncSessions } from '../../services/session/vnc-sessions.ts';
import {
  thisComputer,
  type SessionAnswer,
  type SessionClientFrame,
  type SessionEvent,
  type SessionHostFrame,
  type SessionQuestion,
} from '../../../src-preload/contract/session.ts';
import { SessionFiles } from './session-files.ts';
import { promptsOf } from './session-questions.ts';
import { joinStream, streamWithin, type ClientStream } from './session-streams.ts';
import { editView } from '../views/edit-view.ts';
import { errorView } from '../views/views.ts';

/** What sessions inside the application are made of. */
export interface SessionDeps {
  readonly ssh: Pick<SshSessions, 'connect'>;
  readonly vnc: Pick<VncSessions, 'connect'>;
  /** Redeems the ticket of secrets that the client handed over. */
  readonly tickets: { take(ticket: string): Result<Readonly<Record<string, string>>> };
  readonly scope: Pick<SessionScope, 'run'>;
  /** Shows the page of a session in a window; if absent, the caller opens it. */
  readonly showSession?: ((address: string) => void) | undefined;
  readonly newName: () => string;
  /** The files of this computer, for windows of the desktop; a browser gets none of them. And whose they are. */
  readonly localFiles: RemoteFiles | undefined;
  readonly localUser: string;
  /** Files that are being edited, in the sessions of all clients. */
  readonly edits: Pick<RemoteEdits, 'attach'>;
  /** Half-sent files left by sessions of all clients; the next session to the same device removes them. */
  readonly leftParts: LeftParts;
}

const noLocalFiles = fail(
  'unsupported',
  'In a browser, Quayside shows no folders of this computer.',
  'Use Upload and Download, or drop files here. The desktop application shows them beside the device.',
);

/** Sessions of one client at once. */
const maxSessions = 64;
const size = { cols: 80, rows: 24 } as const;

const broken = fail(
  'internal',
  'Quayside made a mistake in this session.',
  'Reconnect. Everything else goes on; the log in the profile folder says more.',
);

const connectionLost = fail('unreachable', 'The connection to the device was lost.', 'Reconnect and look again.').error;

type OpenFrame = Extract<SessionClientFrame, { type: 'session-open' }>;
/** What a client sends for a session that is open. */
type SessionFrame = Extract<
  SessionClientFrame,
  { type: 'session-answer' | 'session-resize' | 'session-call' | 'session-cancel' }
>;

/** A password that opened a screen, and the screen it opened: it is used for no other. */
interface ProvenPassword {
  readonly deviceKey: string;
  readonly serviceId: string;
  readonly password: string;
}

/** One session of a client: its questions and its connection. */
class LiveSession {
  readonly #id: number;
  readonly #deps: SessionDeps;
  readonly #send: (frame: SessionHostFrame) => void;
  readonly #streams: Map<number, ClientStream>;
  readonly #within: (work: () => void) => void;
  readonly #asked = new Map<number, (answer: SessionAnswer | undefined) => void>();
  readonly #controller = new AbortController();
  readonly #prompts: SessionPrompts;
  readonly #over: () => void;
  readonly #parting: (done: Promise<void>) => void;
  readonly #proven: string | undefined;
  readonly #prove: (password: string) => void;
  readonly #keepDesk: (desk: EditDesk) => void;
  readonly #filesOf: (session: number) => RemoteFiles | undefined;
  #nextAsk = 1;
  #size: { readonly cols: number; readonly rows: number };
  #connection: SshConnection | undefined;
  #channel: ByteChannel | undefined;
  #shell: SshShell | undefined;
  #files: SessionFiles | undefined;
  #edits: EditDesk | undefined;

  constructor(
    frame: OpenFrame,
    deps: SessionDeps,
    ends: {
      readonly send: (frame: SessionHostFrame) => void;
      readonly streams: Map<number, ClientStream>;
      readonly over: () => void;
      /** Called with the work that remains at the device after the end. */
      readonly parting: (done: Promise<void>) => void;
      /** The password that opened this screen before. */
      readonly proven: string | undefined;
      /** Called with the password that opened the session. */
      readonly prove: (password: string) => void;
      /** Called with what edits files of the session. */
      readonly desk: (desk: EditDesk) => void;
      readonly filesOf: (session: number) => RemoteFiles | undefined;
    },
  ) {
    this.#id = frame.session;
    this.#deps = deps;
    this.#send = ends.send;
    this.#streams = ends.streams;
    this.#over = ends.over;
    this.#parting = ends.parting;
    this.#proven = ends.proven;
    this.#prove = ends.prove;
    this.#keepDesk = ends.desk;
    this.#filesOf = ends.filesOf;
    this.#size = { cols: frame.cols ?? size.cols, rows: frame.rows ?? size.rows };
    this.#within = (work) => deps.scope.run(() => this.#end(broken.error), work);
    this.#prompts = promptsOf({
      ask: (question) => this.#ask(question),
      step: (text) => this.#tell({ kind: 'step', text }),
      tickets: deps.tickets,
    });
    this.#within(() => void this.#run(frame));
  }

  /** What it shows of files; undefined before, and for other sessions. */
  get files(): RemoteFiles | undefined {
    return this.#files?.files;
  }

  /** What the client sends for this session. */
  receive(frame: SessionFrame): void {
    this.#within(() => {
      switch (frame.type) {
        case 'session-answer': {
          const settle = this.#asked.get(frame.ask);
          this.#asked.delete(frame.ask);
          settle?.(frame.answer);
          return;
        }
        case 'session-resize':
          this.#size = { cols: frame.cols, rows: frame.rows };
          this.#shell?.resize(this.#size);
          return;
        case 'session-call':
          void this.#files?.call(frame.call, frame.operation);
          return;
        case 'session-cancel':
          this.#files?.cancel(frame.call);
          return;
        default:
          frame satisfies never;
      }
    });
  }

  /** Ends the session from this side; the client gets no more events. */
  dispose(): void {
    if (this.#controller.signal.aborted) return;
    this.#controller.abort();
    for (const settle of this.#asked.values()) settle(undefined);
    this.#asked.clear();
    this.#channel?.close();
    this.#edits?.leave();
    // A half-sent file is removed over the connection that is still open.
    if (this.#files === undefined) this.#connection?.close();
    else this.#parting(this.#files.dispose().finally(() => this.#connection?.close()));
    this.#streams.delete(this.#id);
    this.#over();
  }

  #tell(event: SessionEvent): void {
    if (!this.#controller.signal.aborted) this.#send({ type: 'session-event', session: this.#id, event });
  }

  #ask(question: SessionQuestion): Promise<SessionAnswer | undefined> {
    return new Promise((resolve) => {
      if (this.#controller.signal.aborted) return resolve(undefined);
      const number = this.#nextAsk++;
      this.#asked.set(number, resolve);
      this.#tell({ kind: 'ask', ask: number, question });
    });
  }

  #end(error: AppError | undefined): void {
    this.#tell({ kind: 'end', ...(error === undefined ? {} : { error: errorView(error) }) });
    this.dispose();
  }

  async #run(frame: OpenFrame): Promise<void> {
    const opened = await this.#open(frame);
    if (!opened.ok) this.#end(opened.error);
  }

  async #open(frame: OpenFrame): Promise<Result<void>> {
    const { signal } = this.#controller;
    const { deviceKey, serviceId, user, keyFile } = frame;
    if (frame.kind === 'screen') {
      const opened = await this.#deps.vnc.connect({ deviceKey, serviceId }, this.#prompts, signal, this.#proven);
      if (!opened.ok) return opened;
      const { channel, password } = opened.value;
      if (signal.aborted) {
        channel.close();
        return cancelled();
      }
      if (password !== undefined) this.#prove(password);
      this.#join(channel, {});
      return ok(undefined);
    }
    if (frame.kind === 'files' && deviceKey === thisComputer)
      return this.#deps.localFiles === undefined
        ? noLocalFiles
        : this.#openFiles(this.#deps.localFiles, this.#deps.localUser, frame);
    const connected = await this.#deps.ssh.connect({ deviceKey, serviceId, user, keyFile }, this.#prompts, signal);
    if (!connected.ok) return connected;
    const { connection, through } = connected.value;
    this.#connection = connection;
    if (signal.aborted) {
      connection.close();
      return cancelled();
    }
    // However the connection ends, a shell that could not end itself ends with it.
    connection.onEnd(() => this.#end(connectionLost));
    if (frame.kind === 'files') {
      const files = await connection.files();
      return files.ok ? this.#openFiles(files.value, connected.value.user, frame, through) : files;
    }
    const shell = await connection.shell({ ...this.#size, ...defined({ term: frame.term }) });
    if (!shell.ok) return shell;
    this.#shell = shell.value;
    // The window may have been resized while the person signed in.
    shell.value.resize(this.#size);
    const said = [connected.value.banner, through].filter((text) => text !== '').join('\n');
    this.#join(afterText(said, shell.value), { user: connected.value.user });
    return ok(undefined);
  }

  async #openFiles(
    files: RemoteFiles,
    user: string,
    { deviceKey, serviceId }: OpenFrame,
    through = '',
  ): Promise<Result<void>> {
    const home = await files.absolute('.');
    if (!home.ok) return home;
    const place = `${deviceKey} ${serviceId}`;
    const { leftParts } = this.#deps;
    // Not awaited: nothing depends on the result.
    void leftParts.clear(place, files);
    const parts = leftParts.newsOf(place);
    this.#tell({ kind: 'ready', user, home: home.value, ...(through === '' ? {} : { through }) });
    this.#edits = this.#deps.edits.attach(`${place} ${user}`, {
      files,
      parts,
      tell: (edits) => this.#tell({ kind: 'edits', edits: edits.map(editView) }),
    });
    this.#keepDesk(this.#edits);
    this.#files = new SessionFiles({
      files,
      isLocal: deviceKey === thisComputer,
      edits: this.#edits,
      tell: (event) => this.#tell(event),
      send: this.#send,
      streams: this.#streams,
      within: this.#within,
      newName: this.#deps.newName,
      filesOf: this.#filesOf,
      parts,
    });
    return ok(undefined);
  }

  #join(channel: ByteChannel, opened: { readonly user?: string }): void {
    this.#channel = channel;
    this.#tell({ kind: 'ready', ...opened });
    this.#streams.set(this.#id, streamWithin(this.#within, joinStream(this.#id, channel, this.#send)));
    channel.onEnd((error) => this.#end(error));
  }
}

/** The sessions of one client. No frame of the client makes this throw; when the client goes, all its sessions end. */
export class ClientSessions {
  readonly #deps: SessionDeps;
  readonly #send: (frame: SessionHostFrame) => void;
  readonly #parting: (done: Promise<void>) => void;
  readonly #sessions = new Map<number, LiveSession>();
  readonly #streams = new Map<number, ClientStream>();
  /** The edits of files, by session. They last until the tab is closed. */
  readonly #desks = new Map<number, EditDesk>();
  /** The passwords of screens, by session, until the tab is closed: a lost screen reconnects without asking again. */
  readonly #proven = new Map<number, ProvenPassword>();

  /** `parting` receives the work that ended sessions still do at their devices. */
  constructor(
    deps: SessionDeps,
    send: (frame: SessionHostFrame) => void,
    parting: (done: Promise<void>) => void = () => undefined,
  ) {
    this.#deps = deps;
    this.#send = send;
    this.#parting = parting;
  }

  receive(frame: SessionClientFrame): void {
    switch (frame.type) {
      case 'session-open':
        this.#open(frame);
        return;
      case 'session-answer':
      case 'session-resize':
      case 'session-call':
      case 'session-cancel':
        this.#sessions.get(frame.session)?.receive(frame);
        return;
      case 'session-close':
        this.#sessions.get(frame.session)?.dispose();
        if (frame.keep === true) return;
        this.#proven.delete(frame.session);
        this.#desks.get(frame.session)?.close();
        this.#desks.delete(frame.session);
        return;
      case 'session-bytes':
        this.#streams.get(frame.stream)?.take(frame.bytes);
        return;
      case 'session-credit':
        this.#streams.get(frame.stream)?.give(frame.bytes);
        return;
      default:
        frame satisfies never;
    }
  }

  dispose(): void {
    for (const session of [...this.#sessions.values()]) session.dispose();
    this.#proven.clear();
    this.#desks.clear();
  }

  #open(frame: OpenFrame): void {
    const { session: id } = frame;
    const proven = this.#succeed(frame);
    const { deviceKey, serviceId } = frame;
    const prove = (password: string): void => void this.#proven.set(id, { deviceKey, serviceId, password });
    if (this.#sessions.has(id) || this.#streams.has(id) || this.#sessions.size >= maxSessions) {
      const { error } = fail('conflict', 'Too many sessions are open in this window.', 'Close some of its tabs.');
      this.#send({ type: 'session-event', session: id, event: { kind: 'end', error: errorView(error) } });
      return;
    }
    if (proven !== undefined) prove(proven);
    const live = new LiveSession(frame, this.#deps, {
      proven,
      prove,
      desk: (desk) => void this.#desks.set(id, desk),
      filesOf: (session) => this.#sessions.get(session)?.files,
      send: this.#send,
      streams: this.#streams,
      over: () => this.#sessions.delete(id),
      parting: this.#parting,
    });
    this.#sessions.set(id, live);
  }

  /** Ends the session that a new one replaces. If both are the same screen, the new one keeps the password. */
  #succeed({ after, deviceKey, serviceId }: OpenFrame): string | undefined {
    if (after === undefined) return undefined;
    this.#sessions.get(after)?.dispose();
    const before = this.#proven.get(after);
    this.#proven.delete(after);
    this.#desks.delete(after);
    return before?.deviceKey === deviceKey && before.serviceId === serviceId ? before.password : undefined;
  }
}
