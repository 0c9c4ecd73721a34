import type { Digest } from '../../base/digest.ts'
import type { EpochMs } from '../../base/instant.ts'
import type { JsonObject } from '../../base/json.ts'
import { fail } from '../../base/result.ts'
import type { Tier } from '../manifest/manifest.ts'
import { evaluateRule, isServedScope, modeOf, type PolicyPack, type PolicyRule } from '../policy/policy-pack.ts'
import type { PolicyEngine } from '../policy/policy-engine.ts'
import type { RegoAnswer } from '../policy/rego-engine.ts'
import { rightOf, type Decision, type DecisionRights } from '../approval/decision-rights.ts'
import { approvalState, type Approval, type ApprovalState } from './approvals.ts'
import { isFresh, type CheckEvidence, type CheckOutcome } from './evidence.ts'
import { exceptionState, isCompensated, type ReleaseException } from './release-exception.ts'

export const VERDICTS = ['released', 'blocked', 'inconclusive', 'pending-approval'] as const
export type Verdict = (typeof VERDICTS)[number]

export interface RuleResult {
  readonly rule: PolicyRule
  readonly pack: string
  readonly outcome: CheckOutcome | 'excepted'
  readonly evidence: CheckEvidence | undefined
  /** The waiver that covers it, or one that no longer does. */
  readonly exception: ReleaseException | undefined
  /** Why it is not passed, in the reader's words. */
  readonly detail: string
}

export interface ReleaseDecision {
  readonly verdict: Verdict
  readonly results: readonly RuleResult[]
  /** What rules in shadow would have said: recorded, and without effect on the verdict. */
  readonly shadow: readonly RuleResult[]
  /** Rules that do not apply, with nothing claimed about them. */
  readonly skipped: readonly { readonly rule: PolicyRule; readonly pack: string }[]
  readonly approvals: ApprovalState
  /** Approved waivers that no failing rule needed. */
  readonly unusedExceptions: readonly ReleaseException[]
}

/** A question that nobody has answered yet. */
export interface PendingDecision {
  readonly decision: Decision
  readonly subject: string
}

export interface DecideReleaseInputs {
  readonly engine: PolicyEngine
  readonly packs: readonly PolicyPack[]
  readonly tier: Tier
  readonly environment: string
  readonly releaseDigest: Digest
  readonly manifest: JsonObject
  /** Facts about the release that rules may use besides manifest and evidence. */
  readonly facts: JsonObject
  /** Newest evidence per check, and the key it must have now. */
  readonly evidence: ReadonlyMap<string, CheckEvidence>
  readonly expectedKeys: ReadonlyMap<string, Digest>
  /** What Rego said of the same document, by `regoKey`; a rule without an answer is `errored`. */
  readonly rego?: ReadonlyMap<string, RegoAnswer> | undefined
  readonly exceptions: readonly ReleaseException[]
  readonly approvals: readonly Approval[]
  readonly author: string
  readonly rights: DecisionRights
  /** What else people have to decide before this release may go there. */
  readonly pendingDecisions: readonly PendingDecision[]
  readonly now: EpochMs
}

/** What the rules need, without the people who decide after them. */
export type RuleInputs = Pick<
  DecideReleaseInputs,
  'engine' | 'packs' | 'tier' | 'environment' | 'manifest' | 'facts' | 'evidence' | 'expectedKeys' | 'rego' | 'now'
>

export interface JudgedRules {
  readonly results: readonly RuleResult[]
  readonly shadow: readonly RuleResult[]
  readonly skipped: readonly { readonly rule: PolicyRule; readonly pack: string }[]
}

/** Every release rule of the packs on one document: before exceptions, approvals and decisions of people. */
export function judgeRules(inputs: RuleInputs): JudgedRules {
  const document = inputDocument(inputs)
  const results: RuleResult[] = []
  const shadow: RuleResult[] = []
  const skipped: { rule: PolicyRule; pack: string }[] = []
  for (const pack of inputs.packs) {
    // Rules on requests are the gateway's: a release meets none of them.
    if (isServedScope(pack.scope)) continue
    for (const rule of pack.rules) {
      const found = modeOf(pack, rule) === 'shadow' ? shadow : results
      const applies = evaluateRule(inputs.engine, rule.when, document)
      if (applies.ok && !applies.value) skipped.push({ rule, pack: pack.id })
      else if (!applies.ok)
        found.push(
          result(rule, pack, 'errored', inputs, `its \`when\` cannot be evaluated: ${applies.failure.message}`),
        )
      else found.push(judgeRule(rule, pack, document, inputs))
    }
  }
  return { results, shadow, skipped }
}

/**
 * Policy packs applied to a release. A missing, stale or errored result is no pass; only `failed` can be waived; a rule
 * that cannot be evaluated is `errored`. Precedence: blocked > inconclusive > pending-approval > released.
 */
