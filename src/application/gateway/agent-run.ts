import { limitsOfAgent, NO_USAGE, type AgentLimits } from '../../domain/authorization/agent-budget.ts'
import type { ToolCallContext } from '../../domain/authorization/authorize-tool-call.ts'
import { beginsRuns, depthsOf } from '../../domain/authorization/delegation-depth.ts'
import {
  budgetVerdict,
  greaterUsage,
  spendTurn,
  usageIn,
  type CallDigest,
  type RunBudget,
} from '../../domain/authorization/run-budget.ts'
import type { Agent, Manifest } from '../../domain/manifest/manifest.ts'
import type { ConversationMessage, ToolCall } from '../../domain/session/conversation.ts'
import type { RunState, SessionStore } from '../../domain/session/session-store.ts'

/** The agent that a caller says it runs, and how many agents stand above it. */
export interface NamedAgent {
  readonly id: string
  readonly depth?: number | undefined
}

/** What of a request its run is told by. */
export interface RunContext {
  readonly release: { readonly manifest: Manifest }
  readonly messages: readonly ConversationMessage[]
  readonly sessionKey: string | undefined
  readonly promptId: string
  readonly agent?: NamedAgent | undefined
}

/** Where calls are asked about: in a model's answer, or by whoever is about to make one. */
export type AskedAt = 'proposed' | 'made'

export interface RunPorts {
  readonly sessions: SessionStore
  readonly callDigest: CallDigest
}

/**
 * A run begins where the user has spoken last: a conversation that a model is asked about with the user's words at its end, or
 * one beside a call with other words than the run in hand. What an agent says to one that it calls begins nothing, so that
 * sub-agents spend from their caller's run; nor do words beside a call where nobody can tell whose they are.
 */
export function beginRun(context: RunContext, askedAt: AskedAt, { sessions, callDigest }: RunPorts): void {
  const { release, messages, sessionKey, promptId, agent } = context
  const { agents = [] } = release.manifest.components
  if (sessionKey === undefined || agents.length === 0) return
  if (!isSpokenTo(release.manifest, { promptId, agent }, askedAt)) return
  const own = messages.flatMap((message) => (message.role === 'user' ? [message.text] : []))
  if (own.length === 0) return
  const words = callDigest(JSON.stringify([own.length, own.at(-1)]))
  const held = sessions.runOf(sessionKey)
  const isNew = askedAt === 'proposed' ? messages.at(-1)?.role === 'user' : held?.words !== words
  if (!isNew) return
  // SECURITY: what a model may still propose is not given back by words that came beside a call.
  const proposed = askedAt === 'made' ? (held?.proposed ?? NO_USAGE) : NO_USAGE
  sessions.setRun(sessionKey, { words, proposed, made: NO_USAGE })
}

/** The budgets of a call, with what the session and the conversation know of the run, whichever knows more. */
export function runBudgetOf(
  context: RunContext,
  { call, askedAt }: { readonly call: ToolCall; readonly askedAt: AskedAt },
  { sessions, callDigest }: RunPorts,
): RunBudget | undefined {
  const { messages, sessionKey } = context
  const budget = shownBudgetOf(context, call, callDigest)
  if (budget === undefined) return undefined
  const held = (sessionKey === undefined ? undefined : sessions.runOf(sessionKey)?.[askedAt]) ?? NO_HELD
  const turn = turnOf(messages, call, callDigest)
  // Calls of one turn are one step, however many of them are asked about.
  const steps = turn !== undefined && turn === held.turn ? held.steps - 1 : held.steps
  return { ...budget, usage: greaterUsage({ ...held, steps }, budget.usage) }
}

/** The budgets of a call by the conversation alone; undefined where no agent makes it. */
export function shownBudgetOf(
  context: Omit<RunContext, 'sessionKey'>,
  call: ToolCall,
  digest: CallDigest,
): RunBudget | undefined {
  const { release, messages } = context
  const agents = agentsBehind(context, call.name)
  if (agents.length === 0) return undefined
  const standing = agents.filter(({ id }) => mayStand(standingOf(release.manifest, id).depths, context.agent?.depth))
  return {
    limits: widest(standing.length === 0 ? agents : standing),
    usage: usageIn(messages, digest),
    isWithinDepth: standing.length > 0,
    digest,
  }
}

/** Calls of one answer are one step, and each of them is one call. */
export function withEarlier(run: RunBudget | undefined, earlier: readonly ToolCall[]): RunBudget | undefined {
  if (run === undefined || earlier.length === 0) return run
  return { ...run, usage: spendTurn(run.usage, { calls: earlier, isWhole: false }, run.digest) }
}

