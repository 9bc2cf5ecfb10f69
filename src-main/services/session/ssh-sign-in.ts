import type { Clock } from '../../core/base/clock.ts';
import { cancelled, fail, ok, type Result } from '../../core/base/errors.ts';
import type { SessionPrompts } from '../../core/session/session-prompts.ts';
import {
  maxAnswers,
  nextMove,
  person,
  signInAfter,
  startSignIn,
  type SignIn,
  type SignInEvent,
  type SignInWay,
} from '../../core/ssh/sign-in.ts';
import { asksForPassword, bannerText, signInWords } from '../../core/ssh/sign-in-words.ts';
import type {
  SshAgent,
  SshAgentKey,
  SshClient,
  SshConnection,
  SshDial,
  SshDialed,
  SshNews,
  SshQuestions,
  SshWay,
} from '../../core/ssh/ssh-client.ts';
import { checkSshUser } from '../../core/ssh/ssh-command.ts';
import { AgentWait } from './agent-wait.ts';
import { SignInSecrets, type Held, type SignInSecretsDeps, type SshSignInRequest } from './sign-in-secrets.ts';
import { defined } from '../../core/base/defined.ts';

export interface SshSignInDeps extends SignInSecretsDeps {
  readonly client: Pick<SshClient, 'openAgent' | 'ownConfig' | 'readKey'>;
  readonly clock: Clock;
}

export interface SignedIn {
  readonly connection: SshConnection;
  readonly user: string;
  /** What the server showed before the sign-in; empty if nothing. */
  readonly banner: string;
}

/** Milliseconds an agent may take to name its keys, and to sign: it may ask a person first. */
const namesKeysMs = 10_000;
const signsMs = 120_000;

/** Signs one session in: carries out the moves of `core/ssh/sign-in.ts` and tells it what came of them. */
export class SshSignIn {
  readonly #deps: SshSignInDeps;
  readonly #request: SshSignInRequest & { readonly alias: string };
  readonly #desk: SessionPrompts;
  readonly #secrets: SignInSecrets;
  #state: SignIn;
  #banner = '';
  /** A certificate that the user's own ssh would use, and ssh2 cannot. */
  #certificate: string | undefined;
  /** Why the person's last answer could not be tried. */
  #unusable: string | undefined;
  /** A password that a person gave as an answer to the server's question, to be kept. */
  #answered: string | undefined;
  #asking: Promise<void> | undefined;
  #naming: AgentWait | undefined;
  #named: Promise<void> = Promise.resolve();
  #signing: AgentWait | undefined;

  /** `alias`: what the user's own ssh configuration may call the device. */
  constructor(
    deps: SshSignInDeps,
    request: SshSignInRequest & { readonly alias: string },
    user: string,
    desk: SessionPrompts,
  ) {
    this.#deps = deps;
    this.#request = request;
    this.#secrets = new SignInSecrets(deps, request);
    this.#desk = desk;
    this.#state = startSignIn({ user, agent: 'absent', ways: [], last: [] });
  }

