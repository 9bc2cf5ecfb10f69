import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  nextMove,
  person,
  signInAfter,
  startSignIn,
  type SignIn,
  type SignInWay,
} from '../../src-main/core/ssh/sign-in.ts';
import { signInWords } from '../../src-main/core/ssh/sign-in-words.ts';

/**
 * The sign-in machine against random servers: a server of RFC 4252 that wants one of several chains of methods, counts
 * failures and hangs up, drops connections, and asks; agents of every mood; and a person. What the server takes is
 * decided here, by the names of the ways, and nothing of the machine is used for it.
 */

const seed = 20261201;
/** How many servers are tried; more by hand. */
const servers = Number(process.env['QUAYSIDE_SIGN_INS'] ?? 10_000);

type Method = 'publickey' | 'password' | 'keyboard-interactive';
const methodOf: Readonly<Record<SignInWay['kind'], Method>> = {
  agent: 'publickey',
  key: 'publickey',
  'own-ssh': 'publickey',
  password: 'password',
  questions: 'keyboard-interactive',
};
const method = fc.constantFrom<Method>('publickey', 'password', 'keyboard-interactive');

const world = fc.record({
  /** Any of these chains, in order, opens; as sshd's AuthenticationMethods. */
  chains: fc.array(fc.array(method, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 2 }),
  /** Other methods it names and never takes. */
  alsoNamed: fc.subarray(['gssapi-with-mic', 'hostbased', 'none']),
  maxTries: fc.oneof(fc.integer({ min: 1, max: 8 }), fc.constant(1000)),
  asks: fc.constantFrom('password', 'code', 'password and code', 'nothing'),
  rightKeys: fc.subarray(['agent:0', 'agent:1', 'agent:9', 'agent:40', 'key:a', 'key:b', 'key:typed']),
  isSavedRight: fc.boolean(),
  agent: fc.constantFrom('absent', 'named', 'late', 'silent', 'unusable'),
  agentKeys: fc.constantFrom(0, 1, 3, 10, 50),
  refusesToSign: fc.subarray(['agent:0', 'agent:1']),
  files: fc.subarray(['key:a', 'key:b']),
  hasSaved: fc.boolean(),
  last: fc.subarray(['agent:1', 'agent:40', 'key:b', 'password', 'questions', 'own-ssh'], { maxLength: 2 }),
  /** The user's own OpenSSH, and what comes of it. */
  ownSsh: fc.constantFrom('none', 'opens', 'refused', 'unable', 'asks', 'drops', 'asks and drops'),
  /** The library does not understand the server, or its host key: OpenSSH goes first. */
  isOwnFirst: fc.boolean(),
  /** What is answered, one after the other; then the person leaves. */
  person: fc.array(
    fc.record({
      way: fc.constantFrom('right password', 'wrong password', 'key', 'questions', 'other user'),
      isCodeRight: fc.boolean(),
      /** The connection is gone by the time of the answer. */
      isSlow: fc.boolean(),
    }),
    { maxLength: 6 },
  ),
  /** Answers of the server after which the connection drops instead of the next, by connection. */
  drops: fc.array(fc.option(fc.nat({ max: 6 }), { nil: undefined }), { maxLength: 4 }),
});
type World = typeof world extends fc.Arbitrary<infer W> ? W : never;

interface Told {
  readonly end: 'open' | 'left' | 'no-way' | 'too-often';
  readonly connections: number;
  readonly asks: number;
  /** The person was asked anything, a way or an answer. */
  readonly isBothered: boolean;
  readonly failures: number;
}