/** Counts the calls of one answer, or one call that is about to be made. */
export function spendRun(
  { sessionKey, release, messages }: RunContext,
  { calls, askedAt }: { readonly calls: readonly ToolCall[]; readonly askedAt: AskedAt },
  { sessions, callDigest }: RunPorts,
): void {
  const [first] = calls
  if (sessionKey === undefined || first === undefined || (release.manifest.components.agents ?? []).length === 0) return
  const run: RunState = sessions.runOf(sessionKey) ?? { words: '', proposed: NO_USAGE, made: NO_USAGE }
  const turn = askedAt === 'made' ? turnOf(messages, first, callDigest) : undefined
  const isWhole = turn === undefined || turn !== run[askedAt].turn
  sessions.setRun(sessionKey, {
    ...run,
    [askedAt]: { ...spendTurn(run[askedAt], { calls, isWhole }, callDigest), turn },
  })
}

const NO_HELD: RunState['made'] = NO_USAGE

/** The turn of the conversation that proposed a call, by its calls: ids alone may come again, some providers count from nothing. */
function turnOf(messages: readonly ConversationMessage[], { id }: ToolCall, digest: CallDigest): string | undefined {
  if (id === '') return undefined
  const turn = messages.findLast(
    (message) => message.role === 'assistant' && message.toolCalls.some((call) => call.id === id),
  )
  return turn?.role === 'assistant'
    ? digest(JSON.stringify(turn.toolCalls.map(({ id: own, name, arguments: args }) => [own, name, args])))
    : undefined
}

const REASONS = {
  'agent.undeclared': 'the release declares no agent of the name that the caller gives',
  'agent.tool': 'the manifest does not give the agent this tool',
} as const

/** What a call is held to: that the agent that the caller names may use the tool, and the budgets of its run. */
export function agentCheck(
  { release, agent }: Pick<RunContext, 'release' | 'agent'>,
  run: RunBudget | undefined,
): NonNullable<ToolCallContext['checkAgent']> {
  return (tool, args) => {
    const rule = agent === undefined ? undefined : namedAgentDenial(release.manifest, agent, tool)
    return rule === undefined ? budgetVerdict(tool, args, run) : { rule, reason: REASONS[rule] }
  }
}

function namedAgentDenial(
  { components: { agents = [] } }: Manifest,
  { id: named }: NamedAgent,
  tool: string,
): keyof typeof REASONS | undefined {
  const declared = agents.find(({ id }) => id === named)
  if (declared === undefined) return 'agent.undeclared'
  return declared.tools?.includes(tool) === true ? undefined : 'agent.tool'
}

/** The agent that the caller names, those of the prompt, or, where neither is known, those that hold the tool. */
function agentsBehind({ release, promptId, agent }: Omit<RunContext, 'sessionKey'>, tool: string): readonly Agent[] {
  const { agents = [] } = release.manifest.components
  if (agent !== undefined) return agents.filter(({ id }) => id === agent.id)
  if (promptId !== '') return agents.filter(({ prompts = [] }) => prompts.includes(promptId))
  return agents.filter(({ tools = [] }) => tools.includes(tool))
}

/** Whether users speak to the agent of this request; of what is not known, as far as that can let nobody begin a run who may not. */
function isSpokenTo(
  manifest: Manifest,
  { promptId, agent }: Pick<RunContext, 'promptId' | 'agent'>,
  askedAt: AskedAt,
): boolean {
  const { agents = [] } = manifest.components
  if (agent?.depth !== undefined) return agent.depth === 0 && standingOf(manifest, agent.id).depths.has(0)
  if (agent !== undefined) return standingOf(manifest, agent.id).beginsRuns
  const isUnknown = promptId === '' && askedAt === 'made'
  return agents
    .filter(({ prompts = [] }) => isUnknown || prompts.includes(promptId))
    .every(({ id }) => standingOf(manifest, id).beginsRuns)
}

/** Which of several agents it is, nobody can say here: what stops the call must stop it for each of them. */
function widest(agents: readonly Agent[]): AgentLimits {
  const limits = agents.map(limitsOfAgent)
  return {
    maxSteps: Math.max(...limits.map(({ maxSteps }) => maxSteps)),
    maxDepth: Math.max(...limits.map(({ maxDepth }) => maxDepth)),
    maxRepeats: Math.max(...limits.map(({ maxRepeats }) => maxRepeats)),
  }
}

function mayStand(depths: ReadonlySet<number>, depth: number | undefined): boolean {
  return depth === undefined ? depths.size > 0 : depths.has(depth)
}

interface Standing {
  readonly depths: ReadonlySet<number>
  readonly beginsRuns: boolean
}

const known = new WeakMap<Manifest, Map<string, Standing>>()

/** A manifest does not change, and its agents are asked about with every call. */
function standingOf(manifest: Manifest, id: string): Standing {
  const ofManifest = known.get(manifest) ?? new Map<string, Standing>()
  known.set(manifest, ofManifest)
  const agents = manifest.components.agents ?? []
  // Of names that nobody declared nothing is kept: callers may think up any number of them.
  if (!agents.some((agent) => agent.id === id)) return { depths: new Set(), beginsRuns: false }
  const standing = ofManifest.get(id) ?? { depths: depthsOf(agents, id), beginsRuns: beginsRuns(agents, id) }
  ofManifest.set(id, standing)
  return standing
}
