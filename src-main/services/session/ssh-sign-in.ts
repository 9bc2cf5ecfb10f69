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
import { certificateFault } from '../../core/ssh/certificate.ts';
import { throughOwnSsh } from '../../core/ssh/own-ssh.ts';
import type {
  OwnSshPrompt,
  SshAgent,
  SshAgentKey,
  SshClient,
  SshNews,
  SshOwnSetup,
  SshQuestions,
  SshWay,
} from '../../core/ssh/ssh-client.ts';
import { checkSshUser } from '../../core/ssh/ssh-command.ts';
import { AgentWait } from './agent-wait.ts';
import { elsewhere, keyRefused, notUnderstood, type SignedIn, type SignInDials } from './sign-in-dials.ts';
import { SignInSecrets, type Held, type SignInSecretsDeps, type SshSignInRequest } from './sign-in-secrets.ts';
import { defined } from '../../core/base/defined.ts';

export interface SshSignInDeps extends SignInSecretsDeps {
  readonly client: Pick<SshClient, 'openAgent' | 'hasOwnSsh' | 'readKey'>;
  readonly clock: Clock;
}

/** Milliseconds an agent may take to name its keys, and to sign: it may ask a person first. */
const namesKeysMs = 10_000;
const signsMs = 120_000;

/** Signs one session in: carries out the moves of `core/ssh/sign-in.ts` and tells it what came of them. */
export class SshSignIn {
  readonly #deps: SshSignInDeps;
  readonly #keyFile: string | undefined;
  readonly #own: SshOwnSetup;
  readonly #desk: SessionPrompts;
  readonly #secrets: SignInSecrets;
  #state: SignIn;
  #banner = '';
  /** What is known of the user's own OpenSSH, in sentences. */
  #ownSsh: string | undefined;
  #hasOwnSsh = false;
  /** Why the person's last answer could not be tried. */
  #unusable: string | undefined;
  /** A password that a person gave as an answer to the server's question, to be kept. */
  #answered: string | undefined;
  /** Key files whose passphrase OpenSSH has asked for. */
  readonly #unlocked = new Set<string>();
  #asking: Promise<void> | undefined;
  #naming: AgentWait | undefined;
  #named: Promise<void> = Promise.resolve();
  #signing: AgentWait | undefined;

  /** `own`: what the user's own ssh would sign in with. */
  constructor(deps: SshSignInDeps, request: SshSignInRequest, own: SshOwnSetup, user: string, desk: SessionPrompts) {
    this.#deps = deps;
    this.#keyFile = request.keyFile;
    this.#own = own;
    this.#secrets = new SignInSecrets(deps, request);
    this.#desk = desk;
    this.#state = startSignIn({ user, agent: 'absent', ways: [], last: [] });
  }

