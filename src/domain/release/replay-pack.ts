import type { Digest } from '../../base/digest.ts'
import type { EpochMs } from '../../base/instant.ts'
import type { JsonObject } from '../../base/json.ts'
import type { Tier } from '../manifest/manifest.ts'
import type { PolicyEngine } from '../policy/policy-engine.ts'
import type { PolicyPack } from '../policy/policy-pack.ts'
import type { RegoAnswer } from '../policy/rego-engine.ts'
import { judgeRules, type RuleInputs } from './decide-release.ts'
import type { CheckEvidence } from './evidence.ts'

/** A release as it was decided on: its document, its evidence and what the rules said. */
export interface PastDecision {
  readonly releaseDigest: Digest
  readonly tier: Tier
  readonly environment: string
  readonly verdict: string
  readonly decidedAt: EpochMs
  readonly manifest: JsonObject
  readonly facts: JsonObject
  /** The evidence that the verdict read, by check id. */
  readonly evidence: ReadonlyMap<string, CheckEvidence>
  /** What Rego says of that document, by `regoKey`; a Rego rule without an answer is `errored`. */
  readonly rego?: ReadonlyMap<string, RegoAnswer> | undefined
  /** Outcome of every rule of every pack; `skipped` where it did not apply. */
  readonly outcomes: readonly { readonly rule: string; readonly pack: string; readonly outcome: string }[]
}

export interface ReplayedRule {
  readonly rule: string
  /** `none`: the rule was not there. */
  readonly before: string
  readonly after: string
}

export interface ReplayedDecision {
  readonly changes: readonly ReplayedRule[]
  /** What the rules alone would have said: people's decisions are not replayed. */
  readonly before: RulesSay
  readonly after: RulesSay
}

export type RulesSay = 'blocked' | 'inconclusive' | 'released'

/** What the rules of a pack read of a past decision. */
export function inputsOfPast(engine: PolicyEngine, pack: PolicyPack, past: PastDecision): RuleInputs {
  const { tier, environment, manifest, facts, evidence } = past
  const expectedKeys = new Map([...evidence].map(([check, { key }]) => [check, key]))
  return { engine, packs: [pack], tier, environment, manifest, facts, evidence, expectedKeys, now: past.decidedAt }
}

/**
 * A changed pack on a past decision, at the instant of that decision and on its evidence. An exception of then still covers
 * the rule that it was for; a check that was never asked for has no evidence and is `errored`, as it would be at a gate.
 */
export function replayPack(engine: PolicyEngine, pack: PolicyPack, past: PastDecision): ReplayedDecision {
  const { results, skipped } = judgeRules({ ...inputsOfPast(engine, pack, past), rego: past.rego })
  const own = new Map(
    past.outcomes.filter((entry) => entry.pack === pack.id).map((entry) => [entry.rule, entry.outcome]),
  )
  const after = new Map<string, string>([
    ...skipped.map(({ rule }) => [rule.id, 'skipped'] as const),
    ...results.map(({ rule, outcome }) => {
      const wasExcepted = outcome === 'failed' && own.get(rule.id) === 'excepted'
      return [rule.id, wasExcepted ? 'excepted' : outcome] as const
    }),
  ])
  const changes: ReplayedRule[] = []
  for (const rule of new Set([...own.keys(), ...after.keys()])) {
    const [was, is] = [own.get(rule) ?? 'none', after.get(rule) ?? 'none']
    if (was !== is) changes.push({ rule, before: was, after: is })
  }
  const others = past.outcomes.filter((entry) => entry.pack !== pack.id).map(({ outcome }) => outcome)
  return {
    changes: changes.toSorted((left, right) => (left.rule < right.rule ? -1 : 1)),
    before: rulesSay([...others, ...own.values()]),
    after: rulesSay([...others, ...after.values()]),
  }
}

/** The precedence of a verdict, over the rules alone. */
function rulesSay(outcomes: readonly string[]): RulesSay {
  const applied = outcomes.filter((outcome) => outcome !== 'skipped')
  if (applied.includes('failed')) return 'blocked'
  const isSettled = applied.length > 0 && applied.every((outcome) => outcome === 'passed' || outcome === 'excepted')
  return isSettled ? 'released' : 'inconclusive'
}
