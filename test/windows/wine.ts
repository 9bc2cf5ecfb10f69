import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import {
  closeSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, vi } from 'vitest';
import { wineEnvironment, windowsPlaces } from '../../build/wine.mjs';

const root = join(import.meta.dirname, '../..');
const drive = join(windowsPlaces.prefix, 'drive_c');
const userFolder = join(drive, 'users/Jörg Müller');

/** For what another process does; everything takes longer while other tests have the cores. */
export const patient = { timeout: 100_000, interval: 20 } as const;

/** A path of this system as Windows programs name it. */
export const windowsPath = (path: string): string =>
  path.startsWith(drive) ? `C:${path.slice(drive.length).replaceAll('/', '\\')}` : `Z:${path.replaceAll('/', '\\')}`;

/** A program under Wine. */
export interface WindowsProcess {
  stdout(): string;
  stderr(): string;
  /** The first line of standard output; fails where it ends without one. */
  firstLine(): Promise<string>;
  /** Waits for its end and answers the exit code. */
  ended(): Promise<number | null>;
  /** Ctrl-C in its console: Wine makes the console event of the signal, as it does for a console's own Ctrl-C. */
  interrupt(): void;
  /** Ends it as the task manager does. */
  kill(): void;
}

/** What a command printed, and how it ended. */
export interface WindowsEnd {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** What a stand-in for a program was started with. */
export interface Recording {
  /** Its file name. */
  readonly program: string;
  /** The whole command line, as Windows passed it on. */
  readonly line: string;
  /** The arguments as Windows parses them, without the program. */
  readonly words: readonly string[];
  readonly environment: readonly string[];
}

/** A stage on `C:` for the tests of one file: profiles, stand-ins for programs and whatever runs. */
export class Windows {
  /** A folder on `C:`, as this system names it; its name holds a blank and letters outside ASCII. */
  readonly folder: string;
  /** The user's own folder, `%USERPROFILE%`. */
  readonly userFolder = userFolder;
  /** Opens file vaults. */
  readonly passphrase = 'Größe und Passwort';
  readonly #outputs = mkdtempSync(join(tmpdir(), 'quayside-windows-'));
  readonly #running: WindowsProcess[] = [];
  #count = 0;

  constructor() {
    this.folder = join(drive, `Prüfung ${randomBytes(4).toString('hex')}`);
    mkdirSync(join(this.folder, 'programs'), { recursive: true });
    mkdirSync(join(this.folder, 'recordings'));
  }

  /** A path below the folder, as this system names it. */
  path(...names: readonly string[]): string {
    return join(this.folder, ...names);
  }

