import type { GuardFinding } from '../detection/finding.ts'
import {
  judgeText,
  type GuardOptions,
  type JudgedFinding,
  type TextJudgement,
  type ValueStanding,
} from './judge-text.ts'
import { heavier, type Obligation } from './obligation.ts'
import type { SidePolicy } from './guard-policy.ts'

export type { GuardOptions } from './judge-text.ts'

export interface GuardJudgement {
  readonly action: Obligation
  /** Injection score, 0 to 1. */
  readonly score: number
  readonly findings: readonly GuardFinding[]
  /** The text to pass on when `action` is `redact` or `pseudonymise`; else the text itself. */
  readonly text: string
}

/** Longest text that is judged; what is longer is refused, never passed. */
export const TEXT_CHARS_MAX = 1_000_000

/** The guard on one value: findings, the obligation they add up to, and the text that may go on. `standing`: where it is a value of a document. */
export function guardText(
  text: string,
  policy: SidePolicy,
  options: GuardOptions = {},
  standing: ValueStanding = {},
): GuardJudgement {
  const refused = refusesUnread(text)
  if (refused !== undefined) return refusal(text, refused)
  return judgementOf(text, judgeText(text, policy, options, standing))
}

/** What the judgement of a text adds up to. */
export function judgementOf(text: string, { score, judged }: TextJudgement): GuardJudgement {
  if (judged.length === 0) return { action: 'allow', score, findings: [], text }
  return {
    action: judged.reduce<Obligation>((action, { obligation }) => heavier(action, obligation), 'allow'),
    score,
    findings: judged.map(({ finding }) => finding),
    text: applyReplacements(text, judged),
  }
}

/** Why a text is refused before anything in it is read; undefined where it is not. */
export function refusesUnread(text: string): 'guard/too-long' | 'guard/lone-surrogate' | undefined {
  if (text.length > TEXT_CHARS_MAX) return 'guard/too-long'
  return text.isWellFormed() ? undefined : 'guard/lone-surrogate'
}

export function refusal(text: { readonly length: number }, detector: string): GuardJudgement {
  return {
    action: 'block',
    score: 0,
    text: '',
    findings: [{ detector, category: 'undecodable', start: 0, end: text.length, score: 1, guarantee: 'boundary' }],
  }
}

/**
 * Where what stands behind a replacement would make a link or a definition of its brackets. SECURITY: an answer that reads
 * `!bob@example.com(h&#116;tps://…)` must not become an image by being redacted.
 */
const JOINS = /^(?:[([]|:\s{0,64}\S{0,48}[&:/\\<])/

/**
 * The text from `from` to `to`, replaced from left to right; where two overlap, the one that began earlier covers both. Of what
 * began before `from` the rest is replaced: no place that was cut off leaves the end of a finding.
 */
export function applyReplacements(raw: string, judged: readonly JudgedFinding[], from = 0, to = raw.length): string {
  const edits = judged.filter(
    ({ finding, replacement }) => replacement !== undefined && finding.end > from && finding.start < to,
  )
  let text = ''
  let at = from
  let isCut = false
  const keep = (end: number): void => {
    if (isCut && JOINS.test(raw.slice(at, at + 128))) text += ' '
    text += raw.slice(at, end)
  }
  for (const { finding, replacement = '' } of edits.toSorted(
    (left, right) => left.finding.start - right.finding.start || right.finding.end - left.finding.end,
  )) {
    if (finding.start >= at || !isCut) {
      keep(Math.max(at, finding.start))
      text += replacement
    }
    isCut = true
    at = Math.max(at, finding.end)
  }
  keep(to)
  return text
}
