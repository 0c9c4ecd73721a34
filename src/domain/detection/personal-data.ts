import { detectFormats } from './formats/detect-formats.ts'
import { scanOf } from './formats/scan.ts'
import { bestWithoutOverlaps, type Match } from './match.ts'
import { createContextIndex } from './identifiers/identifier-context.ts'
import { detectIdentifiers } from './identifiers/detect-identifiers.ts'
import { digitRuns } from './readings/survey.ts'
import type { Runs } from './readings/unit-walk.ts'

/** What others found out about a text on their way, so that nobody looks twice. */
export interface TextFacts {
  /** Bits of the `FORMAT_WORDS` that stand in it, in any case. */
  readonly words?: number | undefined
  /** Its runs of digits, as `digitRuns` gives them. */
  readonly digits?: Runs | undefined
}

/**
 * Personal data of every kind that the catalogue knows, in canonical text: world-wide formats, identifiers of countries,
 * and the soft kinds. In order and without overlaps: of two, the more certain stays, then the longer.
 */
export function detectPersonalData(text: string, isSoftAsked = true, facts: TextFacts = {}): readonly Match[] {
  const digits = facts.digits ?? digitRuns(text)
  const formats = detectFormats(text, isSoftAsked, scanOf(text, facts.words, digits))
  const identifiers = detectIdentifiers(text, createContextIndex(text), digits)
  if (identifiers.length === 0 && formats.length < 2) return formats
  return bestWithoutOverlaps([...formats, ...identifiers])
}
