import { z } from 'zod';
import { fail, ok, type Result } from '../base/errors.ts';
import { checkLauncher } from './custom-launcher.ts';
import type { LaunchPlan, LaunchPlatform } from './launch-plan.ts';

/** The program that edits files of devices. */
export interface EditorChoice {
  /** An absolute path, or a name to be found on PATH; empty: the system’s program for text. */
  readonly program: string;
  /** One entry an argument; `{file}` stands for the file, which comes last where it is not named. */
  readonly args: readonly string[];
}

export const systemEditor: EditorChoice = { program: '', args: [] };

/** What stands for the file among the arguments. */
export const filePlaceholder = '{file}';

/** Whether an editor may be stored: the rules of launchers, with `{file}` for a placeholder. Error: invalid-input. */
export const checkEditor = ({ program, args }: EditorChoice): Result<void> => {
  if (program === '') return ok(undefined);
  const others = args.map((arg) => arg.replaceAll(filePlaceholder, ''));
  const [unknown] = others.flatMap((arg) => arg.match(/\{[A-Za-z]+\}/) ?? []);
  if (unknown !== undefined)
    return fail('invalid-input', `An editor is given no ${unknown}.`, `Use ${filePlaceholder} for the file.`);
  const checked = checkLauncher({ name: 'The editor', kind: 'tcp', program, args: others });
  return checked.ok ? ok(undefined) : checked;
};

const editorSchema = z.object({ program: z.string(), args: z.array(z.string()) });

/** Whether a value is an editor that may be stored. */
export const isEditor = (value: unknown): value is EditorChoice => {
  const parsed = editorSchema.safeParse(value);
  return parsed.success && checkEditor(parsed.data).ok;
};

interface Editor {
  readonly name: string;
  /** Word in XDG_CURRENT_DESKTOP of the desktop it belongs to. */
  readonly desktop?: string;
}

/** Editors with a window, best first. What opens a file by its type comes after them: it may show or run it instead. */
const linuxEditors: readonly Editor[] = [
  { name: 'gnome-text-editor', desktop: 'GNOME' },
  { name: 'gedit', desktop: 'GNOME' },
  { name: 'kate', desktop: 'KDE' },
  { name: 'kwrite', desktop: 'KDE' },
  { name: 'xed', desktop: 'X-Cinnamon' },
  { name: 'pluma', desktop: 'MATE' },
  { name: 'mousepad', desktop: 'XFCE' },
  { name: 'featherpad', desktop: 'LXQt' },
  { name: 'code' },
  { name: 'codium' },
  { name: 'geany' },
  { name: 'gvim' },
  { name: 'xdg-open' },
];

/** Files that a desktop may run when they are opened by their type. */
const runs = /\.(?:desktop|appimage|jar|run|sh|py|pl|rb|exe)$/i;

/** The system’s program for text, best first; each to be looked for. */
export const systemEditors = (
  platform: LaunchPlatform,
  file: string,
  desktop: string | undefined,
): readonly LaunchPlan[] => {
  switch (platform) {
    case 'darwin':
      // -t: the default program for text, whatever the file's own type is. Source: open(1).
      return [{ program: '/usr/bin/open', args: ['-t', file], detached: true }];
    case 'win32':
      return [{ program: 'notepad.exe', args: [file], detached: true }];
    case 'linux': {
      const desktops = (desktop ?? '').split(':');
      const rank = ({ desktop: own }: Editor): number => Number(own === undefined || !desktops.includes(own));
      return linuxEditors
        .filter(({ name }) => name !== 'xdg-open' || !runs.test(file))
        .toSorted((one, other) => rank(one) - rank(other))
        .map(({ name }) => ({ program: name, args: [file], detached: true }));
    }
    default:
      return platform satisfies never;
  }
};

/** The plan of the user’s own editor. Error: invalid-input. */
export const editorPlan = (editor: EditorChoice, file: string): Result<LaunchPlan> => {
  const checked = checkEditor(editor);
  if (!checked.ok) return checked;
  if (editor.program === '') return fail('invalid-input', 'No editor is chosen.', 'Choose one in the settings.');
  const args = editor.args.map((arg) => arg.replaceAll(filePlaceholder, () => file));
  const isNamed = editor.args.some((arg) => arg.includes(filePlaceholder));
  return ok({ program: editor.program, args: isNamed ? args : [...args, file], detached: true });
};
