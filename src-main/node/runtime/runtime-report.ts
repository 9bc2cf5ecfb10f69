import { mkdir, writeFile } from 'node:fs/promises';
import { release } from 'node:os';
import path from 'node:path';
import { fail, ok, type Result } from '../../core/base/errors.ts';

/** The programs this process is made of, with their versions. */
export const runtimeVersions = (
  application: string,
): readonly { readonly name: string; readonly version: string }[] => [
  { name: 'Quayside', version: application },
  ...(['electron', 'chrome', 'node'] as const).flatMap((name) => {
    const version = process.versions[name];
    return version === undefined ? [] : [{ name, version }];
  }),
  { name: process.platform, version: `${release()} ${process.arch}` },
];

/**
 * Marks the phases of a start; each lasts from the end of the previous one, the first from the start of the process.
 */
export class StartTimings {
  readonly #phases: { readonly phase: string; readonly ms: number }[] = [];
  #since = 0;

  /** A phase is over. */
  mark(phase: string): void {
    const now = performance.now();
    this.#phases.push({ phase, ms: Math.round((now - this.#since) * 10) / 10 });
    this.#since = now;
  }

  list(): readonly { readonly phase: string; readonly ms: number }[] {
    return this.#phases;
  }
}

/** Writes a report that its owner alone can read. Error: internal. */
export const writeReport = async (folder: string, report: { readonly takenAt: number }): Promise<Result<string>> => {
  const name = `quayside-report-${new Date(report.takenAt).toISOString().replaceAll(/[:.]/g, '-')}.json`;
  const file = path.join(folder, name);
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await writeFile(file, `${JSON.stringify(report, undefined, 2)}\n`, { mode: 0o600 });
    return ok(file);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown reason';
    return fail('internal', `The report could not be written (${code}).`, 'Look at the folder of the profile.');
  }
};
