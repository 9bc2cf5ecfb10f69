import { useId, useState } from 'react';
import type { ErrorView } from '../../../src-preload/contract/error-view.ts';
import type { SessionQuestion } from '../../../src-preload/contract/session.ts';
import { request as askMain } from '../../state/main-state.ts';
import { Callout, Failure, Field } from '../../ui/controls.tsx';
import { absolute } from '../../ui/format.ts';
import { Cancel, first, leaveByEscape, type Asked, type Question } from './question-parts.tsx';
import { Agent, Outdated } from './ssh-questions.tsx';
import styles from './questions.module.css';

/** Where the path of the key file used last is remembered; a path is no secret. */
export const keyFileMemory = 'quayside.session.keyFile';
/** Where the way in used last is remembered. */
const wayMemory = 'quayside.session.way';
/** Hands secrets to main; returns the ticket or the error. */
const useTicket = (): {
  readonly error: ErrorView | undefined;
  readonly hand: (secrets: Record<string, string>, then: (ticket: string) => void) => Promise<void>;
} => {
  const [error, setError] = useState<ErrorView>();
  const hand = async (secrets: Record<string, string>, then: (ticket: string) => void): Promise<void> => {
    const handed = await askMain('secrets.hand', { secrets });
    if (handed.ok) then(handed.value.ticket);
    else setError(handed.error);
  };
  return { error, hand };
};

const text = (data: FormData, name: string): string => {
  const value = data.get(name);
  return typeof value === 'string' ? value : '';
};

const Fingerprint = ({ label, print }: { readonly label: string; readonly print: string }): React.ReactNode => (
  <div className={styles['fingerprint']}>
    <dt>{label}</dt>
    <dd className="mono">{print}</dd>
  </div>
);

const HostKey = ({ device, question, onAnswer }: Asked<Question<'host-key'>>): React.ReactNode => {
  const [sure, setSure] = useState(false);
  const id = useId();
  const changed = question.verdict === 'changed';
  const refuse = (): void => onAnswer({ type: 'host-key', accept: false });
  const accept = (): void => onAnswer({ type: 'host-key', accept: true });
  return (
    <section
      className={styles['question']}
      data-part="question"
      role={changed ? 'alertdialog' : 'dialog'}
      aria-labelledby={`${id}-title`}
      onKeyDown={leaveByEscape(refuse)}
    >
      <h2 id={`${id}-title`}>{changed ? `The host key of ${device} has changed` : `Is this ${device}?`}</h2>
      {changed ? (
        <Callout
          tone="danger"
          text="Somebody may be between you and the device, or it was set up anew."
          hint="Nothing was sent to it yet. Ask whoever runs the device before you go on."
        />
      ) : (
        <p>
          {question.verdict === 'other-type'
            ? 'The device showed a host key of another type than the one known. Compare the fingerprint with the device’s own.'
            : 'This is the first time Quayside sees its host key. Compare the fingerprint with the device’s own.'}
        </p>
      )}
      {question.sharedWith === 0 ? null : (
        <Callout
          tone="warn"
          text={`${question.sharedWith} other ${question.sharedWith === 1 ? 'device shows' : 'devices show'} the same key: cloned from one image.`}
          hint="Each of them can pass for the other. Make new host keys on them."
        />
      )}
      <dl className={styles['fingerprints']}>
        {question.pinned === undefined ? null : (
          <Fingerprint
            label={`Known since ${absolute(question.pinned.firstSeenAt)} · ${question.pinned.keyType}`}
            print={question.pinned.fingerprint}
          />
        )}
        <Fingerprint label={`Shown now · ${question.keyType}`} print={question.fingerprint} />
      </dl>
      {changed ? (
        <label className="check">
          <input type="checkbox" checked={sure} onChange={(event) => setSure(event.target.checked)} />
          The new key is right: I know why it changed
        </label>
      ) : null}
      <div className={styles['question-actions']}>
        <button type="button" className={changed ? 'button primary' : 'button'} {...first(changed)} onClick={refuse}>
          {changed ? 'Do not connect' : 'Cancel'}
        </button>
        <button
          type="button"
          className={changed ? 'button danger' : 'button primary'}
          {...first(!changed)}
          disabled={changed && !sure}
          onClick={accept}
        >
          {changed ? 'Replace the key and connect' : 'Accept the key and connect'}
        </button>
      </div>
    </section>
  );
};

