import { FORMAT_WORDS, NO_WORDS, type WordPlaces } from './formats/format-words.ts'
import { InjectionSearch, unmarkedHits, type LocalHits } from './injection/injection-hits.ts'
import { FIRST_ANCHOR, FIRST_WORD, markAutomaton } from './mark-automaton.ts'
import type { Match } from './match.ts'
import { tellPatterns, type Spots } from './pattern-search.ts'
import { walkUnits } from './readings/unit-walk.ts'
import { SecretSearch } from './secrets/detect-secrets.ts'

/** What is found in a text of everything that is looked for by its words. */
export interface Marks {
  readonly injection: LocalHits
  /** As `detectSecrets` gives them. */
  readonly secrets: readonly Match[]
  /** Where the `FORMAT_WORDS` stand, in any case, behind no letter or digit of ASCII. */
  readonly formatWords: WordPlaces
}

/** `spots`: what a walk over the text showed. Linear in the text; never throws. */
export function marksOf(text: string, spots: Spots = walkUnits(text, markAutomaton())): Marks {
  if (spots.spots.length === 0 && spots.escapes.length === 0)
    return { injection: unmarkedHits(text), secrets: [], formatWords: NO_WORDS }
  const injection = new InjectionSearch(text)
  const secrets = new SecretSearch(text)
  let formatWords: number[][] | undefined
  tellPatterns(markAutomaton(), text, spots, (mark, start, end) => {
    if (mark >= FIRST_WORD) (formatWords ??= FORMAT_WORDS.map(() => []))[mark - FIRST_WORD]?.push(start)
    else if (mark >= FIRST_ANCHOR) secrets.take(mark - FIRST_ANCHOR, start)
    else injection.take(mark, start, end)
  })
  return { injection: injection.hits(), secrets: secrets.matches(), formatWords: formatWords ?? NO_WORDS }
}
