import { spawn } from 'node:child_process';
import { fail, ok, type Result } from '../../core/base/errors.ts';
import { childEnvironment, type Executables } from '../../core/launch/launch-plan.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Programs that copy their input to the clipboard of Wayland or X11. */
const wayland = [['wl-copy']] as const;
const x11 = [
  ['xclip', '-selection', 'clipboard'],
  ['xsel', '--clipboard', '--input'],
] as const;

const run = (program: string, args: readonly string[], text: string, environment: Environment): Promise<boolean> =>
  new Promise((resolve) => {
    const child = spawn(program, args, { stdio: ['pipe', 'ignore', 'ignore'], env: childEnvironment(environment) });
    child.once('error', () => resolve(false));
    // Each stays in the background and holds the text until somebody copies something else.
    child.once('exit', (code) => resolve(code === 0));
    child.stdin.on('error', () => undefined);
    child.stdin.end(text);
  });

/**
 * Copies text with a program of this desktop; Node has no clipboard. Error: unsupported; its message contains the text,
 * so that the person can copy it by hand.
 */
export const copyWithProgram = async (
  text: string,
  executables: Executables,
  environment: Environment,
): Promise<Result<void>> => {
  const candidates = (environment['WAYLAND_DISPLAY'] ?? '') === '' ? x11 : [...wayland, ...x11];
  for (const [name, ...args] of candidates) {
    const program = await executables.find(name);
    if (program !== undefined && (await run(program, args, text, environment))) return ok(undefined);
  }
  return fail(
    'unsupported',
    `${text} could not be copied: no program for the clipboard is installed.`,
    'Install wl-clipboard, xclip or xsel to copy from the tray.',
  );
};
