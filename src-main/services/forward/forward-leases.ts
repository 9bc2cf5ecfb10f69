/** The holders of each forward, by the forward's id. */
export class ForwardLeases {
  readonly #leases = new Map<string, Set<object>>();

  add(id: string, holder: object): void {
    const holders = this.#leases.get(id) ?? new Set();
    this.#leases.set(id, holders.add(holder));
  }

  has(id: string, holder: object): boolean {
    return this.#leases.get(id)?.has(holder) === true;
  }

  isHeld(id: string): boolean {
    return this.#leases.has(id);
  }

  /** Removes a holder from one forward, or from all; returns the forwards without holders. */
  release(holder: object, id?: string): readonly string[] {
    const free: string[] = [];
    for (const [of, holders] of this.#leases) {
      if ((id !== undefined && of !== id) || !holders.delete(holder) || holders.size > 0) continue;
      this.#leases.delete(of);
      free.push(of);
    }
    return free;
  }

  forget(id: string): void {
    this.#leases.delete(id);
  }
}
