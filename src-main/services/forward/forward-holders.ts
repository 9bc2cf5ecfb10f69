/** Who has a forward open for as long as they are there, by the forward's id. */
export class ForwardHolders {
  readonly #holders = new Map<string, Set<object>>();

  add(id: string, holder: object): void {
    const holders = this.#holders.get(id) ?? new Set();
    this.#holders.set(id, holders.add(holder));
  }

  has(id: string, holder: object): boolean {
    return this.#holders.get(id)?.has(holder) === true;
  }

  isHeld(id: string): boolean {
    return this.#holders.has(id);
  }

  /** Takes a holder from one forward, or from all; answers those that nobody holds any more. */
  letGo(holder: object, id?: string): readonly string[] {
    const free: string[] = [];
    for (const [of, holders] of this.#holders) {
      if ((id !== undefined && of !== id) || !holders.delete(holder) || holders.size > 0) continue;
      this.#holders.delete(of);
      free.push(of);
    }
    return free;
  }

  forget(id: string): void {
    this.#holders.delete(id);
  }
}
