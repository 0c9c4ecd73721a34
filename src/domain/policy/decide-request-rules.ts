import type { JsonObject } from '../../base/json.ts'
import { fail } from '../../base/result.ts'
import type { PolicyEngine } from './policy-engine.ts'
import { evaluateRule, modeOf, REQUEST_VARIABLES, type PolicyMode, type PolicyPack } from './policy-pack.ts'

/** One tool call as request rules see it; every member is always there, so that no rule errs on an absent one. */
export interface RequestFacts {
  readonly tier: string
  readonly environment: string
  readonly manifest: JsonObject
  readonly subject: {
    /** False: nobody is verified, and the other members are empty. */
    readonly isVerified: boolean
    readonly tenant: string
    readonly principal: string
    readonly roles: readonly string[]
    readonly email: string
  }
  readonly tool: { readonly id: string; readonly effect: string }
  readonly args: JsonObject
  readonly labels: { readonly integrity: string; readonly confidentiality: string }
  readonly session: { readonly calls: Readonly<Record<string, number>>; readonly total: number }
}

export interface RequestRuleResult {
  readonly rule: string
  readonly pack: string
  readonly mode: PolicyMode
  readonly outcome: 'holds' | 'does-not-hold' | 'errored'
  readonly message: string
}

export interface RequestRulesDecision {
  readonly decision: 'allow' | 'require-approval' | 'block'
  /** The enforced rule that decided. */
  readonly decidedBy: RequestRuleResult | undefined
  /** Every rule that applied, those in shadow too. */
  readonly results: readonly RequestRuleResult[]
}

const OVERDUE: ReturnType<typeof evaluateRule> = fail({ code: 'policy/evaluation', message: 'the rules took too long' })

/**
 * Request rules of the packs on one tool call. A rule that cannot be evaluated stops the call, whatever its effect says;
 * a rule in shadow is recorded and stops nothing. A block outweighs an approval.
 */
// oxlint-disable-next-line max-params -- what runs, what decides, on what, and for how long
export function decideRequestRules(
  engine: PolicyEngine,
  packs: readonly PolicyPack[],
  facts: RequestFacts,
  isOverdue: () => boolean = () => false,
): RequestRulesDecision {
  const document = facts as unknown as JsonObject
  const results: RequestRuleResult[] = []
  let decision: RequestRulesDecision['decision'] = 'allow'
  let decidedBy: RequestRuleResult | undefined
  for (const pack of packs) {
    if (pack.scope !== 'request') continue
    for (const rule of pack.rules) {
      const applies = isOverdue() ? OVERDUE : evaluateRule(engine, rule.when, document, REQUEST_VARIABLES)
      if (applies.ok && !applies.value) continue
      const holds = applies.ok ? evaluateRule(engine, rule.expr, document, REQUEST_VARIABLES) : applies
      const result: RequestRuleResult = {
        rule: rule.id,
        pack: pack.id,
        mode: modeOf(pack, rule),
        outcome: holds.ok ? (holds.value ? 'holds' : 'does-not-hold') : 'errored',
        message: holds.ok ? rule.message : `the rule cannot be evaluated: ${holds.failure.message}`,
      }
      results.push(result)
      if (result.mode === 'shadow' || result.outcome === 'holds') continue
      const effect = result.outcome === 'errored' ? 'block' : (rule.effect ?? 'block')
      if (decision === 'block' || effect === decision) continue
      decision = effect
      decidedBy = result
    }
  }
  return { decision, decidedBy, results }
}
