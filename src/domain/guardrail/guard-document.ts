import { parsedJson } from '../../base/json.ts'
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
/** So many texts are known at a time, of so many units with their quotes. */
const KNOWN_MAX = 1_024
const KNOWN_CHARS_MAX = 66

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
  const isAscii = !BEYOND_ASCII.test(text)
  if (2 * plainUnits < text.length || !(isAscii || isMostlyAscii(text)))
    return (leaf) => guardText(leaf, policy, options)
  const parts = new TextParts(text)
  return (leaf, start, end) =>
    leaf.length === end - start - 2 && (isAscii || !BEYOND_ASCII.test(leaf))
      ? judgementOf(leaf, judgeReading(parts.reading(start + 1, end - 1), policy, options))
      : guardText(leaf, policy, options)
}

/** At most one unit of so many is beyond ASCII. */
const ASCII_SHARE = 16

function isMostlyAscii(text: string): boolean {
  let beyond = 0
  for (let at = 0; at < text.length && beyond * ASCII_SHARE <= text.length; at++)
    if (text.charCodeAt(at) > 126) beyond += 1
  return beyond * ASCII_SHARE <= text.length
}

function judgeEach(text: string, { count, places }: JsonTexts, judge: Judge): GuardJudgement {
  let action: Obligation = 'allow'
  let score = 0
  let written = ''
  let from = 0
  const findings: GuardFinding[] = []
  const known = new KnownTexts(text)
  for (let index = 0; index < 2 * count; index += 2) {
    const start = places[index] as number
    const end = places[index + 1] as number
    const { leaf, judgement } = known.at(start, end) ?? known.keep(start, end, judge)
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

interface Known {
  readonly leaf: string
  readonly judgement: GuardJudgement
}

/** Keys and words come again in every row: short ones that were judged are known by where they stand, before they are made. */
class KnownTexts {
  readonly #source: string
  /** Place of the first escape. */
  readonly #escape: number
  readonly #known = new Map<number, Known>()

  constructor(source: string) {
    this.#source = source
    const escape = source.indexOf('\\')
    this.#escape = escape < 0 ? source.length : escape
  }

  at(start: number, end: number): Known | undefined {
    const known = end - start > KNOWN_CHARS_MAX ? undefined : this.#known.get(this.#numberOf(start, end))
    if (known === undefined || known.leaf.length !== end - start - 2) return undefined
    return this.#source.startsWith(known.leaf, start + 1) ? known : undefined
  }

  keep(start: number, end: number, judge: Judge): Known {
    const isPlain = end <= this.#escape || !this.#source.slice(start, end).includes('\\')
    const leaf = isPlain
      ? this.#source.slice(start + 1, end - 1)
      : (JSON.parse(this.#source.slice(start, end)) as string)
    const known = { leaf, judgement: judge(leaf, start, end) }
    if (isPlain && end - start <= KNOWN_CHARS_MAX) this.#known.set(this.#numberOf(start, end), known)
    return known
  }

  /** Two texts of one number are told apart, and the later one is kept. */
  #numberOf(start: number, end: number): number {
    const source = this.#source
    const edges = source.charCodeAt(start + 1) * 31 + source.charCodeAt(end - 2)
    return (edges * 31 + source.charCodeAt((start + end) >> 1) * 7 + end - start) % KNOWN_MAX
  }
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
