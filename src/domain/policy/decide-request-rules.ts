import type { JsonObject } from '../../base/json.ts'
import { fail } from '../../base/result.ts'
import type { PolicyEngine } from './policy-engine.ts'
import { evaluateRule, modeOf, variablesOf, type PolicyMode, type PolicyPack, type PolicyScope } from './policy-pack.ts'

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

export const MODEL_REQUEST_KINDS = ['generation', 'embedding'] as const

/** One request to a model as rules see it; every member is always there. */
export interface ModelRequestFacts {
  readonly tier: string
  readonly environment: string
  readonly manifest: JsonObject
  readonly subject: RequestFacts['subject'] & {
    /** What the application says the end user is served for, in the verified token; empty: it says nothing. */
    readonly purpose: string
  }
  readonly request: {
    readonly kind: (typeof MODEL_REQUEST_KINDS)[number]
    readonly model: string
    /** Prompt of the release that was recognised; empty for embeddings. */
    readonly prompt: string
    readonly isStream: boolean
    /** Tools that are offered to the model. */
    readonly tools: readonly string[]
    /** Where it may be answered, in the order in which upstreams are asked; an empty text: nobody said where that is. */
    readonly regions: readonly string[]
  }
  readonly data: {
    /** Classes of data that the manifest declares. */
    readonly classes: readonly string[]
  }
  readonly labels: { readonly integrity: string; readonly confidentiality: string }
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
  return decideServedRules(engine, packs, { scope: 'request', document: facts as unknown as JsonObject, isOverdue })
}

/** The same of packs on requests to a model. */
// oxlint-disable-next-line max-params -- what runs, what decides, on what, and for how long
export function decideModelRequestRules(
  engine: PolicyEngine,
  packs: readonly PolicyPack[],
  facts: ModelRequestFacts,
  isOverdue: () => boolean = () => false,
): RequestRulesDecision {
  const document = facts as unknown as JsonObject
  return decideServedRules(engine, packs, { scope: 'model-request', document, isOverdue })
}

function decideServedRules(
  engine: PolicyEngine,
  packs: readonly PolicyPack[],
  asked: {
    readonly scope: Exclude<PolicyScope, 'release'>
    readonly document: JsonObject
    readonly isOverdue: () => boolean
  },
): RequestRulesDecision {
  const { scope, document, isOverdue } = asked
  const variables = variablesOf({ scope })
  const results: RequestRuleResult[] = []
  let decision: RequestRulesDecision['decision'] = 'allow'
  let decidedBy: RequestRuleResult | undefined
  for (const pack of packs) {
    if (pack.scope !== scope) continue
    for (const rule of pack.rules) {
      const applies = isOverdue() ? OVERDUE : evaluateRule(engine, rule.when, document, variables)
      if (applies.ok && !applies.value) continue
      const holds = applies.ok ? evaluateRule(engine, rule.expr, document, variables) : applies
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
