/** What kind of promise a layer makes (DESIGN section 4). */
export type GuaranteeClass = 'boundary' | 'exact' | 'detector' | 'telemetry'

export const FINDING_CATEGORIES = [
  'pii',
  'secret',
  'injection',
  'prompt-leak',
  'link',
  'undecodable',
  'topic',
  'banned',
  'language',
  'grounding',
] as const
export type FindingCategory = (typeof FINDING_CATEGORIES)[number]

/** One thing a detector saw in one text. Never carries the matched text itself. */
export interface GuardFinding {
  readonly detector: string
  readonly category: FindingCategory
  /** UTF-16 code units in the raw text, half-open. */
  readonly start: number
  readonly end: number
  /** 0 to 1. */
  readonly score: number
  readonly guarantee: GuaranteeClass
}
