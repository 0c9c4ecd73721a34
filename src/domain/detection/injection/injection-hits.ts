import { FIRST_ANCHOR, markAutomaton } from '../mark-automaton.ts'
import { tellPatterns } from '../pattern-search.ts'
import { walkUnits } from '../readings/unit-walk.ts'
import { LOG_MARK, turnWeight } from './harmless-context.ts'
import { INJECTION_ENTRIES, type InjectionEntry, type LocalHit } from './injection-entries.ts'
import { FORGED_MARKUP } from './injection-lexicon.ts'

export type { LocalHit } from './injection-entries.ts'

/** What one pass over a reading finds, and whether the text may be turned around. */
export interface LocalHits {
  readonly hits: readonly LocalHit[]
  readonly rot13Words: number
  readonly reversedWords: number
}

const HITS_MAX = 64

/** No sentence is looked at further than this for what a verb is about. */
const REACH = 400
const PENDING_MAX = 100_000

/** Heuristic hits of one reading, in one pass and bounded windows. */
export function injectionHits(text: string): LocalHits {
  const search = new InjectionSearch(text)
  const marks = markAutomaton()
  tellPatterns(marks, text, walkUnits(text, marks), (mark, start, end) => {
    if (mark < FIRST_ANCHOR) search.take(mark, start, end)
  })
  return search.hits()
}

/** Makes hits of the entries that a pass over one text meets, in the order of their ends. */
export class InjectionSearch {
  readonly #text: string
  readonly #hits: LocalHit[] = []
  readonly #verbs: number[] = []
  readonly #objects: number[] = []
  #rot13Words = 0
  #reversedWords = 0

  constructor(text: string) {
    this.#text = text
  }

  /** `entry` is a number of `INJECTION_ENTRIES`. */
  take(entry: number, start: number, end: number): void {
    const { role } = INJECTION_ENTRIES[entry] as InjectionEntry
    if (role.kind === 'object') {
      if (this.#objects.length < PENDING_MAX) this.#objects.push(start)
    } else if (role.kind === 'verb') {
      if (this.#verbs.length < 3 * PENDING_MAX) this.#verbs.push(entry, start, end)
    } else if (role.kind === 'mark') {
      if (this.#hits.length < HITS_MAX) take(this.#hits, role.find(this.#text, start, end))
    } else if (role.by === 'rot13') this.#rot13Words += 1
    else this.#reversedWords += 1
  }

  hits(): LocalHits {
    const hits = this.#hits
    const verbs = this.#verbs
    const objects = this.#objects
    let object = 0
    for (let verb = 0; verb < verbs.length && hits.length < HITS_MAX; verb += 3) {
      const end = verbs[verb + 2] as number
      while (object < objects.length && (objects[object] as number) < end) object += 1
      if (object === objects.length) break
      const { role } = INJECTION_ENTRIES[verbs[verb] as number] as InjectionEntry
      if ((objects[object] as number) - end <= REACH && role.kind === 'verb')
        take(hits, role.find(this.#text, verbs[verb + 1] as number, end))
    }
    take(hits, openingRole(this.#text))
    return { hits, rot13Words: this.#rot13Words, reversedWords: this.#reversedWords }
  }
}

function take(hits: LocalHit[], hit: LocalHit | undefined): void {
  if (hit !== undefined) hits.push(hit)
}

/** What a search over a text without any mark would say. */
export function unmarkedHits(text: string): LocalHits {
  const opening = openingRole(text)
  return opening === undefined ? NOTHING_HIT : { ...NOTHING_HIT, hits: [opening] }
}

const NOTHING_HIT: LocalHits = { hits: [], rot13Words: 0, reversedWords: 0 }

const TURN_MARKS = FORGED_MARKUP.filter(({ text }) => text.startsWith('\n'))
const TURN_LETTERS = new Set(TURN_MARKS.map(({ text }) => text.charCodeAt(1)))

/** "system:" or "assistant:" at the very start is a forged turn as it is at the start of a line. */
function openingRole(text: string): LocalHit | undefined {
  if (!TURN_LETTERS.has(text.charCodeAt(0) | 32)) return undefined
  for (const { text: mark, weight } of TURN_MARKS)
    if (text.slice(0, 16).toLowerCase().startsWith(mark.slice(1)))
      return {
        rule: 'forged-markup',
        weight: mark === LOG_MARK ? turnWeight(text, mark.length - 1, weight) : weight,
        start: 0,
        end: mark.length - 1,
      }
  return undefined
}
