import { canonicalJson, isJsonObject, type Json, type JsonObject } from '../../base/json.ts'
import type { ConversationMessage, ToolCall } from '../session/conversation.ts'
import { NO_USAGE, type AgentLimits, type AgentUsage, type BudgetDenial } from './agent-budget.ts'

/** Names a call by its canonical form: short, and told by nobody who does not know the call. */
export type CallDigest = (canonical: string) => string

/** What the run of an agent may still do, for the calls of one answer. */
export interface RunBudget {
  readonly limits: AgentLimits
  /** What the run has used before this call. */
  readonly usage: AgentUsage
  /** Whether the agent stands where the manifest lets one stand. */
  readonly isWithinDepth: boolean
  readonly digest: CallDigest
}

export interface BudgetVerdict {
  readonly decision: 'block'
  readonly rule: BudgetDenial
  readonly reason: string
}

/** Calls of a run that are told apart. Beyond it the run counts as spent, so that its memory is bounded. */
export const RUN_CALLS_MAX = 1_000
const ARGUMENTS_CHARS_MAX = 100_000

const REASONS: Readonly<Record<BudgetDenial, string>> = {
  'agent.steps': 'the steps of this run are spent',
  'agent.depth': 'the agent stands deeper than the manifest lets agents delegate',
  'agent.repeats': 'this run has made the same call as often as it may',
  'agent.arguments': 'the arguments have no canonical form',
}

/** Why the budgets of its run stop a call; undefined where they do not. A boundary for the calls that are asked about. */
export function budgetVerdict(tool: string, args: JsonObject, run: RunBudget | undefined): BudgetVerdict | undefined {
  if (run === undefined) return undefined
  if (!run.isWithinDepth) return deny('agent.depth')
  if (!(run.usage.steps < run.limits.maxSteps)) return deny('agent.steps')
  const key = keyOf(tool, args, run.digest)
  if (key === undefined) return deny('agent.arguments')
  const made = run.usage.calls[key] ?? 0
  if (!(made < run.limits.maxRepeats)) return deny('agent.repeats')
  return made === 0 && Object.keys(run.usage.calls).length >= RUN_CALLS_MAX ? deny('agent.steps') : undefined
}

function deny(rule: BudgetDenial): BudgetVerdict {
  return { decision: 'block', rule, reason: REASONS[rule] }
}

/**
 * What the run has used that a conversation shows: answered calls since the user last spoke. A turn with a call that has no
 * result yet is the one that is being decided. Arguments count in canonical form: spaces and order make no new call.
 */
export function usageIn(messages: readonly ConversationMessage[], digest: CallDigest): AgentUsage {
  let usage = NO_USAGE
  const from = messages.findLastIndex(({ role }) => role === 'user') + 1
  for (let at = from; at < messages.length; at++) {
    const message = messages[at]
    if (message?.role !== 'assistant' || message.toolCalls.length === 0) continue
    const answers = answersBehind(messages, at)
    const answered = message.toolCalls.filter(({ id }) => answers.has(id))
    const isWhole = answered.length === message.toolCalls.length
    usage = spendTurn(usage, { calls: answered, isWhole }, digest)
  }
  return usage
}

function answersBehind(messages: readonly ConversationMessage[], at: number): ReadonlySet<string> {
  const ids = new Set<string>()
  for (let next = at + 1; next < messages.length; next++) {
    const message = messages[next]
    if (message?.role === 'assistant') break
    if (message?.role === 'tool') ids.add(message.callId)
  }
  return ids
}

/** The usage with the calls of one more turn in it; a turn that is still open is no step yet. */
export function spendTurn(
  usage: AgentUsage,
  { calls, isWhole = true }: { readonly calls: readonly ToolCall[]; readonly isWhole?: boolean },
  digest: CallDigest,
): AgentUsage {
  const counts = { ...usage.calls }
  let known = Object.keys(counts).length
  for (const call of calls) {
    const key = keyOf(call.name, argumentsOf(call), digest)
    if (key === undefined) continue
    if (counts[key] === undefined && known >= RUN_CALLS_MAX) continue
    if (counts[key] === undefined) known += 1
    counts[key] = (counts[key] ?? 0) + 1
  }
  return { steps: usage.steps + (isWhole ? 1 : 0), calls: counts }
}

/** Of two views of one run the one that knows more, count by count. */
export function greaterUsage(left: AgentUsage, right: AgentUsage): AgentUsage {
  const calls = { ...left.calls }
  for (const [key, count] of Object.entries(right.calls)) calls[key] = Math.max(count, calls[key] ?? 0)
  return { steps: Math.max(left.steps, right.steps), calls }
}

function keyOf(tool: string, args: Json, digest: CallDigest): string | undefined {
  const canonical = canonicalJson([tool, args])
  return canonical.ok ? digest(canonical.value) : undefined
}

/** What is no object is told apart by its text. */
function argumentsOf({ arguments: text }: ToolCall): Json {
  if (text.length > ARGUMENTS_CHARS_MAX) return text.length
  try {
    const value: unknown = JSON.parse(text === '' ? '{}' : text)
    return isJsonObject(value) ? (value as JsonObject) : text
  } catch (error) {
    if (error instanceof SyntaxError) return text
    throw error
  }
}
