/** One who takes places, and how many of them at once at most. */
export interface PlaceOwner {
  readonly name: string
  readonly max: number
}

/** Gives the place back. More than once is the same as once. */
export type FreePlace = () => void

/** Places for what lasts: bounded in all, and for each owner, so that no owner leaves none to the others. */
export class OwnedPlaces {
  readonly #max: number
  readonly #taken = new Map<string, number>()
  #all = 0

  constructor(max: number) {
    this.#max = max
  }

  /** A place counts for each of its owners. Undefined: there is none, or an owner has as many as they may. */
  take(owners: readonly PlaceOwner[]): FreePlace | undefined {
    if (this.#all >= this.#max) return undefined
    if (owners.some(({ name, max }) => (this.#taken.get(name) ?? 0) >= max)) return undefined
    this.#all += 1
    for (const { name } of owners) this.#taken.set(name, (this.#taken.get(name) ?? 0) + 1)
    let isFree = false
    return () => {
      if (isFree) return
      isFree = true
      this.#all -= 1
      for (const { name } of owners) this.#giveBack(name)
    }
  }

  #giveBack(name: string): void {
    const left = (this.#taken.get(name) ?? 0) - 1
    // Names come and go: what holds nothing is not kept.
    if (left > 0) this.#taken.set(name, left)
    else this.#taken.delete(name)
  }
}
