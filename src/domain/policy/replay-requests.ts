import type { JsonObject } from '../../base/json.ts'
import {
  decideModelRequestRules,
  decideRequestRules,
  type ModelRequestFacts,
  type RequestFacts,
} from './decide-request-rules.ts'
import type { PolicyEngine } from './policy-engine.ts'
import type { PolicyPack } from './policy-pack.ts'

/** One recorded call of a tool, as its decision record has it. */
export interface RecordedCall {
  readonly request: string
  readonly tool: string
  /** What was decided then, by the manifest and all packs. */
  readonly decision: string
  readonly rule: string
  /** What rules of packs said then. */
  readonly rules: readonly {
    readonly rule: string
    readonly pack: string
    readonly mode: string
    readonly outcome: string
  }[]
  /** Null: the manifest did not ask for arguments to be kept, so rules that read them cannot be replayed. */
  readonly args: JsonObject | null
  readonly facts: Omit<RequestFacts, 'args'>
}

export interface ReplayedCall {
  readonly request: string
  readonly tool: string
  /** What the pack alone said then. */
  readonly before: 'allow' | 'require-approval' | 'block'
  readonly after: 'allow' | 'require-approval' | 'block'
  /** The rule that decides now. */
  readonly rule: string | null
  /** Rules that read arguments which were not kept. */
  readonly unknown: readonly string[]
}

/** What a changed pack would have said about a recorded call, beside what it said. */
export function replayCall(engine: PolicyEngine, pack: PolicyPack, call: RecordedCall): ReplayedCall {
  const { results } = decideRequestRules(engine, [pack], { ...call.facts, args: call.args ?? {} })
  // Without its arguments a rule that errs has not been replayed.
  const unknown =
    call.args === null ? results.filter(({ outcome }) => outcome === 'errored').map(({ rule }) => rule) : []
  const known = results.filter(
    ({ rule, mode, outcome }) => mode === 'enforce' && outcome !== 'holds' && !unknown.includes(rule),
  )
  const effects = new Map(pack.rules.map(({ id, effect = 'block' }) => [id, effect]))
  const now = known.map(({ rule, outcome }) => ({
    rule,
    effect: outcome === 'errored' ? 'block' : (effects.get(rule) ?? 'block'),
  }))
  const decides = now.find(({ effect }) => effect === 'block') ?? now[0]
  return {
    request: call.request,
    tool: call.tool,
    before: saidThen(pack, call),
    after: decides === undefined ? 'allow' : decides.effect,
    rule: decides?.rule ?? null,
    unknown,
  }
}

/** One recorded request to a model. */
export interface RecordedModelRequest {
  readonly request: string
  readonly rules: RecordedCall['rules']
  readonly facts: ModelRequestFacts
}

export interface ReplayedModelRequest {
  readonly request: string
  readonly before: 'allow' | 'block'
  readonly after: 'allow' | 'block'
  readonly rule: string | null
}

/** What a changed pack would have said about a recorded request to a model, beside what it said. */
export function replayModelRequest(
  engine: PolicyEngine,
  pack: PolicyPack,
  { request, rules, facts }: RecordedModelRequest,
): ReplayedModelRequest {
  const { decidedBy } = decideModelRequestRules(engine, [pack], facts)
  const wasStopped = rules.some((one) => one.pack === pack.id && one.mode === 'enforce' && one.outcome !== 'holds')
  return {
    request,
    before: wasStopped ? 'block' : 'allow',
    after: decidedBy === undefined ? 'allow' : 'block',
    rule: decidedBy?.rule ?? null,
  }
}

function saidThen(pack: PolicyPack, { rules, rule, decision }: RecordedCall): ReplayedCall['before'] {
  const stopped = rules.filter((one) => one.pack === pack.id && one.mode === 'enforce' && one.outcome !== 'holds')
  if (stopped.length === 0) return 'allow'
  // The rule that decided names its effect; any other of this pack that did not hold was no heavier.
  const decided = stopped.some((one) => one.rule === rule)
  return decided && decision === 'require-approval' ? 'require-approval' : 'block'
}
