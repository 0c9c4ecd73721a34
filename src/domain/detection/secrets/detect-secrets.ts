import { Automaton, type Pattern } from '../automaton.ts'
import { bestWithoutOverlaps, type Match } from '../match.ts'
import { SECRET_CONTEXT_TABLE } from '../tables/secret-context-table.ts'
import { SECRET_FORMAT_TABLE } from '../tables/secret-format-table.ts'
import { parseSecretTable, type SecretRule } from './secret-rule.ts'
import { verifySecretAt } from './verify-secret.ts'

/** Every rule of `catalog/detection/secrets.jsonl`, without its examples. */
export const SECRET_RULES: readonly SecretRule[] = parseSecretTable([...SECRET_FORMAT_TABLE, ...SECRET_CONTEXT_TABLE])

interface Anchor extends Pattern {
  /** Rules that look here, by their number. */
  readonly rules: readonly number[]
}

/** Each anchor once, with every rule that has it. */
const ANCHORS: readonly Anchor[] = [
  ...Map.groupBy(
    SECRET_RULES.flatMap(({ anchors }, rule) => anchors.map((text) => ({ text, rule }))),
    ({ text }) => text,
  ),
].map(([text, places]) => ({ text, isWord: false, rules: places.map(({ rule }) => rule) }))

let automaton: Automaton | undefined

/**
 * Finds secrets in raw text (formats keep their case). Spans are raw and do not overlap, in order: where findings overlap, the one
 * with the higher confidence wins, then the longer one. The score is the confidence of the rule, 0 to 1. One pass over the text,
 * and bounded work at each anchor.
 */
export function detectSecrets(raw: string): readonly Match[] {
  automaton ??= new Automaton(ANCHORS)
  const found: Match[] = []
  const searchedTo = new Map<number, number>()
  automaton.scan(raw, (anchor, start) => {
    for (const number of (ANCHORS[anchor] as Anchor).rules) {
      if (start < (searchedTo.get(number) ?? 0)) continue
      const match = verifySecretAt(SECRET_RULES[number] as SecretRule, raw, start)
      if (match === undefined) continue
      found.push(match)
      searchedTo.set(number, match.end)
    }
  })
  return bestWithoutOverlaps(found)
}
