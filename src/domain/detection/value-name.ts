import { canonicalView } from './canonical-view.ts'
import { kindsNamedIn } from './identifiers/identifier-context.ts'
import { FIRST_ANCHOR, FIRST_WORD, markAutomaton } from './mark-automaton.ts'
import type { Match } from './match.ts'
import { tellPatterns } from './pattern-search.ts'
import { walkUnits } from './readings/unit-walk.ts'
import { SecretSearch } from './secrets/detect-secrets.ts'

/** The name under which a value stands in a document: what a word before the value says in a text, it says there. */
export interface ValueName {
  /** Its words in lower case, as they would stand before the value: `card number: `. */
  readonly before: string
  /** Numbers of the `IDENTIFIER_KINDS` that its words name. */
  readonly kinds: ReadonlySet<number>
  /** Secrets of a text that is the value. */
  secretsIn(text: string): readonly Match[]
}

/** What stands further away from a value says nothing of it. */
const NAME_MAX = 60
const NO_MATCHES: readonly Match[] = []

/** Shorter than any secret that a name tells of. */
const SECRET_MIN = 6

/** What is not asked for is not made: most values hold nothing that a name could speak of. */
export function valueName(name: string): ValueName {
  return new LazyName(canonicalView(name.slice(-NAME_MAX)).text)
}

/** A value that is called both: each tells what it would alone, and the first stands before it. */
export function bothNames(first: ValueName, second: ValueName): ValueName {
  let kinds: ReadonlySet<number> | undefined
  return {
    before: first.before,
    get kinds() {
      return (kinds ??= new Set([...first.kinds, ...second.kinds]))
    },
    secretsIn: (text) => [...first.secretsIn(text), ...second.secretsIn(text)],
  }
}

class LazyName implements ValueName {
  readonly #text: string
  #before: string | undefined
  #kinds: ReadonlySet<number> | undefined
  #anchors: readonly Anchor[] | undefined

  constructor(text: string) {
    this.#text = text
  }
  get before(): string {
    return (this.#before ??= `${this.#text
      .replace(HUMPS, ' ')
      .replace(/[_.-]+/g, ' ')
      .toLowerCase()}: `)
  }
  get kinds(): ReadonlySet<number> {
    return (this.#kinds ??= kindsNamedIn(this.#text))
  }
  secretsIn(text: string): readonly Match[] {
    if (text.length < SECRET_MIN) return NO_MATCHES
    const written = `${this.#text}: `
    const anchors = (this.#anchors ??= anchorsIn(written))
    return anchors.length === 0 ? NO_MATCHES : secretsBehind(written, anchors, text)
  }
}

const HUMPS = /(?<=\p{Ll})(?=\p{Lu})|(?<=\p{Lu})(?=\p{Lu}\p{Ll})/gu

type Anchor = readonly [anchor: number, start: number]

function anchorsIn(written: string): readonly Anchor[] {
  const anchors: Anchor[] = []
  tellPatterns(markAutomaton(), written, walkUnits(written, markAutomaton()), (mark, start) => {
    if (mark >= FIRST_ANCHOR && mark < FIRST_WORD) anchors.push([mark - FIRST_ANCHOR, start])
  })
  return anchors
}

/** Only the anchors of the name are judged: those of the value were. */
function secretsBehind(written: string, anchors: readonly Anchor[], value: string): readonly Match[] {
  const search = new SecretSearch(written + value)
  for (const [anchor, start] of anchors) search.take(anchor, start)
  return search.matches().flatMap((match) => {
    const end = match.end - written.length
    return end <= 0 ? [] : [{ ...match, start: Math.max(0, match.start - written.length), end }]
  })
}
