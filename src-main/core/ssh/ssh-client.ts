import type { ByteChannel } from '../session/byte-channel.ts';
import type { RemoteFiles } from '../session/remote-files.ts';
import type { Result } from '../base/errors.ts';
import type { SshOwnConfig } from './ssh-own-config.ts';

/** The port of an SSH client: what sessions inside the application need of one. */

/** One way to prove who the user is. */
export type SshWay =
  | { readonly type: 'agent'; readonly key: SshAgentKey }
  | { readonly type: 'key'; readonly pem: string; readonly passphrase?: string }
  | {
      readonly type: 'password';
      readonly password: string;
      /** The server wants another password first; undefined: nobody answers. */
      readonly change: (prompt: string) => Promise<string | undefined>;
    }
  /** The server's own questions; undefined: nobody answers. */
  | {
      readonly type: 'questions';
      readonly answer: (questions: SshQuestions) => Promise<readonly string[] | undefined>;
    };

export interface SshQuestions {
  readonly title: string;
  readonly instructions: string;
  readonly prompts: readonly { readonly text: string; readonly echo: boolean }[];
}

/** A key that an agent has. */
export interface SshAgentKey {
  /** The public key in base64. */
  readonly id: string;
  readonly blob: Uint8Array;
  /** A signature of `data`, by `sha1`, `sha256` or `sha512` where the key leaves a choice. Undefined: there is none. */
  sign(data: Uint8Array, hash: string | undefined): Promise<Uint8Array | undefined>;
}

export interface SshAgent {
  /** Its keys. Errors: unreachable, where it cannot be asked or answers something else. */
  readonly keys: Promise<Result<readonly SshAgentKey[]>>;
  /** Hangs up on one that says nothing. */
  close(): void;
}

export interface SshServerKey {
  readonly type: string;
  readonly blob: Uint8Array;
}

/** What the server said, after which something can be tried. An empty list of methods says nothing. */
export interface SshNews {
  readonly type: 'connected' | 'refused' | 'partial' | 'unsigned';
  readonly methods: readonly string[];
}

export interface SshDial {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  /** The next way to try on this connection; undefined ends it. May take as long as a person does. */
  readonly next: (news: SshNews) => Promise<SshWay | undefined>;
  /** Text that the server shows before the sign-in, as it sent it. */
  readonly banner: (text: string) => void;
  /** Outdated algorithms that are allowed for this server, by `core/ssh/outdated-algorithms.ts`. */
  readonly outdated: readonly string[];
  /** Types of keys known of this server, so that it shows one of them. */
  readonly knownKeyTypes: readonly string[];
  /** Whether to go on with this key; may take as long as a person does. */
  readonly checkKey: (key: SshServerKey) => Promise<boolean>;
}

export type SshDialed =
  | { readonly outcome: 'open'; readonly connection: SshConnection }
  /** `next` had nothing more to try. */
  | { readonly outcome: 'left' }
  /** The server ended the connection after it had named its methods. */
  | { readonly outcome: 'ended' }
  | { readonly outcome: 'key-refused' }
  /** The server speaks only outdated algorithms; these would have to be allowed. */
  | { readonly outcome: 'outdated'; readonly algorithms: readonly string[] };

export interface SshShell extends ByteChannel {
  resize(size: { readonly cols: number; readonly rows: number }): void;
}

export interface SshConnection {
  /** `term` is the name of the terminal, `xterm-256color` unless given. */
  shell(terminal: { readonly cols: number; readonly rows: number; readonly term?: string }): Promise<Result<SshShell>>;
  files(): Promise<Result<RemoteFiles>>;
  /** Called once, when the connection is over. */
  onEnd(listener: () => void): void;
  close(): void;
}

/** A private key file of this computer. */
export type SshKeyFile =
  | { readonly state: 'usable'; readonly pem: string }
  /** Encrypted, and there was no passphrase or a wrong one. */
  | { readonly state: 'locked' };

export interface SshClient {
  /** Errors: unreachable, timeout, bad-response, cancelled. */
  dial(request: SshDial, signal: AbortSignal): Promise<Result<SshDialed>>;
  /** The user's name on this computer, SSH's default. */
  localUser(): string;
  /** What the user's own ssh would sign in with to this alias; the files are those that are there. */
  ownConfig(alias: string): Promise<SshOwnConfig>;
  /** The agent at a socket, or the usual one, asked for its keys; undefined where there is none. */
  openAgent(socket: string | undefined): Promise<SshAgent | undefined>;
  /** Reads a key file; `~` is the home folder. Errors: not-found, invalid-input. */
  readKey(path: string, passphrase: string | undefined): Promise<Result<SshKeyFile>>;
}
