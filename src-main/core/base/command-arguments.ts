/**
 * The arguments of a command, if the application was started as its own command line: `--cli -- ARGUMENTS`. Chromium's
 * switches come before `--cli`; after `--` nothing is a switch.
 */
export const commandArguments = (argv: readonly string[]): readonly string[] | undefined => {
  const at = argv.indexOf('--cli');
  const between = argv.slice(1, Math.max(1, at));
  if (at < 1 || argv[at + 1] !== '--' || between.some((argument) => !argument.startsWith('-') || argument === '--'))
    return undefined;
  return argv.slice(at + 2);
};
