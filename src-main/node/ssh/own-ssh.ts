import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cancelled, fail, ok, type Result } from '../../core/base/errors.ts';
import {
  hasTakenPart,
  ownSshArguments,
  readAuthority,
  readOwnSshEnd,
  readOwnSshQuestion,
  type OwnSshAuthority,
} from '../../core/ssh/own-ssh.ts';
import type { OwnSshDial, OwnSshDialed, SshConnection } from '../../core/ssh/ssh-client.ts';
import { LibraryCalls } from '../runtime/library-calls.ts';
import { MuxChannel } from './ssh-mux.ts';
import { remoteFiles } from './ssh-client-files.ts';
import { streamChannel } from '../net/stream-channel.ts';
import { lost, notGiven, shellOf } from './ssh-client-channels.ts';

/** Milliseconds that it may take until it asks something, is signed in or ends: a server may let a refused one wait. */
const quietMs = 60_000;
/** What is kept of what it writes, characters. */
const longestWritten = 64 * 1024;

/**
 * The askpass program. ssh starts it with its question; standard input and error output are those of ssh, so that the
 * question comes to us, and the answer gets there, by nameless pipes. `head` passes one line on without a variable, which
 * some shells would give to another program as an argument.
 */
const askProgram = `#!/bin/sh
printf '\\n%s ask %s\\n%s\\n%s end\\n' "$QUAYSIDE_ASK" "$SSH_ASKPASS_PROMPT" "$1" "$QUAYSIDE_ASK" >&2
[ "$SSH_ASKPASS_PROMPT" = none ] || exec head -n 1
`;

/** Takes the questions out of what ssh writes. Their mark is a number that no server knows. */
export class OwnSshOutput {
  readonly #mark: string;
  #text = '';
  /** All that is no question. */
  written = '';

  constructor(mark: string) {
    this.#mark = mark;
  }

  /** Reads on; what is whole by now, in order. */
  feed(
    chunk: string,
  ): readonly ({ readonly type: 'opened' } | { readonly type: 'ask'; readonly hint: string; readonly text: string })[] {
    this.#text += chunk;
    const found: ReturnType<OwnSshOutput['feed']>[number][] = [];
    for (;;) {
      const at = this.#text.indexOf(`${this.#mark} `);
      if (at === -1) {
        // A mark may have come in half.
        const end = Math.max(0, this.#text.length - this.#mark.length - 1);
        this.#keep(this.#text.slice(0, end));
        this.#text = this.#text.slice(end);
        return found;
      }
      const rest = this.#text.slice(at + this.#mark.length + 1);
      const opened = /^open\r?\n/.exec(rest);
      const tail = `\n${this.#mark} end\n`;
      const end = opened === null ? rest.indexOf(tail) : opened[0].length;
      // Not whole yet.
      if (end === -1 || rest === '') return found;
      this.#keep(this.#text.slice(0, at));
      if (opened === null) {
        const [, hint = '', text = ''] = /^ask ([^\n]*)\n([\s\S]*)$/.exec(rest.slice(0, end)) ?? [];
        found.push({ type: 'ask', hint, text });
        this.#text = rest.slice(end + tail.length);
      } else {
        found.push({ type: 'opened' });
        this.#text = rest.slice(end);
      }
    }
  }

  /** Nothing more comes. */
  end(): string {
    this.#keep(this.#text);
    this.#text = '';
    return this.written;
  }

  #keep(text: string): void {
    this.written = `${this.written}${text}`.slice(-longestWritten);
  }
}

/** An authority for the host keys of `host` in these files of known hosts. */
export const findAuthority = async (host: string, files: readonly string[]): Promise<OwnSshAuthority | undefined> => {
  const find = (file: string): Promise<string> =>
    new Promise((resolve) => {
      const args = ['-F', host, '-f', file];
      execFile('ssh-keygen', args, { timeout: 5000, windowsHide: true }, (_error, stdout) => resolve(stdout));
    });
  const found = await Promise.all(files.map(find));
  return readAuthority(host, found.join('\n'));
};

/** What the end of this process ends, too: each is a process, and a folder that it would leave behind. */
const open = new Set<() => void>();
const endAll = (): void => {
  for (const end of open) end();
};

const connectionOf = (child: ChildProcess, controlPath: string, hasEnded: Promise<void>): SshConnection => {
  let isOver = false;
  const calls = new LibraryCalls(() => child.kill());
  const ends = new Set<() => void>();
  void hasEnded.then(() => {
    isOver = true;
    for (const listener of ends) calls.ours(listener)();
    ends.clear();
  });
  return {
    shell: async ({ cols, rows, term = 'xterm-256color' }) => {
      const channel = await MuxChannel.open(controlPath);
      if (channel === undefined) return isOver ? lost() : notGiven('shell');
      const isGiven = await channel.shell(term, cols, rows);
      return isGiven ? ok(shellOf(channel)) : notGiven('shell');
    },
    files: async () => {
      const channel = await MuxChannel.open(controlPath);
      if (channel === undefined) return isOver ? lost() : notGiven('files');
      if (!(await channel.subsystem('sftp'))) return notGiven('files');
      return remoteFiles(streamChannel(channel, 'The connection to the device broke.'));
    },
    onEnd: (listener) => {
      if (isOver) listener();
      else ends.add(listener);
    },
    close: () => void child.kill(),
  };
};

/**
 * Connects and signs in with the user's own OpenSSH. It runs as long as the connection does, as the master of a control
 * socket in a folder that only its owner may enter. Errors: unsupported, unreachable, timeout, cancelled.
 */
