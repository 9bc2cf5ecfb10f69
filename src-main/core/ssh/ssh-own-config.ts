/**
 * The credentials that the user's own OpenSSH would use, from `ssh -G`, which applies all files, `Include` and `Match`.
 */
export interface SshOwnConfig {
  /** Private keys; the usual ones if none is configured. Paths may begin with `~`. */
  readonly identityFiles: readonly string[];
  readonly certificateFiles: readonly string[];
  /** The socket of the agent, or `$` and the variable that has it; `none` for no agent, undefined for the usual one. */
  readonly agent?: string;
  /** Keys of the agent count only where they are those of `identityFiles` or `certificateFiles`. */
  readonly identitiesOnly: boolean;
  readonly user?: string;
  /** By which the host's key is looked up. */
  readonly host?: string;
  readonly knownHostsFiles: readonly string[];
}

/** Reads the output of `ssh -G`, one option in lower case and its value a line. */
export const readSshOwnConfig = (text: string): SshOwnConfig => {
  const values = (name: string): readonly string[] =>
    text.split(/\r?\n/).flatMap((line) => (line.startsWith(`${name} `) ? [line.slice(name.length + 1).trim()] : []));
  const [agent] = values('identityagent');
  const [user] = values('user');
  const host = values('hostkeyalias')[0] ?? values('hostname')[0];
  const files = [...values('userknownhostsfile'), ...values('globalknownhostsfile')];
  return {
    identityFiles: values('identityfile').filter((path) => path !== 'none'),
    certificateFiles: values('certificatefile').filter((path) => path !== 'none'),
    identitiesOnly: values('identitiesonly')[0] === 'yes',
    knownHostsFiles: files.flatMap((line) => line.split(' ')).filter((path) => path !== '' && path !== 'none'),
    ...(agent === undefined || agent === 'SSH_AUTH_SOCK' ? {} : { agent }),
    ...(user === undefined ? {} : { user }),
    ...(host === undefined ? {} : { host }),
  };
};

/** Puts values in the place of what ssh_config(5) calls tokens, such as `%h`; one without a value stays. */
export const expandTokens = (path: string, values: Readonly<Record<string, string | undefined>>): string =>
  path.replaceAll(/%(.)/gu, (token, letter: string) => (letter === '%' ? '%' : (values[letter] ?? token)));