/** Runs the machine in a world, and looks at every step. */
const run = (w: World): Told => {
  const way = (id: string, kind: SignInWay['kind'], typed = false): SignInWay => ({
    id,
    lasting: typed ? id.replace(/^\d+ /, '') : id,
    kind,
    typed,
  });
  const named = Array.from({ length: w.agentKeys }, (_, at) => way(`agent:${at}`, 'agent'));
  let state: SignIn = startSignIn({
    user: 'root',
    agent: w.agent === 'absent' ? 'absent' : w.agent === 'named' ? 'named' : 'asked',
    ways: [
      ...(w.agent === 'named' ? named : []),
      ...w.files.map((id) => way(id, 'key')),
      ...(w.ownSsh === 'none' ? [] : [{ ...way('own-ssh', 'own-ssh'), isFirst: w.isOwnFirst }]),
      ...(w.hasSaved ? [way('password', 'password')] : []),
      way('questions', 'questions'),
    ],
    last: w.last,
  });
  const isRightPassword = (id: string): boolean => (id === 'password' ? w.isSavedRight : id.includes('right'));
  const isRightKey = (id: string): boolean => w.rightKeys.includes(id.replace(/^\d+ /, ''));
  const answers = [...w.person];
  let done: Method[] = [];
  let used: string[] = [];
  let failures = 0;
  let heard = 0;
  let isUp = false;
  /** Of this connection. */
  let tried = new Map<string, number>();
  let allFailures = 0;
  let connections = 0;
  let asks = 0;
  let isBothered = false;
  /** As which users OpenSSH has tried. */
  const ownTried = new Set<string>();
  /** Accepted in part, on any connection. */
  let accepted = new Map<string, Method>();
  /** What the next connection may be dialled for. */
  let news = 1;
  let hangUps = 0;
  /** What was tried since the person was asked last, as a sentence may name it. */
  let tellable = new Set<string>();
  const agentEvent = (): void => {
    const agent = w.agent === 'late' ? 'named' : w.agent === 'silent' ? 'silent' : 'unusable';
    if (!isUp && w.agent === 'late' && named.length > 0) news += 1;
    state = signInAfter(state, { type: 'agent', agent, keys: w.agent === 'late' ? named : [] });
  };
  const open = (): Method[][] => w.chains.filter((chain) => done.every((step, at) => chain[at] === step));
  const offered = (): string[] => [
    ...new Set([...open().flatMap((chain) => chain[done.length] ?? []), ...w.alsoNamed]),
  ];
  const end = (isAnothersTurn: boolean): void => {
    isUp = false;
    if (!isAnothersTurn) {
      hangUps += 1;
      if (hangUps === 1) news += 1;
    }
    state = signInAfter(state, { type: 'ended' });
  };
  /** The server's answer to an attempt; true: signed in. */
  const answer = (tryWay: SignInWay, isRight: boolean): boolean => {
    heard += 1;
    const drop = w.drops[connections - 1];
    if (drop !== undefined && heard > drop) {
      end(false);
      return false;
    }
    const step = methodOf[tryWay.kind];
    if (isRight && !used.includes(tryWay.id) && open().some((chain) => chain[done.length] === step)) {
      done.push(step);
      used.push(tryWay.id);
      accepted.set(tryWay.id, step);
      if (open().some((chain) => chain.length === done.length)) return true;
      state = signInAfter(state, { type: 'partial', methods: offered() });
      return false;
    }
    failures += 1;
    allFailures += 1;
    if (failures >= w.maxTries) end(false);
    else state = signInAfter(state, { type: 'refused', methods: offered() });
    return false;
  };
  const told = (how: Told['end']): Told => ({ end: how, connections, asks, isBothered, failures: allFailures });

  for (let step = 0; step < 3000; step += 1) {
    const next = nextMove(state);
    if (next.move === 'end') {
      // Every end has its cause.
      if (next.cause === 'left') expect(answers).toEqual([]);
      if (next.cause === 'no-way')
        expect(state.methods.every((name) => w.alsoNamed.includes(name as 'none'))).toBe(true);
      if (next.cause === 'too-often') expect(asks).toBeGreaterThanOrEqual(20);
      return told(next.cause);
    }
    if (next.move === 'wait') {
      expect(['late', 'silent', 'unusable'].includes(w.agent) && state.agent === 'asked').toBe(true);
      agentEvent();
      continue;
    }
    if (next.move === 'dial') {
      // No connection without a new fact.
      expect(news).toBeGreaterThan(0);
      news = 0;
      connections += 1;
      done = [];
      used = [];
      failures = 0;
      heard = 0;
      tried = new Map();
      isUp = true;
      state = signInAfter(state, { type: 'connected', methods: offered() });
      continue;
    }
    if (next.move === 'own-ssh') {
      if (isUp) {
        // What it leaves was of no more use.
        expect(offered()).toContain('publickey');
        isUp = false;
        state = signInAfter(state, { type: 'ended' });
        continue;
      }
      // Once for each user, which no failure brings back.
      expect(ownTried.has(state.user)).toBe(false);
      ownTried.add(state.user);
      if (w.isOwnFirst) expect(connections === 0 || asks > 0).toBe(true);
      connections += 1;
      news = 0;
      accepted = new Map();
      state = signInAfter(state, { type: 'own-ssh', way: next.way });
      if (w.ownSsh.startsWith('asks')) {
        state = signInAfter(state, { type: 'asked', isPassword: true });
        const reply = nextMove(state);
        if (w.ownSsh === 'asks and drops') {
          state = signInAfter(state, { type: 'ended' });
          continue;
        }
        if (reply.move === 'put') isBothered = true;
        else expect(reply.move).toBe('answer');
        state = signInAfter(state, { type: 'answered', by: reply.move === 'answer' ? reply.way.id : person });
      }
      if (w.ownSsh === 'opens') return told('open');
      if (w.ownSsh === 'drops') hangUps += 1;
      else {
        tellable.add(w.ownSsh === 'unable' ? 'unable' : 'own-ssh');
        state = signInAfter(state, { type: w.ownSsh === 'unable' ? 'unable' : 'refused', methods: [] });
      }
      if (w.ownSsh === 'drops') tellable.add('own-ssh');
      if (w.ownSsh !== 'drops' || hangUps === 1) news += 1;
      state = signInAfter(state, { type: 'ended' });
      continue;
    }
    if (next.move === 'ask') {
      asks += 1;
      isBothered = true;
      const words = signInWords(state) ?? '';
      if (isUp && done.length > 0) expect(words).toContain('The device took');
      else expect(words).not.toContain('The device took');
      // A sentence names nothing that was not tried.
      const [refusal = ''] = /(?:did not accept|accepted none of these) .*?\.(?= |$)/.exec(words) ?? [];
      if (/OpenSSH/.test(refusal)) expect(tellable.has('own-ssh')).toBe(true);
      if (/agent/.test(refusal)) expect(tellable.has('agent')).toBe(true);
      if (/saved password/.test(refusal)) expect(tellable.has('password')).toBe(true);
      if (/\bkey\b/.test(refusal.replaceAll(/keys? of the SSH agent/g, ''))) expect(tellable.has('key')).toBe(true);
      if (/this password/.test(refusal)) expect(tellable.has('typed password') || tellable.has('questions')).toBe(true);
      if (/these answers|without an answer/.test(refusal)) expect(tellable.has('questions')).toBe(true);
      tellable = new Set();
      const given = answers.shift();
      if (given === undefined) {
        state = signInAfter(state, { type: 'left' });
        continue;
      }
      if (given.isSlow && isUp) end(true);
      hangUps = 0;
      const isOther = given.way === 'other user';
      if (!isUp || isOther) news += 1;
      if (isOther) isUp = false;
      if (isOther) accepted = new Map();
      const user = isOther ? `${state.user}x` : state.user;
      const kind = given.way === 'key' ? 'key' : given.way === 'questions' ? 'questions' : 'password';
      const id = `${asks} ${kind === 'key' ? 'key:typed' : kind === 'password' ? given.way : 'questions'}`;
      state = signInAfter(state, { type: 'person', user, ways: [way(id, kind, true)] });
      continue;
    }
    if (next.move !== 'try') throw new Error(`${next.move} without a question`);
    const chosen = next.way;
    // Only what is offered, and nothing twice on one connection but questions that only a password of ours answered.
    expect(offered()).toContain(methodOf[chosen.kind]);
    expect(tried.get(chosen.id) ?? 0).toBeLessThan(chosen.kind === 'questions' ? 3 : 1);
    // What is known to be right comes first.
    const known = [...accepted].filter(([id, its]) => !tried.has(id) && offered().includes(its));
    if (known.length > 0) expect(known.map(([id]) => id)).toContain(chosen.id);
    accepted.delete(chosen.id);
    tried.set(chosen.id, (tried.get(chosen.id) ?? 0) + 1);
    state = signInAfter(state, { type: 'trying', way: chosen });
    if (chosen.kind !== 'questions') {
      if (chosen.kind === 'agent' && isRightKey(chosen.id) && w.refusesToSign.some((id) => id === chosen.id)) {
        state = signInAfter(signInAfter(state, { type: 'signing' }), { type: 'unsigned', methods: [] });
        continue;
      }
      tellable.add(chosen.typed && chosen.kind === 'password' ? 'typed password' : chosen.kind);
      const isRight = chosen.kind === 'password' ? isRightPassword(chosen.id) : isRightKey(chosen.id);
      if (answer(chosen, isRight)) return told('open');
      continue;
    }
    let isRight = true;
    let isLost = false;
    let byPerson = w.asks === 'nothing';
    for (const asked of w.asks === 'nothing' ? [] : w.asks.split(' and ')) {
      state = signInAfter(state, { type: 'asked', isPassword: asked === 'password' });
      const reply = nextMove(state);
      if (reply.move === 'answer') {
        expect(asked).toBe('password');
        tellable.add('password');
        isRight &&= isRightPassword(reply.way.id);
        state = signInAfter(state, { type: 'answered', by: reply.way.id });
        continue;
      }
      expect(reply.move).toBe('put');
      isBothered = true;
      byPerson = true;
      if (answers[0]?.isSlow === true) {
        isLost = true;
        break;
      }
      isRight &&= asked === 'code' ? answers[0]?.isCodeRight === true : false;
      state = signInAfter(state, { type: 'answered', by: person });
    }
    tellable.add('questions');
    if (byPerson) tried.set(chosen.id, 3);
    if (isLost) end(true);
    else if (answer(chosen, isRight)) return told('open');
  }
  throw new Error('It does not end');
};

