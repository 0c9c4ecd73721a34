import type { Problem, Result } from '../../base/result.ts'

/** One exchange that already took place. */
export interface Exchange {
  readonly said: string
  readonly reply: string
  readonly wasBlocked: boolean
}

/** A model that thinks up the next message of an attack; configured by the user, never part of a verdict. */
export interface AttackerModel {
  propose(objective: string, exchanges: readonly Exchange[], signal: AbortSignal): Promise<Result<string, Problem>>
}
