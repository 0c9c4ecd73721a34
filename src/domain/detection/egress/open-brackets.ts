const BRACKETS_MAX = 256
const BLANK = /\n[ \t\r]{0,64}\n/g

/** Instead of a bracket: none is open. */
const NONE = -2

/** Brackets of a text that wait for their end: twice the place, and one more for an image; below zero where the place is in another part. */
export class OpenBrackets {
  readonly #text: string
  /** The first `#lost` count no more: an entry that is taken out at the front moves all others. */
  #entries: number[]
  #lost = 0
  #images: number
  /** Blank lines before it have ended nothing that is open now. */
  #from = 0
  /** The next blank line. */
  #blank = -1

  constructor(text: string, entries: readonly number[], images: number) {
    this.#text = text
    this.#entries = [...entries]
    this.#images = images
  }

  get entries(): readonly number[] {
    return this.#lost === 0 ? this.#entries : this.#entries.slice(this.#lost)
  }

  /** How many images are open, those included whose brackets were too many to keep. */
  get images(): number {
    return this.#images
  }

  get last(): number {
    return this.#entries.length > this.#lost ? (this.#entries.at(-1) as number) : NONE
  }

  open(index: number, image: 0 | 1): void {
    // An image whose bracket is lost stays open until its paragraph ends.
    if (this.#entries.length - this.#lost === BRACKETS_MAX) this.#lost += 1
    if (this.#lost === BRACKETS_MAX) {
      this.#entries = this.#entries.slice(this.#lost)
      this.#lost = 0
    }
    this.#entries.push(index * 2 + image)
    this.#images += image
  }

  close(): number {
    const { last } = this
    if (this.#entries.length > this.#lost) this.#entries.pop()
    this.#images -= last & 1
    return last
  }

  /** What was found takes the last bracket with it, which still ends something. */
  takeLast(): void {
    const { last } = this
    this.#entries.splice(-1, 1, (last & 1) - 2)
  }

  /** What is open in a paragraph that has ended before `at` waits for nothing. */
  endParagraph(at: number): void {
    const hasNone = this.#entries.length === this.#lost
    // No image is open that a bracket does not stand for: what ended before the first bracket ends none.
    if (this.#images === 0) this.#from = Math.max(this.#from, hasNone ? at : (this.#entries[this.#lost] as number) >> 1)
    if (hasNone && this.#images === 0) return
    if (this.#blank < this.#from) this.#blank = this.#blankFrom(this.#from)
    let start = -1
    while (this.#blank < at) {
      start = this.#blank
      this.#blank = this.#blankFrom(start)
    }
    if (start < 0) return
    this.#entries = this.entries.filter((entry) => entry >> 1 > start)
    this.#lost = 0
    this.#images = this.#entries.reduce((sum, entry) => sum + (entry & 1), 0)
  }

  #blankFrom(from: number): number {
    BLANK.lastIndex = from
    return BLANK.test(this.#text) ? BLANK.lastIndex - 1 : Number.POSITIVE_INFINITY
  }
}