/** Whether what is there without a person opens the server: by trying every order, far from how the machine does it. */
const isSolvable = (w: World): boolean => {
  const keys = [
    ...(w.agent === 'named' || w.agent === 'late'
      ? Array.from({ length: w.agentKeys }, (_, at) => `agent:${at}`).filter(
          (id) => !w.refusesToSign.includes(id as 'agent:0'),
        )
      : []),
    ...w.files,
  ].filter((id) => w.rightKeys.includes(id as 'key:a')).length;
  const isPassword = w.hasSaved && w.isSavedRight;
  return w.chains.some((chain) => {
    const need = (name: Method): number => chain.filter((step) => step === name).length;
    return (
      need('publickey') <= keys &&
      need('password') <= (isPassword ? 1 : 0) &&
      need('keyboard-interactive') <= (w.asks === 'nothing' || (isPassword && w.asks === 'password') ? 1 : 0)
    );
  });
};

test('any server, agent and person: nothing is tried twice, no loop, and each end and sentence is true', () => {
  fc.assert(
    fc.property(world, (w) => {
      run(w);
    }),
    { seed, numRuns: servers },
  );
});

test('where what is there opens a server that does not count, nobody is asked', () => {
  let opened = 0;
  fc.assert(
    fc.property(world, (given) => {
      // One chain: of two, the machine may begin the one that has no end without a person.
      const w: World = { ...given, chains: given.chains.slice(0, 1), maxTries: 1000, drops: [], ownSsh: 'none' };
      if (!isSolvable(w)) return;
      opened += 1;
      expect(run(w)).toMatchObject({ end: 'open', connections: 1, isBothered: false });
    }),
    { seed, numRuns: servers / 4 },
  );
  expect(opened).toBeGreaterThan(servers / 400);
});

