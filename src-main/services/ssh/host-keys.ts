import { Emitter } from '../../core/base/emitter.ts';
import { ok } from '../../core/base/errors.ts';
import type { Result } from '../../core/base/errors.ts';
import { HostKeyReader, hostKeyFingerprint } from '../../core/ssh/host-key.ts';
import {
  allowedOutdated,
  allowOutdated,
  forgetHostKeys,
  judgeHostKey,
  pinHostKey,
} from '../../core/ssh/host-key-pins.ts';
import type { HostKeyPin, HostKeyVerdict } from '../../core/ssh/host-key-pins.ts';
import type { Clock } from '../../core/base/clock.ts';
import type { Document } from '../../core/base/document.ts';
import { SerialQueue } from '../../core/base/serial-queue.ts';
import { defined } from '../../core/base/defined.ts';

export interface HostKeysDeps {
  readonly document: Document<readonly HostKeyPin[]>;
  readonly sha256: (bytes: Uint8Array) => Uint8Array;
  readonly clock: Clock;
  /** Makes the SSH clients that we start forget what they knew of a device; it fails silently. */
  readonly forgetInClients?: (alias: string) => Promise<void>;
}

/** A host key that a device has shown through a forward. */
export interface SeenHostKey {
  readonly alias: string;
  readonly type: string;
  readonly fingerprint: string;
  readonly verdict: HostKeyVerdict['kind'] | 'shared';
  /** Aliases of other devices pinned to the same key. */
  readonly sharedWith: readonly string[];
  /** What a person must know, in a sentence with what to do; absent if all is well. */
  readonly warning?: string;
}

const warningOf = (fingerprint: string, { kind, pinned, sharedWith }: HostKeyVerdict): string | undefined => {
  if (kind === 'changed') {
    return `The SSH host key is not the one seen before (${pinned?.fingerprint ?? 'unknown'}, now ${fingerprint}): the device was set up anew, or somebody is in between. Ask whoever runs the device; if the change is right, accept the new key.`;
  }
  if (sharedWith.length > 0) {
    return `The same SSH host key is on ${sharedWith.length === 1 ? 'another device' : `${sharedWith.length} other devices`}: they were cloned from one image, and each can pass for the other. Make new host keys on them.`;
  }
  if (kind === 'other-type') {
    return `The SSH server showed a key of another type than the one pinned (${pinned?.type ?? 'unknown'}). If you did not add one, ask whoever runs the device.`;
  }
  return undefined;
};

/**
 * The host keys of devices, read from the connections that pass and pinned at first use, whatever client makes them. A
 * changed key is reported, and pinned only after a person accepts it.
 */
export class HostKeys {
  readonly seen = new Emitter<SeenHostKey>();
  /** A person took a key for the right one. */
  readonly accepted = new Emitter<Pick<SeenHostKey, 'alias' | 'fingerprint'>>();
  /** Outdated algorithms were allowed for the device of this alias. */
  readonly allowed = new Emitter<string>();
  readonly #deps: HostKeysDeps;
  readonly #saving = new SerialQueue();
  #pins: readonly HostKeyPin[] = [];

  constructor(deps: HostKeysDeps) {
    this.#deps = deps;
  }

  /** Reads host-keys.json. Errors: those of the document; nothing is pinned then. */
  async load(): Promise<Result<void>> {
    const read = await this.#deps.document.read();
    if (!read.ok) return read;
    this.#pins = read.value;
    return ok(undefined);
  }

  list(): readonly HostKeyPin[] {
    return this.#pins;
  }

  /**
   * Reads one connection's bytes from the server; `found` hears of the key, once. The returned function takes the
   * bytes in order, and answers whether it wants more.
   */
  reader(alias: string, found: (key: SeenHostKey) => void): (bytes: Uint8Array) => boolean {
    const reader = new HostKeyReader();
    return (bytes) => {
      const progress = reader.feed(bytes);
      if (progress.state === 'found')
        found(this.#report(alias, progress.key.type, hostKeyFingerprint(progress.key, this.#deps.sha256)));
      return progress.state === 'reading';
    };
  }

  /** Pins a key a person accepted, in the place of another of its type. Errors: those of the document. */
  async accept(key: {
    readonly alias: string;
    readonly type: string;
    readonly fingerprint: string;
  }): Promise<Result<void>> {
    const { alias, type, fingerprint } = key;
    const firstSeenAt = this.#deps.clock.now();
    this.#pins = pinHostKey(this.#pins, { alias, type, fingerprint, firstSeenAt });
    const saved = await this.#save();
    await this.#deps.forgetInClients?.(alias);
    this.accepted.emit({ alias, fingerprint });
    return saved;
  }

  /** Outdated algorithms that are allowed for a device. */
  outdated(alias: string): readonly string[] {
    return allowedOutdated(this.#pins, alias);
  }

  /** Allows outdated algorithms for a device, for as long as its key is the pinned one. Errors: those of the document. */
  async allow(alias: string, algorithms: readonly string[]): Promise<Result<void>> {
    this.#pins = allowOutdated(this.#pins, alias, algorithms);
    const saved = await this.#save();
    this.allowed.emit(alias);
    return saved;
  }

  /** The pinned key of one type of a device. */
  pinned(alias: string, type: string): HostKeyPin | undefined {
    return this.#pins.find((pin) => pin.alias === alias && pin.type === type);
  }

  /** Judges what a device shows; the first of its type is pinned. Says it to nobody. */
  judge(seen: Pick<HostKeyPin, 'alias' | 'type' | 'fingerprint'>): HostKeyVerdict {
    const verdict = judgeHostKey(this.#pins, seen);
    if (verdict.kind === 'first-seen' || verdict.kind === 'other-type') {
      this.#pins = pinHostKey(this.#pins, { ...seen, firstSeenAt: this.#deps.clock.now() });
      void this.#save();
    }
    return verdict;
  }

  /** Forgets the keys of a device, so that the next one is pinned. */
  async forget(alias: string): Promise<Result<void>> {
    this.#pins = forgetHostKeys(this.#pins, alias);
    return this.#save();
  }

  #report(alias: string, type: string, fingerprint: string): SeenHostKey {
    const verdict = this.judge({ alias, type, fingerprint });
    const warning = warningOf(fingerprint, verdict);
    const isShared = verdict.sharedWith.length > 0 && verdict.kind !== 'changed';
    const key: SeenHostKey = {
      alias,
      type,
      fingerprint,
      verdict: isShared ? 'shared' : verdict.kind,
      sharedWith: verdict.sharedWith,
      ...defined({ warning }),
    };
    this.seen.emit(key);
    return key;
  }

  #save(): Promise<Result<void>> {
    return this.#saving.run(() => this.#deps.document.write(this.#pins));
  }
}
