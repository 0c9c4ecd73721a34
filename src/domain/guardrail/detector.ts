import type { Result } from '../../base/result.ts'
import { FINDING_CATEGORIES, type FindingCategory } from '../detection/finding.ts'
import type { DetectorAction } from '../manifest/manifest.ts'

/**
 * A stronger detector beside the guard's own: a classifier, a model as judge, a rule of the user. Its guarantee class is
 * `detector`: it may raise an obligation and never lowers one.
 */
export interface Detector {
  readonly id: string
  /** Of the model or rule, so that a record says what judged. */
  readonly version: string
  /**
   * UTF-16 code units up to which a text is always judged promptly, so that a deadline that passes is the service's
   * doing. With a longer one it is the text's. Absent: `PROMPT_CHARS`.
   */
  readonly promptChars?: number | undefined
  /** One verdict per text, in order; a failure stands for all of them. Stops when the signal aborts. */
  detect(texts: readonly string[], signal: AbortSignal): Promise<Result<readonly DetectorVerdict[], DetectorFailure>>
}

export const PROMPT_CHARS = 4_000

export interface DetectorVerdict {
  /** 0 (harmless) to 1. */
  readonly score: number
  readonly category: FindingCategory
  /** Where in the text that was given; absent: the whole text. */
  readonly spans?: readonly TextSpan[] | undefined
}

/** UTF-16 code units, half-open. */
export interface TextSpan {
  readonly start: number
  readonly end: number
}

export interface DetectorFailure {
  /** `detector/kebab-code`; docs/reference/errors.md lists them. */
  readonly code: string
  /** Quotes neither the text nor the service's words. */
  readonly message: string
  /**
   * SECURITY: `text` when the judged text can bring the failure about (too long, a judge talked out of its format). Whoever
   * writes the text could otherwise switch a degrading detector off, for this text or, by the breaker, for everybody.
   */
  readonly cause: 'service' | 'text'
}

/** What a detector's result means. */
export interface DetectorSetting {
  /** Score from which `action` applies, 0 to 1. */
  readonly at: number
  readonly action: DetectorAction
  /** `degrade` goes on without this detector, with a finding that says so. */
  readonly onError: 'block' | 'degrade'
  readonly deadlineMs: number
}

/** What one detector said about one text. */
export interface DetectorReport {
  readonly id: string
  readonly version: string
  readonly setting: DetectorSetting
  readonly outcome: Result<DetectorVerdict, DetectorFailure>
}

const SPANS_MAX = 1_000

/**
 * A detector is someone else's code or service: what it says is checked before it counts, and copied, so that it stays what it was.
 * Undefined for no sound verdict; throws where a member does.
 */
export function soundVerdict(said: unknown, text: string): DetectorVerdict | undefined {
  const { score, category, spans = [] } = (said ?? {}) as Partial<Record<keyof DetectorVerdict, unknown>>
  if (typeof score !== 'number' || !(score >= 0 && score <= 1)) return undefined
  if (!FINDING_CATEGORIES.includes(category as FindingCategory)) return undefined
  if (!Array.isArray(spans) || spans.length > SPANS_MAX) return undefined
  const places = spans.map((span: unknown): TextSpan => {
    const { start, end } = (span ?? {}) as { readonly start?: unknown; readonly end?: unknown }
    return {
      start: Number.isInteger(start) ? (start as number) : -1,
      end: Number.isInteger(end) ? (end as number) : -1,
    }
  })
  if (!places.every(({ start, end }) => start >= 0 && start < end && end <= text.length)) return undefined
  return { score, category: category as FindingCategory, ...(places.length === 0 ? {} : { spans: places }) }
}
