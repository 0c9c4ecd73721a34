import type { FindingSeverity } from '../finding/finding.ts'

/** What a user says is wrong with an answer. */
export const REPORT_CATEGORIES = ['wrong', 'harmful', 'offensive', 'privacy', 'discrimination', 'other'] as const
export type ReportCategory = (typeof REPORT_CATEGORIES)[number]

export const REPORT_CHARS_MAX = 2_000

/** How soon somebody has to look, before anybody has. */
export const REPORT_SEVERITIES: Readonly<Record<ReportCategory, FindingSeverity>> = {
  harmful: 'high',
  privacy: 'high',
  discrimination: 'high',
  offensive: 'medium',
  wrong: 'medium',
  other: 'low',
}

/** A user's words as text that does nothing where it is shown: one line, no control characters, bounded. */
export function inertText(text: string): string {
  return text
    .slice(0, 2 * REPORT_CHARS_MAX)
    .toWellFormed()
    .replaceAll(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, ' ')
    .replaceAll(/ {2,}/g, ' ')
    .trim()
    .slice(0, REPORT_CHARS_MAX)
    .toWellFormed()
}
