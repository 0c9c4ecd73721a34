import type { Reading } from './readings/text-reading.ts'
import type { View } from './canonical-view.ts'
import { lettersOf } from './leak/letters.ts'
import { findLeaks, leakFingerprints, readingsOf, type LeakFingerprints, type LeakSpan } from './leak/readings.ts'

/** Letters that must agree in a row before text counts as taken from the prompt. */
const PROMPT_LETTERS = 32
const PROMPT_GRAM = 16
/** A secret counts from this many letters; one with fewer letters in all is too short to tell from chance and is not indexed. */
const SECRET_LETTERS = 20
const SECRET_GRAM = 8

export interface LeakIndex {
  readonly prompts: LeakFingerprints
  readonly secrets: LeakFingerprints
}

/**
 * Indexes the literal text of a prompt (text of slots is left out, for their values are the user's), and secrets that the
 * system holds: of a secret, all its letters and digits count, or the first 20 in a row that agree.
 */
export function leakIndex(literals: readonly string[], secrets: readonly string[] = []): LeakIndex {
  return {
    prompts: leakFingerprints(
      literals.flatMap((literal) => readingsOf(literal, 'prompt', PROMPT_LETTERS)),
      PROMPT_GRAM,
    ),
    secrets: leakFingerprints(
      secrets.flatMap((secret) =>
        readingsOf(secret, 'secret', Math.min(SECRET_LETTERS, lettersOf(secret).codes.length)),
      ),
      SECRET_GRAM,
    ),
  }
}

/** Raw spans of output that repeat the prompt or a secret, plain, split, spaced, reversed, rotated or encoded. */
export function findPromptLeak(
  raw: string,
  index: LeakIndex,
  view?: View,
  derived?: readonly Reading[],
): readonly LeakSpan[] {
  return findLeaks(raw, [index.prompts, index.secrets], view, derived)
}
