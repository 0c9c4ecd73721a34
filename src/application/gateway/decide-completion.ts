import type { JsonObject } from '../../base/json.ts'
import { toRfc3339, type EpochMs } from '../../base/instant.ts'
import { authorizeToolCall, type ToolDecision } from '../../domain/authorization/authorize-tool-call.ts'
import type { ClassifyInjection } from '../../domain/detection/injection/weigh-injection.ts'
import { guardDocument } from '../../domain/guardrail/guard-document.ts'
import type { LeakIndex } from '../../domain/detection/prompt-leak.ts'
import { guardText, type GuardOptions } from '../../domain/guardrail/guard-text.ts'
import { passagesOf } from '../../domain/guardrail/passages.ts'
import { raiseJudgement } from '../../domain/guardrail/raise-judgement.ts'
import { heavier, type Obligation } from '../../domain/guardrail/obligation.ts'
import type { DenyState } from '../../domain/killswitch/deny-record.ts'
import type { PolicyEngine } from '../../domain/policy/policy-engine.ts'
import { toolResultsOf, type Subject, type ToolCall } from '../../domain/session/conversation.ts'
import type { SessionStore } from '../../domain/session/session-store.ts'
import type { Denial, PlacedFinding, RequestContext } from './decide-request.ts'
import { canariesOfSession, type CanariesOf } from './session-canaries.ts'
import type { SessionPseudonyms } from './session-pseudonyms.ts'
import type { JudgedPart, Reports } from './judged-part.ts'

export interface JudgedChoice {
  readonly text: string
  readonly refusal: string | null
  readonly toolCalls: readonly ToolCall[]
}

export interface CompletionDecision {
  readonly action: Obligation
  readonly findings: readonly PlacedFinding[]
  readonly tools: readonly ToolDecision[]
  readonly denial: Denial | undefined
  /** Texts to deliver, one per choice. */
  readonly choices: readonly { readonly text: string; readonly refusal: string | null }[]
}

export interface DecideCompletionPorts {
  readonly sessions: SessionStore
  readonly engine: PolicyEngine
  readonly now: EpochMs
  readonly deny: DenyState
  readonly checkArguments: (tool: string, args: JsonObject) => string | undefined
  readonly pseudonyms: SessionPseudonyms
  readonly classify: ClassifyInjection
  readonly assistantDigest: (choice: JudgedChoice) => string
  /** In place of the release's own: with the secrets that its manifest names. */
  readonly leak?: LeakIndex | undefined
  readonly canariesOf?: CanariesOf | undefined
  /** What detectors beside the guard said, by `where`. */
  readonly reports?: Reports | undefined
}

/** The output guard and tool authorisation on every choice, before one byte of it is released. */
export function decideCompletion(
  context: RequestContext,
  choices: readonly JudgedChoice[],
  ports: DecideCompletionPorts,
): CompletionDecision {
  const findings: PlacedFinding[] = []
  let action: Obligation = 'allow'
  let blockedBy: string | undefined
  const options = answerOptions(context, ports)
  const judge = (text: string, guard = guardText, where = ''): string => {
    const own = guard(text, context.release.guard.output, options)
    const judgement = raiseJudgement(own, text, ports.reports?.get(where) ?? [])
    findings.push(...judgement.findings.map((finding) => ({ ...finding, where: 'output' })))
    if (judgement.action === 'block' || judgement.action === 'require-approval')
      blockedBy ??= judgement.findings[0]?.detector ?? 'guard/output'
    action = heavier(action, judgement.action)
    return judgement.text
  }
  // Tool arguments are judged whole, as they are written and as they read, and never rewritten. Personal data in them is
  // for the tool's own rules to bound; a secret that would have to be taken out of a text is a denial here.
  const judgeArguments = (text: string): void => {
    for (const guard of [guardText, guardDocument]) {
      const before = findings.length
      if (judge(text, guard) === text) continue
      const secret = findings.slice(before).find(({ category }) => category === 'secret')
      blockedBy ??= secret?.detector
    }
  }
  // What the output guard takes for personal data is stood in for or taken out before the session's own values come back.
  const restored = (text: string): string => ports.pseudonyms.restore(context.subject, text)
  const texts = choices.map(({ text, refusal }, index) => ({
    text: restored(judge(text, guardText, `choice:${index}`)),
    refusal: refusal === null ? null : restored(judge(refusal, guardText, `refusal:${index}`)),
  }))
  for (const { toolCalls } of choices) for (const call of toolCalls) judgeArguments(call.arguments)
  const tools = ports.deny.isSystemDenied ? [] : authorizeAll(context, choices, ports)
  const denial = denialOf(ports.deny, blockedBy, tools)
  if (denial === undefined) settle(context, choices, texts, ports)
  return { action: denial === undefined ? action : 'block', findings, tools, denial, choices: texts }
}

function answerOptions(context: RequestContext, ports: DecideCompletionPorts): GuardOptions {
  const { release, messages, subject } = context
  return {
    leak: ports.leak ?? release.leak,
    canaries: canariesOfSession(context, ports.canariesOf),
    passages: release.guard.output.grounding === undefined ? undefined : passagesOf(messages),
    pseudonym: (category, value) => ports.pseudonyms.pseudonym(subject, category, value),
    // Answers are not searched for instructions unless the manifest asks for it.
    classify: release.guard.output.injection.action === 'allow' ? undefined : ports.classify,
  }
}

