import { text, quoted, plainTime, readTime } from './answers.ts';
import type { SimulatedAnswer } from '../simulator.ts';

interface SimulatedJob {
  readonly name: string;
  readonly unitId: string;
  readonly submittedAt: number;
  readonly executeAt: number;
  readonly script: string;
  readonly command: string;
}

/** The jobs of the devices. */
export class RemoteIotJobs {
  readonly #now: () => number;
  #jobs: SimulatedJob[] = [];

  constructor(now: () => number) {
    this.#now = now;
  }

  add(name: string, unitId: string, executeTime: string, script: string, command: string): void {
    const executeAt = readTime(executeTime);
    this.#jobs.push({
      name,
      unitId,
      submittedAt: this.#now(),
      executeAt: Number.isNaN(executeAt) ? this.#now() : executeAt,
      script,
      command,
    });
  }

  /** Deletes all jobs of a device. */
  deleteAll(unitId: string): void {
    this.#jobs = this.#jobs.filter((job) => job.unitId !== unitId);
  }

  /** `listjob`, of one device or of all. */
  answerList(unitId: string): SimulatedAnswer {
    const rows = this.#jobs
      .filter((job) => unitId === '' || job.unitId === unitId)
      .map((job) => {
        const executed = job.executeAt <= this.#now();
        const result = executed ? `${job.command === '' ? job.script : job.command}: done` : '';
        // Commas are missing after Name, SubmitTim, ExecuteTim and Command, as in the document.
        return (
          `{\n"Name": ${quoted(job.name)}\n"UnitId": ${quoted(job.unitId)},\n"Status": "${executed ? 'Executed' : 'Pending'}",\n` +
          `"SubmitTim": "${plainTime(job.submittedAt)}.0"\n"ExecuteTim": "${plainTime(job.executeAt)}.0"\n"Script": ${quoted(job.script)},\n` +
          `"Command": ${quoted(job.command)}\n"Result": ${quoted(result)}\n}`
        );
      });
    return text(`[${rows.join(',')}]`);
  }
}
