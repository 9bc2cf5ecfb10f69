import { cancelled, fail, ok, type Result } from '../../core/base/errors.ts';
import { editorPlan, systemEditors, type EditorChoice } from '../../core/launch/editors.ts';
import { hasDisplay, type Executables, type LaunchPlatform, type Processes } from '../../core/launch/launch-plan.ts';

export interface EditorsDeps {
  readonly settings: { get(): { readonly editor: EditorChoice } };
  readonly executables: Executables;
  readonly processes: Processes;
  readonly platform: LaunchPlatform;
  /** The environment that says which desktop this is, and whether there is one. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

const noEditor = fail(
  'launcher-missing',
  'No program that edits text was found on this computer.',
  'Choose yours in the settings, or download the file.',
);

const noScreen = fail(
  'unsupported',
  'There is no screen where Quayside runs, so no editor can be shown.',
  'Choose an editor in the settings that needs none, or download the file.',
);

/** Opens files in the user’s own editor. */
export class Editors {
  readonly #deps: EditorsDeps;

  constructor(deps: EditorsDeps) {
    this.#deps = deps;
  }

  /** Opens a file; answers once the program runs. Errors: launcher-missing, unsupported, invalid-input, cancelled. */
  async open(file: string, signal: AbortSignal): Promise<Result<void>> {
    const { settings, executables, processes, platform, env } = this.#deps;
    const { editor } = settings.get();
    if (editor.program !== '') {
      const plan = editorPlan(editor, file);
      if (!plan.ok) return plan;
      const program = await executables.find(editor.program);
      if (program !== undefined) return processes.start({ ...plan.value, program }, signal);
      return fail(
        'launcher-missing',
        `Your editor is not on this computer: ${editor.program}.`,
        'Install it, or choose another one in the settings.',
      );
    }
    if (!hasDisplay(platform, env)) return noScreen;
    let last: Result<void> = noEditor;
    for (const plan of systemEditors(platform, file, env['XDG_CURRENT_DESKTOP'])) {
      if (signal.aborted) return cancelled();
      const program = await executables.find(plan.program);
      if (program === undefined) continue;
      const started = await processes.start({ ...plan, program }, signal);
      if (started.ok) return ok(undefined);
      last = started;
    }
    return last;
  }
}