/** The texts of an answer as the guard leaves them: those that it stops are empty, and are sent to no detector. */
export function judgedParts(
  context: RequestContext,
  choices: readonly JudgedChoice[],
  ports: DecideCompletionPorts,
): readonly JudgedPart[] {
  const options = answerOptions(context, ports)
  const part = (where: string, text: string): JudgedPart => {
    const judgement = guardText(text, context.release.guard.output, options)
    return { where, side: 'output', text: judgement.action === 'block' ? '' : judgement.text }
  }
  return choices.flatMap(({ text, refusal }, index) => [
    part(`choice:${index}`, text),
    ...(refusal === null ? [] : [part(`refusal:${index}`, refusal)]),
  ])
}

function authorizeAll(
  context: RequestContext,
  choices: readonly JudgedChoice[],
  ports: DecideCompletionPorts,
): readonly ToolDecision[] {
  const { release, subject, sessionKey, messages, label, admitted } = context
  const counts = { ...(sessionKey === undefined ? {} : ports.sessions.get(sessionKey).calls) }
  const dayCounts = new Map<string, number>()
  const results = toolResultsOf(messages)
  const decisions: ToolDecision[] = []
  for (const call of choices.flatMap(({ toolCalls }) => toolCalls)) {
    const decision = authorizeToolCall(call, {
      manifest: release.manifest,
      deniedTools: ports.deny.tools,
      subject,
      label,
      userTexts: messages.filter((message) => message.role === 'user').map(({ text }) => text),
      // No system texts: a prompt's free-text slots may hold what retrieval brought in.
      schemaOf: (tool) => release.schemas.get(tool),
      toolResults: results,
      sessionCalls: counts,
      dayCalls: (tool) =>
        ports.sessions.dayCalls(tenantKeyOf(admitted, subject), tool, dayOf(ports.now)) + (dayCounts.get(tool) ?? 0),
      engine: ports.engine,
      checkArguments: ports.checkArguments,
    })
    // Two calls in one answer count as two: budgets hold within a reply as well.
    if (decision.decision === 'allow') {
      counts[call.name] = (counts[call.name] ?? 0) + 1
      dayCounts.set(call.name, (dayCounts.get(call.name) ?? 0) + 1)
    }
    decisions.push(decision)
  }
  return decisions
}

const dayOf = (now: EpochMs): string => toRfc3339(now).slice(0, 10)

function tenantKeyOf(admitted: RequestContext['admitted'], subject: Subject | undefined): string {
  return [admitted.organization, admitted.system, admitted.environment, subject?.tenant ?? '']
    .map(encodeURIComponent)
    .join('/')
}

function denialOf(deny: DenyState, blockedBy: string | undefined, tools: readonly ToolDecision[]): Denial | undefined {
  if (deny.isSystemDenied)
    return { status: 403, code: 'system_halted', message: 'this system is halted', rule: 'kill-switch/system' }
  if (blockedBy !== undefined)
    return {
      status: 400,
      code: 'content_filter',
      message: 'the answer was stopped by the content guard',
      rule: blockedBy,
    }
  const blocked = tools.find(({ decision }) => decision === 'block')
  if (blocked !== undefined) return toolDenial(blocked)
  const waiting = tools.find(({ decision }) => decision === 'require-approval')
  if (waiting !== undefined)
    return {
      status: 403,
      code: 'approval_required',
      message: `the call of tool \`${waiting.tool}\` ${waiting.reason}`,
      rule: `tool/${waiting.tool}/${waiting.rule}`,
      tool: waiting.tool,
    }
  return undefined
}

/** SECURITY: the name of a tool that the release does not declare is the model's own text, and is not passed on. */
function toolDenial({ tool, rule, reason }: ToolDecision): Denial {
  const denied = { status: 403, code: 'tool_call_denied' } as const
  if (rule === 'undeclared-tool')
    return { ...denied, message: `a tool call was withheld: ${reason}`, rule: `tool/${rule}` }
  return {
    ...denied,
    message: `the call of tool \`${tool}\` was withheld: ${reason}`,
    rule: `tool/${tool}/${rule}`,
    tool,
  }
}

/** Counts what was allowed and signs what is about to be delivered. */
function settle(
  context: RequestContext,
  choices: readonly JudgedChoice[],
  texts: CompletionDecision['choices'],
  ports: DecideCompletionPorts,
): void {
  const { sessionKey, admitted, subject } = context
  if (sessionKey === undefined) return
  for (const [index, choice] of choices.entries()) {
    const delivered = { ...choice, text: texts[index]?.text ?? '', refusal: texts[index]?.refusal ?? null }
    ports.sessions.rememberAssistant(sessionKey, ports.assistantDigest(delivered))
    for (const call of choice.toolCalls) {
      ports.sessions.countCall(sessionKey, call.name)
      ports.sessions.countDayCall(tenantKeyOf(admitted, subject), call.name, dayOf(ports.now))
    }
  }
}
