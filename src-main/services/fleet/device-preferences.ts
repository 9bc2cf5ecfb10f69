import { z } from 'zod';
import { defined } from '../../core/base/defined.ts';
import { ifGood, mapOf, parsedBy } from '../../core/base/stored-schemas.ts';
import { customService } from '../../core/fleet/custom-service.ts';
import type { ServiceDraft } from '../../core/fleet/custom-service.ts';
import type { Service } from '../../core/fleet/device.ts';
import { Emitter } from '../../core/base/emitter.ts';
import { fail, ok } from '../../core/base/errors.ts';
import type { Result } from '../../core/base/errors.ts';
import { parseServices } from '../../core/fleet/fleet-cache.ts';
import type { Document, DocumentFormat } from '../../core/base/document.ts';
import { SerialQueue } from '../../core/base/serial-queue.ts';

/** The user's preferences for one device. */
interface DeviceNote {
  readonly favourite: boolean;
  readonly services: readonly Service[];
  /** Id of the service that Connect opens. */
  readonly defaultServiceId?: string;
}

/** Preferences by device key; a device without preferences has no entry. */
export type StoredPreferences = Readonly<Record<string, DeviceNote>>;

const noNote: DeviceNote = { favourite: false, services: [] };

const note = z
  .object({
    favourite: z.boolean().catch(false),
    services: z.unknown().transform(parseServices),
    defaultServiceId: ifGood(z.string()),
  })
  .transform(defined);

/** The format of `devices-notes.json`. */
export const devicePreferencesFormat: DocumentFormat<StoredPreferences> = {
  version: 1,
  migrations: [],
  parse: parsedBy(mapOf(note)),
  fallback: {},
};

/**
 * The user's preferences for devices: favourites, the default service, and own services. They are kept whether or not
 * the device is listed.
 */
export class DevicePreferences {
  /** The key of a device whose preferences changed. */
  readonly changed = new Emitter<string>();
  readonly #document: Document<StoredPreferences>;
  readonly #writes = new SerialQueue();
  #preferences: ReadonlyMap<string, DeviceNote> = new Map();

  constructor(document: Document<StoredPreferences>) {
    this.#document = document;
  }

  /** Reads the preferences; on an error there are none, and the error says why. */
  async load(): Promise<Result<void>> {
    const read = await this.#document.read();
    if (!read.ok) return read;
    this.#preferences = new Map(Object.entries(read.value));
    return ok(undefined);
  }

  isFavourite(key: string): boolean {
    return this.#preferences.get(key)?.favourite ?? false;
  }

  /** Id of the service the user chose for Connect; the service may be gone meanwhile. */
  defaultServiceId(key: string): string | undefined {
    return this.#preferences.get(key)?.defaultServiceId;
  }

  customServices(key: string): readonly Service[] {
    return this.#preferences.get(key)?.services ?? noNote.services;
  }

  setFavourite(key: string, favourite: boolean): Promise<Result<void>> {
    return this.#change(key, (note) => ok({ ...note, favourite }));
  }

  /** Sets the service that Connect opens; undefined restores Quayside's choice. */
  setDefaultService(key: string, id: string | undefined): Promise<Result<void>> {
    return this.#change(key, ({ favourite, services }) =>
      ok({ favourite, services, ...defined({ defaultServiceId: id }) }),
    );
  }

  /** Adds a port as a service. Errors: invalid-input, conflict (there already), those of the document. */
  async addService(key: string, draft: ServiceDraft): Promise<Result<Service>> {
    const service = customService(draft);
    if (!service.ok) return service;
    const changed = await this.#change(key, (note) =>
      note.services.some((known) => known.id === service.value.id)
        ? fail(
            'conflict',
            `This device already has ${service.value.name}.`,
            'Use the one that is there, or another port.',
          )
        : ok({ ...note, services: [...note.services, service.value] }),
    );
    return changed.ok ? service : changed;
  }

  /** Errors: not-found (also for a service of the vendor), those of the document. */
  removeService(key: string, id: string): Promise<Result<void>> {
    return this.#change(key, (note) =>
      note.services.some((service) => service.id === id)
        ? ok({ ...note, services: note.services.filter((service) => service.id !== id) })
        : fail(
            'not-found',
            'You have added no such service to this device.',
            'Only services you added can be removed.',
          ),
    );
  }

  /** Forgets all preferences on the devices of an account. */
  async forgetAccount(accountId: string): Promise<void> {
    await this.#writes.run(async () => {
      const prefix = `${accountId}/`;
      const forgotten = [...this.#preferences.keys()].filter((key) => key.startsWith(prefix));
      if (forgotten.length === 0) return;
      const next = new Map(this.#preferences);
      for (const key of forgotten) next.delete(key);
      // Removed in memory even if the disk refuses: the account is gone.
      this.#preferences = next;
      await this.#document.write(Object.fromEntries(next));
      for (const key of forgotten) this.changed.emit(key);
    });
  }

  #change(key: string, edit: (note: DeviceNote) => Result<DeviceNote>): Promise<Result<void>> {
    return this.#writes.run(async () => {
      const edited = edit(this.#preferences.get(key) ?? noNote);
      if (!edited.ok) return edited;
      const next = new Map(this.#preferences);
      const { favourite, services, defaultServiceId } = edited.value;
      if (!favourite && services.length === 0 && defaultServiceId === undefined) next.delete(key);
      else next.set(key, edited.value);
      const written = await this.#document.write(Object.fromEntries(next));
      if (!written.ok) return written;
      this.#preferences = next;
      this.changed.emit(key);
      return ok(undefined);
    });
  }
}
