import { detectFormats } from './formats/detect-formats.ts'
import { scanOf, type TextFacts } from './formats/scan.ts'
import { bestWithoutOverlaps, type Match } from './match.ts'
import { createContextIndex, type ContextIndex } from './identifiers/identifier-context.ts'
import { detectIdentifiers } from './identifiers/detect-identifiers.ts'

/** Without digits nobody asks. */
const NO_CONTEXT: ContextIndex = { isNear: () => false }

/**
 * Personal data of every kind that the catalogue knows, in canonical text: world-wide formats, identifiers of countries,
 * and the soft kinds. In order and without overlaps: of two, the more certain stays, then the longer.
 */
export function detectPersonalData(text: string, isSoftAsked = true, facts: TextFacts = {}): readonly Match[] {
  const scan = scanOf(text, facts)
  const formats = detectFormats(text, isSoftAsked, scan)
  const context = scan.runs.length === 0 ? NO_CONTEXT : createContextIndex(text, facts.name)
  const identifiers = detectIdentifiers(text, context, scan.runs, facts.isNumber)
  if (identifiers.length === 0 && formats.length < 2) return formats
  return bestWithoutOverlaps([...formats, ...identifiers])
}
