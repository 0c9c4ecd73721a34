import { Automaton } from './automaton.ts'
import { FORMAT_WORDS } from './formats/scan.ts'
import { INJECTION_ENTRIES, InjectionSearch, type LocalHits } from './injection/injection-hits.ts'
import type { Match } from './match.ts'
import { SECRET_ANCHORS, SecretSearch } from './secrets/detect-secrets.ts'

/** What one pass over a text finds of everything that is looked for by its words. */
export interface Marks {
  readonly injection: LocalHits
  /** As `detectSecrets` gives them. */
  readonly secrets: readonly Match[]
  /** Bits of the `FORMAT_WORDS` that stand in the text, in any case. */
  readonly formatWords: number
}

const FIRST_ANCHOR = INJECTION_ENTRIES.length
const FIRST_WORD = FIRST_ANCHOR + SECRET_ANCHORS.length

let automaton: Automaton | undefined

/** Words of instructions, marks of secrets and words of formats in one pass. Linear in the text; never throws. */
export function marksOf(text: string): Marks {
  automaton ??= new Automaton([
    ...INJECTION_ENTRIES,
    ...SECRET_ANCHORS,
    ...FORMAT_WORDS.map((word) => ({ text: word, isWord: false })),
  ])
  const injection = new InjectionSearch(text)
  const secrets = new SecretSearch(text)
  let formatWords = 0
  automaton.scan(text, (pattern, start, end) => {
    if (pattern >= FIRST_WORD) formatWords |= 1 << (pattern - FIRST_WORD)
    else if (pattern >= FIRST_ANCHOR) secrets.take(pattern - FIRST_ANCHOR, start)
    else injection.take(pattern, start, end)
  })
  return { injection: injection.hits(), secrets: secrets.matches(), formatWords }
}
