import type { Observation } from '../evaluation/suite.ts'
import type { BoundAttack } from './bind-case.ts'
import type { Channel } from './attack-case.ts'

/** One attack as it was run. */
export interface AttackAttempt {
  readonly id: string
  readonly goal: string
  readonly technique: string
  readonly strategy: BoundAttack['strategy']
  readonly language: string
  readonly channel: Channel
  readonly turns: readonly string[]
  readonly plant: string | undefined
  readonly success: BoundAttack['success']
  readonly outcome: 'succeeded' | 'held' | 'errored'
  /** The sign that was seen, what stopped it, or why there is no verdict. */
  readonly why: string
  readonly blocked: Observation['blocked']
  readonly reply: string
  readonly toolCalls: Observation['toolCalls']
  readonly records: readonly string[]
  /** Wall time of the whole conversation. */
  readonly elapsedMs: number
  readonly file: string
  readonly line: number
}

export interface TwinAttempt {
  readonly id: string
  readonly goal: string
  readonly language: string
  readonly outcome: 'answered' | 'blocked' | 'errored'
  readonly why: string
  readonly file: string
  readonly line: number
}

/** Everything that a campaign ran, in the order of its plan. */
export interface CampaignRun {
  readonly attempts: readonly AttackAttempt[]
  readonly twins: readonly TwinAttempt[]
}
