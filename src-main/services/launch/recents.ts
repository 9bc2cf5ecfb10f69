import { Emitter } from '../../core/base/emitter.ts';
import { ok, type Result } from '../../core/base/errors.ts';
import { byFrecency, used, type Uses } from '../../core/launch/frecency.ts';
import type { Clock } from '../../core/base/clock.ts';
import type { Document } from '../../core/base/document.ts';
import { SerialQueue } from '../../core/base/serial-queue.ts';

/** The devices the user connects to often and recently. Stored in `recents.json`. */
export class Recents {
  readonly changed = new Emitter<void>();
  readonly #document: Document<Uses>;
  readonly #clock: Clock;
  readonly #writes = new SerialQueue();
  #uses: Uses = [];

  constructor(deps: { readonly document: Document<Uses>; readonly clock: Clock }) {
    this.#document = deps.document;
    this.#clock = deps.clock;
  }

  /** Reads the stored uses; on an error there are none, and the error says why. */
  async load(): Promise<Result<void>> {
    const read = await this.#document.read();
    if (!read.ok) return read;
    this.#uses = read.value;
    return ok(undefined);
  }

  /** Device keys, best first, including devices that no longer exist. */
  keys(): readonly string[] {
    return byFrecency(this.#uses, this.#clock.now());
  }

  /** Records a connection to a device. If the disk refuses, only the next run does not know it. */
  note(deviceKey: string): Promise<Result<void>> {
    return this.#change(used(this.#uses, deviceKey, this.#clock.now()));
  }

  /** Forgets the devices of an account. */
  forgetAccount(accountId: string): Promise<Result<void>> {
    const left = this.#uses.filter(({ key }) => !key.startsWith(`${accountId}/`));
    return left.length === this.#uses.length ? Promise.resolve(ok(undefined)) : this.#change(left);
  }

  #change(uses: Uses): Promise<Result<void>> {
    this.#uses = uses;
    this.changed.emit();
    return this.#writes.run(() => this.#document.write(this.#uses));
  }
}