export const dialOwnSsh = async (
  request: OwnSshDial,
  {
    env,
    configFile,
  }: { readonly env: Readonly<Record<string, string | undefined>>; readonly configFile?: string | undefined },
  signal: AbortSignal,
): Promise<Result<OwnSshDialed>> => {
  if (signal.aborted) return cancelled();
  const folder = await mkdtemp(join(tmpdir(), 'quayside-ssh-'));
  const clear = (): Promise<void> => rm(folder, { recursive: true, force: true });
  const file = (name: string): string => join(folder, name);
  const mark = randomUUID();
  const { authority } = request;
  try {
    await writeFile(file('ask'), askProgram, { mode: 0o700 });
    await writeFile(file('known_hosts'), authority === undefined ? '' : `${authority.lines.join('\n')}\n`, {
      mode: 0o600,
    });
  } catch {
    await clear();
    return fail(
      'unsupported',
      'The files of a session cannot be written.',
      'See that the folder for temporary files can be written to.',
    );
  }
  const child = spawn(
    'ssh',
    [
      ...(configFile === undefined ? [] : ['-F', configFile]),
      ...ownSshArguments(
        {
          ...request,
          hostKeyAlias: authority?.host ?? request.hostKeyAlias,
          knownHostsFile: file('known_hosts'),
          controlPath: file('c'),
        },
        `echo ${mark} open >&2`,
      ),
    ],
    {
      env: {
        ...env,
        SSH_ASKPASS: file('ask'),
        SSH_ASKPASS_REQUIRE: 'force',
        QUAYSIDE_ASK: mark,
        // Before 8.4 an OpenSSH without a terminal asks its askpass program where there is a display, whatever it is.
        DISPLAY: env['DISPLAY'] ?? ':',
        // It runs the command above.
        SHELL: '/bin/sh',
        LC_ALL: 'C',
      },
      // A session of its own: it has no terminal to ask at, and no key of one ends it.
      detached: true,
      stdio: ['pipe', 'ignore', 'pipe'],
      windowsHide: true,
    },
  );
  const end = (): void => {
    child.kill();
    rmSync(folder, { recursive: true, force: true });
  };
  if (open.size === 0) process.once('exit', endAll);
  open.add(end);
  const hasEnded = new Promise<void>((resolve) => {
    child.once('error', () => resolve());
    child.once('close', () => resolve());
  }).then(() => {
    open.delete(end);
    if (open.size === 0) process.off('exit', endAll);
    return clear();
  });
  return new Promise((resolve) => {
    const output = new OwnSshOutput(mark);
    let patience: NodeJS.Timeout | undefined;
    let settled = false;
    let questions = 0;
    let keyRefused = false;
    const settle = (result: Result<OwnSshDialed>): void => {
      if (settled) return;
      settled = true;
      calls.end();
      clearTimeout(patience);
      signal.removeEventListener('abort', abort);
      if (!result.ok || result.value.outcome !== 'open') child.kill();
      resolve(result);
    };
    const calls = new LibraryCalls(() =>
      settle(
        fail('internal', 'Quayside made a mistake in this session.', 'Reconnect. The others go on; the log says more.'),
      ),
    );
    const abort = (): void => settle(cancelled());
    signal.addEventListener('abort', abort, { once: true });
    const wait = (): void => {
      clearTimeout(patience);
      const late = (): void =>
        settle(fail('timeout', 'The SSH server did not answer in time.', 'Try again in a moment.'));
      patience = setTimeout(calls.theirs(late), quietMs);
    };
    const answer = (text: string | undefined): void => {
      if (text === undefined) return settle(ok({ outcome: 'left' }));
      wait();
      child.stdin.write(`${text.replaceAll(/[\r\n]/g, '')}\n`);
    };
    const ask = (hint: string, text: string): void => {
      const question = readOwnSshQuestion(hint, text, questions === 0);
      questions += 1;
      clearTimeout(patience);
      switch (question.type) {
        case 'touch':
          return request.touch();
        case 'host-key': {
          const { keyType: type, fingerprint } = question;
          return calls.after(request.checkKey({ type, fingerprint }), (isGood) => {
            keyRefused = !isGood;
            answer(isGood ? 'yes' : 'no');
          });
        }
        case 'server':
          // Its keys are tried; what else there is, others try without its three times three questions.
          if (!request.isOnly && !hasTakenPart(output.written))
            return settle(ok({ outcome: 'ended', methods: [], said: '', hostKeyRefused: false, hasTried: true }));
          return calls.after(request.answer(question), answer);
        default:
          return calls.after(request.answer(question), answer);
      }
    };
    wait();
    child.stdin.on('error', () => undefined);
    child.stderr.setEncoding('utf8').on(
      'data',
      calls.ours((chunk: string) => {
        for (const event of output.feed(chunk)) {
          if (settled) return;
          if (event.type === 'ask') ask(event.hint, event.text);
          else settle(ok({ outcome: 'open', connection: connectionOf(child, file('c'), hasEnded) }));
        }
      }),
    );
    child.once('error', () =>
      settle(
        fail('unsupported', 'The program ssh cannot be started.', 'Install OpenSSH, or see that ssh is in your PATH.'),
      ),
    );
    child.once('close', () => {
      const end = readOwnSshEnd(output.end());
      settle(ok(keyRefused ? { outcome: 'key-refused' } : { outcome: 'ended', ...end }));
    });
  });
};
