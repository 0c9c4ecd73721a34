import { celEngine } from '../../adapters/policy-cel/cel-engine.ts'
import { interpretedChecker } from '../../adapters/json-schema/interpreted-checker.ts'
import { authorizeToolCall, type ToolDecision } from '../../domain/authorization/authorize-tool-call.ts'
import { labelOfConversation } from '../../domain/authorization/labels.ts'
import type { GuardJudgement } from '../../domain/guardrail/guard-text.ts'
import type { Manifest } from '../../domain/manifest/manifest.ts'
import { toolResultsOf, type ConversationMessage, type ToolCall } from '../../domain/session/conversation.ts'
import { isJsonObject, parseJson } from '../../base/json.ts'
import { sha256Pure } from '../../base/sha256.ts'
import { redeemTicket } from '../../domain/authorization/approval-ticket.ts'
import type { AnswerSituation, AuthorizedCall, GuardSetup, ToolCallSituation } from './guard-setup.ts'

const ARGUMENTS_BYTES_MAX = 400_000

export interface ArgumentGuards {
  readonly output: (text: string, about?: AnswerSituation) => GuardJudgement
  readonly outputDocument: (text: string, about?: AnswerSituation) => GuardJudgement
}

/** The tool policy of a setup, with the engine and the schemas read once. */
export function toolAuthority(
  setup: GuardSetup,
  guards: ArgumentGuards,
): (call: ToolCall, situation: ToolCallSituation) => AuthorizedCall {
  const manifest = manifestOf(setup)
  const engine = celEngine()
  const schemas = new Map((setup.tools ?? []).map((tool) => [tool.id, tool.parameters]))
  const checkArguments = setup.checkArguments ?? interpretedChecker(schemas)
  return (call, situation) => {
    try {
      const messages = setup.history === 'trusted' ? situation.messages.map(signed) : situation.messages.map(unsigned)
      const earlier = situation.earlier ?? []
      const decision = authorizeToolCall(call, {
        manifest,
        deniedTools: setup.deniedTools?.() ?? new Set(),
        subject: situation.subject,
        label: labelOfConversation(messages, manifest),
        userTexts: messages.filter(({ role }) => role === 'user').map(({ text }) => text),
        systemTexts: messages.filter(({ role }) => role === 'system').map(({ text }) => text),
        schemaOf: (tool) => schemas.get(tool),
        toolResults: toolResultsOf(messages),
        sessionCalls: countCalls(messages, earlier),
        // Nobody counts: a budget that cannot be checked is spent.
        dayCalls: (tool) =>
          (setup.dayCalls?.(tool, situation.subject) ?? Infinity) + earlier.filter(({ name }) => name === tool).length,
        engine,
        checkArguments,
      })
      const answered = decision.decision === 'require-approval' ? redeemed(call, decision, situation) : decision
      return answered.decision === 'allow'
        ? (judgeArguments(call, guards, { session: situation.session ?? situation.subject?.session }) ?? answered)
        : answered
    } catch (error) {
      setup.onFailure?.(error)
      return blocked(call, 'guard/failed', 'the decision failed')
    }
  }
}

/** An approval of this very call turns `require-approval` into `allow`; any other leaves the decision as it is, and says why. */
function redeemed(call: ToolCall, decision: ToolDecision, { approval, subject }: ToolCallSituation): AuthorizedCall {
  const args = parseJson(call.arguments, ARGUMENTS_BYTES_MAX)
  if (approval === undefined || subject === undefined || !args.ok || !isJsonObject(args.value)) return decision
  const spent = redeemTicket(
    approval.ticket,
    { tool: call.name, arguments: args.value, session: subject.session },
    approval.now,
    sha256Pure,
  )
  return spent.ok
    ? { ...decision, decision: 'allow', rule: 'approval', reason: 'approved by a person', ticket: spent.value }
    : { ...decision, reason: `${decision.reason} (${spent.failure})` }
}

/** Arguments are judged as they are written and as they read, and never rewritten. */
function judgeArguments(
  call: ToolCall,
  { output, outputDocument }: ArgumentGuards,
  about: AnswerSituation,
): ToolDecision | undefined {
  for (const judge of [output, outputDocument]) {
    const { action, findings, text } = judge(call.arguments, about)
    if (action === 'block' || action === 'require-approval' || action === 'end-session')
      return blocked(call, findings[0]?.detector ?? 'guard/output', 'the guard stops its arguments')
    const secret = text === call.arguments ? undefined : findings.find(({ category }) => category === 'secret')
    if (secret !== undefined) return blocked(call, secret.detector, 'its arguments carry a credential')
  }
  return undefined
}

function blocked(call: ToolCall, rule: string, reason: string): ToolDecision {
  return { tool: call.name, callId: call.id, decision: 'block', rule, reason }
}

const signed = (message: ConversationMessage): ConversationMessage =>
  message.role === 'assistant' ? { ...message, isSigned: true } : message
const unsigned = (message: ConversationMessage): ConversationMessage =>
  message.role === 'assistant' ? { ...message, isSigned: false } : message

/** A call that stands in the conversation happened. */
function countCalls(
  messages: readonly ConversationMessage[],
  earlier: readonly ToolCall[],
): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {}
  const past = messages.flatMap((message) => (message.role === 'assistant' ? message.toolCalls : []))
  for (const { name } of [...past, ...earlier]) counts[name] = (counts[name] ?? 0) + 1
  return counts
}

/** The tools as a manifest: authorisation reads nothing else of it. */
function manifestOf({ tools, guard }: GuardSetup): Manifest {
  return {
    apiVersion: 'gatehouse.dev/v1',
    kind: 'AISystem',
    metadata: { name: 'embedded', version: '0.0.0', owner: 'embedded' },
    intake: {
      purpose: 'embedded guard',
      audience: 'internal-team',
      domain: 'embedded',
      dataClasses: ['internal'],
      autonomy: 'acts',
    },
    components: {
      models: [],
      tools: (tools ?? []).map((tool) => ({ ...tool, schema: `${tool.id}.json` })),
    },
    guard,
    environments: {},
  }
}
