import { hexOf, utf8 } from '../../base/bytes.ts'
import type { Sha256 } from '../../base/digest.ts'
import { canonicalJson, type Json } from '../../base/json.ts'
import { fail, ok, type Result } from '../../base/result.ts'
import type { Agent } from '../manifest/manifest.ts'

/** Bounds of one agent run, sub-agents included. */
export interface AgentLimits {
  readonly maxSteps: number
  /** Levels of agents below the first. */
  readonly maxDepth: number
  /** How often one tool may be called with the same arguments. */
  readonly maxRepeats: number
}

/** What a run has used. It belongs to the run, not to an agent: a sub-agent spends from it too. */
export interface AgentUsage {
  readonly steps: number
  /** Calls by digest of tool and canonical arguments; at most one entry per step. */
  readonly calls: Readonly<Record<string, number>>
}

export interface AgentStep {
  readonly tool: string
  readonly args: Json
  /** 0 for the first agent, 1 for those that it calls. */
  readonly depth: number
}

export type BudgetDenial = 'agent.steps' | 'agent.depth' | 'agent.repeats' | 'agent.arguments'

const DEFAULTS: AgentLimits = { maxSteps: 50, maxDepth: 1, maxRepeats: 3 }

export const NO_USAGE: AgentUsage = { steps: 0, calls: {} }

/** Bounds as the manifest sets them; what it leaves out is 50 steps, one level and three times the same call. */
export function limitsOfAgent({ maxSteps, maxDepth, maxRepeats }: Agent): AgentLimits {
  return {
    maxSteps: maxSteps ?? DEFAULTS.maxSteps,
    maxDepth: maxDepth ?? DEFAULTS.maxDepth,
    maxRepeats: maxRepeats ?? DEFAULTS.maxRepeats,
  }
}

/**
 * Counts one step, or says which budget stops it. Arguments are compared in canonical form, so that other white space or
 * member order is no new call. A boundary for the steps that are asked for here.
 */
export function spendStep(
  usage: AgentUsage,
  step: AgentStep,
  limits: AgentLimits,
  sha256: Sha256,
): Result<AgentUsage, BudgetDenial> {
  if (!(step.depth <= limits.maxDepth)) return fail('agent.depth')
  if (!(usage.steps < limits.maxSteps)) return fail('agent.steps')
  const args = canonicalJson([step.tool, step.args])
  if (!args.ok) return fail('agent.arguments')
  const key = hexOf(sha256(utf8(args.value)))
  const repeats = (usage.calls[key] ?? 0) + 1
  if (!(repeats <= limits.maxRepeats)) return fail('agent.repeats')
  return ok({ steps: usage.steps + 1, calls: { ...usage.calls, [key]: repeats } })
}