test('what worked last time opens at once, however few tries there are and however many keys the agent has', () => {
  fc.assert(
    fc.property(world, fc.constantFrom('key:b', 'password', 'agent:1', 'own-ssh'), (given, id) => {
      const w: World = {
        ...given,
        isOwnFirst: false,
        ownSsh: 'opens',
        chains: [[id === 'password' ? 'password' : 'publickey']],
        maxTries: 1,
        drops: [],
        last: [id] as World['last'],
        rightKeys: ['agent:1', 'key:b'],
        isSavedRight: true,
        hasSaved: true,
        files: ['key:a', 'key:b'],
        refusesToSign: [],
        agentKeys: 50,
        ...(id === 'agent:1' ? { agent: 'late' as const } : {}),
      };
      expect(run(w)).toMatchObject({ end: 'open', connections: 1, failures: 0, isBothered: false });
    }),
    { seed, numRuns: servers / 20 },
  );
});

test('an agent full of keys that a server has enough of costs one more connection, not the saved password', () => {
  fc.assert(
    fc.property(world, fc.integer({ min: 1, max: 49 }), (given, maxTries) => {
      const w: World = {
        ...given,
        chains: [['publickey'], ['password']],
        maxTries,
        drops: [],
        ownSsh: 'none',
        last: [],
        rightKeys: [],
        isSavedRight: true,
        hasSaved: true,
        agent: 'named',
        agentKeys: 50,
      };
      expect(run(w)).toMatchObject({ end: 'open', connections: 2, isBothered: false });
    }),
    { seed, numRuns: servers / 20 },
  );
});
