import type { ByteChannel } from '../session/byte-channel.ts';
import type { RemoteFiles } from '../session/remote-files.ts';
import type { Result } from '../base/errors.ts';
import type { SshCertificate } from './certificate.ts';
import type { OwnSshAuthority, OwnSshEnd, OwnSshQuestion } from './own-ssh.ts';

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
  /** Such as `ssh-ed25519`. */
  readonly type: string;
  readonly blob: Uint8Array;
  /** The library has no use for it: a certificate, a key on a security key, or of a type that it does not know. */
  readonly isForeign: boolean;
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
  | { readonly outcome: 'outdated'; readonly algorithms: readonly string[] }
  /** The library and the server have no algorithm in common; these are the server's. */
  | { readonly outcome: 'foreign'; readonly algorithms: readonly string[] };

/** What a person, or the vault, answers. */
export type OwnSshPrompt = Extract<OwnSshQuestion, { type: 'passphrase' | 'server' | 'other' }>;

/** A sign-in by the user's own OpenSSH, which uses the keys, certificates and agents that its configuration names. */
export interface OwnSshDial {
  readonly address: string;
  readonly port: number;
  readonly user: string;
  /** By which the user's own configuration may know the device; empty: it does not. */
  readonly alias: string;
  readonly hostKeyAlias: string;
  readonly authority?: OwnSshAuthority;
  /** The only key to try, and its certificate. */
  readonly keyFile?: string;
  readonly outdated: readonly string[];
  readonly knownKeyTypes: readonly string[];
  /** Whether to go on with a host key that no authority answers for. */
  readonly checkKey: (key: { readonly type: string; readonly fingerprint: string }) => Promise<boolean>;
  /** What it asks; undefined: nobody answers. */
  readonly answer: (question: OwnSshPrompt) => Promise<string | undefined>;
  /** It may ask for passwords before the server has taken a key: nobody else can sign in to this one. */
  readonly isOnly: boolean;
  /** A security key wants to be touched. */
  readonly touch: () => void;
}

export type OwnSshDialed =
  | { readonly outcome: 'open'; readonly connection: SshConnection }
  /** `answer` answered nothing. */
  | { readonly outcome: 'left' }
  | { readonly outcome: 'key-refused' }
  | ({ readonly outcome: 'ended' } & OwnSshEnd);

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
  | { readonly state: 'locked' }
  /** Of a type that the library does not have. */
  | { readonly state: 'foreign'; readonly type: string };

/** What the user's own ssh would sign in with to one host, as far as it is there. */
export interface SshOwnSetup {
  /** Paths may begin with `~`. */
  readonly identityFiles: readonly string[];
  readonly certificates: readonly { readonly path: string; readonly certificate: SshCertificate }[];
  /** The public keys of `identityFiles` and `certificates`, in base64. */
  readonly publicKeys: readonly string[];
  /** Of the agent's keys only those in `publicKeys` count. */
  readonly identitiesOnly: boolean;
  /** The agent's socket; `none` for no agent, undefined for the usual one. */
  readonly agent?: string;
  readonly user?: string;
  /** `user` is for this host, and not for all. */
  readonly isUserOnlyHere: boolean;
  readonly authority?: OwnSshAuthority;
}

export interface SshClient {
  /** Errors: unreachable, timeout, bad-response, cancelled. */
  dial(request: SshDial, signal: AbortSignal): Promise<Result<SshDialed>>;
  /** Whether this computer has an OpenSSH that sessions can go through: one that shares a connection, which Windows’ does not. */
  hasOwnSsh(): Promise<boolean>;
  /** Errors: unsupported, timeout, cancelled. */
  dialOwnSsh(request: OwnSshDial, signal: AbortSignal): Promise<Result<OwnSshDialed>>;
  /** The user's name on this computer, SSH's default. */
  localUser(): string;
  /** What the user's own ssh would sign in with to this alias. */
  ownSetup(alias: string): Promise<SshOwnSetup>;
  /** The agent at a socket, or the usual one, asked for its keys; undefined where there is none. */
  openAgent(socket: string | undefined): Promise<SshAgent | undefined>;
  /** Reads a key file; `~` is the home folder. Errors: not-found, invalid-input. */
  readKey(path: string, passphrase: string | undefined): Promise<Result<SshKeyFile>>;
}
