import type { GuardFinding } from '../detection/finding.ts'
import type { DetectorReport, TextSpan } from './detector.ts'
import type { GuardJudgement } from './guard-text.ts'
import { heavier, type Obligation } from './obligation.ts'

/**
 * Joins what detectors said about the text that would go on (`judgement.text`) to the judgement on `raw`. The action is never lighter, the score never lower and no finding is lost; where no
 * detector asks for anything, the judgement comes back as it was. Findings quote no text.
 */
export function raiseJudgement(
  judgement: GuardJudgement,
  raw: string,
  reports: readonly DetectorReport[],
): GuardJudgement {
  let action: Obligation = judgement.action
  let score = judgement.score
  const findings: GuardFinding[] = [...judgement.findings]
  const cuts: Cut[] = []
  const whole: TextSpan = { start: 0, end: judgement.text.length }
  for (const { id, setting, outcome } of reports) {
    if (!outcome.ok) {
      const { code, cause } = outcome.failure
      const asked: Obligation = setting.onError === 'block' ? 'block' : cause === 'text' ? setting.action : 'log'
      action = heavier(action, asked)
      if (asked === 'redact') cuts.push({ ...whole, replacement: REMOVED })
      findings.push({
        detector: `detector/${id}/${code.slice(code.indexOf('/') + 1)}`,
        category: 'undecodable',
        start: 0,
        end: raw.length,
        score: 1,
        guarantee: 'detector',
      })
      continue
    }
    const verdict = outcome.value
    if (verdict.category === 'injection') score = Math.max(score, verdict.score)
    if (verdict.score < setting.at) continue
    action = heavier(action, setting.action)
    const spans = verdict.spans === undefined || verdict.spans.length === 0 ? [whole] : verdict.spans
    // Offsets of findings are those of the raw text: known only while nothing has been taken out of it.
    for (const { start, end } of judgement.text === raw ? spans : [{ start: 0, end: raw.length }])
      findings.push({
        detector: `detector/${id}`,
        category: verdict.category,
        start,
        end,
        score: verdict.score,
        guarantee: 'detector',
      })
    if (setting.action === 'redact')
      for (const span of spans)
        cuts.push({ ...span, replacement: verdict.category === 'injection' ? '[instruction removed]' : REMOVED })
  }
  return { action, score, findings, text: cutOut(judgement.text, cuts) }
}

interface Cut extends TextSpan {
  readonly replacement: string
}

const REMOVED = '[text removed]'

/** Takes spans out; spans that touch are one. A document that is JSON goes as a whole, so that no half of it is left. */
function cutOut(text: string, cuts: readonly Cut[]): string {
  const [first] = cuts
  if (first === undefined) return text
  if (/^\s*[[{]/.test(text)) return first.replacement
  let result = ''
  let from = 0
  for (const cut of cuts.toSorted((left, right) => left.start - right.start || right.end - left.end)) {
    const start = splitsPair(text, cut.start) ? cut.start - 1 : cut.start
    const end = splitsPair(text, cut.end) ? cut.end + 1 : cut.end
    if (start >= from && !(start === from && from > 0)) result += text.slice(from, start) + cut.replacement
    from = Math.max(from, end)
  }
  return result + text.slice(from)
}

function splitsPair(text: string, at: number): boolean {
  return isIn(text.charCodeAt(at - 1), 0xd800) && isIn(text.charCodeAt(at), 0xdc00)
}

const isIn = (unit: number, block: number): boolean => unit >= block && unit < block + 0x400
