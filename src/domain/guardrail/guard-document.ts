import { parsedJson } from '../../base/json.ts'
import { BEYOND_ASCII } from '../detection/fold-text.ts'
import type { GuardFinding } from '../detection/finding.ts'
import { Reading } from '../detection/readings/text-reading.ts'
import { TextParts } from '../detection/readings/text-parts.ts'
import type { SidePolicy } from './guard-policy.ts'
import { guardText, judgementOf, TEXT_CHARS_MAX, type GuardJudgement, type GuardOptions } from './guard-text.ts'
import { judgeReading } from './judge-text.ts'
import { JudgedValues, type Judge } from './judged-values.ts'
import { jsonTextsOf, type JsonTexts } from './json-texts.ts'
import { heavier, type Obligation } from './obligation.ts'

const LEAVES_MAX = 10_000
const DEPTH_MAX = 64

/**
 * The guard on a tool result or document. JSON is judged text by text where each is written, so that a redaction takes out words
 * and never the structure around them; what a reader of the source sees is judged, not what a parser keeps of it. The name of a
 * member stands before its values, and whole numbers are texts of their digits: where one is taken out, a text stands in its place.
 * Anything else is judged as one text.
 */
export function guardDocument(text: string, policy: SidePolicy, options: GuardOptions = {}): GuardJudgement {
  if (!isJson(text)) return guardText(text, policy, options)
  const texts = jsonTextsOf(text, LEAVES_MAX, DEPTH_MAX)
  // Too many or too deep to look at each: what was not judged is not passed.
  return texts === undefined ? tooComplex(text) : judgeEach(text, texts, judgeOf(text, texts, { policy, options }))
}

interface Setting {
  readonly policy: SidePolicy
  readonly options: GuardOptions
}

/** Texts that stand in the source as they are need no walk of their own, where they are most of it. */
function judgeOf(text: string, texts: JsonTexts, { policy, options }: Setting): Judge {
  const judge = textJudge(text, texts, { policy, options })
  // No instruction and no prompt is a number.
  const { pseudonym, settledFrom } = options
  return (leaf, place, standing) =>
    standing.isNumber === true
      ? judgementOf(leaf, judgeReading(Reading.number(leaf), policy, { pseudonym, settledFrom }, standing))
      : judge(leaf, place, standing)
}

function textJudge(text: string, { plainUnits }: JsonTexts, { policy, options }: Setting): Judge {
  const isAscii = !BEYOND_ASCII.test(text)
  if (2 * plainUnits < text.length || !(isAscii || isMostlyAscii(text)))
    return (leaf, _place, standing) => guardText(leaf, policy, options, standing)
  const parts = new TextParts(text)
  return (leaf, { start, end }, standing) =>
    leaf.length === end - start - 2 && (isAscii || !BEYOND_ASCII.test(leaf))
      ? judgementOf(leaf, judgeReading(parts.reading(start + 1, end - 1), policy, options, standing))
      : guardText(leaf, policy, options, standing)
}

/** At most one unit of so many is beyond ASCII, as far as every seventh tells: which way is taken changes no judgement. */
const ASCII_SHARE = 16
const LOOKED_AT = 7

function isMostlyAscii(text: string): boolean {
  let beyond = 0
  for (let at = 0; at < text.length; at += LOOKED_AT) if (text.charCodeAt(at) > 126) beyond += 1
  return beyond * LOOKED_AT * ASCII_SHARE <= text.length
}

function judgeEach(text: string, texts: JsonTexts, judge: Judge): GuardJudgement {
  let action: Obligation = 'allow'
  let score = 0
  let written = ''
  let from = 0
  const findings: GuardFinding[] = []
  const known = new JudgedValues(text, texts)
  for (let index = 0; index < texts.count; index++) {
    const start = texts.places[2 * index] as number
    const end = texts.places[2 * index + 1] as number
    const { leaf = '', judgement } = known.at(index) ?? known.keep(index, judge)
    if (judgement.findings.length === 0 && judgement.score === 0) continue
    action = heavier(action, judgement.action)
    score = Math.max(score, judgement.score)
    for (const finding of judgement.findings) findings.push(finding)
    if (judgement.text === leaf) continue
    written += text.slice(from, start) + JSON.stringify(judgement.text)
    from = end
  }
  return { action, score, findings, text: from === 0 ? text : written + text.slice(from) }
}

function tooComplex({ length }: string): GuardJudgement {
  return {
    action: 'block',
    score: 0,
    text: '',
    findings: [
      {
        detector: 'guard/too-complex',
        category: 'undecodable',
        start: 0,
        end: length,
        score: 1,
        guarantee: 'boundary',
      },
    ],
  }
}

function isJson(text: string): boolean {
  return text.length <= TEXT_CHARS_MAX && /^\s*[[{]/.test(text) && parsedJson(text) !== undefined
}
