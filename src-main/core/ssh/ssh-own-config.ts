/** What the user's own OpenSSH would sign in with, as `ssh -G` tells it with all files, `Include` and `Match` applied. */
export interface SshOwnConfig {
  /** Private keys, the usual ones where none is configured; paths may begin with `~`. */
  readonly identityFiles: readonly string[];
  readonly certificateFiles: readonly string[];
  /** The socket of the agent; `none` for no agent, undefined for the usual one. */
  readonly agent?: string;
}

/** Reads the output of `ssh -G`, one option in lower case and its value a line. */
export const readSshOwnConfig = (text: string): SshOwnConfig => {
  const values = (name: string): readonly string[] =>
    text.split(/\r?\n/).flatMap((line) => (line.startsWith(`${name} `) ? [line.slice(name.length + 1).trim()] : []));
  const [agent] = values('identityagent');
  return {
    identityFiles: values('identityfile').filter((path) => path !== 'none'),
    certificateFiles: values('certificatefile').filter((path) => path !== 'none'),
    ...(agent === undefined || agent === 'SSH_AUTH_SOCK' ? {} : { agent }),
  };
};