  /**
   * Dials until somebody is signed in, or there is nothing more to try. Errors: unauthorized, unsupported, cancelled,
   * and those of `dial`.
   */
  async run(
    dial: (
      request: Pick<SshDial, 'user' | 'next' | 'banner'>,
    ) => Promise<Result<Exclude<SshDialed, { readonly outcome: 'outdated' }>>>,
    signal: AbortSignal,
  ): Promise<Result<SignedIn>> {
    const own = await this.#deps.client.ownConfig(this.#request.alias);
    this.#certificate = own.certificateFiles[0];
    const agent = await this.#deps.client.openAgent(own.agent);
    try {
      await this.#gather(agent, own.identityFiles);
      if (this.#state.user === '') await this.#ask();
      for (;;) {
        if (signal.aborted) return cancelled();
        const next = nextMove(this.#state);
        if (next.move === 'end') return this.#ended(next.cause);
        if (next.move !== 'dial') {
          await this.#ask();
          continue;
        }
        this.#desk.step('Connecting');
        const { user } = this.#state;
        const banner = (text: string): void => {
          this.#banner = bannerText(`${this.#banner}\n${bannerText(text)}`);
        };
        const dialed = await dial({ user, next: (news) => this.#next(news), banner });
        this.#signing?.end();
        if (!dialed.ok) return dialed;
        const { value } = dialed;
        if (value.outcome === 'key-refused') return keyRefused;
        if (value.outcome === 'open') {
          await this.#secrets.keep(this.#state, this.#answered);
          return ok({ connection: value.connection, user, banner: this.#banner });
        }
        if (user === this.#state.user) this.#hear({ type: 'ended' });
      }
    } finally {
      this.#naming?.end();
      agent?.close();
    }
  }

  async #gather(agent: SshAgent | undefined, identityFiles: readonly string[]): Promise<void> {
    if (agent !== undefined) this.#naming = new AgentWait(this.#deps.clock, this.#desk, namesKeysMs);
    const found = await this.#secrets.gather(identityFiles);
    const { user } = this.#state;
    this.#state = startSignIn({ user, agent: agent === undefined ? 'absent' : 'asked', ...found });
    if (agent !== undefined && this.#naming !== undefined) this.#named = this.#nameKeys(agent, this.#naming);
  }

  #hear(event: SignInEvent): void {
    this.#state = signInAfter(this.#state, event);
  }

  #ended(cause: 'left' | 'no-way' | 'too-often'): Result<never> {
    if (cause === 'left') return cancelled();
    if (cause === 'too-often')
      return fail('unauthorized', 'The device refused every attempt to sign in.', 'Ask whoever runs it for a way in.');
    return fail(
      'unsupported',
      `The device offers only sign-ins that Quayside does not have: ${this.#state.methods.join(', ').slice(0, 200)}.`,
      'Sign in with ssh in your own terminal.',
    );
  }

  /** Waits for the agent's keys, but neither for ever nor against the person's will. */
  async #nameKeys(agent: SshAgent, naming: AgentWait): Promise<void> {
    const found = await Promise.race([agent.keys, naming.over.then(() => undefined)]);
    naming.end();
    const keys = this.#secrets.agentKeys(found?.ok === true ? found.value : []);
    this.#hear({ type: 'agent', agent: found === undefined ? 'silent' : found.ok ? 'named' : 'unusable', keys });
  }

  /** The next way on the connection that is there. */
  async #next(news: SshNews): Promise<SshWay | undefined> {
    this.#hear(news);
    const { connection } = this.#state;
    for (;;) {
      const next = nextMove(this.#state);
      if (next.move === 'try') {
        this.#hear({ type: 'trying', way: next.way });
        return this.#wayOf(next.way);
      }
      if (next.move !== 'ask' && next.move !== 'wait') return undefined;
      if (next.move === 'wait') this.#naming?.begin();
      await (next.move === 'ask' ? this.#ask() : this.#named);
      // The person, or the agent, took longer than the connection lasted, or there is another user to sign in.
      if (!this.#state.isUp || this.#state.connection !== connection) return undefined;
    }
  }

  #wayOf(way: SignInWay): SshWay | undefined {
    const held = this.#secrets.of(way);
    switch (held?.type) {
      case undefined:
        return undefined;
      case 'agent':
        return { type: 'agent', key: { ...held.key, sign: (data, hash) => this.#sign(held.key, data, hash) } };
      case 'key':
        return {
          type: 'key',
          pem: held.pem,
          ...defined({ passphrase: held.passphrase }),
        };
      case 'password':
        return { type: 'password', password: held.password, change: (prompt) => this.#change(held, prompt) };
      case 'questions':
        return { type: 'questions', answer: (questions) => this.#answer(questions) };
      default:
        return held satisfies never;
    }
  }

  /** Asks the agent to sign, for which it may want something of the person. */
  async #sign(key: SshAgentKey, data: Uint8Array, hash: string | undefined): Promise<Uint8Array | undefined> {
    this.#hear({ type: 'signing' });
    const wait = new AgentWait(this.#deps.clock, this.#desk, signsMs);
    this.#signing = wait;
    wait.begin();
    const signature = await Promise.race([key.sign(data, hash), wait.over.then(() => undefined)]);
    wait.end();
    return signature;
  }

  /** Answers what the server asks. */
  async #answer(questions: SshQuestions): Promise<readonly string[] | undefined> {
    if (questions.prompts.length === 0) return [];
    const isPassword = asksForPassword(questions);
    this.#hear({ type: 'asked', isPassword });
    const next = nextMove(this.#state);
    const held = next.move === 'answer' ? this.#secrets.of(next.way) : undefined;
    if (next.move === 'answer' && held?.type === 'password') {
      this.#hear({ type: 'answered', by: next.way.id });
      return [held.password];
    }
    const { connection } = this.#state;
    this.#desk.step('Waiting for your answer');
    const given = await this.#desk.prompts({
      type: 'prompts',
      ...questions,
      ...this.#context(),
      canKeep: isPassword,
    });
    if (this.#state.connection !== connection || !this.#state.isUp) return undefined;
    if (given === undefined) {
      this.#hear({ type: 'left' });
      return undefined;
    }
    this.#desk.step('Connecting');
    if (isPassword) this.#answered = given.keep ? given.answers[0] : undefined;
    this.#hear({ type: 'answered', by: person });
    return given.answers;
  }

  /** The server takes the password only with a new one. */
  async #change(held: Extract<Held, { type: 'password' }>, prompt: string): Promise<string | undefined> {
    this.#hear({ type: 'asked', isPassword: false });
    this.#desk.step('Waiting for your answer');
    let refused: string | undefined;
    for (;;) {
      const given = await this.#desk.prompts({
        type: 'prompts',
        title: 'The device wants a new password',
        instructions: bannerText(prompt),
        prompts: [
          { text: 'New password', echo: false },
          { text: 'New password again', echo: false },
        ],
        canKeep: false,
        ...defined({ refused }),
      });
      if (given === undefined) {
        this.#hear({ type: 'left' });
        return undefined;
      }
      const [password, again] = given.answers;
      if (password !== undefined && password !== '' && password === again) {
        held.password = password;
        held.isNew = true;
        this.#desk.step('Connecting');
        this.#hear({ type: 'answered', by: person });
        return password;
      }
      refused = password === again ? 'Enter a new password.' : 'The two are not the same.';
    }
  }

  /** What a question says of what happened before. */
  #context(): { readonly refused?: string; readonly banner?: string } {
    const refused = this.#unusable ?? signInWords(this.#state, this.#certificate);
    return {
      ...defined({ refused }),
      ...(this.#banner === '' ? {} : { banner: this.#banner }),
    };
  }

  /** Asks the person for a way in, once at a time: also where the connection ends meanwhile. */
  #ask(): Promise<void> {
    this.#asking ??= this.#askOnce().finally(() => {
      this.#asking = undefined;
    });
    return this.#asking;
  }

  async #askOnce(): Promise<void> {
    const { keyFile } = this.#request;
    let { user } = this.#state;
    for (let round = 0; round < maxAnswers; round += 1) {
      this.#desk.step('Waiting for you to sign in');
      const answer = await this.#desk.signIn({
        type: 'sign-in',
        user,
        methods: this.#state.methods,
        ...this.#context(),
        ...defined({ keyFile }),
      });
      if (answer === undefined) break;
      user = answer.user.trim();
      const checked = checkSshUser(user);
      const made = checked.ok ? await this.#secrets.answered(answer, this.#state.answers + 1) : checked;
      if (made.ok) {
        this.#unusable = undefined;
        this.#desk.step('Connecting');
        this.#hear({ type: 'person', user, ways: [made.value] });
        return;
      }
      this.#unusable = `${made.error.message} ${made.error.hint}`;
    }
    this.#hear({ type: 'left' });
  }
}

const keyRefused = fail(
  'unauthorized',
  'The session was not opened, because the device’s host key was not accepted.',
  'Reconnect when you know that the key is right.',
);
