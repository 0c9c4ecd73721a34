import { PatternSet, type PatternSource } from '../detection/linear-pattern/pattern-set.ts'
import type { GuardRule, GuardSideName } from '../manifest/manifest.ts'

/** The rules of the user's own that one side searches for together. */
export interface RuleSet {
  readonly rules: readonly GuardRule[]
  readonly patterns: PatternSet
}

/**
 * The rules of one side; undefined where none is for it. A manifest's patterns were read when it was checked: one that cannot be
 * read is a bug of whoever built the configuration.
 */
export function ruleSet(rules: readonly GuardRule[] | undefined, side: GuardSideName): RuleSet | undefined {
  const own = (rules ?? []).filter(({ sides }) => sides?.includes(side) ?? true)
  if (own.length === 0) return undefined
  const patterns = PatternSet.of(own)
  if (patterns.ok) return { rules: own, patterns: patterns.value }
  throw new RangeError(`guard rule \`${own[patterns.failure.pattern]?.id ?? ''}\`: ${patterns.failure.message}`)
}

export interface RuleProblem {
  /** Index of the rule. */
  readonly rule: number
  readonly message: string
}

/** What is wrong with the patterns of a manifest, alone and together; undefined where all can be searched for. */
export function ruleProblem(rules: readonly PatternSource[]): RuleProblem | undefined {
  const patterns = PatternSet.of(rules)
  return patterns.ok ? undefined : { rule: patterns.failure.pattern, message: patterns.failure.message }
}