const ways = [
  { way: 'password', label: 'Password', method: 'password' },
  { way: 'key', label: 'Key file', method: 'publickey' },
  { way: 'questions', label: 'Server’s questions', method: 'keyboard-interactive' },
] as const;

const Keep = ({ what }: { readonly what: string }): React.ReactNode => (
  <label className="check">
    <input type="checkbox" name="keep" />
    Keep {what} in this computer’s vault
  </label>
);

const Refused = ({ text: said }: { readonly text: string | undefined }): React.ReactNode =>
  said === undefined ? null : (
    <p className={styles['refused']} role="alert">
      {said}
    </p>
  );

const Banner = ({ text: said }: { readonly text: string | undefined }): React.ReactNode =>
  said === undefined ? null : <pre className={styles['banner']}>{said}</pre>;

const SignIn = ({ device, question, onAnswer, onLeave }: Asked<Question<'sign-in'>>): React.ReactNode => {
  const id = useId();
  const offered = ways.filter(({ method }) => question.methods.length === 0 || question.methods.includes(method));
  const [way, setWay] = useState<(typeof ways)[number]['way']>(
    (offered.find((one) => one.way === localStorage.getItem(wayMemory)) ?? offered[0])?.way ?? 'password',
  );
  const { error, hand } = useTicket();
  const submit = (form: HTMLFormElement): void => {
    const data = new FormData(form);
    localStorage.setItem(wayMemory, way);
    const answer = { type: 'sign-in' as const, way, user: text(data, 'user').trim(), keep: data.get('keep') === 'on' };
    if (way === 'questions') return onAnswer(answer);
    if (way === 'password') {
      void hand({ password: text(data, 'password') }, (ticket) => onAnswer({ ...answer, ticket }));
      return;
    }
    const keyFile = text(data, 'keyFile').trim();
    localStorage.setItem(keyFileMemory, keyFile);
    const passphrase = text(data, 'passphrase');
    if (passphrase === '') onAnswer({ ...answer, keyFile });
    else void hand({ passphrase }, (ticket) => onAnswer({ ...answer, keyFile, ticket }));
  };
  return (
    <form
      className={styles['question']}
      data-part="question"
      aria-label={`Sign in to ${device}`}
      onKeyDown={leaveByEscape(onLeave)}
      onSubmit={(event) => {
        event.preventDefault();
        submit(event.currentTarget);
      }}
    >
      <h2>Sign in to {device}</h2>
      <Banner text={question.banner} />
      <Refused text={question.refused} />
      <Field id={`${id}-user`} label="User">
        <input
          id={`${id}-user`}
          className="input mono"
          name="user"
          required
          autoCapitalize="off"
          autoComplete="off"
          spellCheck={false}
          defaultValue={question.user}
          {...first(question.user === '')}
        />
      </Field>
      {offered.length < 2 ? null : (
        <fieldset className="segmented" aria-label="Way to sign in">
          {offered.map((choice) => (
            <label key={choice.way}>
              <input
                type="radio"
                name="way"
                value={choice.way}
                checked={way === choice.way}
                onChange={() => setWay(choice.way)}
              />
              {choice.label}
            </label>
          ))}
        </fieldset>
      )}
      {way === 'password' ? (
        <>
          <Field id={`${id}-password`} label="Password">
            <input
              id={`${id}-password`}
              className="input"
              name="password"
              type="password"
              autoComplete="off"
              required
              {...first(question.user !== '')}
            />
          </Field>
          <Keep what="the password" />
        </>
      ) : null}
      {way === 'key' ? (
        <>
          <Field id={`${id}-key`} label="Key file" help="A private key on this computer.">
            <input
              id={`${id}-key`}
              className="input mono"
              name="keyFile"
              required
              spellCheck={false}
              defaultValue={question.keyFile ?? localStorage.getItem(keyFileMemory) ?? '~/.ssh/id_ed25519'}
            />
          </Field>
          <Field id={`${id}-passphrase`} label="Passphrase" help="Leave it empty where there is none, or it is kept.">
            <input
              id={`${id}-passphrase`}
              className="input"
              name="passphrase"
              type="password"
              autoComplete="off"
              data-first={question.user === '' ? undefined : ''}
            />
          </Field>
          <Keep what="the passphrase" />
        </>
      ) : null}
      {error === undefined ? null : <Failure error={error} />}
      <div className={styles['question-actions']}>
        <Cancel onLeave={onLeave} />
        <button type="submit" className="button primary">
          Sign in
        </button>
      </div>
    </form>
  );
};

