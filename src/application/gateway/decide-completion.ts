import type { JsonObject } from '../../base/json.ts'
import { toRfc3339, type EpochMs } from '../../base/instant.ts'
import { authorizeProposal, type Proposal } from '../../domain/authorization/authorize-proposal.ts'
import { pastCalls } from '../../domain/authorization/past-calls.ts'
import { withholdAgain } from '../../domain/authorization/opaque-references.ts'
import type { RequestPolicy, ToolDecision } from '../../domain/authorization/authorize-tool-call.ts'
import type { CallDigest } from '../../domain/authorization/run-budget.ts'
import type { ClassifyInjection } from '../../domain/detection/injection/weigh-injection.ts'
import type { LeakIndex } from '../../domain/detection/prompt-leak.ts'
import { guardText, type GuardJudgement, type GuardOptions } from '../../domain/guardrail/guard-text.ts'
import { passagesOf } from '../../domain/guardrail/passages.ts'
import { raiseJudgement } from '../../domain/guardrail/raise-judgement.ts'
import { heavier, type Obligation } from '../../domain/guardrail/obligation.ts'
import type { DenyState } from '../../domain/killswitch/deny-record.ts'
import type { PolicyEngine } from '../../domain/policy/policy-engine.ts'
import { toolResultsOf, type Subject } from '../../domain/session/conversation.ts'
import type { SessionStore } from '../../domain/session/session-store.ts'
import { agentCheck, beginRun, runBudgetOf, spendRun, withEarlier, type AskedAt } from './agent-run.ts'
import { rightsOf } from './request-rights.ts'
import { scopeOf } from './admitted-system.ts'
import { haltedBy, type Denial, type PlacedFinding, type RequestContext } from './decide-request.ts'
import { textOfReasoning, type AnswerChoice, type AnswerToolCall, type ReasoningBlock } from './model-event.ts'
import { canariesOfSession, type CanariesOf } from './session-canaries.ts'
import { argumentParts, judgeArguments, NO_ARGUMENTS } from './judge-arguments.ts'
import type { SessionPseudonyms } from './session-pseudonyms.ts'
import { isUnchanged } from './text-channel.ts'
import type { JudgedPart, Reports } from './judged-part.ts'
import { judgedReasoning } from './judged-reasoning.ts'

/** What the guard left of a choice's texts. */
export interface JudgedChoiceText {
  readonly text: string
  readonly refusal: string | null
  readonly reasoning: readonly ReasoningBlock[]
}

/** The output guard's word on all texts of an answer, whether it came whole or piece by piece. */
export interface JudgedTexts {
  readonly findings: readonly PlacedFinding[]
  readonly action: Obligation
  /** The detector because of which nothing more may leave. */
  readonly blockedBy: string | undefined
  /** One for each choice, in the answer's order. */
  readonly texts: readonly JudgedChoiceText[]
}

export interface CompletionDecision {
  readonly action: Obligation
  readonly findings: readonly PlacedFinding[]
  readonly tools: readonly ToolDecision[]
  readonly denial: Denial | undefined
  /** Texts to deliver, one per choice. */
  readonly choices: readonly JudgedChoiceText[]
  /** Calls to deliver, for each choice: as they are to be made. */
  readonly calls: readonly (readonly AnswerToolCall[])[]
}

/** What a digest of an assistant message is taken over. */
export type DeliveredMessage = Pick<AnswerChoice, 'text' | 'toolCalls'>

export interface DecideCompletionPorts {
  readonly sessions: SessionStore
  readonly engine: PolicyEngine
  readonly now: EpochMs
  /** Asked each time: a kill switch counts from the moment that it is thrown, whatever was waited for meanwhile. */
  readonly deny: () => DenyState
  readonly checkArguments: (tool: string, args: JsonObject) => string | undefined
  readonly pseudonyms: SessionPseudonyms
  readonly classify: ClassifyInjection
  readonly assistantDigest: (message: DeliveredMessage) => string
  /** Names a call by its canonical form; keyed, so that nobody outside can tell which it was. */
  readonly callDigest: CallDigest
  /** In place of the release's own: with the secrets that its manifest names. */
  readonly leak?: LeakIndex | undefined
  readonly canariesOf?: CanariesOf | undefined
  /** What detectors beside the guard said, by `where`. */
  readonly reports?: Reports | undefined
  /** Bounds the time that rules of packs may take. */
  readonly monotonicMs?: (() => number) | undefined
  /** A person has said yes to exactly these calls. */
  readonly isApproved?: ((call: AnswerToolCall) => boolean) | undefined
}

