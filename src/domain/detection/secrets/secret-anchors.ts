import type { Pattern } from '../automaton.ts'
import { SECRET_CONTEXT_TABLE } from '../tables/secret-context-table.ts'
import { SECRET_FORMAT_TABLE } from '../tables/secret-format-table.ts'
import { parseSecretTable, type SecretRule } from './secret-rule.ts'

/** Every rule of `catalog/detection/secrets.jsonl`, without its examples. */
export const SECRET_RULES: readonly SecretRule[] = parseSecretTable([...SECRET_FORMAT_TABLE, ...SECRET_CONTEXT_TABLE])

export interface SecretAnchor extends Pattern {
  /** Rules that look here, by their number. */
  readonly rules: readonly number[]
  readonly standing: Standing
}

/** Where an anchor counts: anywhere, behind no letter or digit, or behind no letter but as a hump of a name. */
export type Standing = 'anywhere' | 'word' | 'name'

/** Each anchor once, with every rule that has it. */
export const SECRET_ANCHORS: readonly SecretAnchor[] = [
  ...Map.groupBy(
    SECRET_RULES.flatMap(({ anchors }, rule) => anchors.map((text) => ({ text, rule }))),
    ({ text }) => text,
  ),
].map(([text, places]) => {
  const rules = places.map(({ rule }) => rule)
  const standing = standingOf(text, rules)
  return { text, isWord: false, isStart: standing === 'word', rules, standing }
})

function standingOf(anchor: string, rules: readonly number[]): Standing {
  const isOfNames = rules.some((rule) => SECRET_RULES[rule]?.kind === 'context')
  const looksBack = rules.some((rule) => SECRET_RULES[rule]?.back[1] !== 0)
  if (looksBack || !/^[a-z\d]/.test(anchor)) return 'anywhere'
  if (isOfNames) return /^[a-z]/.test(anchor) ? 'name' : 'anywhere'
  return 'word'
}
