/**
 * Signing in to an SSH server, as a state machine: what happened goes in, the next move comes out. Pure: no clock, no
 * socket, no secret. Who runs it (`services/session/ssh-sign-in.ts`) carries the moves out and reports what came of them.
 * What a server may answer is RFC 4252: a method may be accepted in part, and the list of methods changes with it.
 *
 * - What opened this service last time comes first. A way is tried once on a connection, and never again once refused.
 * - The connection is dialled again for a new fact only: a person's answer, keys that the agent named meanwhile, or
 *   the first time since the last answer that the server hung up on what was tried, or that the user's own OpenSSH did
 *   not get in.
 * - That OpenSSH is a way that makes a connection of its own, once, and tries there all that its configuration names.
 */

/** A key or secret that can be tried. */
export interface SignInWay {
  /** One for each key or secret; what a person answers is a new one each time. */
  readonly id: string;
  /** The same in the next session, so that what worked can come first. */
  readonly lasting: string;
  readonly kind: 'agent' | 'key' | 'own-ssh' | 'password' | 'questions';
  /** A person named it just now. */
  readonly typed: boolean;
  /** How a sentence names a key: its file. */
  readonly name?: string;
  /** It goes before all others: only with it is the server known to be the right one, or understood at all. */
  readonly isFirst?: boolean;
}

export type SignInAgent =
  | 'absent'
  /** It was asked for its keys and has not answered. */
  | 'asked'
  | 'named'
  /** It did not answer in time, or the person would not wait. */
  | 'silent'
  /** It cannot be reached, or what it says is no list of keys. */
  | 'unusable';

/** What came of a way on a connection. */
export interface SignInAttempt {
  readonly way: SignInWay;
  readonly connection: number;
  readonly outcome:
    | 'refused'
    | 'partial'
    /** The server takes the key, but the agent gave no signature. */
    | 'unsigned'
    /** The server ended the connection instead of an answer. */
    | 'hung-up'
    /** The connection ended while a person, or the agent, was waited for. */
    | 'lost'
    /** The user's own OpenSSH did not get as far as to try something. */
    | 'unable';
  /** Who answered the server's questions, one after the other: `person`, or the id of a password we have. */
  readonly answeredBy: readonly string[];
}

export interface SignIn {
  readonly user: string;
  readonly agent: SignInAgent;
  /** What we have, in the usual order: keys of the agent, key files, the saved password, the server's questions. */
  readonly ways: readonly SignInWay[];
  /** `lasting` of what opened this service last time, in order. */
  readonly last: readonly string[];
  /** Connections so far. */
  readonly connection: number;
  readonly isUp: boolean;
  /** What the server offers on this connection; before it said so, what it offered first on the one before. */
  readonly methods: readonly string[];
  readonly firstMethods: readonly string[];
  /** What is being tried. */
  readonly pending?: SignInWay;
  /** The agent is asked for a signature. */
  readonly signing: boolean;
  /** What the server asks in `pending`, if it asks. */
  readonly asks?: { readonly isPassword: boolean };
  readonly answeredBy: readonly string[];
  readonly attempts: readonly SignInAttempt[];
  /** Attempts before the person's last answer. */
  readonly told: number;
  /** Answers of the person so far. */
  readonly answers: number;
  /** Something is known that no connection has had a use of. */
  readonly isNews: boolean;
  readonly hasLeft: boolean;
}

export type SignInEvent =
  | { readonly type: 'agent'; readonly agent: SignInAgent; readonly keys: readonly SignInWay[] }
  /** A connection is there, and the server said what it offers. */
  | { readonly type: 'connected'; readonly methods: readonly string[] }
  | { readonly type: 'trying'; readonly way: SignInWay }
  | { readonly type: 'signing' }
  /** The user's own OpenSSH is connecting. */
  | { readonly type: 'own-ssh'; readonly way: SignInWay }
  | { readonly type: 'refused' | 'partial' | 'unsigned' | 'unable'; readonly methods: readonly string[] }
  /** The server asks; `isPassword`: one hidden answer, called a password. */
  | { readonly type: 'asked'; readonly isPassword: boolean }
  | { readonly type: 'answered'; readonly by: string }
  | { readonly type: 'ended' }
  /** The person answered with these ways, as `user`. */
  | { readonly type: 'person'; readonly user: string; readonly ways: readonly SignInWay[] }
  | { readonly type: 'left' };

export type SignInMove =
  | { readonly move: 'dial' }
  | { readonly move: 'try'; readonly way: SignInWay }
  /** Leave the connection, if there is one, to the user's own OpenSSH. */
  | { readonly move: 'own-ssh'; readonly way: SignInWay }
  /** Answer the server's question with this password. */
  | { readonly move: 'answer'; readonly way: SignInWay }
  /** Put the server's questions to the person. */
  | { readonly move: 'put' }
  /** Ask the person for a way. */
  | { readonly move: 'ask' }
  /** Something is on its way: the server's answer, or the agent's. */
  | { readonly move: 'wait' }
  | { readonly move: 'end'; readonly cause: 'left' | 'no-way' | 'too-often' };