/** The output guard and tool authorisation on every choice, before one byte of it is released. */
export function decideCompletion(
  context: RequestContext,
  choices: readonly AnswerChoice[],
  ports: DecideCompletionPorts,
): CompletionDecision {
  return concludeAnswer(context, choices, judgeTexts(context, choices, ports), ports)
}

function judgeTexts(
  context: RequestContext,
  choices: readonly AnswerChoice[],
  ports: DecideCompletionPorts,
): JudgedTexts {
  const collected = new OutputFindings()
  const options = outputOptions(context, ports)
  // What the output guard takes for personal data is stood in for or taken out before the session's own values come back.
  const judge = (text: string, where: string): string => {
    const own = guardText(text, context.release.guard.output, options)
    const judgement = raiseJudgement(own, text, ports.reports?.get(where) ?? [])
    return ports.pseudonyms.restore(context.subject, collected.add(judgement))
  }
  // What is found in a block as well as in the whole is one finding.
  const judgeAlone = (text: string): string => {
    const own = guardText(text, context.release.guard.output, options)
    return own.text === text && isUnchanged(own.action)
      ? text
      : ports.pseudonyms.restore(context.subject, collected.add(own))
  }
  const texts = choices.map(({ text, refusal, reasoning }, index) => ({
    text: judge(text, `choice:${index}`),
    refusal: refusal === null ? null : judge(refusal, `refusal:${index}`),
    reasoning: judgedReasoning(reasoning, (said, isAlone) =>
      isAlone ? judgeAlone(said) : judge(said, `reasoning:${index}`),
    ),
  }))
  return { ...collected.result, texts }
}

/** Adds up what the guard says about one text after the other. */
class OutputFindings {
  readonly #findings: PlacedFinding[] = []
  #action: Obligation = 'allow'
  #blockedBy: string | undefined

  add(judgement: GuardJudgement): string {
    for (const finding of judgement.findings) this.#findings.push({ ...finding, where: 'output' })
    if (judgement.action === 'block' || judgement.action === 'require-approval')
      this.#blockedBy ??= judgement.findings[0]?.detector ?? 'guard/output'
    this.#action = heavier(this.#action, judgement.action)
    return judgement.text
  }

