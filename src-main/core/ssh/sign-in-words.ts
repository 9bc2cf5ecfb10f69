import { person, type SignIn, type SignInAttempt } from './sign-in.ts';

/** What is said of a sign-in that goes on. It names what was tried, and nothing else. */

/** Of a key or secret that the server took, in a sentence. */
const taken = ({ way, answeredBy }: SignInAttempt): string => {
  switch (way.kind) {
    case 'agent':
      return 'a key of the SSH agent';
    case 'key':
      return 'the key';
    case 'own-ssh':
      return 'what your own OpenSSH has';
    case 'password':
      return 'the password';
    case 'questions':
      return answeredBy.length === 0 || answeredBy.includes(person) ? 'the answers' : 'the password';
    default:
      return way.kind satisfies never;
  }
};

const wanted: Readonly<Record<string, string>> = {
  publickey: 'a key',
  password: 'a password',
  'keyboard-interactive': 'answers to its questions',
};

const listed = (texts: readonly string[], joint: 'and' | 'or'): string =>
  texts.length < 2 ? (texts[0] ?? '') : `${texts.slice(0, -1).join(', ')} ${joint} ${texts.at(-1) ?? ''}`;

/** One sentence for what the server refused. */
const refusal = (attempts: readonly SignInAttempt[], user: string): string | undefined => {
  const items: string[] = [];
  const agentKeys = attempts.filter(({ way }) => way.kind === 'agent').length;
  if (agentKeys > 0) items.push(agentKeys === 1 ? 'the key of the SSH agent' : `${agentKeys} keys of the SSH agent`);
  for (const { way, answeredBy } of attempts) {
    if (way.kind === 'key') items.push(attempts.length === 1 ? 'this key' : `the key ${way.name ?? ''}`.trimEnd());
    if (way.kind === 'own-ssh') items.push('what your own OpenSSH has');
    if (way.kind === 'password') items.push(way.typed ? 'this password' : 'the saved password');
    if (way.kind !== 'questions') continue;
    if (answeredBy.length === 0) items.push('a sign-in without an answer');
    else if (answeredBy.includes(person)) items.push('these answers');
    else items.push('this password');
  }
  if (items.length === 0) return undefined;
  if (items.length === 1) return `The device did not accept ${items[0] ?? ''} for ${user}.`;
  return `The device accepted none of these for ${user}: ${[...new Set(items)].join(', ')}.`;
};

/**
 * Why the person is asked: what was tried since they were asked last. Undefined: nothing was. `ownSsh`: what is known of
 * the user's own OpenSSH and its certificates, in sentences.
 */
export const signInWords = (state: SignIn, ownSsh?: string): string | undefined => {
  const recent = state.attempts.slice(state.told);
  const of = (...outcomes: readonly SignInAttempt['outcome'][]): readonly SignInAttempt[] =>
    recent.filter(({ outcome }) => outcomes.includes(outcome));
  const said: string[] = [];
  const refused = of('refused', 'hung-up');
  const sentence = refusal(refused, state.user);
  if (sentence !== undefined) said.push(sentence);
  if (of('hung-up').length > 0)
    said.push(`It hung up after ${refused.length === 1 ? 'that' : `${refused.length} attempts`}.`);
  if (of('unsigned').length > 0) said.push('The SSH agent gave no signature for a key that the device takes.');
  if (of('unable').length > 0) said.push('Your own OpenSSH did not get as far as to sign in.');
  if (of('lost').length > 0) said.push('The connection ended before the answer was there.');
  if (state.answers === 0 && state.agent === 'silent') said.push('The SSH agent did not answer.');
  if (state.answers === 0 && state.agent === 'unusable') said.push('The SSH agent cannot be reached.');
  const accepted = state.attempts.filter(
    ({ connection, outcome }) => state.isUp && connection === state.connection && outcome === 'partial',
  );
  const wants = state.methods.flatMap((method) => wanted[method] ?? []);
  if (accepted.length > 0)
    said.push(`The device took ${listed(accepted.map(taken), 'and')} and now wants ${listed(wants, 'or')}.`);
  else if (recent.length === 0 && state.answers > 0 && wants.length > 0)
    said.push(`That was not tried: the device wants ${listed(wants, 'or')}.`);
  if (ownSsh !== undefined && (state.methods.length === 0 || state.methods.includes('publickey'))) said.push(ownSsh);
  return said.length === 0 ? undefined : said.join(' ');
};

const passwordWord = /password|passwort|kennwort|mot de passe|contraseña|senha|пароль|密码|パスワード/iu;
/** A new one, a repeated one, or a code from somewhere else is no question for the password. */
const otherWord =
  /\b(?:new|again|retype|re-?enter|repeat|confirm|verif\w*|one[- ]?time|otp|token|code|current|old|expired|neues|erneut)\b/iu;
/** `(root@gateway) Password:` and `root@gateway's password:` name somebody first. */
const address = /\S+@\S+/gu;

/** Whether the server asks for the password and nothing else: one hidden answer, called one. */
export const asksForPassword = (question: {
  readonly title: string;
  readonly instructions: string;
  readonly prompts: readonly { readonly text: string; readonly echo: boolean }[];
}): boolean => {
  const [only, ...others] = question.prompts;
  if (only === undefined || others.length > 0 || only.echo) return false;
  const text = only.text.replaceAll(address, '');
  return passwordWord.test(text) && !otherWord.test(text);
};

/** How much of a server's greeting is shown, characters. */
const longestBanner = 4000;

/** The text a server sends before the sign-in, without what could move a cursor or turn the direction of writing. */
export const bannerText = (text: string): string =>
  text
    .replaceAll('\r\n', '\n')
    .replaceAll(/[^\P{Cc}\n\t]|[\u202a-\u202e\u2066-\u2069]/gu, '')
    .trim()
    .slice(0, longestBanner);
