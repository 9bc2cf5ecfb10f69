import type { Clock } from '../../core/base/clock.ts';
import type { SessionPrompts } from '../../core/session/session-prompts.ts';

/** Milliseconds after which it is said that the SSH agent is waited for. */
const patientMs = 5000;

/**
 * The wait for one answer of an SSH agent: it may ask a person first, so after a while the person is told, and may skip
 * it. Nothing is said while something else goes on, as a question that is open would be taken away.
 */
export class AgentWait {
  /** The time is over, or the person will not wait. */
  readonly over: Promise<void>;
  readonly #desk: Pick<SessionPrompts, 'step' | 'skipAgent'>;
  readonly #stops: readonly (() => void)[];
  #giveUp: () => void = () => undefined;
  #isLate = false;
  #isWaiting = false;
  #isAsked = false;

  /** `withinMs`: what the agent may take at most. */
  constructor(clock: Clock, desk: Pick<SessionPrompts, 'step' | 'skipAgent'>, withinMs: number) {
    this.#desk = desk;
    this.over = new Promise((resolve) => {
      this.#giveUp = resolve;
    });
    const late = (): void => {
      this.#isLate = true;
      this.#say();
    };
    this.#stops = [clock.after(patientMs, late), clock.after(withinMs, () => this.#giveUp())];
  }

  /** Nothing else can go on from here. */
  begin(): void {
    this.#isWaiting = true;
    this.#say();
  }

  /** The answer is there, or of no use any more. */
  end(): void {
    for (const stop of this.#stops) stop();
    this.#isWaiting = false;
    // A step takes the question away.
    if (this.#isAsked) this.#desk.step('Connecting');
    this.#isAsked = false;
  }

  #say(): void {
    if (!this.#isLate || !this.#isWaiting || this.#isAsked) return;
    this.#isAsked = true;
    this.#desk.step('Waiting for the SSH agent');
    void this.#desk.skipAgent().then((skip) => {
      if (skip) this.#giveUp();
    });
  }
}
