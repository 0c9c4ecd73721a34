import type { JsonObject } from '../../base/json.ts'
import {
  decideModelRequestRules,
  type ModelRequestFacts,
  type RequestRuleResult,
} from '../../domain/policy/decide-request-rules.ts'
import type { PolicyEngine } from '../../domain/policy/policy-engine.ts'
import type { Denial, RequestContext, RequestDecision } from './decide-request.ts'

/** How long the rules on one request may take together. */
const RULES_MS_MAX = 50

/** What is known of a request beside its context. */
export interface ModelPolicyQuestion {
  readonly kind: ModelRequestFacts['request']['kind']
  readonly isStream: boolean
  readonly tools: readonly string[]
  readonly regions: readonly string[]
}

/** What rules of packs said about a request to a model, and what they read of it that its record does not have anyway. */
export interface ModelPolicyRecord {
  readonly rules: readonly RequestRuleResult[]
  readonly facts: Pick<ModelRequestFacts, 'request' | 'labels'> & {
    readonly isVerified: boolean
    readonly roles: readonly string[]
    readonly purpose: string
  }
}

/**
 * Rules of packs on a request that may go on so far. INVARIANT: they only deny; what they cannot be asked about, or are not
 * done with in time, they deny.
 */
export function decideModelPolicy(
  decision: RequestDecision,
  questionOf: (context: RequestContext) => ModelPolicyQuestion,
  ports: { readonly engine: PolicyEngine; readonly monotonicMs: () => number },
): { readonly decision: RequestDecision; readonly policy?: ModelPolicyRecord } {
  if (decision.kind === 'deny') return { decision }
  const { denial, policy } = judgeByPacks(decision.context, questionOf, ports)
  if (denial === undefined) return { decision, policy }
  const { releaseDigest, score, findings } = decision
  return { policy, decision: { kind: 'deny', releaseDigest, score, findings, action: 'block', denial } }
}

/** The rules of packs on the model that a context names: the one asked for, or one that would stand in for it. */
export function judgeByPacks(
  context: RequestContext,
  questionOf: (context: RequestContext) => ModelPolicyQuestion,
  ports: { readonly engine: PolicyEngine; readonly monotonicMs: () => number },
): { readonly denial: Denial | undefined; readonly policy?: ModelPolicyRecord } {
  const policy = context.release.requestPolicy
  if (policy?.packs.some(({ scope }) => scope === 'model-request') !== true) return { denial: undefined }
  const facts = factsOf(context, policy, questionOf(context))
  const endsMs = ports.monotonicMs() + RULES_MS_MAX
  const { decidedBy, results } = decideModelRequestRules(
    ports.engine,
    policy.packs,
    facts,
    () => ports.monotonicMs() > endsMs,
  )
  const { request, labels, subject } = facts
  const { isVerified, roles, purpose } = subject
  const record = { rules: results, facts: { request, labels, isVerified, roles, purpose } }
  if (decidedBy === undefined) return { denial: undefined, policy: record }
  return {
    policy: record,
    denial: { status: 403, code: 'policy_denied', message: decidedBy.message, rule: `policy/${decidedBy.rule}` },
  }
}

function factsOf(
  { subject, release, model, promptId, label }: RequestContext,
  {
    tier,
    environment,
    manifest,
  }: { readonly tier: string; readonly environment: string; readonly manifest: JsonObject },
  question: ModelPolicyQuestion,
): ModelRequestFacts {
  return {
    tier,
    environment,
    manifest,
    subject: {
      isVerified: subject !== undefined,
      tenant: subject?.tenant ?? '',
      principal: subject?.principal ?? '',
      roles: [...(subject?.roles ?? [])],
      email: subject?.email ?? '',
      purpose: subject?.purpose ?? '',
    },
    request: { ...question, model, prompt: promptId },
    data: { classes: [...release.manifest.intake.dataClasses] },
    labels: { integrity: label.integrity, confidentiality: label.confidentiality },
  }
}
