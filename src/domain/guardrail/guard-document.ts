import type { Json, JsonObject } from '../../base/json.ts'
import { isJsonObject } from '../../base/json.ts'
import type { GuardFinding } from '../detection/finding.ts'
import type { SidePolicy } from './guard-policy.ts'
import { guardText, TEXT_CHARS_MAX, type GuardJudgement, type GuardOptions } from './guard-text.ts'
import { heavier, type Obligation } from './obligation.ts'

const LEAVES_MAX = 10_000
const DEPTH_MAX = 64
/** Keys and words come again in every row; so many short ones are judged once. */
const KNOWN_MAX = 1_024
const KNOWN_CHARS_MAX = 64

/**
 * The guard on a tool result or document. JSON is judged text by text and put together again, so that a redaction takes
 * out words and never the structure around them. Anything else is judged as one text.
 */
export function guardDocument(text: string, policy: SidePolicy, options: GuardOptions = {}): GuardJudgement {
  const json = jsonOf(text)
  if (json === undefined) return guardText(text, policy, options)
  const total: { action: Obligation; score: number; leaves: number; changed: boolean } = {
    action: 'allow',
    score: 0,
    leaves: 0,
    changed: false,
  }
  const findings: GuardFinding[] = []
  const known = new Map<string, GuardJudgement>()
  const judge = (leaf: string): string => {
    total.leaves += 1
    let judgement = known.get(leaf)
    if (judgement === undefined) {
      judgement = guardText(leaf, policy, options)
      if (leaf.length <= KNOWN_CHARS_MAX && known.size < KNOWN_MAX) known.set(leaf, judgement)
    }
    total.action = heavier(total.action, judgement.action)
    total.score = Math.max(total.score, judgement.score)
    for (const finding of judgement.findings) findings.push(finding)
    if (judgement.text !== leaf) total.changed = true
    return judgement.text
  }
  const rebuilt = rebuild(json, judge, total, 0)
  // Too many or too deep to look at each: what was not judged is not passed.
  if (rebuilt === undefined)
    return {
      action: 'block',
      score: total.score,
      text: '',
      findings: [
        {
          detector: 'guard/too-complex',
          category: 'undecodable',
          start: 0,
          end: text.length,
          score: 1,
          guarantee: 'boundary',
        },
      ],
    }
  return { action: total.action, score: total.score, findings, text: total.changed ? JSON.stringify(rebuilt) : text }
}

function jsonOf(text: string): JsonObject | readonly Json[] | undefined {
  if (text.length > TEXT_CHARS_MAX || !/^\s*[[{]/.test(text)) return undefined
  try {
    const value = JSON.parse(text) as Json
    return isJsonObject(value) || Array.isArray(value) ? (value as JsonObject | readonly Json[]) : undefined
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

function rebuild(
  value: Json,
  judge: (leaf: string) => string,
  total: { readonly leaves: number },
  depth: number,
): Json | undefined {
  if (depth > DEPTH_MAX || total.leaves > LEAVES_MAX) return undefined
  if (typeof value === 'string') return judge(value)
  if (Array.isArray(value)) {
    const items: Json[] = []
    for (const item of value as readonly Json[]) {
      const rebuilt = rebuild(item, judge, total, depth + 1)
      if (rebuilt === undefined) return undefined
      items.push(rebuilt)
    }
    return items
  }
  if (!isJsonObject(value)) return value
  const members: [string, Json][] = []
  for (const [key, item] of Object.entries(value)) {
    const rebuilt = rebuild(item as Json, judge, total, depth + 1)
    if (rebuilt === undefined) return undefined
    members.push([judge(key), rebuilt])
  }
  return Object.fromEntries(members)
}