const Prompts = ({ device, question, onAnswer, onLeave }: Asked<Question<'prompts'>>): React.ReactNode => {
  const id = useId();
  const { error, hand } = useTicket();
  return (
    <form
      className={styles['question']}
      data-part="question"
      aria-label={`Questions of ${device}`}
      onKeyDown={leaveByEscape(onLeave)}
      onSubmit={(event) => {
        event.preventDefault();
        const data = new FormData(event.currentTarget);
        const answers = Object.fromEntries(question.prompts.map((_prompt, at) => [String(at), text(data, String(at))]));
        void hand(answers, (ticket) => onAnswer({ type: 'prompts', ticket, keep: data.get('keep') === 'on' }));
      }}
    >
      <h2>{question.title === '' ? `${device} asks` : question.title}</h2>
      <Banner text={question.banner} />
      <Refused text={question.refused} />
      {question.instructions === '' ? null : <p>{question.instructions}</p>}
      {question.prompts.map((prompt, at) => (
        <Field key={`${at} ${prompt.text}`} id={`${id}-${at}`} label={prompt.text}>
          <input
            id={`${id}-${at}`}
            className="input"
            name={String(at)}
            type={prompt.echo ? 'text' : 'password'}
            autoComplete="off"
            {...first(at === 0)}
          />
        </Field>
      ))}
      {question.canKeep ? <Keep what="the password" /> : null}
      {error === undefined ? null : <Failure error={error} />}
      <div className={styles['question-actions']}>
        <Cancel onLeave={onLeave} />
        <button type="submit" className="button primary">
          Answer
        </button>
      </div>
    </form>
  );
};

const Password = ({ device, question, onAnswer, onLeave }: Asked<Question<'password'>>): React.ReactNode => {
  const id = useId();
  const { error, hand } = useTicket();
  return (
    <form
      className={styles['question']}
      data-part="question"
      aria-label={`Password of ${device}`}
      onKeyDown={leaveByEscape(onLeave)}
      onSubmit={(event) => {
        event.preventDefault();
        const data = new FormData(event.currentTarget);
        const keep = data.get('keep') === 'on';
        void hand({ password: text(data, 'password') }, (ticket) => onAnswer({ type: 'password', ticket, keep }));
      }}
    >
      <h2>The screen of {device} has a password</h2>
      <Refused text={question.refused} />
      <Field id={id} label="Password" help="VNC uses its first eight characters.">
        <input id={id} className="input" name="password" type="password" autoComplete="off" required {...first(true)} />
      </Field>
      <Keep what="the password" />
      {error === undefined ? null : <Failure error={error} />}
      <div className={styles['question-actions']}>
        <Cancel onLeave={onLeave} />
        <button type="submit" className="button primary">
          Connect
        </button>
      </div>
    </form>
  );
};

/** What main asks during a session, in the tab it is about. */
export const QuestionView = ({ question, ...rest }: Asked<SessionQuestion>): React.ReactNode => {
  switch (question.type) {
    case 'host-key':
      return <HostKey question={question} {...rest} />;
    case 'sign-in':
      return <SignIn question={question} {...rest} />;
    case 'prompts':
      return <Prompts question={question} {...rest} />;
    case 'outdated':
      return <Outdated question={question} {...rest} />;
    case 'agent':
      return <Agent question={question} {...rest} />;
    case 'password':
      return <Password question={question} {...rest} />;
    default:
      return question satisfies never;
  }
};
