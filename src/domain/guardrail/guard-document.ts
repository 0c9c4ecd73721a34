import { BEYOND_ASCII } from '../detection/fold-text.ts'
import type { GuardFinding } from '../detection/finding.ts'
import { TextParts } from '../detection/readings/text-parts.ts'
import type { SidePolicy } from './guard-policy.ts'
import { guardText, judgementOf, TEXT_CHARS_MAX, type GuardJudgement, type GuardOptions } from './guard-text.ts'
import { judgeReading } from './judge-text.ts'
import { jsonTextsOf, type JsonTexts } from './json-texts.ts'
import { heavier, type Obligation } from './obligation.ts'

const LEAVES_MAX = 10_000
const DEPTH_MAX = 64
/** Keys and words come again in every row; so many short ones are judged once. */
const KNOWN_MAX = 1_024
const KNOWN_CHARS_MAX = 64

/**
 * The guard on a tool result or document. JSON is judged text by text where each is written, so that a redaction takes out words
 * and never the structure around them; what a reader of the source sees is judged, not what a parser keeps of it. Anything
 * else is judged as one text.
 */
export function guardDocument(text: string, policy: SidePolicy, options: GuardOptions = {}): GuardJudgement {
  if (!isJson(text)) return guardText(text, policy, options)
  const texts = jsonTextsOf(text, LEAVES_MAX, DEPTH_MAX)
  // Too many or too deep to look at each: what was not judged is not passed.
  return texts === undefined ? tooComplex(text) : judgeEach(text, texts, judgeOf(text, texts, { policy, options }))
}

/** Judges the text of `text[start, end)`, which is `leaf`; called in the order of the places. */
type Judge = (leaf: string, start: number, end: number) => GuardJudgement

interface Setting {
  readonly policy: SidePolicy
  readonly options: GuardOptions
}

/** Texts that stand in the source as they are need no walk of their own, where they are most of it. */
function judgeOf(text: string, { plainUnits }: JsonTexts, { policy, options }: Setting): Judge {
  if (2 * plainUnits < text.length) return (leaf) => guardText(leaf, policy, options)
  const parts = new TextParts(text)
  const isAscii = !BEYOND_ASCII.test(text)
  return (leaf, start, end) =>
    leaf.length === end - start - 2 && (isAscii || !BEYOND_ASCII.test(leaf))
      ? judgementOf(leaf, judgeReading(parts.reading(start + 1, end - 1), policy, options))
      : guardText(leaf, policy, options)
}

function judgeEach(text: string, { count, places }: JsonTexts, judge: Judge): GuardJudgement {
  let action: Obligation = 'allow'
  let score = 0
  let written = ''
  let from = 0
  const findings: GuardFinding[] = []
  const known = new Map<string, GuardJudgement>()
  const escape = text.indexOf('\\')
  for (let index = 0; index < 2 * count; index += 2) {
    const start = places[index] as number
    const end = places[index + 1] as number
    const leaf = escape >= 0 && escape < end ? unquoted(text.slice(start, end)) : text.slice(start + 1, end - 1)
    const isShort = leaf.length <= KNOWN_CHARS_MAX
    let judgement = isShort ? known.get(leaf) : undefined
    if (judgement === undefined) {
      judgement = judge(leaf, start, end)
      if (isShort && known.size < KNOWN_MAX) known.set(leaf, judgement)
    }
    action = heavier(action, judgement.action)
    score = Math.max(score, judgement.score)
    for (const finding of judgement.findings) findings.push(finding)
    if (judgement.text === leaf) continue
    written += text.slice(from, start) + JSON.stringify(judgement.text)
    from = end
  }
  return { action, score, findings, text: from === 0 ? text : written + text.slice(from) }
}

function unquoted(quoted: string): string {
  return quoted.includes('\\') ? (JSON.parse(quoted) as string) : quoted.slice(1, -1)
}

function tooComplex({ length }: string): GuardJudgement {
  return {
    action: 'block',
    score: 0,
    text: '',
    findings: [
      { detector: 'guard/too-complex', category: 'undecodable', start: 0, end: length, score: 1, guarantee: 'boundary' },
    ],
  }
}

function isJson(text: string): boolean {
  if (text.length > TEXT_CHARS_MAX || !/^\s*[[{]/.test(text)) return false
  try {
    JSON.parse(text)
    return true
  } catch (error) {
    if (error instanceof SyntaxError) return false
    throw error
  }
}
