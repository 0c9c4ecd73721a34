import type { PolicyEngine } from './policy-engine.ts'
import { testRule, variablesOf, type PolicyPack, type PolicyRule } from './policy-pack.ts'

/** What a mutant does to an expression (docs/reference/policy-pack.md). */
export const MUTATION_OPERATORS = [
  'constant',
  'negate',
  'drop-negation',
  'drop-operand',
  'drop-element',
  'swap-operator',
  'swap-quantifier',
  'swap-branches',
  'shift-number',
  'change-text',
] as const
export type MutationOperator = (typeof MUTATION_OPERATORS)[number]

export interface ExpressionMutant {
  readonly operator: MutationOperator
  readonly expression: string
}

/** A mutant that no input can tell from its origin, and why. */
export interface EquivalentMutant {
  readonly rule: string
  readonly field: 'when' | 'expr'
  readonly mutant: string
  readonly reason: string
}

export interface MutantResult {
  readonly rule: string
  readonly controls: readonly string[]
  readonly field: 'when' | 'expr'
  readonly operator: MutationOperator
  readonly mutant: string
  readonly status: 'killed' | 'survived' | 'equivalent'
  /** The test that noticed, or why the mutant is equivalent. */
  readonly by: string
}

export interface MutationPorts {
  readonly engine: PolicyEngine
  readonly mutantsOf: (expression: string) => readonly ExpressionMutant[]
}

/**
 * Breaks each rule of a pack in every documented way and looks whether one of the rule's own tests notices. A test that
 * errors has noticed: at the gate an error is no pass.
 */
export function mutatePack(
  ports: MutationPorts,
  pack: PolicyPack,
  equivalents: readonly EquivalentMutant[] = [],
): readonly MutantResult[] {
  return pack.rules.flatMap((rule) =>
    (['when', 'expr'] as const).flatMap((field) =>
      // A rule that always applies has no condition to break; Rego is compiled, and its tests run elsewhere.
      (field === 'when' && rule.when === 'true') || rule.rego !== undefined
        ? []
        : ports.mutantsOf(rule[field]).map((mutant) => judge(ports, pack, rule, { field, mutant, equivalents })),
    ),
  )
}

function judge(
  { engine }: MutationPorts,
  pack: PolicyPack,
  rule: PolicyRule,
  {
    field,
    mutant,
    equivalents,
  }: {
    readonly field: 'when' | 'expr'
    readonly mutant: ExpressionMutant
    readonly equivalents: readonly EquivalentMutant[]
  },
): MutantResult {
  const broken: PolicyRule = { ...rule, [field]: mutant.expression }
  const noticed = testRule(engine, broken, variablesOf(pack)).find(({ isMet }) => !isMet)
  const listed = equivalents.find(
    (entry) => entry.rule === rule.id && entry.field === field && entry.mutant === mutant.expression,
  )
  return {
    rule: rule.id,
    controls: rule.controls,
    field,
    operator: mutant.operator,
    mutant: mutant.expression,
    // A mutant that a test kills is not equivalent, whatever the list says.
    status: noticed !== undefined ? 'killed' : listed === undefined ? 'survived' : 'equivalent',
    by: noticed?.test ?? listed?.reason ?? '',
  }
}
