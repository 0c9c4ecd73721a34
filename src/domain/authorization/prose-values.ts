import { isIntroduced, sentencesAbout, standsOnlyInOrders, type SourceLeaf, type SourceResult } from './read-sources.ts'
import type { RequestIntent } from './request-intent.ts'
import { ADDRESS_WORDS, BILL_WORDS, REQUEST_VERBS } from './request-lexicon.ts'
import { fileName, shapeOf, statedValues } from './stated-values.ts'
import { stemsOf } from './value-forms.ts'

interface ProsePlace {
  readonly needle: string
  readonly source: SourceResult
  readonly leaf: SourceLeaf
  readonly evidence: { readonly intent: RequestIntent }
}

/** A verb that both use says nothing: who asks to delete one thing hears "delete" of another. */
export const isAboutRequest = (sentence: string, { topics }: RequestIntent): boolean =>
  stemsOf(sentence).some((word) => (topics.has(word) && !REQUEST_VERBS.has(word)) || BILL_WORDS.has(word))

/**
 * An address in the text of what the user named is another's as often as not. It counts where the user speaks of addresses or
 * of the file it is in, or where its owner or its sentence bears a name that they said.
 */
export function isSpokenOf({ needle, source, leaf, evidence: { intent } }: ProsePlace): boolean {
  if (intent.delegates || [...intent.words].some((word) => ADDRESS_WORDS.has(word))) return true
  const files = intent.values
    .filter(({ shape }) => shape === 'file' || shape === 'url')
    .map(({ text }) => fileName(text))
  if (source.given.some((text) => files.includes(fileName(text)))) return true
  if (shapeOf(needle) === undefined && AUTHORED.test(leaf.lower.split(needle, 1)[0] ?? '')) return true
  const isNamed = (text: string): boolean => stemsOf(text).some((word) => intent.names.has(word))
  return isNamed(needle.split('@', 1)[0] ?? '') || sentencesAbout(leaf, needle).some(isNamed)
}

/** `author: liwei`, which is no address. */
const AUTHORED = /\b(?:author|owner|maintainer|reporter)[:=]\s{0,3}["'@]?$/

const PAYS = /\b(?:wire|pay|paid|payable|transfer|remit|settle)\b/

/** Whom a bill is paid to: the only account on it, or of several the only one that it labels as one. */
export function isPayee({ needle, source, leaf, evidence: { intent } }: ProsePlace): boolean {
  const isOrdered = standsOnlyInOrders(leaf, needle)
  const sentences = isOrdered ? sentencesAbout(leaf, needle) : []
  if (isOrdered && !sentences.some((sentence) => PAYS.test(sentence.toLowerCase()) || isAboutRequest(sentence, intent)))
    return false
  const shape = shapeOf(needle)
  const places = source.leaves.flatMap((place) =>
    statedValues(place.text).flatMap((value) => (value.shape === shape ? { place, text: value.text } : [])),
  )
  if (new Set(places.map(({ text }) => text)).size <= 1) return true
  const labelled = new Set(places.filter(({ place, text }) => isIntroduced(place, text)).map(({ text }) => text))
  return labelled.size === 1 && labelled.has(needle)
}
