import { z } from 'zod';
import { serviceKinds } from '../fleet/device.ts';
import { fail, ok } from '../base/errors.ts';
import { bracketed, checkViewerUser } from './screen-clients.ts';
import type { ServiceKind } from '../fleet/device.ts';
import type { Failure, Result } from '../base/errors.ts';
import type { LaunchPlan } from './launch-plan.ts';

/** A program of the user's own for one kind of service. */
export interface CustomLauncher {
  /** Unique among the launchers, and what choices refer to. */
  readonly name: string;
  readonly kind: ServiceKind;
  /** An absolute path, or a name to be found on PATH. */
  readonly program: string;
  /** One entry an argument, with placeholders in it. Never a line for a shell. */
  readonly args: readonly string[];
}

export const launcherPlaceholders = ['host', 'port', 'user', 'device', 'address'] as const;
export type LauncherPlaceholder = (typeof launcherPlaceholders)[number];

/** What the placeholders stand for. */
export interface LauncherValues {
  /** The loopback address of the forward: `{host}`, and with the port (brackets included) `{address}`. */
  readonly address: string;
  readonly port: number;
  readonly user?: string;
  /** The device's name, as its vendor has it: anything at all. */
  readonly device: string;
}

/** Launchers a person may keep. */
export const maxLaunchers = 100;
const maxArguments = 64;
const maxArgumentLength = 1024;

const placeholder = /\{([A-Za-z]+)\}/g;
const isPlaceholder = (name: string): name is LauncherPlaceholder =>
  launcherPlaceholders.some((known) => known === name);

const refuse = (message: string, hint: string): Failure => fail('invalid-input', message, hint);

/** The file name of a program, without folder and without `.exe`, in lower case. */
const programName = (program: string): string =>
  (program.split(/[\\/]/).at(-1) ?? '').toLowerCase().replace(/\.(?:exe|com)$/, '');

const posixShells = new Set(['sh', 'bash', 'dash', 'zsh', 'ksh', 'fish', 'csh', 'tcsh', 'busybox']);
/** Programs that join their arguments to a text and read it as code. */
const codeReaders = new Set(['cmd', 'powershell', 'pwsh', 'osascript', 'wscript', 'cscript', 'mshta', 'rundll32']);
const ownValues = /\{(?:user|device)\}/;

/** Whether a value chosen by somebody else could become code: device names come from vendors. */
const becomesCode = (launcher: CustomLauncher): boolean => {
  const name = programName(launcher.program);
  if (codeReaders.has(name)) return launcher.args.some((arg) => ownValues.test(arg));
  if (!posixShells.has(name) && name !== 'env') return false;
  // A shell may get such values as "$1", never inside its script.
  return launcher.args.some(
    (arg, at) =>
      ownValues.test(arg) && (!/^\{\w+\}$/.test(arg) || at === 0 || /^-\w*c$/.test(launcher.args[at - 1] ?? '')),
  );
};

/**
 * Whether a launcher may be stored. Refused (`invalid-input`): an unknown placeholder, a program that is a relative
 * path, a script that Windows would hand to a shell, and a device name inside of code.
 */
export const checkLauncher = (launcher: CustomLauncher): Result<CustomLauncher> => {
  const { name, kind, program, args } = launcher;
  if (name.trim() !== name || name === '' || name.length > 64 || /\p{C}/u.test(name)) {
    return refuse('A launcher needs a name of at most 64 visible characters.', 'Give it a short name.');
  }
  if (!serviceKinds.includes(kind)) return refuse('A launcher is for one kind of service.', 'Choose a kind.');
  const isPath = /^(?:\/|[A-Za-z]:[\\/]|\\\\)/.test(program);
  if (program === '' || program.length > 1024 || /[\p{Cc}{}]/u.test(program) || program.startsWith('-')) {
    return refuse(`${name} has no program that can be started.`, 'Give the path of a program, without placeholders.');
  }
  if (!isPath && /[\\/]/.test(program)) {
    return refuse(
      `${name} names its program by a path that depends on where Quayside was started.`,
      'Give the whole path, or the name alone.',
    );
  }
  if (/\.(?:bat|cmd)$/i.test(program)) {
    return refuse(`${name} is a batch file, which Windows hands to a shell.`, 'Give the program that it starts.');
  }
  if (args.length > maxArguments || args.some((arg) => arg.length > maxArgumentLength || arg.includes('\0'))) {
    return refuse(`${name} has too many or too long arguments.`, 'Use at most 64, of at most 1,024 characters.');
  }
  for (const arg of args) {
    for (const [whole, found = ''] of arg.matchAll(placeholder)) {
      if (isPlaceholder(found)) continue;
      return refuse(
        `${name} has a placeholder that Quayside does not know: ${whole}.`,
        `Use ${launcherPlaceholders.map((known) => `{${known}}`).join(', ')}.`,
      );
    }
  }
  if (becomesCode(launcher)) {
    return refuse(
      `${name} would put a device's name or a user into code.`,
      'Give it as an argument of its own; a shell has it as "$1".',
    );
  }
  return ok(launcher);
};

/** Text from outside as one argument: without control, invisible or direction-changing characters. */
const visible = (text: string): string =>
  text
    .toWellFormed()
    .replaceAll(/[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\uFFFD]+/gu, ' ')
    .trim()
    .slice(0, 256);

/**
 * The plan of a launcher. Each argument stays one argument, whatever the values are; inserted values are not
 * interpreted again. Errors: those of `checkLauncher`; invalid-input also if a user is needed and unknown, and if a
 * value would turn an argument into an option.
 */
export const customLauncherPlan = (launcher: CustomLauncher, values: LauncherValues): Result<LaunchPlan> => {
  const checked = checkLauncher(launcher);
  if (!checked.ok) return checked;
  const user = values.user === undefined ? undefined : checkViewerUser(values.user);
  if (user?.ok === false) return user;
  if (user === undefined && launcher.args.some((arg) => arg.includes('{user}'))) {
    return refuse(`${launcher.name} needs a user name, and none is known for this service.`, 'Enter one first.');
  }
  const put: Readonly<Record<LauncherPlaceholder, string>> = {
    host: values.address,
    port: String(values.port),
    user: values.user ?? '',
    device: visible(values.device),
    address: `${bracketed(values.address)}:${values.port}`,
  };
  const args: string[] = [];
  for (const template of launcher.args) {
    const arg = template.replaceAll(placeholder, (whole, name: string) => (isPlaceholder(name) ? put[name] : whole));
    if (/^[-/]/.test(arg) && !/^[-/]/.test(template)) {
      return refuse(
        `With this device, ${launcher.name} would read "${arg.slice(0, 40)}" as an option.`,
        'Put text before the placeholder, or use another one.',
      );
    }
    args.push(arg);
  }
  return ok({ program: launcher.program, args, detached: true });
};

const launchers = z
  .array(
    z
      .object({ name: z.string(), kind: z.enum(serviceKinds), program: z.string(), args: z.array(z.string()) })
      .refine((launcher) => checkLauncher(launcher).ok),
  )
  .max(maxLaunchers)
  .refine((list) => new Set(list.map(({ name }) => name)).size === list.length);

/** Whether a value is a list of launchers that may be stored. */
export const areLaunchers = (value: unknown): value is readonly CustomLauncher[] => launchers.safeParse(value).success;
