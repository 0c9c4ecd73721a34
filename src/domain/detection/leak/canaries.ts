import type { Reading } from '../readings/text-reading.ts'
import type { View } from '../canonical-view.ts'
import { findLeaks, leakFingerprints, readingsOf, type LeakFingerprints, type LeakSpan } from './readings.ts'

/** A keyed digest of `purpose` and `text` as lower-case hex, 32 characters or more. Pure: same input, same output. */
export type CanaryHmac = (purpose: string, text: string) => string

/** Text that stands in a session's instructions for no other end than to be noticed where it must not come out. */
export interface Canary {
  /** Several forms, for a model may leave one out, translate another and keep the third. */
  readonly form: 'identifier' | 'sentence' | 'path'
  readonly text: string
}

export interface CanaryIndex {
  readonly fingerprints: LeakFingerprints
}

/** 64 short words: each carries 6 bits of the digest. */
const WORDS = (
  'amber anchor apple arrow autumn basil beacon birch bridge bronze candle canyon cedar cherry cloud cobalt ' +
  'copper coral cotton crane dawn delta ember falcon fern field flint forest garden glacier granite harbor ' +
  'hazel heron indigo island ivory jasper kettle lantern laurel lemon linen maple marble meadow mirror ' +
  'mosaic nickel olive orchard pearl pepper pine quartz raven river saffron silver spruce summit tulip velvet willow'
).split(' ')
const SENTENCE_WORDS = 10

/** Letters in a row that count, by form: five words or 20 hex digits, which no text has by chance. */
const LETTERS_MIN: Readonly<Record<Canary['form'], number>> = { identifier: 20, sentence: 32, path: 20 }
const GRAM = 12

/** The canaries of one session, from the gateway's keyed digest: nothing is stored, another session has others. */
export function sessionCanaries(hmac: CanaryHmac, session: string): readonly Canary[] {
  const digest = (form: Canary['form']): string => hmac(`canary-${form}`, session)
  return [
    { form: 'identifier', text: digest('identifier').slice(0, 32) },
    { form: 'sentence', text: sentenceOf(digest('sentence')) },
    { form: 'path', text: `/x/${digest('path').slice(0, 16)}/${digest('path').slice(16, 32)}` },
  ]
}

function sentenceOf(hex: string): string {
  const words = Array.from(
    { length: SENTENCE_WORDS },
    (_, place) => WORDS[Number.parseInt(hex.slice(2 * place, 2 * place + 2), 16) % WORDS.length] ?? '',
  )
  return `${words.join(' ')}.`
}

export function canaryIndex(canaries: readonly Canary[]): CanaryIndex {
  return {
    fingerprints: leakFingerprints(
      canaries.flatMap(({ form, text }) => readingsOf(text, form, LETTERS_MIN[form])),
      GRAM,
    ),
  }
}

/**
 * Where output or the JSON text of tool arguments repeats a canary: plain, spaced, split by punctuation or invisible characters,
 * backwards, rot13, hex, base64 or in another reading of the text. `source` is the canary's form. A detector: a paraphrase or
 * translation of the prompt carries no canary.
 */
export function findCanaries(
  raw: string,
  index: CanaryIndex,
  view?: View,
  derived?: readonly Reading[],
): readonly LeakSpan[] {
  return findLeaks(raw, [index.fingerprints], view, derived)
}