export function decideRelease(inputs: DecideReleaseInputs): ReleaseDecision {
  const { results, shadow, skipped } = judgeRules(inputs)
  const settled = results.map((entry) => waive(entry, results, inputs))
  // An approval, like an exception, is of this release and of no other.
  const own = inputs.approvals.filter(({ releaseDigest }) => releaseDigest === inputs.releaseDigest)
  const approvals = approvalState(
    rightOf(inputs.rights, 'release', inputs.tier),
    inputs.environment,
    own,
    inputs.author,
  )
  const used = new Set(settled.filter(({ outcome }) => outcome === 'excepted').map(({ exception }) => exception?.id))
  const unusedExceptions = inputs.exceptions.filter(
    (exception) =>
      exception.status === 'approved' && exception.releaseDigest === inputs.releaseDigest && !used.has(exception.id),
  )
  return {
    verdict: verdictOf(settled, approvals, inputs.pendingDecisions.length > 0),
    results: settled,
    shadow,
    skipped,
    approvals,
    unusedExceptions,
  }
}

/** The document that rules see (schemas/policy-input.schema.json). Evidence that is stale is not in it. */
export function inputDocument({
  tier,
  environment,
  manifest,
  facts,
  evidence,
  expectedKeys,
  packs,
  now,
}: RuleInputs): JsonObject {
  const visible: Record<string, JsonObject> = {}
  for (const rule of packs.flatMap((pack) => pack.rules)) {
    if (rule.check === undefined) continue
    const found = freshEvidence(rule, evidence, expectedKeys, now)
    visible[rule.id] =
      found === undefined
        ? { outcome: 'errored', n: 0, k: 0 }
        : { outcome: found.outcome, n: found.measure?.n ?? 0, k: found.measure?.k ?? 0 }
  }
  return { tier, environment, manifest, facts, evidence: visible }
}

function freshEvidence(
  rule: PolicyRule,
  evidence: ReadonlyMap<string, CheckEvidence>,
  keys: ReadonlyMap<string, Digest>,
  now: EpochMs,
): CheckEvidence | undefined {
  const found = evidence.get(rule.id)
  const key = keys.get(rule.id)
  return found !== undefined && key !== undefined && isFresh(found, key, rule.maxAgeDays, now) ? found : undefined
}

// oxlint-disable-next-line max-params -- rule, pack, outcome, inputs and the reason
function result(
  rule: PolicyRule,
  pack: PolicyPack,
  outcome: CheckOutcome,
  { evidence }: RuleInputs,
  detail: string,
): RuleResult {
  return {
    rule,
    pack: pack.id,
    outcome,
    evidence: rule.check === undefined ? undefined : evidence.get(rule.id),
    exception: undefined,
    detail,
  }
}

function judgeRule(rule: PolicyRule, pack: PolicyPack, document: JsonObject, inputs: RuleInputs): RuleResult {
  const found =
    rule.check === undefined ? undefined : freshEvidence(rule, inputs.evidence, inputs.expectedKeys, inputs.now)
  if (rule.check !== undefined && found === undefined) {
    const isStale = inputs.evidence.has(rule.id)
    return result(
      rule,
      pack,
      'errored',
      inputs,
      isStale ? 'its evidence is stale: an input changed or it is too old' : 'not evidenced',
    )
  }
  if (found?.outcome === 'errored' || found?.outcome === 'inconclusive')
    return result(rule, pack, found.outcome, inputs, found.summary)
  const holds =
    rule.rego === undefined ? evaluateRule(inputs.engine, rule.expr, document) : regoAnswer(rule, pack, inputs)
  if (!holds.ok) return result(rule, pack, 'errored', inputs, `the rule cannot be evaluated: ${holds.failure.message}`)
  // INVARIANT: an expression cannot turn failed evidence into a pass.
  if (holds.value && found?.outcome !== 'failed')
    return result(rule, pack, 'passed', inputs, found?.summary ?? rule.title)
  return result(rule, pack, 'failed', inputs, found?.summary ?? rule.message)
}

/** Rules of two packs may have one id. */
export function regoKey(pack: Pick<PolicyPack, 'id'>, rule: Pick<PolicyRule, 'id'>): string {
  return `${pack.id}/${rule.id}`
}

function regoAnswer(rule: PolicyRule, pack: PolicyPack, { rego }: RuleInputs): RegoAnswer {
  return (
    rego?.get(regoKey(pack, rule)) ??
    fail({ code: 'policy/evaluation', message: 'its engine was not asked; the gate asks it' })
  )
}

function waive(
  entry: RuleResult,
  results: readonly RuleResult[],
  { exceptions, releaseDigest, now }: DecideReleaseInputs,
): RuleResult {
  if (entry.outcome !== 'failed') return entry
  for (const exception of exceptions.filter(({ ruleId }) => ruleId === entry.rule.id)) {
    const isCovered = isCompensated(exception, (id) =>
      results.some(({ rule, outcome }) => rule.id === id && outcome === 'passed'),
    )
    if (exceptionState(exception, { releaseDigest, now, isCompensated: isCovered }) === 'active')
      return { ...entry, outcome: 'excepted', exception }
  }
  return entry
}

function verdictOf(results: readonly RuleResult[], approvals: ApprovalState, isPending: boolean): Verdict {
  // A gate without a rule has shown nothing.
  if (results.length === 0) return 'inconclusive'
  if (approvals.isRejected || results.some(({ outcome }) => outcome === 'failed')) return 'blocked'
  if (results.some(({ outcome }) => outcome !== 'passed' && outcome !== 'excepted')) return 'inconclusive'
  return approvals.isComplete && !isPending ? 'released' : 'pending-approval'
}
