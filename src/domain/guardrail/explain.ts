import type { FindingCategory, GuaranteeClass, GuardFinding } from '../detection/finding.ts'
import type { SidePolicy } from './guard-policy.ts'
import { refusal, refusesUnread, type GuardOptions } from './guard-text.ts'
import { judgeText, type JudgedFinding } from './judge-text.ts'
import type { Obligation } from './obligation.ts'

/** Why a control asks for what it asks for, without the value it is about. */
export interface Explanation {
  readonly rule: string
  readonly obligation: Obligation
  readonly guarantee: GuaranteeClass
  /** UTF-16 units in the raw text, half-open. */
  readonly start: number
  readonly end: number
  /** 1-based; columns count UTF-16 units. */
  readonly line: number
  readonly column: number
  readonly why: string
}

const WHAT: Readonly<Record<FindingCategory, string>> = {
  pii: 'personal data',
  secret: 'a credential',
  injection: 'an instruction aimed at the model',
  'prompt-leak': 'text of the system prompt',
  link: 'a link or image that leads to a host which is not on the list',
  undecodable: 'content that cannot be looked into',
  topic: 'a topic that the policy does not allow',
  banned: 'words that the policy bans',
  language: 'in a language that the policy does not allow',
  grounding: 'a claim that the passages do not bear out, or a citation of none of them',
}

const HOW: Readonly<Record<GuaranteeClass, string>> = {
  boundary: 'the rule holds whatever the model does',
  exact: 'the format and its check hold',
  detector: 'a detector thinks so and can be wrong',
  telemetry: 'recorded only',
}

/** Explains each finding of one text. Nothing of the text itself is repeated; linear in the text and the findings. */
export function explain(text: string, policy: SidePolicy, options: GuardOptions = {}): readonly Explanation[] {
  const refused = refusalOf(text)
  const { judged } = refused === undefined ? judgeText(text, policy, options) : { judged: [refused] }
  const lines = lineStarts(text)
  return judged
    .toSorted((left, right) => left.finding.start - right.finding.start)
    .map(({ finding, obligation }) => ({
      rule: finding.detector,
      obligation,
      guarantee: finding.guarantee,
      start: finding.start,
      end: finding.end,
      ...placeOf(lines, finding.start),
      why: whyOf(finding, obligation),
    }))
}

/** A text that is refused before it is read. */
function refusalOf(text: string): JudgedFinding | undefined {
  const refused = refusesUnread(text)
  const finding = refused === undefined ? undefined : refusal(text, refused).findings[0]
  return finding === undefined ? undefined : { finding, obligation: 'block', replacement: undefined }
}

function whyOf({ category, detector, guarantee, score, start, end }: GuardFinding, obligation: Obligation): string {
  return `${end - start} characters are ${WHAT[category]} (\`${detector}\`, confidence ${score.toFixed(2)}): ${HOW[guarantee]}; the policy asks to ${obligation}`
}

function lineStarts(text: string): readonly number[] {
  const starts = [0]
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1)
  return starts
}

/** Binary search for the last line that begins at or before a place. */
function placeOf(lines: readonly number[], at: number): { readonly line: number; readonly column: number } {
  let low = 0
  let high = lines.length - 1
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if ((lines[middle] as number) <= at) low = middle
    else high = middle - 1
  }
  return { line: low + 1, column: at - (lines[low] as number) + 1 }
}