/** A person's patience with a server that refuses them. */
export const maxAnswers = 20;
/** Who answered questions that no password of ours did. */
export const person = 'person';

const methodOf = {
  agent: 'publickey',
  key: 'publickey',
  'own-ssh': 'publickey',
  password: 'password',
  questions: 'keyboard-interactive',
} as const;
/** What Quayside can do at all. A server that names nothing is tried with all of it. */
const ourMethods: readonly string[] = ['publickey', 'password', 'keyboard-interactive'];

/** The start: nothing was tried. */
export const startSignIn = (facts: Pick<SignIn, 'user' | 'agent' | 'ways' | 'last'>): SignIn => ({
  ...facts,
  connection: 0,
  isUp: false,
  methods: [],
  firstMethods: [],
  signing: false,
  answeredBy: [],
  attempts: [],
  told: 0,
  answers: 0,
  isNews: true,
  hasLeft: false,
});

const offers = (methods: readonly string[], way: SignInWay): boolean =>
  methods.length === 0 || methods.includes(methodOf[way.kind]);

/** Since the person's last answer. */
const recent = (state: SignIn): readonly SignInAttempt[] => state.attempts.slice(state.told);

const hangUps = (state: SignIn): number => recent(state).filter(({ outcome }) => outcome === 'hung-up').length;

const has = (attempt: SignInAttempt, way: SignInWay): boolean =>
  attempt.way.id === way.id || attempt.answeredBy.includes(way.id);

/** Whether a password may still be the right one for a question. */
const canAnswer = (state: SignIn, password: SignInWay): boolean =>
  !state.answeredBy.includes(password.id) &&
  state.attempts.every((one) => !has(one, password) || one.outcome === 'partial' || one.outcome === 'lost');

/** The password that answers a question for one, if there is one: what a person typed last, else the saved one. */
const answering = (state: SignIn): SignInWay | undefined => {
  const passwords = state.ways.filter(({ kind }) => kind === 'password');
  const password = passwords.find(({ typed }) => typed) ?? passwords[0];
  return password !== undefined && canAnswer(state, password) ? password : undefined;
};

/** Whether a way may be tried on this connection, after what came of it so far. */
const isOpen = (state: SignIn, way: SignInWay): boolean => {
  if (way.kind === 'own-ssh') return state.attempts.every((attempt) => attempt.way.id !== way.id);
  const isSure = way.typed || state.last.includes(way.lasting);
  const own = state.attempts.filter((attempt) => attempt.way.id === way.id);
  const isAccepted = own.some(({ outcome }) => outcome === 'partial');
  const hasSomeAccepted = state.attempts.some(
    ({ connection, outcome }) => state.isUp && connection === state.connection && outcome === 'partial',
  );
  // The server has had enough of our keys: those that are left are no answer of the person's.
  const isCrowd = (way.kind === 'agent' || way.kind === 'key') && !isSure && !isAccepted && !hasSomeAccepted;
  if (isCrowd && state.answers > 0 && state.attempts.some(({ outcome }) => outcome === 'hung-up')) return false;
  // Whoever was asked for a way is asked again, rather than what the server asks by itself.
  const isLeftOver = way.kind === 'questions' && !isSure && !isAccepted && !hasSomeAccepted;
  if (isLeftOver && state.answers > 0 && answering(state) === undefined) return false;
  return own.every((attempt) => {
    // Only a password of ours was refused; the person was not asked yet.
    const by = attempt.answeredBy.at(-1);
    if (attempt.outcome === 'refused' && by !== undefined && by !== person) return true;
    if (state.isUp && attempt.connection === state.connection) return false;
    if (attempt.outcome === 'partial') return true;
    // With others refused before it, it may have been their number that was too much.
    return (
      attempt.outcome === 'hung-up' &&
      (isSure || way.kind === 'password') &&
      own.filter(({ outcome }) => outcome === 'hung-up').length < 2 &&
      state.attempts.some((one) => one.connection === attempt.connection && one.outcome === 'refused')
    );
  });
};

const usual = ['agent', 'key', 'own-ssh', 'password', 'questions'] as const;
/** After a server hung up on many attempts: first what one of these most likely is. */
const likely = ['own-ssh', 'password', 'key', 'agent', 'questions'] as const;

/** Lower is earlier. */
const rankOf = (state: SignIn, way: SignInWay): number => {
  if (way.isFirst === true) return -4e6;
  const accepted = state.attempts.findIndex(({ way: { id }, outcome }) => id === way.id && outcome === 'partial');
  if (accepted !== -1) return accepted - 3e6;
  if (way.typed) return -2e6;
  const before = state.last.indexOf(way.lasting);
  if (before !== -1) return before - 1e6;
  if (way.kind === 'questions' && answering(state) !== undefined) return 3.5;
  return hangUps(state) > 0 ? likely.indexOf(way.kind) : usual.indexOf(way.kind);
};

/** What can be tried, the likeliest first. */
const openWays = (state: SignIn, methods: readonly string[]): readonly SignInWay[] =>
  state.ways
    .filter((way) => offers(methods, way) && isOpen(state, way))
    .map((way) => ({ way, rank: rankOf(state, way) }))
    .toSorted((one, other) => one.rank - other.rank)
    .map(({ way }) => way);