  /**
   * Dials until somebody is signed in, or there is nothing more to try. Errors: unauthorized, unsupported, cancelled,
   * and those of `dial`.
   */
  async run(dials: SignInDials, signal: AbortSignal): Promise<Result<SignedIn>> {
    this.#hasOwnSsh = await this.#deps.client.hasOwnSsh();
    const [unused] = this.#hasOwnSsh ? [] : this.#own.certificates;
    if (unused !== undefined) this.#ownSsh = `The certificate ${unused.path} cannot be used here: ${elsewhere}`;
    const agent = await this.#deps.client.openAgent(this.#own.agent);
    try {
      await this.#gather(agent);
      if (this.#state.user === '') await this.#ask();
      for (;;) {
        if (signal.aborted) return cancelled();
        const next = nextMove(this.#state);
        if (next.move === 'end') return this.#ended(next.cause);
        if (next.move === 'own-ssh') {
          const through = await this.#through(next.way, dials);
          if (through !== undefined) return through;
          continue;
        }
        if (next.move !== 'dial') {
          await this.#ask();
          continue;
        }
        this.#desk.step('Connecting');
        const { user } = this.#state;
        const banner = (text: string): void => {
          this.#banner = bannerText(`${this.#banner}\n${bannerText(text)}`);
        };
        const dialed = await dials.library({ user, next: (news) => this.#next(news), banner });
        this.#signing?.end();
        if (!dialed.ok) return dialed;
        const { value } = dialed;
        if (value.outcome === 'key-refused') return keyRefused;
        if (value.outcome === 'foreign') {
          if (!this.#hasOwnSsh || this.#state.attempts.some(({ way }) => way.isFirst === true))
            return notUnderstood(value.algorithms);
          this.#hear({ type: 'agent', agent: this.#state.agent, keys: [this.#secrets.forForeign()] });
          continue;
        }
        if (value.outcome === 'open') {
          await this.#secrets.keep(this.#state, this.#answered);
          return ok({ connection: value.connection, user, banner: this.#banner, through: '' });
        }
        if (user === this.#state.user) this.#hear({ type: 'ended' });
      }
    } finally {
      this.#naming?.end();
      agent?.close();
    }
  }

  /** Signs in with the user's own OpenSSH. Undefined: that did not work, and something else may. */
  async #through(way: SignInWay, dials: SignInDials): Promise<Result<SignedIn> | undefined> {
    const held = this.#secrets.of(way);
    if (held?.type !== 'own-ssh') throw new Error('This way is not one of OpenSSH');
    this.#hear({ type: 'own-ssh', way });
    this.#desk.step('Connecting with your own OpenSSH');
    const { user } = this.#state;
    const { authority } = this.#own;
    const dialed = await dials.ownSsh({
      user,
      isOnly: way.isFirst === true,
      answer: (question) => this.#answerOwn(question),
      touch: () => this.#desk.step('Waiting for you to touch your security key'),
      ...defined({ keyFile: held.path, authority }),
    });
    if (!dialed.ok) return dialed;
    const { value } = dialed;
    switch (value.outcome) {
      case 'open':
        await this.#secrets.keep(this.#state, this.#answered);
        return ok({ connection: value.connection, user, banner: this.#banner, through: throughOwnSsh(held.reason) });
      case 'key-refused':
        return keyRefused;
      case 'left':
        this.#hear({ type: 'ended' });
        return this.#state.hasLeft ? cancelled() : undefined;
      case 'ended': {
        const faults = this.#own.certificates.flatMap(
          ({ certificate }) => certificateFault(certificate, user, this.#deps.clock.now()) ?? [],
        );
        const said = value.said === '' ? [] : [`OpenSSH says: ${value.said}`];
        this.#ownSsh = [...faults, ...(value.hasTried ? [] : said)].join(' ') || undefined;
        if (held.reason === 'algorithms') {
          const because = `Your own OpenSSH did not get in: ${[...faults, ...said].join(' ')}`;
          return fail('unauthorized', because, 'Look at your ssh configuration for this device, and reconnect.');
        }
        this.#hear({ type: value.hasTried ? 'refused' : 'unable', methods: value.methods });
        this.#hear({ type: 'ended' });
        return undefined;
      }
      default:
        return value satisfies never;
    }
  }

  /** Answers what OpenSSH asks, for itself or for the server. */
  async #answerOwn(question: OwnSshPrompt): Promise<string | undefined> {
    if (question.type !== 'passphrase') {
      const answers = await this.#answer({
        title: '',
        instructions: '',
        prompts: [{ text: question.text, echo: false }],
      });
      return answers?.[0];
    }
    const { path } = question;
    const isAgain = this.#unlocked.has(path);
    this.#unlocked.add(path);
    const kept = isAgain ? undefined : await this.#secrets.passphrase(path);
    if (kept !== undefined) return kept;
    this.#desk.step('Waiting for your answer');
    const given = await this.#desk.prompts({
      type: 'prompts',
      title: `Passphrase of ${path}`,
      instructions: '',
      prompts: [{ text: 'Passphrase', echo: false }],
      canKeep: true,
      ...defined({ refused: isAgain ? 'This is not the passphrase of the key.' : undefined }),
    });
    if (given === undefined) this.#hear({ type: 'left' });
    const [passphrase] = given?.answers ?? [];
    if (passphrase !== undefined && given?.keep === true) this.#secrets.keepPassphrase(path, passphrase);
    this.#desk.step('Connecting with your own OpenSSH');
    return passphrase;
  }

  async #gather(agent: SshAgent | undefined): Promise<void> {
    if (agent !== undefined) this.#naming = new AgentWait(this.#deps.clock, this.#desk, namesKeysMs);
    const found = await this.#secrets.gather(this.#own, this.#hasOwnSsh);
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

  /** The next attempt on the present connection. */
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
      case 'own-ssh':
        return undefined;
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
    const refused = this.#unusable ?? signInWords(this.#state, this.#ownSsh);
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
    const keyFile = this.#keyFile;
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
