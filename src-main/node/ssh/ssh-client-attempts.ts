import type { AnyAuthMethod, Client, NextAuthHandler, ParsedKey } from 'ssh2';
import type { SshDial, SshNews, SshWay } from '../../core/ssh/ssh-client.ts';
import type { LibraryCalls } from '../runtime/library-calls.ts';
import { defined } from '../../core/base/defined.ts';

/** Milliseconds a server may take over an attempt: some let who was refused wait, or ask another server. */
const attemptMs = 60_000;

type AgentWay = Extract<SshWay, { type: 'agent' }>;

/** A signature that ssh2 wants at once, and the agent gives when it likes. */
interface Signing {
  readonly way: AgentWay;
  readonly key: ParsedKey;
  wanted?: { readonly data: Buffer; readonly hash: string | undefined };
  signature?: Buffer;
}

interface Deps {
  readonly client: Client;
  readonly request: Pick<SshDial, 'user' | 'next'>;
  readonly calls: LibraryCalls;
  readonly utils: typeof import('ssh2').utils;
  /** Nobody has anything more to try, or answers any more. */
  readonly left: () => void;
  /** The server did not answer an attempt. */
  readonly late: () => void;
}

/**
 * The attempts to sign in on one connection of ssh2, one way at a time, with each answer of the server as it was.
 *
 * ssh2's own handling of agents is not used: it tries all keys of the agent by itself and drops what the server says
 * meanwhile, so that a key taken in part counts as refused. Here each key is an attempt of the method `publickey`. ssh2
 * wants its signature at once, so it is given an error first (which it reports, and asks for the next way); the same key
 * is offered again when the agent has signed the same bytes. Source: USERAUTH_PK_OK in ssh2's lib/client.js.
 */
export class SshAttempts {
  readonly #deps: Deps;
  readonly #notYet = new Error('The agent is asked first');
  #methods: readonly string[] = [];
  #signing: Signing | undefined;
  #password: Extract<SshWay, { type: 'password' }> | undefined;
  #sent = 0;
  #patience: NodeJS.Timeout | undefined;

  constructor(deps: Deps) {
    this.#deps = deps;
    const change = (prompt: string, done: (password: string) => void): void => {
      this.end();
      if (this.#password === undefined) return deps.left();
      deps.calls.after(this.#password.change(prompt), (password) => {
        if (password === undefined) return deps.left();
        this.#wait();
        done(password);
      });
    };
    deps.client.on('change password', deps.calls.ours(change));
  }

  /** Whether the server has named its methods. */
  get hasBegun(): boolean {
    return this.#sent > 1;
  }

  /** Whether ssh2 reports what we made it report. */
  isExpected(error: unknown): boolean {
    return error === this.#notYet;
  }

  /** ssh2 wants the next way: at the start, or after an answer. */
  next(left: readonly string[] | null, partial: boolean | null, give: NextAuthHandler): void {
    this.end();
    const signing = this.#signing;
    if (signing?.wanted !== undefined && signing.signature === undefined) return this.#sign(signing, give);
    this.#signing = undefined;
    this.#password = undefined;
    // ssh2 says null where the server has not named its methods yet.
    this.#methods = left ?? [];
    this.#sent += 1;
    if (this.#sent === 1) return this.#give(give, { type: 'none', username: this.#deps.request.user });
    const type = this.#sent === 2 ? 'connected' : partial === true ? 'partial' : 'refused';
    this.#ask(type, give);
  }

  /** Nothing is waited for any more. */
  end(): void {
    clearTimeout(this.#patience);
  }

  #ask(type: SshNews['type'], give: NextAuthHandler): void {
    const { calls, left, request } = this.#deps;
    calls.after(request.next({ type, methods: this.#methods }), (way) => {
      if (way === undefined) return left();
      this.#give(give, this.#methodOf(way));
    });
  }

  #give(give: NextAuthHandler, method: AnyAuthMethod): void {
    this.#wait();
    give(method);
  }

  #wait(): void {
    this.end();
    this.#patience = setTimeout(this.#deps.calls.ours(this.#deps.late), attemptMs);
  }

  #methodOf(way: SshWay): AnyAuthMethod {
    const { client, calls, left, request } = this.#deps;
    const username = request.user;
    switch (way.type) {
      case 'agent': {
        const signing: Signing = { way, key: this.#keyOf(way, (data, hash) => this.#signed(data, hash)) };
        this.#signing = signing;
        return { type: 'publickey', username, key: signing.key };
      }
      case 'key': {
        const passphrase = defined({ passphrase: way.passphrase });
        return { type: 'publickey', username, key: way.pem, ...passphrase };
      }
      case 'password':
        this.#password = way;
        // Where the server wants a new password, ssh2 sends the old one from here.
        Object.assign((client as Client & { readonly config: object }).config, { password: way.password });
        return { type: 'password', username, password: way.password };
      case 'questions':
        return {
          type: 'keyboard-interactive',
          username,
          prompt: calls.ours((title, instructions, _language, prompts, finish) => {
            this.end();
            const asked = prompts.map(({ prompt, echo }) => ({ text: prompt, echo: echo ?? false }));
            calls.after(way.answer({ title, instructions, prompts: asked }), (answers) => {
              if (answers === undefined) return left();
              this.#wait();
              finish([...answers]);
            });
          }),
        };
      default:
        return way satisfies never;
    }
  }

  /** The public key of an agent, as a private one that signs by `sign`. */
  #keyOf({ key }: AgentWay, sign: (data: Buffer, hash: string | undefined) => Buffer | Error): ParsedKey {
    const [parsed] = [this.#deps.utils.parseKey(Buffer.from(key.blob))].flat();
    if (parsed === undefined || parsed instanceof Error) throw new Error('The agent’s key was read before');
    return Object.create(parsed, { isPrivateKey: { value: () => true }, sign: { value: sign } }) as ParsedKey;
  }

  /** The agent's signature, or an error until it is there. */
  #signed(data: Buffer, hash: string | undefined): Buffer | Error {
    const signing = this.#signing;
    if (signing?.signature !== undefined && signing.wanted?.data.equals(data) === true) return signing.signature;
    if (signing !== undefined) signing.wanted = { data: Buffer.from(data), hash };
    return this.#notYet;
  }

  #sign(signing: Signing, give: NextAuthHandler): void {
    const { way, key, wanted } = signing;
    if (wanted === undefined) return;
    this.#deps.calls.after(way.key.sign(wanted.data, wanted.hash), (signature) => {
      if (signature === undefined) {
        this.#signing = undefined;
        this.#ask('unsigned', give);
        return;
      }
      signing.signature = Buffer.from(signature);
      this.#give(give, { type: 'publickey', username: this.#deps.request.user, key });
    });
  }
}
