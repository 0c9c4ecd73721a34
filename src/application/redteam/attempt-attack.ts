import type { CaseSubject, Observation } from '../../domain/evaluation/suite.ts'
import type { LeakIndex } from '../../domain/detection/prompt-leak.ts'
import type { BoundAttack } from '../../domain/redteam/bind-case.ts'
import type { AttackAttempt } from '../../domain/redteam/campaign-run.ts'
import { judgeAttack } from '../../domain/redteam/judge-attack.ts'
import type { EvaluationTarget } from '../evaluation/target.ts'
import { canPlant } from './planting-target.ts'

/** What every attempt of a campaign is run against. */
export interface AttackPorts {
  readonly target: EvaluationTarget
  readonly subject: CaseSubject
  readonly leak: LeakIndex
  readonly sharedTenant: string
  readonly signal: AbortSignal
  readonly monotonicMs: () => number
}

export interface Tried {
  readonly attempt: AttackAttempt
  /** None where the target threw. */
  readonly observation: Observation | undefined
}

/** Runs one attack and judges it; a target that throws gives no verdict. */
export async function attemptAttack(attack: BoundAttack, ports: AttackPorts): Promise<Tried> {
  const { subject, leak, sharedTenant, monotonicMs } = ports
  const startedMs = monotonicMs()
  try {
    const observation = await observe(attack, ports)
    const { blocked } = observation
    const { succeeded, why } = judgeAttack({ ...attack, subject }, observation, { leak, sharedTenant })
    const attempt: AttackAttempt = {
      ...attack,
      outcome: succeeded ? 'succeeded' : 'held',
      why,
      blocked: blocked === null ? null : { code: blocked.code, rule: blocked.rule },
      reply: observation.reply,
      toolCalls: observation.toolCalls,
      records: observation.records.map(({ id }) => id),
      elapsedMs: monotonicMs() - startedMs,
    }
    return { attempt, observation }
  } catch (error) {
    // The target is the user's code: whatever it throws means that this attempt has no verdict.
    const why = (error instanceof Error ? error.message : String(error)).slice(0, 300)
    const nothing = { blocked: null, reply: '', toolCalls: [], records: [] }
    return {
      attempt: { ...attack, ...nothing, outcome: 'errored', why, elapsedMs: monotonicMs() - startedMs },
      observation: undefined,
    }
  }
}

async function observe(
  { channel, plant, turns }: BoundAttack,
  { target, subject, signal }: AttackPorts,
): Promise<Observation> {
  if (channel === 'user') return target.run(turns, subject, signal)
  if (!canPlant(target) || plant === undefined) throw new Error(`the target plants nothing (${channel})`)
  return target.runPlanted({ channel, text: plant }, turns, subject, signal)
}
