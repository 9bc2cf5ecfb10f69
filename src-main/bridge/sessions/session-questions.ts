import { defined } from '../../core/base/defined.ts';
import type { Result } from '../../core/base/errors.ts';
import type { SessionPrompts, SignIn } from '../../core/session/session-prompts.ts';
import type { SessionAnswer, SessionQuestion } from '../../../src-preload/contract/session.ts';

/** What a session asks a person, as questions to its client. */
export const promptsOf = (ends: {
  /** Undefined: nobody answers. */
  readonly ask: (question: SessionQuestion) => Promise<SessionAnswer | undefined>;
  readonly step: (text: string) => void;
  readonly tickets: { take(ticket: string): Result<Readonly<Record<string, string>>> };
}): SessionPrompts => {
  const { ask, step, tickets } = ends;
  const secrets = (ticket: string | undefined): Readonly<Record<string, string>> => {
    const taken = ticket === undefined ? undefined : tickets.take(ticket);
    return taken?.ok === true ? taken.value : {};
  };
  return {
    step,
    hostKey: async (question) => {
      const answer = await ask(question);
      return answer?.type === 'host-key' && answer.accept;
    },
    signIn: async (question) => {
      const answer = await ask({ ...question, methods: [...question.methods] });
      if (answer?.type !== 'sign-in') return undefined;
      const { password, passphrase } = secrets(answer.ticket);
      const signIn: SignIn = {
        way: answer.way,
        user: answer.user,
        keep: answer.keep,
        ...defined({ keyFile: answer.keyFile }),
        ...(password === undefined || password === '' ? {} : { password }),
        ...(passphrase === undefined || passphrase === '' ? {} : { passphrase }),
      };
      return signIn;
    },
    prompts: async (question) => {
      const prompts = question.prompts.map(({ text, echo }) => ({ text, echo }));
      const answer = await ask({ ...question, prompts });
      if (answer?.type !== 'prompts') return undefined;
      const given = secrets(answer.ticket);
      return { answers: question.prompts.map((_prompt, at) => given[String(at)] ?? ''), keep: answer.keep };
    },
    allowOutdated: async (algorithms) => {
      const answer = await ask({ type: 'outdated', algorithms: [...algorithms] });
      return answer?.type === 'outdated' && answer.allow;
    },
    skipAgent: async () => (await ask({ type: 'agent' }))?.type === 'agent',
    password: async (refused) => {
      const answer = await ask({ type: 'password', ...defined({ refused }) });
      if (answer?.type !== 'password') return undefined;
      return { password: secrets(answer.ticket)['password'] ?? '', keep: answer.keep };
    },
  };
};