const askOrEnd = (state: SignIn): SignInMove => {
  const { methods } = state;
  if (methods.length > 0 && !methods.some((method) => ourMethods.includes(method)))
    return { move: 'end', cause: 'no-way' };
  return state.answers >= maxAnswers ? { move: 'end', cause: 'too-often' } : { move: 'ask' };
};

/** What to do next. */
export const nextMove = (state: SignIn): SignInMove => {
  if (state.hasLeft) return { move: 'end', cause: 'left' };
  if (state.asks !== undefined) {
    const password = state.asks.isPassword ? answering(state) : undefined;
    return password === undefined ? { move: 'put' } : { move: 'answer', way: password };
  }
  if (state.pending !== undefined) return { move: 'wait' };
  if (!state.isUp) {
    const isFirst = state.connection === 0;
    const open = openWays(state, state.firstMethods);
    const [best] = open;
    const isWorthIt = isFirst || (state.isNews && best !== undefined);
    // What the server offers is not known yet: only what is sure to be right is worth a connection of another program.
    const isSure = best?.kind === 'own-ssh' && (!isFirst || rankOf(state, best) < 0);
    const own = isSure || !isWorthIt ? open.find(({ kind }) => kind === 'own-ssh') : undefined;
    if (own !== undefined) return { move: 'own-ssh', way: own };
    return isWorthIt ? { move: 'dial' } : askOrEnd(state);
  }
  const [best] = openWays(state, state.methods);
  const isWaiting = state.agent === 'asked' && (state.methods.length === 0 || state.methods.includes('publickey'));
  // What worked last time waits for no agent.
  if (best !== undefined && (!isWaiting || rankOf(state, best) < 0))
    return { move: best.kind === 'own-ssh' ? 'own-ssh' : 'try', way: best };
  return isWaiting ? { move: 'wait' } : askOrEnd(state);
};

const withoutPending = (state: SignIn): SignIn => {
  const { pending: _pending, asks: _asks, ...rest } = state;
  return { ...rest, signing: false, answeredBy: [] };
};

const attempted = (state: SignIn, outcome: SignInAttempt['outcome']): SignIn => {
  const { pending: way, answeredBy, connection } = state;
  if (way === undefined) return state;
  return { ...withoutPending(state), attempts: [...state.attempts, { way, connection, outcome, answeredBy }] };
};

/** An empty list says nothing. */
const heard = (state: SignIn, methods: readonly string[]): SignIn =>
  methods.length === 0 ? state : { ...state, methods };

const afterEnd = (state: SignIn): SignIn => {
  const isAnothersTurn = state.signing || state.asks !== undefined;
  const next = attempted(state, isAnothersTurn ? 'lost' : 'hung-up');
  const isNews = state.isNews || (state.pending !== undefined && !isAnothersTurn && hangUps(next) === 1);
  return { ...next, isUp: false, methods: state.firstMethods, isNews };
};

/** What is known once this happened. */
export const signInAfter = (state: SignIn, event: SignInEvent): SignIn => {
  switch (event.type) {
    case 'agent': {
      const known = new Set(state.ways.map(({ id }) => id));
      const keys = event.keys.filter(({ id }) => !known.has(id));
      return {
        ...state,
        agent: event.agent,
        ways: [...keys, ...state.ways],
        isNews: state.isNews || (keys.length > 0 && !state.isUp),
      };
    }
    case 'connected': {
      const next = { ...state, connection: state.connection + 1, isUp: true, isNews: false, methods: event.methods };
      return { ...next, firstMethods: event.methods };
    }
    case 'trying':
      return { ...state, pending: event.way };
    case 'signing':
      return { ...state, signing: true };
    case 'own-ssh': {
      const next = { ...state, connection: state.connection + 1, isUp: true, isNews: false, pending: event.way };
      return { ...next, methods: state.firstMethods };
    }
    case 'refused':
    case 'partial':
    case 'unsigned':
    case 'unable': {
      const next = heard(attempted(state, event.type), event.methods);
      // What is left can be tried without it.
      return state.pending?.kind === 'own-ssh' ? { ...next, isNews: true } : next;
    }
    case 'asked':
      return { ...state, asks: { isPassword: event.isPassword } };
    case 'answered': {
      const { asks: _asks, ...rest } = state;
      return { ...rest, answeredBy: [...state.answeredBy, event.by] };
    }
    case 'ended':
      return afterEnd(state);
    case 'person': {
      const isOther = event.user !== state.user;
      const ways = [...event.ways, ...state.ways];
      const isNews = isOther || !state.isUp;
      const next = { ...state, user: event.user, ways, answers: state.answers + 1, isNews };
      // Nothing that was said to another user counts for this one.
      return isOther
        ? { ...next, attempts: [], told: 0, last: [], isUp: false, methods: [], firstMethods: [] }
        : { ...next, told: state.attempts.length };
    }
    case 'left':
      return { ...state, hasLeft: true };
    default:
      return event satisfies never;
  }
};
