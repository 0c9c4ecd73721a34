import type { JsonObject } from '../../base/json.ts'
import {
  authorizeToolCall,
  type RequestPolicy,
  type ToolDecision,
} from '../../domain/authorization/authorize-tool-call.ts'
import { labelOfConversation } from '../../domain/authorization/labels.ts'
import { mintCapabilities, requestIn } from '../../domain/authorization/mint-capabilities.ts'
import { pastCalls } from '../../domain/authorization/past-calls.ts'
import { restsOnWithheld } from '../../domain/authorization/rests-on-withheld.ts'
import { seenResults, withholdResults } from '../../domain/authorization/withheld-results.ts'
import type { Manifest } from '../../domain/manifest/manifest.ts'
import type { PolicyEngine } from '../../domain/policy/policy-engine.ts'
import { toolResultsOf, type ConversationMessage, type Subject } from '../../domain/session/conversation.ts'
import { agentCheck, shownBudgetOf, withEarlier } from './agent-run.ts'

export interface ReplayPorts {
  readonly manifest: Manifest
  readonly engine: PolicyEngine
  readonly checkArguments: (tool: string, args: JsonObject) => string | undefined
  readonly schemaOf?: ((tool: string) => JsonObject | undefined) | undefined
  readonly requestPolicy?: RequestPolicy | undefined
}

/**
 * What the tool policy of a manifest would have said to each call of a recorded run, each judged on its own history.
 * Deterministic; no model runs. The labels are the gateway's own function of the message list. With `guard.opaque` a call
 * that holds something of a withheld result is judged as one that names it; any other, on what the model would have seen.
 */
export function replayTrace(
  messages: readonly ConversationMessage[],
  subject: Subject,
  ports: ReplayPorts,
): readonly ToolDecision[] {
  const decisions: ToolDecision[] = []
  const calls: Record<string, number> = {}
  const systemTexts = messages.filter(({ role }) => role === 'system').map(({ text }) => text)
  const results = toolResultsOf(messages)
  let resultsSoFar = 0
  for (const [index, message] of messages.entries()) {
    if (message.role === 'tool') resultsSoFar += 1
    if (message.role !== 'assistant') continue
    const history = messages.slice(0, index)
    const withheld = withholdResults(history, ports.manifest)
    for (const [at, call] of message.toolCalls.entries()) {
      const seen = withheld === undefined || restsOnWithheld(call, history, withheld) ? undefined : withheld
      const known = results.slice(0, resultsSoFar)
      const { guard } = ports.manifest
      const earlier = message.toolCalls.slice(0, at)
      const request = requestIn(history, guard, earlier)
      // Which agent's run was recorded is not said: the widest budgets of those that hold the tool count.
      const run = shownBudgetOf({ release: ports, messages: history, promptId: '' }, call, (canonical) => canonical)
      decisions.push(
        authorizeToolCall(call, {
          manifest: ports.manifest,
          deniedTools: new Set(),
          subject,
          label: labelOfConversation(history, ports.manifest, seen?.seen),
          userTexts: history.filter(({ role }) => role === 'user').map(({ text }) => text),
          systemTexts,
          toolResults: seen === undefined ? known : seenResults(history, known, seen),
          pastCalls: [...pastCalls(history), ...earlier],
          schemaOf: ports.schemaOf,
          sessionCalls: { ...calls },
          dayCalls: () => 0,
          engine: ports.engine,
          checkArguments: ports.checkArguments,
          rights: mintCapabilities(request, { guard, subject, engine: ports.engine }),
          checkAgent: agentCheck({ release: ports }, withEarlier(run, earlier)),
          requestPolicy: ports.requestPolicy,
        }),
      )
      // The run was recorded: the call happened, whatever the policy would have said.
      calls[call.name] = (calls[call.name] ?? 0) + 1
    }
  }
  return decisions
}
