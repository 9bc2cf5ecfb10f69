import type { Readable, Writable } from 'node:stream';
import type { Clock } from '../../core/base/clock.ts';
import { defined } from '../../core/base/defined.ts';

/** An answer of a browser: its fields, which are checked where they are used. */
export type ChromiumAnswer = Readonly<Record<string, unknown>>;

/** Milliseconds a browser may take for an answer; its first start on a slow disk takes longest. */
const answerMs = 30_000;

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

/**
 * Sends commands to a browser started with --remote-debugging-pipe: JSON texts, each ended by a zero byte. Only the two
 * processes can read a pipe, unlike arguments and ports, so it may carry an address with a token.
 */
export class ChromiumPipe {
  readonly #to: Writable;
  readonly #clock: Clock;
  readonly #waiting = new Map<number, (answer: ChromiumAnswer | undefined) => void>();
  #rest = '';
  #last = 0;
  #isOpen = true;

  constructor(to: Writable, from: Readable, clock: Clock) {
    this.#to = to;
    this.#clock = clock;
    // The end of the browser's output shows that the browser has ended.
    to.on('error', () => undefined);
    from.on('error', () => undefined);
    from.setEncoding('utf8').on('data', (chunk: string) => this.#onData(chunk));
    from.on('close', () => this.#close());
  }

  /** Sends a command; undefined if it failed or the browser is gone. */
  send(method: string, params: object = {}, sessionId?: string): Promise<ChromiumAnswer | undefined> {
    if (!this.#isOpen) return Promise.resolve(undefined);
    return new Promise((resolve) => {
      const id = (this.#last += 1);
      const stopWaiting = this.#clock.after(answerMs, () => settle(undefined));
      const settle = (answer: ChromiumAnswer | undefined): void => {
        this.#waiting.delete(id);
        stopWaiting();
        resolve(answer);
      };
      this.#waiting.set(id, settle);
      this.#to.write(`${JSON.stringify({ id, method, params, ...defined({ sessionId }) })}\0`);
    });
  }

  /** Ends the browser, which does not outlive this pipe. */
  end(): void {
    this.#to.end();
    this.#close();
  }

  #onData(chunk: string): void {
    const texts = (this.#rest + chunk).split('\0');
    this.#rest = texts.pop() ?? '';
    for (const text of texts) {
      let message: unknown;
      try {
        message = JSON.parse(text);
      } catch {
        continue;
      }
      if (!isRecord(message) || typeof message['id'] !== 'number') continue;
      const { result } = message;
      this.#waiting.get(message['id'])?.(isRecord(result) ? result : undefined);
    }
  }

  #close(): void {
    this.#isOpen = false;
    for (const settle of [...this.#waiting.values()]) settle(undefined);
  }
}

/** The pages of a browser by id, without its own pages. */
export const pagesOf = async (pipe: ChromiumPipe): Promise<readonly string[]> => {
  const answer = await pipe.send('Target.getTargets', { filter: [{ type: 'page' }] });
  const found = answer?.['targetInfos'];
  if (!Array.isArray(found)) return [];
  return found
    .map((info: unknown) => (isRecord(info) ? info['targetId'] : undefined))
    .filter((id) => typeof id === 'string');
};
