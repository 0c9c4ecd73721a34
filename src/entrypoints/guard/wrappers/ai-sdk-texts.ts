import { GuardDenied } from '../guard-denied.ts'
import type { GuardedTextStream } from '../guard-setup.ts'
import { denialOf } from '../denial-of.ts'
import { unsupported, type Fields } from './content.ts'
import { spreadJudged } from './spread-judged.ts'

interface OpenText {
  readonly id: string
  /** What is not settled of it. */
  raw: string
  /** Its last part, which has come and waits for the rest of the text. */
  end: Fields | undefined
}

const OPEN_MAX = 128

/**
 * The texts of one streamed answer, judged in a row as they are read. Each keeps its own words: the end of one waits until nothing
 * that the next may say can change it.
 */
export class JoinedTexts {
  readonly #stream: GuardedTextStream
  readonly #ids = new Set<unknown>()
  /** In the order in which they were written. */
  readonly #open: OpenText[] = []
  #settled = 0

  constructor(stream: GuardedTextStream) {
    this.#stream = stream
  }

  start(part: Fields): readonly Fields[] {
    if (this.#ids.size >= OPEN_MAX || this.#ids.has(part['id'])) throw unsupported('stream')
    this.#ids.add(part['id'])
    this.#open.push({ id: String(part['id']), raw: '', end: undefined })
    return [part]
  }

  delta(part: Fields): readonly Fields[] {
    const { id, delta } = part
    if (!this.#ids.has(id) || typeof delta !== 'string') throw unsupported('stream')
    const last = this.#open.at(-1)
    if (last !== undefined && last.id === id) last.raw += delta
    else this.#open.push({ id: String(id), raw: delta, end: undefined })
    return this.#release(this.#stream.push(delta), part)
  }

  end(part: Fields): readonly Fields[] {
    const { id } = part
    if (!this.#ids.delete(id)) throw unsupported('stream')
    const own = this.#open.findLast((text) => text.id === id)
    if (own === undefined) return [part]
    own.end = part
    return this.#ended()
  }

  /** The answer is over: all that was held, and an end for each text that had none. */
  flush(): readonly Fields[] {
    const rest = this.#stream.end()
    for (const id of this.#ids) {
      const own = this.#open.findLast((text) => text.id === id)
      if (own !== undefined) own.end = { type: 'text-end', id }
    }
    this.#ids.clear()
    return this.#release(rest, {})
  }

  /** Ends for the texts of an answer that is withheld. */
  abandon(): readonly Fields[] {
    const ids = new Set([...this.#open.map(({ id }) => id), ...this.#ids])
    this.#ids.clear()
    return [...ids].map((id) => ({ type: 'text-end', id }))
  }

  #release(out: string, part: Fields): readonly Fields[] {
    const denial = this.#stream.isWithheld ? denialOf(this.#stream.judgement, 'output') : undefined
    if (denial !== undefined) throw new GuardDenied(denial)
    let units = this.#stream.settled - this.#settled
    if (units === 0) return this.#ended()
    this.#settled += units
    const settled = this.#open.map((text) => {
      const own = text.raw.slice(0, units)
      text.raw = text.raw.slice(own.length)
      units -= own.length
      return own
    })
    const judged = spreadJudged(settled, out)
    const deltas = this.#open.map(({ id }, index) => ({
      ...(id === part['id'] ? part : {}),
      type: 'text-delta',
      id,
      delta: judged[index] ?? '',
    }))
    return this.#ended(deltas)
  }

  /** These deltas, each end right behind the last of its own, and the texts that are done let go. */
  #ended(deltas: readonly (Fields & { readonly delta: string })[] = []): readonly Fields[] {
    const parts: Fields[] = []
    let done = 0
    for (const [index, { raw, end }] of this.#open.entries()) {
      const delta = deltas[index]
      if (delta !== undefined && delta.delta !== '') parts.push(delta)
      const isDone = raw === '' && index === done && (end !== undefined || index < this.#open.length - 1)
      if (!isDone) continue
      done += 1
      if (end !== undefined) parts.push(end)
    }
    this.#open.splice(0, done)
    return parts
  }
}