  get result(): Omit<JudgedTexts, 'texts'> {
    return { findings: this.#findings, action: this.#action, blockedBy: this.#blockedBy }
  }
}

/** Tool arguments and tool authorisation on every choice, on top of what the guard said about the texts. */
export function concludeAnswer(
  context: RequestContext,
  choices: readonly AnswerChoice[],
  judged: JudgedTexts,
  ports: DecideCompletionPorts,
): CompletionDecision {
  const proposals = authorizeAll(context, { choices, askedAt: 'proposed' }, ports)
  const calls = choices.map((_, at) => proposals.flatMap((own) => (own.choice === at ? [own.call] : [])))
  const resolved = choices.map((choice, at) => ({ ...choice, toolCalls: calls[at] ?? [] }))
  const args =
    proposals.length === 0
      ? NO_ARGUMENTS
      : judgeArguments(context, resolved, { options: outputOptions(context, ports), reports: ports.reports })
  const findings = [...judged.findings, ...args.findings]
  const action = heavier(judged.action, args.action)
  const deny = ports.deny()
  const tools = deny.isSystemDenied ? [] : proposals.map(({ decision }) => decision)
  const halted = haltedBy(context, deny)
  const denial = halted ?? denialOf(judged.blockedBy ?? args.blockedBy, tools)
  if (denial === undefined) settle(context, resolved, judged.texts, ports)
  return { action: denial === undefined ? action : 'block', findings, tools, denial, choices: judged.texts, calls }
}

/** How the output guard is to look at a text of this request. */
export function outputOptions(
  context: RequestContext,
  ports: Pick<DecideCompletionPorts, 'pseudonyms' | 'classify' | 'leak' | 'canariesOf'>,
): GuardOptions {
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

/**
 * The texts of an answer as the guard leaves them, and the arguments of its calls as they are to be made: those that it stops
 * are empty, and are sent to no detector.
 */
export function judgedParts(
  context: RequestContext,
  choices: readonly AnswerChoice[],
  ports: DecideCompletionPorts,
): readonly JudgedPart[] {
  const options = outputOptions(context, ports)
  const part = (where: string, text: string): JudgedPart => {
    const judgement = guardText(text, context.release.guard.output, options)
    return { where, side: 'output', text: judgement.action === 'block' ? '' : judgement.text }
  }
  return [
    ...choices.flatMap(({ text, refusal, reasoning }, index) => {
      const thought = textOfReasoning(reasoning)
      return [
        part(`choice:${index}`, text),
        ...(refusal === null ? [] : [part(`refusal:${index}`, refusal)]),
        ...(thought === undefined ? [] : [part(`reasoning:${index}`, thought)]),
      ]
    }),
    ...argumentParts(context, choices, options),
  ]
}

function authorizeAll(
  context: RequestContext,
  { choices, askedAt }: { readonly choices: readonly AnswerChoice[]; readonly askedAt: AskedAt },
  ports: DecideCompletionPorts,
): readonly (Proposal & { readonly choice: number })[] {
  const { release, subject, callsKey, messages, label, admitted, withheld } = context
  // Asked for with every answer: what a session or a credential has spent stays known for as long as it is in use.
  const spent = callsKey === undefined ? {} : ports.sessions.get(callsKey).calls
  if (choices.every(({ toolCalls }) => toolCalls.length === 0)) return []
  const counts = { ...spent }
  const dayCounts = new Map<string, number>()
  const results = toolResultsOf(messages)
  // A call that is about to be made stands in the answer that proposed it.
  const past = pastCalls(messages, askedAt === 'made' ? choices[0]?.toolCalls[0] : undefined)
  const proposals: (Proposal & { readonly choice: number })[] = []
  beginRun(context, askedAt, ports)
  for (const { call, choice } of choices.flatMap(({ toolCalls }, at) =>
    toolCalls.map((one) => ({ call: one, choice: at })),
  )) {
    const earlier = proposals.flatMap((own) => (own.decision.decision === 'allow' ? [own.call] : []))
    const proposal = authorizeProposal(
      call,
      {
        manifest: release.manifest,
        deniedTools: ports.deny().tools,
        subject,
        label,
        userTexts: messages.filter((message) => message.role === 'user').map(({ text }) => text),
        // No system texts: a prompt's free-text slots may hold what retrieval brought in.
        schemaOf: (tool) => release.schemas.get(tool),
        toolResults: results,
        pastCalls: [...past, ...earlier],
        sessionCalls: counts,
        dayCalls: (tool) =>
          ports.sessions.dayCalls(tenantKeyOf(admitted, subject), tool, dayOf(ports.now)) + (dayCounts.get(tool) ?? 0),
        engine: ports.engine,
        checkArguments: ports.checkArguments,
        keepsFacts: true,
        isApproved: ports.isApproved,
        rights: rightsOf(context, earlier, ports),
        checkAgent: agentCheck(context, withEarlier(runBudgetOf(context, { call, askedAt }, ports), earlier)),
        requestPolicy: withDeadline(release.requestPolicy, ports.monotonicMs),
      },
      { withheld, messages, isAllRead: context.isAllRead },
    )
    // Two calls in one answer count as two: budgets hold within a reply as well.
    if (proposal.decision.decision === 'allow') {
      counts[call.name] = (counts[call.name] ?? 0) + 1
      dayCounts.set(call.name, (dayCounts.get(call.name) ?? 0) + 1)
    }
    proposals.push({
      call: proposal.call,
      decision: { ...proposal.decision, args: proposal.call.arguments },
      choice,
    })
  }
  return proposals
}

/** How long the rules on one call may take together. */
const RULES_MS_MAX = 50

function withDeadline(
  policy: RequestPolicy | undefined,
  monotonicMs: (() => number) | undefined,
): RequestPolicy | undefined {
  if (policy === undefined || monotonicMs === undefined) return policy
  const endsMs = monotonicMs() + RULES_MS_MAX
  return { ...policy, isOverdue: () => monotonicMs() > endsMs }
}

const dayOf = (now: EpochMs): string => toRfc3339(now).slice(0, 10)

function tenantKeyOf(admitted: RequestContext['admitted'], subject: Subject | undefined): string {
  return `${scopeOf(admitted)}/${encodeURIComponent(subject?.tenant ?? '')}`
}

function denialOf(blockedBy: string | undefined, tools: readonly ToolDecision[]): Denial | undefined {
  if (blockedBy !== undefined) return answerStopped(blockedBy)
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

export function answerStopped(rule: string): Denial {
  return { status: 400, code: 'content_filter', message: 'the answer was stopped by the content guard', rule }
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
  choices: readonly AnswerChoice[],
  texts: readonly JudgedChoiceText[],
  ports: DecideCompletionPorts,
): void {
  const { sessionKey, disclosure = '' } = context
  const calls = choices.flatMap(({ toolCalls }) => toolCalls)
  countCalls(context, { calls, askedAt: 'proposed' }, ports)
  if (sessionKey === undefined) return
  for (const [index, choice] of choices.entries()) {
    const { text = '', refusal = null } = texts[index] ?? {}
    // A client sends a refusal back as what the assistant said.
    const delivered = { text: text === '' ? (refusal ?? '') : disclosure + text, toolCalls: choice.toolCalls }
    ports.sessions.rememberAssistant(sessionKey, ports.assistantDigest(delivered))
  }
}

function countCalls(
  context: RequestContext,
  { calls, askedAt }: { readonly calls: readonly AnswerToolCall[]; readonly askedAt: AskedAt },
  ports: Pick<DecideCompletionPorts, 'sessions' | 'now' | 'callDigest'>,
): void {
  const { callsKey, admitted, subject } = context
  if (callsKey === undefined) return
  spendRun(context, { calls, askedAt }, ports)
  for (const call of calls) {
    ports.sessions.countCall(callsKey, call.name)
    ports.sessions.countDayCall(tenantKeyOf(admitted, subject), call.name, dayOf(ports.now))
  }
}

/** What detectors are asked about a call that somebody is about to make. */
export function judgedCallParts(
  context: RequestContext,
  call: AnswerToolCall,
  ports: DecideCompletionPorts,
): readonly JudgedPart[] {
  return argumentParts(context, [choiceOf(call)], outputOptions(context, ports))
}

const choiceOf = (call: AnswerToolCall): AnswerChoice => ({
  index: 0,
  text: '',
  refusal: null,
  reasoning: [],
  toolCalls: [call],
  finishReason: 'tool_calls',
})

/** `call` is the one to be made: with what its names stand for in it. */
export type CallJudgement = Pick<CompletionDecision, 'action' | 'findings' | 'tools' | 'denial'> & {
  readonly call: AnswerToolCall
}

/** One call that an application or a proxy asks about before it makes it. Nothing is signed or spent by it. */
export function judgeCall(context: RequestContext, call: AnswerToolCall, ports: DecideCompletionPorts): CallJudgement {
  const asked = asProposed(context, call)
  const proposals = authorizeAll(context, { choices: [choiceOf(asked)], askedAt: 'made' }, ports)
  const own = proposals[0]?.call ?? call
  const options = outputOptions(context, ports)
  const args = judgeArguments(context, [choiceOf(own)], { options, reports: ports.reports })
  const tools = proposals.map(({ decision }) => decision)
  const denial = haltedBy(context, ports.deny()) ?? denialOf(args.blockedBy, tools)
  return { action: denial === undefined ? args.action : 'block', findings: args.findings, tools, denial, call: own }
}

/** The same for a call that is made now: where it is allowed, it is counted, and nothing comes between the two. */
export function spendCall(context: RequestContext, call: AnswerToolCall, ports: DecideCompletionPorts): CallJudgement {
  const judged = judgeCall(context, call, ports)
  if (judged.denial === undefined) countCalls(context, { calls: [judged.call], askedAt: 'made' }, ports)
  return judged
}

/** A call that this gateway's model proposed, with the names again that it was delivered the values of. */
function asProposed({ withheld, isAllRead, messages }: RequestContext, call: AnswerToolCall): AnswerToolCall {
  if (withheld === undefined || isAllRead === true) return call
  return { ...call, arguments: withholdAgain(messages, withheld)?.arguments(call.arguments) ?? call.arguments }
}
