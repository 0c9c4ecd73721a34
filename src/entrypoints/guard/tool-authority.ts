import { celEngine } from '../../adapters/policy-cel/cel-engine.ts'
import { interpretedChecker } from '../../adapters/json-schema/interpreted-checker.ts'
import { authorizeProposal } from '../../domain/authorization/authorize-proposal.ts'
import { mintCapabilities, requestIn, type RequestRights } from '../../domain/authorization/mint-capabilities.ts'
import { pastCalls } from '../../domain/authorization/past-calls.ts'
import { withholdResults } from '../../domain/authorization/withheld-results.ts'
import type { PolicyEngine } from '../../domain/policy/policy-engine.ts'
import { labelOfConversation } from '../../domain/authorization/labels.ts'
import type { GuardJudgement } from '../../domain/guardrail/guard-text.ts'
import type { Manifest } from '../../domain/manifest/manifest.ts'
import { toolResultsOf, type ConversationMessage, type ToolCall } from '../../domain/session/conversation.ts'
import { isJsonObject, parseJson } from '../../base/json.ts'
import { sha256Pure } from '../../base/sha256.ts'
import { redeemTicket } from '../../domain/authorization/approval-ticket.ts'
import { report } from './report-failure.ts'
import type { AnswerSituation, AuthorizedCall, GuardSetup, ToolCallSituation } from './guard-setup.ts'

const ARGUMENTS_BYTES_MAX = 400_000

export interface ArgumentGuards {
  readonly output: (text: string, about?: AnswerSituation) => GuardJudgement
  readonly outputDocument: (text: string, about?: AnswerSituation) => GuardJudgement
}

/** The tool policy of a setup, with the engine and the schemas read once. */
export function toolAuthority(
  setup: GuardSetup,
  manifest: Manifest,
  guards: ArgumentGuards,
): (call: ToolCall, situation: ToolCallSituation) => AuthorizedCall {
  const engine = celEngine()
  const schemas = new Map((setup.tools ?? []).map((tool) => [tool.id, tool.parameters]))
  const checkArguments = setup.checkArguments ?? interpretedChecker(schemas)
  return (call, situation) => {
    try {
      const messages = setup.history === 'trusted' ? situation.messages.map(signed) : situation.messages.map(unsigned)
      const past = [...pastCalls(messages), ...(situation.earlier ?? [])]
      const withheld = situation.seen === 'judged' ? withholdResults(messages, manifest) : undefined
      const proposal = authorizeProposal(
        call,
        {
          manifest,
          deniedTools: setup.deniedTools?.() ?? new Set(),
          subject: situation.subject,
          label: labelOfConversation(messages, manifest, withheld?.seen),
          userTexts: messages.filter(({ role }) => role === 'user').map(({ text }) => text),
          systemTexts: messages.filter(({ role }) => role === 'system').map(({ text }) => text),
          schemaOf: (tool) => schemas.get(tool),
          toolResults: toolResultsOf(messages),
          pastCalls: past,
          sessionCalls: countCalls(past),
          // Nobody counts: a budget that cannot be checked is spent.
          dayCalls: (tool) =>
            counted(setup.dayCalls?.(tool, situation.subject)) +
            (situation.earlier ?? []).filter(({ name }) => name === tool).length,
          engine,
          checkArguments,
          rights: rightsOf(manifest, engine, messages, situation),
        },
        { withheld, messages },
      )
      const { call: made } = proposal
      const decision = { ...proposal.decision, arguments: made.arguments }
      const answered = decision.decision === 'require-approval' ? redeemed(made, decision, situation) : decision
      return answered.decision === 'allow'
        ? (judgeArguments(made, guards, { session: situation.session ?? situation.subject?.session }) ?? answered)
        : answered
    } catch (error) {
      report(setup, error)
      return blocked(call, 'guard/failed', 'the decision failed')
    }
  }
}

/** What is no count is above any budget. */
const counted = (calls: unknown): number => (typeof calls === 'number' && calls >= 0 ? calls : Infinity)

/** What the user asked for: in their own words, never in those of an agent that speaks in their place. */
function rightsOf(
  manifest: Manifest,
  engine: PolicyEngine,
  messages: readonly ConversationMessage[],
  { subject, request, earlier }: ToolCallSituation,
): RequestRights | undefined {
  const own = requestIn(messages, manifest.guard, earlier)
  return mintCapabilities({ ...own, texts: request ?? own.texts }, { guard: manifest.guard, subject, engine })
}

/** An approval of this very call turns `require-approval` into `allow`; any other leaves the decision as it is, and says why. */
function redeemed(call: ToolCall, decision: AuthorizedCall, { approval, subject }: ToolCallSituation): AuthorizedCall {
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
): AuthorizedCall | undefined {
  for (const judge of [output, outputDocument]) {
    const { action, findings, text } = judge(call.arguments, about)
    if (action === 'block' || action === 'require-approval' || action === 'end-session')
      return blocked(call, findings[0]?.detector ?? 'guard/output', 'the guard stops its arguments')
    const secret = text === call.arguments ? undefined : findings.find(({ category }) => category === 'secret')
    if (secret !== undefined) return blocked(call, secret.detector, 'its arguments carry a credential')
  }
  return undefined
}

function blocked(call: ToolCall, rule: string, reason: string): AuthorizedCall {
  return { tool: call.name, callId: call.id, decision: 'block', rule, reason, arguments: call.arguments }
}

const signed = (message: ConversationMessage): ConversationMessage =>
  message.role === 'assistant' ? { ...message, isSigned: true } : message
const unsigned = (message: ConversationMessage): ConversationMessage =>
  message.role === 'assistant' ? { ...message, isSigned: false } : message

/** A call that stands in the conversation happened. */
function countCalls(past: readonly ToolCall[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {}
  for (const { name } of past) counts[name] = (counts[name] ?? 0) + 1
  return counts
}
