import type { View } from '../canonical-view.ts'
import { findPhrases, phraseMatcher, type PhraseMatcher } from './phrase-matcher.ts'
import type { Match } from '../match.ts'

export const BAN_LIST_MAX = 1_000

export interface BanList {
  readonly matcher: PhraseMatcher<'banned'>
}

/** Words and phrases that must not stand in a text, at most `BAN_LIST_MAX`; further ones would be a bug of the caller's schema. */
export function banList(phrases: readonly string[]): BanList {
  if (phrases.length > BAN_LIST_MAX) throw new Error(`a ban list holds ${BAN_LIST_MAX} phrases at most`)
  return { matcher: phraseMatcher(phrases.map((phrase) => ({ phrase, tag: 'banned' as const }))) }
}

/**
 * Where a view holds a banned phrase: whole words, whatever the case, accents, width, or characters between its words. Exact for
 * the canonical form; in scripts without spaces between words, any place where the characters stand. Spans are of the view.
 */
export function findBanned(view: View, { matcher }: BanList): readonly Match[] {
  return findPhrases(view, matcher).map(({ start, end }) => ({ detector: 'content/banned', start, end, score: 1 }))
}
