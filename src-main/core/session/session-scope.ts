/** The port of what knows in which session code runs, however many callbacks and promises later. */
export interface SessionScope {
  /** Runs work of a session. What it throws, at once or later, ends that session by `end`, which may be called twice. */
  run(end: () => void, work: () => void): void;
  /** Ends the session that the running code belongs to; false if it belongs to none. */
  endCurrent(): boolean;
}
