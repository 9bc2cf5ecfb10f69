import { parseArgs } from 'node:util';
import { fail, ok, type Failure, type Result } from '../core/base/errors.ts';

/** The options of the command line, as Node parses them. The help of each command says what they mean. */
export const flags = {
  profile: { type: 'string' },
  vault: { type: 'string' },
  json: { type: 'boolean' },
  yes: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean' },
  label: { type: 'string' },
  'base-url': { type: 'string' },
  field: { type: 'string', multiple: true },
  service: { type: 'string' },
  port: { type: 'string' },
  user: { type: 'string' },
  trust: { type: 'string' },
  list: { type: 'boolean' },
  account: { type: 'string' },
  input: { type: 'string' },
  open: { type: 'boolean' },
  write: { type: 'boolean' },
  remove: { type: 'boolean' },
  config: { type: 'string' },
  csv: { type: 'boolean' },
  timeout: { type: 'string' },
} as const;

export type Flag = keyof typeof flags;

/** Splits arguments into options and the rest. Throws a TypeError for an unknown option or a missing value. */
export const parseFlags = (args: readonly string[]) =>
  parseArgs({ args: [...args], options: flags, allowPositionals: true, strict: true });

/** The parts of a command line. */
export interface Arguments {
  readonly command: string | undefined;
  /** The words after the command. */
  readonly positionals: readonly string[];
  /** What follows `--`; undefined if there is no `--`. */
  readonly rest: readonly string[] | undefined;
  readonly values: Readonly<ReturnType<typeof parseFlags>['values']>;
}

/** The error for wrong usage. */
export const usage = (message: string): Failure => fail('invalid-input', message, 'See quayside --help.');

/** A port number given as text. Errors: invalid-input. */
export const readPort = (text: string | undefined, least: 0 | 1): Result<number | undefined> => {
  if (text === undefined) return ok(undefined);
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  return port >= least && port <= 65_535 ? ok(port) : usage(`--port takes a number from ${least} to 65535.`);
};

/** A number of seconds given as text; `usual` if there is none. Errors: invalid-input. */
export const readSeconds = (text: string | undefined, usual: number): Result<number> => {
  if (text === undefined) return ok(usual);
  const seconds = /^\d{1,4}(\.\d{1,3})?$/.test(text) ? Number(text) : Number.NaN;
  return seconds > 0 && seconds <= 3600 ? ok(seconds) : usage('--timeout takes a number of seconds, at most 3600.');
};
