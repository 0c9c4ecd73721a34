import type { Match } from '../pii-detectors.ts'
import { SECRET_CONTEXT_TABLE } from '../tables/secret-context-table.ts'
import { SECRET_FORMAT_TABLE } from '../tables/secret-format-table.ts'
import { parseSecretTable, type SecretRule } from './secret-rule.ts'
import { verifySecretAt } from './verify-secret.ts'

/** Every rule of `catalog/detection/secrets.jsonl`, without its examples. */
export const SECRET_RULES: readonly SecretRule[] = parseSecretTable([...SECRET_FORMAT_TABLE, ...SECRET_CONTEXT_TABLE])

/** A place where an anchor of a rule stands. */
interface AnchorHit {
  readonly rule: SecretRule
  readonly at: number
}

/**
 * Finds secrets in raw text (formats keep their case). Spans are raw and do not overlap, in order: where findings overlap, the one
 * with the higher confidence wins, then the longer one. The score is the confidence of the rule, 0 to 1.
 */
export function detectSecrets(raw: string): readonly Match[] {
  const found: Match[] = []
  const searchedTo = new Map<SecretRule, number>()
  for (const { rule, at } of anchorHits(raw)) {
    if (at < (searchedTo.get(rule) ?? 0)) continue
    const match = verifySecretAt(rule, raw, at)
    if (match === undefined) continue
    found.push(match)
    searchedTo.set(rule, match.end)
  }
  return withoutOverlaps(found)
}

/** Every anchor of every rule, by rule and then by place. */
function* anchorHits(raw: string): Generator<AnchorHit> {
  // Only ASCII is folded: folding all of Unicode would move offsets.
  const folded = raw.replace(/[A-Z]{1,4096}/g, (run) => run.toLowerCase())
  for (const rule of SECRET_RULES) {
    const places = new Set<number>()
    for (const anchor of rule.anchors)
      for (let at = folded.indexOf(anchor); at >= 0; at = folded.indexOf(anchor, at + 1)) places.add(at)
    for (const at of [...places].toSorted((left, right) => left - right)) yield { rule, at }
  }
}

function withoutOverlaps(found: readonly Match[]): readonly Match[] {
  const kept: Match[] = []
  for (const match of found.toSorted((left, right) => left.start - right.start || right.end - left.end)) {
    let isBeaten = false
    for (let last = kept.at(-1); last !== undefined && match.start < last.end; last = kept.at(-1)) {
      if (!isBetter(match, last)) {
        isBeaten = true
        break
      }
      kept.pop()
    }
    if (!isBeaten) kept.push(match)
  }
  return kept
}

function isBetter(match: Match, than: Match): boolean {
  return match.score !== than.score ? match.score > than.score : match.end - match.start > than.end - than.start
}
