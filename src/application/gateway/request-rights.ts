import {
  lastsMessages,
  mintCapabilities,
  requestIn,
  type RequestRights,
  type UserRequest,
} from '../../domain/authorization/mint-capabilities.ts'
import type { Agent, GuardConfig, Manifest } from '../../domain/manifest/manifest.ts'
import type { PolicyEngine } from '../../domain/policy/policy-engine.ts'
import type { ConversationMessage, Subject, ToolCall } from '../../domain/session/conversation.ts'
import type { SessionStore } from '../../domain/session/session-store.ts'

/** What of a request its rights are made from. */
interface RightsContext {
  readonly release: { readonly manifest: Manifest }
  readonly messages: readonly ConversationMessage[]
  readonly subject: Subject | undefined
  readonly sessionKey: string | undefined
  readonly promptId: string
}

/**
 * What the calls of one answer may rest on. Where a user speaks to the agent, their words stand in its conversation; the
 * user messages of an agent that others delegate to were written by a model, so that the words come from the session.
 */
export function rightsOf(
  context: RightsContext,
  earlier: readonly ToolCall[],
  { sessions, engine }: { readonly sessions: SessionStore; readonly engine: PolicyEngine },
): RequestRights | undefined {
  const { release, messages, subject, sessionKey, promptId } = context
  const { guard } = release.manifest
  if (guard?.capabilities === undefined) return undefined
  const agents = agentsOfPrompt(release.manifest, promptId)
  const own = requestIn(messages, guard)
  const held = sessionKey === undefined ? undefined : sessions.requestOf(sessionKey)
  const counts = sessionKey === undefined ? {} : sessions.get(sessionKey).calls
  const sinceHeld = held === undefined ? [] : callsSince(held.calls, counts)
  const isOthers = isDelegated(release.manifest, agents) || own.texts.length === 0
  const request: UserRequest = isOthers
    ? { texts: held?.texts ?? [], calls: sinceHeld }
    : held !== undefined && isSame(held.texts, lastingOf(own, guard))
      ? { ...own, calls: [...own.calls, ...beyond(sinceHeld, own.calls)] }
      : own
  const tools = agents.length === 0 ? undefined : new Set(agents.flatMap((agent) => agent.tools ?? []))
  return mintCapabilities({ ...request, calls: [...request.calls, ...earlier] }, { guard, subject, engine }, tools)
}

/** Keeps the user's words for the agents that are called on their behalf in the same session. */
export function holdRequest(context: RightsContext, sessions: SessionStore): void {
  const { release, messages, sessionKey, promptId } = context
  const { guard } = release.manifest
  if (guard?.capabilities === undefined || sessionKey === undefined) return
  if (isDelegated(release.manifest, agentsOfPrompt(release.manifest, promptId))) return
  const own = requestIn(messages, guard)
  const lasting = lastingOf(own, guard)
  const known = sessions.requestOf(sessionKey)
  if (known !== undefined && isSame(known.texts, lasting)) return
  const counts = { ...sessions.get(sessionKey).calls }
  for (const { name } of own.calls) counts[name] = (counts[name] ?? 0) - 1
  sessions.holdRequest(sessionKey, { texts: lasting, calls: counts })
}

const TEXT_CHARS_MAX = 4_000

const lastingOf = ({ texts }: UserRequest, guard: GuardConfig | undefined): readonly string[] =>
  texts.slice(-lastsMessages(guard)).map((text) => text.slice(0, TEXT_CHARS_MAX))

const isSame = (left: readonly string[], right: readonly string[]): boolean =>
  left.length === right.length && left.every((text, index) => text === right[index])

const agentsOfPrompt = ({ components }: Manifest, promptId: string): readonly Agent[] =>
  (components.agents ?? []).filter(({ prompts = [] }) => prompts.includes(promptId))

function isDelegated({ components }: Manifest, agents: readonly Agent[]): boolean {
  const delegates = new Set((components.agents ?? []).flatMap((agent) => agent.delegates ?? []))
  return agents.some(({ id }) => delegates.has(id))
}

const CALLS_MAX = 10_000

/** Calls of the session since the request was held; of them only the number is known, so that they have spent any amount. */
function callsSince(
  base: Readonly<Record<string, number>>,
  now: Readonly<Record<string, number>>,
): readonly ToolCall[] {
  return Object.entries(now).flatMap(([name, count]) =>
    Array.from({ length: Math.min(CALLS_MAX, Math.max(0, count - (base[name] ?? 0))) }, () => ({
      id: '',
      name,
      arguments: '',
    })),
  )
}

/** Those that other agents of the session made: more of a tool than stand in this conversation. */
function beyond(all: readonly ToolCall[], own: readonly ToolCall[]): readonly ToolCall[] {
  const left = new Map<string, number>()
  for (const { name } of own) left.set(name, (left.get(name) ?? 0) + 1)
  return all.filter(({ name }) => {
    const count = left.get(name) ?? 0
    if (count > 0) left.set(name, count - 1)
    return count <= 0
  })
}
