import type { EpochMs } from '../../base/instant.ts'
import { CONFIDENTIALITIES, type Agent, type Confidentiality, type Label, type Manifest } from '../manifest/manifest.ts'
import { confidentialityRank } from './labels.ts'

/** What one agent may do with one tool. */
export interface ToolGrant {
  /** Calls that are left. */
  readonly calls: number
  /** Highest total of the argument that the application calls the amount; undefined: not bounded. */
  readonly amount?: number | undefined
}

/** What an agent may do, for a time. It is handed down to sub-agents by `attenuate` and can only shrink. */
export interface AgentGrant {
  /** Tools that are not named may not be called. */
  readonly tools: Readonly<Record<string, ToolGrant>>
  /** Highest label of a conversation under which its tools may be called. */
  readonly clearance: Confidentiality
  readonly expiresAt: EpochMs
  /** How many levels of sub-agents may stand below it. */
  readonly depth: number
}

export interface GrantDenial {
  readonly rule: 'grant.expired' | 'grant.tool' | 'grant.calls' | 'grant.amount' | 'grant.clearance'
  readonly reason: string
}

/** Calls of a tool whose manifest entry declares no `limits.perSession`. */
const CALLS_DEFAULT = 100
const DEPTH_DEFAULT = 1

/** What the manifest gives an agent that no other agent called. */
export function grantOfAgent(manifest: Manifest, agent: Agent, expiresAt: EpochMs): AgentGrant {
  const declared = new Map((manifest.components.tools ?? []).map((tool) => [tool.id, tool]))
  const tools: [string, ToolGrant][] = []
  for (const id of agent.tools ?? []) {
    const tool = declared.get(id)
    if (tool !== undefined) tools.push([id, { calls: tool.limits?.perSession ?? CALLS_DEFAULT }])
  }
  const isDelegating = (agent.delegates ?? []).length > 0
  return {
    tools: Object.fromEntries(tools),
    clearance: 'restricted',
    expiresAt,
    depth: isDelegating ? (agent.maxDepth ?? DEPTH_DEFAULT) : 0,
  }
}

/**
 * The grant of a sub-agent: what it asks for, cut down to what its caller has. Undefined when the caller's depth is spent.
 * A boundary against the confused deputy: nobody gains a right by asking an agent that has more.
 */
export function attenuate(caller: AgentGrant, asked: AgentGrant): AgentGrant | undefined {
  if (!(caller.depth >= 1)) return undefined
  const tools: [string, ToolGrant][] = []
  for (const [id, grant] of Object.entries(asked.tools)) {
    const held = Object.hasOwn(caller.tools, id) ? caller.tools[id] : undefined
    if (held === undefined) continue
    const amount = lower(held.amount, grant.amount)
    tools.push([id, { calls: Math.min(held.calls, grant.calls), ...(amount === undefined ? {} : { amount }) }])
  }
  return {
    tools: Object.fromEntries(tools),
    clearance:
      CONFIDENTIALITIES[Math.min(confidentialityRank(caller.clearance), confidentialityRank(asked.clearance))] ??
      'public',
    // Of two ends of which one is no number, there is none: the grant admits nothing.
    expiresAt: Math.min(caller.expiresAt, asked.expiresAt) as EpochMs,
    depth: Math.min(caller.depth - 1, asked.depth),
  }
}

function lower(left: number | undefined, right: number | undefined): number | undefined {
  if (left === undefined) return right
  return right === undefined ? left : Math.min(left, right)
}

export interface GrantedCall {
  readonly tool: string
  /** What this call moves, where its grant is bounded by amount. */
  readonly amount?: number | undefined
  readonly label: Label
  readonly now: EpochMs
}

/** Why a call is not within a grant; undefined when it is. It comes on top of the manifest's own rules for the tool. */
export function grantDenial(grant: AgentGrant, call: GrantedCall): GrantDenial | undefined {
  const deny = (rule: GrantDenial['rule'], reason: string): GrantDenial => ({ rule, reason })
  // Written so that a bound that is no number admits nothing.
  if (!(call.now < grant.expiresAt)) return deny('grant.expired', 'the agent’s grant has expired')
  const tool = Object.hasOwn(grant.tools, call.tool) ? grant.tools[call.tool] : undefined
  if (tool === undefined) return deny('grant.tool', 'the agent, or an agent above it, was not given this tool')
  if (!(tool.calls >= 1)) return deny('grant.calls', 'the agent’s calls of this tool are spent')
  // An amount that is no number above or equal to zero is within no bound.
  if (tool.amount !== undefined && !(call.amount !== undefined && call.amount >= 0 && call.amount <= tool.amount))
    return deny('grant.amount', 'the amount is above what the agent may move, or is not known')
  if (confidentialityRank(call.label.confidentiality) > confidentialityRank(grant.clearance))
    return deny('grant.clearance', 'the conversation holds data above the agent’s clearance')
  return undefined
}

/** The grant after one allowed call. Take it from the agent and from every agent above it: budgets are shared downwards. */
export function spendCall(grant: AgentGrant, call: Pick<GrantedCall, 'tool' | 'amount'>): AgentGrant {
  const tool = Object.hasOwn(grant.tools, call.tool) ? grant.tools[call.tool] : undefined
  if (tool === undefined) return grant
  const left: ToolGrant = {
    calls: Math.max(0, tool.calls - 1),
    ...(tool.amount === undefined ? {} : { amount: Math.max(0, tool.amount - (call.amount ?? tool.amount)) }),
  }
  return { ...grant, tools: { ...grant.tools, [call.tool]: left } }
}