  /** Starts a Windows program. Standard output and error are files: Wine's pipes are not what Node expects. */
  start(
    program: string,
    args: readonly string[],
    options: { readonly stdin?: string; readonly env?: Readonly<Record<string, string>> } = {},
  ): WindowsProcess {
    const name = join(this.#outputs, String((this.#count += 1)));
    writeFileSync(`${name}.in`, options.stdin ?? '');
    const [stdin, stdout, stderr] = [
      openSync(`${name}.in`, 'r'),
      openSync(`${name}.out`, 'w'),
      openSync(`${name}.err`, 'w'),
    ];
    const child = spawn('wine', [program, ...args], {
      cwd: this.folder,
      env: {
        ...wineEnvironment(),
        WINEPATH: windowsPath(this.path('programs')),
        RECORDINGS: windowsPath(this.path('recordings')),
        ...options.env,
      },
      stdio: [stdin, stdout, stderr],
    });
    for (const descriptor of [stdin, stdout, stderr]) closeSync(descriptor);
    const ended = once(child, 'exit') as Promise<[number | null]>;
    const text = (kind: string): string => readFileSync(`${name}.${kind}`, 'utf8');
    const running: WindowsProcess = {
      stdout: () => text('out'),
      stderr: () => text('err'),
      firstLine: () =>
        vi.waitFor(() => {
          const end = text('out').indexOf('\n');
          if (end !== -1) return text('out').slice(0, end);
          throw new Error(`no line yet: ${text('err')}`);
        }, patient),
      ended: async () => (await ended)[0],
      interrupt: () => void child.kill('SIGINT'),
      kill: () => void child.kill('SIGKILL'),
    };
    this.#running.push(running);
    return running;
  }

  /** Starts the built command line, with the passphrase of file vaults. */
  cli(
    args: readonly string[],
    options: { readonly stdin?: string; readonly env?: Readonly<Record<string, string>> } = {},
  ): WindowsProcess {
    const env = { QUAYSIDE_VAULT_PASSPHRASE: this.passphrase, ...options.env };
    return this.start(windowsPlaces.node, [windowsPath(join(root, 'out/main/cli.js')), ...args], { ...options, env });
  }

  /** Runs a command to its end. */
  async run(
    args: readonly string[],
    options: { readonly stdin?: string; readonly env?: Readonly<Record<string, string>> } = {},
  ): Promise<WindowsEnd> {
    const running = this.cli(args, options);
    return { code: await running.ended(), stdout: running.stdout(), stderr: running.stderr() };
  }

  /** Starts a script under the Windows build of Node. */
  startScript(source: string, args: readonly string[] = []): WindowsProcess {
    const file = this.path(`script-${(this.#count += 1)}.mjs`);
    writeFileSync(file, source);
    return this.start(windowsPlaces.node, [windowsPath(file), ...args]);
  }

  /** The same, to its end; answers what it printed. */
  async script(source: string, args: readonly string[] = []): Promise<string> {
    const running = this.startScript(source, args);
    expect(await running.ended(), running.stderr()).toBe(0);
    return running.stdout();
  }

  /** Starts one of the programs of `test/windows/programs`. */
  program(name: string, args: readonly string[]): WindowsProcess {
    return this.start(join(windowsPlaces.programs, name), args);
  }

  /** Holds a file as a program does that lets nobody replace it meanwhile. */
  async hold(path: string): Promise<{ readonly release: () => Promise<void> }> {
    const [ready, stop] = ['ready', 'stop'].map((name) => this.path(`${name}-${(this.#count += 1)}`)) as [
      string,
      string,
    ];
    const holder = this.program('holder.exe', [path, ready, stop].map(windowsPath));
    await vi.waitFor(() => expect(existsSync(ready)).toBe(true), patient);
    return {
      release: async () => {
        writeFileSync(stop, '');
        expect(await holder.ended()).toBe(0);
      },
    };
  }

  /** What is being written in a folder, or was left by whoever wrote it. */
  leftovers(folder: string): readonly string[] {
    return readdirSync(folder).filter((name) => name.endsWith('.tmp'));
  }

  /** Puts a stand-in where a program is looked for: first on the PATH, or at `place` on `C:`. */
  standIn(name: string, place = this.path('programs')): string {
    mkdirSync(place, { recursive: true });
    copyFileSync(join(windowsPlaces.programs, 'recorder.exe'), join(place, name));
    return windowsPath(join(place, name));
  }

  /** Takes a folder on `C:` away. */
  remove(folder: string): void {
    rmSync(folder, { recursive: true, force: true });
  }

  /** Waits for the next start of a stand-in, and forgets it. */
  async recorded(name: string): Promise<Recording> {
    const folder = this.path('recordings');
    const file = await vi.waitFor(() => {
      const found = readdirSync(folder).find((entry) => entry.startsWith(`${name}.`) && entry.endsWith('.txt'));
      if (found === undefined) throw new Error(`${name} was not started`);
      return found;
    }, patient);
    const [line = '', count = '0', ...rest] = readFileSync(join(folder, file), 'utf8').split('\0').slice(0, -1);
    rmSync(join(folder, file));
    const words = rest.slice(0, Number(count));
    return { program: name, line, words: words.slice(1), environment: rest.slice(Number(count)) };
  }

  /** Ends what runs and takes the folder away. */
  async dispose(): Promise<void> {
    for (const running of this.#running) {
      running.kill();
      await running.ended();
    }
    rmSync(this.#outputs, { recursive: true, force: true });
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }
}
