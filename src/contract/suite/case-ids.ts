const CAPACITY_MIN = 1_024
/** Neighbours that are looked at before an id goes to the map: bounds what ids that were made to collide can cost. */
const PROBES_MAX = 64

/**
 * Ids of the cases that were read, and where each stood first. Ids are letters of ASCII, so they lie in one array of bytes,
 * some twenty bytes a case beside the letters: a suite may have a million cases, and a map of as many texts takes ten times that.
 */
export class CaseIds {
  #letters = new Uint8Array(CAPACITY_MIN * 8)
  /** Where each id begins, and the next one: one more than there are ids. */
  #starts = new Uint32Array(CAPACITY_MIN + 1)
  #lines = new Uint32Array(CAPACITY_MIN)
  /** Open addressing: the place of an id plus one, 0 where there is none. */
  #slots = new Uint32Array(CAPACITY_MIN * 2)
  readonly #crowded = new Map<string, number>()
  #placed = 0
  #count = 0

  get count(): number {
    return this.#count
  }

  /** The line on which the id was taken before; undefined when it is taken now. */
  take(id: string, line: number): number | undefined {
    const slot = this.#find(id)
    if (slot === undefined) {
      const first = this.#crowded.get(id)
      if (first !== undefined) return first
      this.#crowded.set(id, line)
      this.#count += 1
      return undefined
    }
    const place = this.#slots[slot] as number
    if (place > 0) return this.#lines[place - 1]
    this.#add(id, line, slot)
    return undefined
  }

  /** The slot of the id, or the free one where it belongs; undefined where there are too many others. */
  #find(id: string): number | undefined {
    const mask = this.#slots.length - 1
    const home = hashOf(id)
    for (let probe = 0; probe < PROBES_MAX; probe++) {
      const slot = (home + probe) & mask
      const place = this.#slots[slot] as number
      if (place === 0) return this.#crowded.has(id) ? undefined : slot
      if (this.#isAt(place - 1, id)) return slot
    }
    return undefined
  }

  #isAt(place: number, id: string): boolean {
    const start = this.#starts[place] as number
    if ((this.#starts[place + 1] as number) - start !== id.length) return false
    for (let at = 0; at < id.length; at++) if (this.#letters[start + at] !== id.charCodeAt(at)) return false
    return true
  }

  #add(id: string, line: number, slot: number): void {
    const start = this.#starts[this.#placed] as number
    while (start + id.length > this.#letters.length) this.#letters = grown(this.#letters, Uint8Array)
    for (let at = 0; at < id.length; at++) this.#letters[start + at] = id.charCodeAt(at)
    this.#starts[this.#placed + 1] = start + id.length
    this.#lines[this.#placed] = line
    this.#placed += 1
    this.#count += 1
    this.#slots[slot] = this.#placed
    if (this.#placed === this.#lines.length) this.#widen()
  }

  #widen(): void {
    this.#lines = grown(this.#lines, Uint32Array)
    const starts = new Uint32Array(this.#lines.length + 1)
    starts.set(this.#starts)
    this.#starts = starts
    this.#slots = new Uint32Array(this.#lines.length * 2)
    for (let place = 0; place < this.#placed; place++) this.#settle(place)
  }

  #settle(place: number): void {
    const id = String.fromCharCode(...this.#letters.subarray(this.#starts[place], this.#starts[place + 1]))
    const mask = this.#slots.length - 1
    const home = hashOf(id)
    for (let probe = 0; probe < PROBES_MAX; probe++) {
      const slot = (home + probe) & mask
      if (this.#slots[slot] !== 0) continue
      this.#slots[slot] = place + 1
      return
    }
    this.#crowded.set(id, this.#lines[place] as number)
  }
}

/** FNV-1a (RFC 9923), with the last mixing of MurmurHash3: neighbouring ids must not lie side by side. */
function hashOf(id: string): number {
  let hash = 0x81_1c_9d_c5
  for (let at = 0; at < id.length; at++) hash = Math.imul(hash ^ id.charCodeAt(at), 0x01_00_01_93)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85_eb_ca_6b)
  return (hash ^ (hash >>> 13)) >>> 0
}

function grown<Numbers extends Uint8Array | Uint32Array>(
  from: Numbers,
  make: new (length: number) => Numbers,
): Numbers {
  const to = new make(from.length * 2)
  to.set(from)
  return to
}
