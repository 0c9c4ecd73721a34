import type { Json, JsonObject } from '../../base/json.ts'
import type { Label, Manifest, Tool } from '../manifest/manifest.ts'
import { decideRequestRules, type RequestFacts, type RequestRuleResult } from '../policy/decide-request-rules.ts'
import type { PolicyEngine } from '../policy/policy-engine.ts'
import type { PolicyPack } from '../policy/policy-pack.ts'
import type { Subject, ToolCall, ToolResult } from '../session/conversation.ts'
import { codeVerdict } from './code-verdict.ts'
import { flowOf, isPointedAt, judgeFlow, mayRelease, strayDestination, type Flow } from './judge-flow.ts'
import { confidentialityRank } from './labels.ts'
import { capabilityVerdict, type RequestRights } from './mint-capabilities.ts'
import { amountOf, argumentsOf, spentBy } from './past-calls.ts'
import { hasTrustedSource, valuesAtPath } from './provenance.ts'
import { subjectInExpressions } from './subject-in-expressions.ts'

export interface ToolDecision {
  readonly tool: string
  readonly callId: string
  readonly decision: 'allow' | 'require-approval' | 'block'
  /** Which rule of the manifest or of the house decided. */
  readonly rule: string
  /** In the reader's words; never quotes argument values. */
  readonly reason: string
  /** What each rule of a pack said that applied, those in shadow too. */
  readonly rules?: readonly RequestRuleResult[] | undefined
  /** As they were asked for, for records that keep them. */
  readonly args?: string | undefined
  /** What rules could read of the call beside its arguments. */
  readonly facts?: CallFacts | undefined
}

export type CallFacts = Pick<RequestFacts, 'labels' | 'session'> & {
  readonly effect: string
  readonly isVerified: boolean
  readonly roles: readonly string[]
}

/** By which rule an agent may not make a call, in words. */
export interface AgentDenial {
  readonly rule: string
  readonly reason: string
}

export interface ToolCallContext {
  readonly manifest: Manifest
  /** Tools that are switched off right now. */
  readonly deniedTools: ReadonlySet<string>
  readonly subject: Subject | undefined
  readonly label: Label
  readonly userTexts: readonly string[]
  /** The system prompt: trusted for the values in it, silent about what the user wants. */
  readonly systemTexts?: readonly string[] | undefined
  /** The JSON Schema of a tool's arguments: names, formats and descriptions tell which of them are destinations. */
  readonly schemaOf?: ((tool: string) => JsonObject | undefined) | undefined
  readonly toolResults: readonly ToolResult[]
  /** Calls that count before this one: those of the conversation, answered or not, and earlier ones of the same answer. */
  readonly pastCalls: readonly ToolCall[]
  /** Allowed calls so far, per tool. */
  readonly sessionCalls: Readonly<Record<string, number>>
  readonly dayCalls: (tool: string) => number
  readonly engine: PolicyEngine
  /** Undefined when the arguments fit the tool's JSON Schema, else what is wrong. */
  readonly checkArguments: (tool: string, args: JsonObject) => string | undefined
  /** Whether decisions carry what rules could read, for records. */
  readonly keepsFacts?: boolean | undefined
  /** A person has said yes to exactly this call. */
  readonly isApproved?: ((call: ToolCall) => boolean) | undefined
  /** What the user's own request gives a right to; undefined where the manifest asks for no right. */
  readonly rights?: RequestRights | undefined
  /** Why the agent that makes the call may not make it, or not any more; undefined where no agent of the manifest does. */
  readonly checkAgent?: ((tool: string, args: JsonObject) => AgentDenial | undefined) | undefined
  /** Packs of scope `request`: they only raise what the manifest's own rules say. */
  readonly requestPolicy?: RequestPolicy | undefined
}

export interface RequestPolicy {
  readonly packs: readonly PolicyPack[]
  readonly tier: string
  readonly environment: string
  /** The manifest as written. */
  readonly manifest: JsonObject
  /** Whether the rules have had their time: what is left cannot be evaluated any more. */
  readonly isOverdue?: (() => boolean) | undefined
}

export const AUTHORIZE_VARIABLES = ['args', 'subject', 'session', 'labels', 'user'] as const

type Verdict = Pick<ToolDecision, 'decision' | 'rule' | 'reason' | 'rules' | 'facts'>

/** Deny by default: the call is allowed only if every rule that the manifest sets holds. A boundary, given the manifest. */
export function authorizeToolCall(call: ToolCall, context: ToolCallContext): ToolDecision {
  const tool = context.manifest.components.tools?.find((candidate) => candidate.id === call.name)
  const verdict =
    tool === undefined
      ? block('undeclared-tool', 'the release declares no such tool')
      : approvedBy(context, call, raiseByPacks(judge(call, tool, context), call, tool, context))
  return { tool: call.name, callId: call.id, ...verdict }
}

/** INVARIANT: an approval lifts the demand for one, and nothing that blocks. */
function approvedBy({ isApproved }: ToolCallContext, call: ToolCall, verdict: Verdict): Verdict {
  if (verdict.decision !== 'require-approval' || isApproved?.(call) !== true) return verdict
  return { ...verdict, decision: 'allow', rule: 'approved', reason: 'a person has approved this call' }
}

/** INVARIANT: packs only raise: what the manifest stops stays stopped. */
function raiseByPacks(verdict: Verdict, call: ToolCall, tool: Tool, context: ToolCallContext): Verdict {
  const policy = context.requestPolicy
  const { subject, label, sessionCalls } = context
  const session = { calls: sessionCalls, total: Object.values(sessionCalls).reduce((sum, count) => sum + count, 0) }
  const labels = { integrity: label.integrity, confidentiality: label.confidentiality }
  const facts: CallFacts | undefined =
    context.keepsFacts !== true
      ? undefined
      : {
          effect: tool.effect,
          isVerified: subject !== undefined,
          roles: [...(subject?.roles ?? [])],
          labels,
          session,
        }
  const known = facts === undefined ? {} : { facts }
  if (policy === undefined || verdict.decision === 'block') return { ...verdict, ...known }
  const args = withoutEmptyOptions(argumentsOf(call) ?? {}, context.schemaOf?.(tool.id))
  const {
    decision,
    decidedBy,
    results: rules,
  } = decideRequestRules(
    context.engine,
    policy.packs,
    {
      tier: policy.tier,
      environment: policy.environment,
      manifest: policy.manifest,
      subject: subjectFacts(subject),
      tool: { id: tool.id, effect: tool.effect },
      args,
      labels,
      session,
    },
    policy.isOverdue,
  )
  if (decidedBy === undefined || decision === 'allow') return { ...verdict, rules, ...known }
  return decision === 'block' || verdict.decision === 'allow'
    ? { decision, rule: decidedBy.rule, reason: decidedBy.message, rules, ...known }
    : { ...verdict, rules, ...known }
}

function subjectFacts(subject: Subject | undefined): RequestFacts['subject'] {
  return {
    isVerified: subject !== undefined,
    tenant: subject?.tenant ?? '',
    principal: subject?.principal ?? '',
    roles: [...(subject?.roles ?? [])],
    email: subject?.email ?? '',
  }
}

function block(rule: string, reason: string): Verdict {
  return { decision: 'block', rule, reason }
}

function judge(call: ToolCall, tool: Tool, context: ToolCallContext): Verdict {
  if (context.deniedTools.has(tool.id)) return block('kill-switch', 'the tool is switched off')
  if (context.subject === undefined && tool.effect !== 'read')
    return block('no-subject', `a tool with effect ${tool.effect} needs a verified end user`)
  const written = argumentsOf(call)
  if (written === undefined) return block('arguments', 'the arguments are not a JSON object, or name something twice')
  const args = withoutEmptyOptions(written, context.schemaOf?.(tool.id))
  const wrong = context.checkArguments(tool.id, args)
  if (wrong !== undefined) return block('arguments', `the arguments do not fit the schema: ${wrong}`)
  const flow = flowOf(tool, args, context)
  const judged = judgeFlow(tool, flow, context)
  const blocked = judged?.decision === 'block' ? judged : undefined
  return (
    checkOrder(tool, context) ??
    checkLimits(tool, context) ??
    checkAgent(tool, written, context) ??
    checkAmount(tool, args, context) ??
    checkDestinations(tool, args, flow, context) ??
    blocked ??
    checkClearance(tool, flow, context) ??
    checkExpression(tool, args, context) ??
    checkGuardKeys(tool, args, context) ??
    checkApproval(tool, args, context) ??
    judged ?? {
      decision: 'allow',
      rule: 'manifest',
      reason: 'every rule of the manifest holds',
    }
  )
}

function checkGuardKeys(tool: Tool, args: JsonObject, { manifest, rights }: ToolCallContext): Verdict | undefined {
  return codeVerdict(tool, args, manifest.guard?.code) ?? capabilityVerdict(tool, args, rights)
}

/** `null` for an argument that the schema does not require says that there is none. */
function withoutEmptyOptions(args: JsonObject, schema: JsonObject | undefined): JsonObject {
  if (schema === undefined) return args
  const required = new Set(Array.isArray(schema.required) ? schema.required : [])
  return Object.fromEntries(Object.entries(args).filter(([name, value]) => value !== null || required.has(name)))
}

function checkOrder(tool: Tool, { toolResults }: ToolCallContext): Verdict | undefined {
  const absent = tool.requires?.find((required) => !toolResults.some((result) => result.tool === required))
  return absent === undefined ? undefined : block('requires', `${absent} must have run before`)
}

function checkLimits(tool: Tool, { sessionCalls, dayCalls }: ToolCallContext): Verdict | undefined {
  const { perSession, perDayPerTenant } = tool.limits ?? {}
  if (perSession !== undefined && !((sessionCalls[tool.id] ?? 0) < perSession))
    return block('limits.perSession', 'its calls in this session are spent')
  if (perDayPerTenant !== undefined && !(dayCalls(tool.id) < perDayPerTenant))
    return block('limits.perDayPerTenant', 'its calls of this tenant today are spent')
  return undefined
}

function checkAgent(tool: Tool, args: JsonObject, context: ToolCallContext): Verdict | undefined {
  const denial = context.checkAgent?.(tool.id, args)
  return denial === undefined ? undefined : block(denial.rule, denial.reason)
}

/** SECURITY: counted over the calls that the conversation shows: a history that was cut short counts less. */
function checkAmount(tool: Tool, args: JsonObject, { pastCalls }: ToolCallContext): Verdict | undefined {
  const limit = tool.limits?.amount
  if (limit === undefined) return undefined
  const own = amountOf(args, limit.argument)
  if (own === undefined) return block('limits.amount', `\`${limit.argument}\` is not an amount`)
  let spent = own
  for (const call of pastCalls) if (call.name === tool.id) spent += spentBy(call, limit.argument)
  return spent <= limit.perSession ? undefined : block('limits.amount', 'its amount in this session is spent')
}

function checkDestinations(tool: Tool, args: JsonObject, flow: Flow, context: ToolCallContext): Verdict | undefined {
  const sources = { ...context, userTexts: flow.userTexts, directories: context.manifest.guard?.directories }
  for (const [name, destination] of Object.entries(tool.destinations ?? {})) {
    const values = valuesAtPath(args, name).filter((value) => !isNone(value))
    if (values.every((value) => hasTrustedSource(value, destination, sources))) continue
    // `user-message` is what the user says and, where the request asks for this effect, what it points at.
    const mayPoint = destination.exact !== true && destination.from?.includes('user-message') === true
    if (mayPoint && isPointedAt(name, tool, flow)) continue
    return block(`destinations.${name}`, `\`${name}\` comes from no trusted source`)
  }
  if (context.label.integrity !== 'untrusted' || tool.effect === 'read') return undefined
  const leads = tool.effect === 'irreversible' || tool.effect === 'external'
  if (leads && tool.destinations === undefined && context.userTexts.length === 0)
    return block(
      'untrusted-context',
      `a tool with effect ${tool.effect} and no declared destinations cannot be called after untrusted content`,
    )
  const stray = context.userTexts.length === 0 ? undefined : strayDestination(tool, flow)
  return stray === undefined
    ? undefined
    : block(`provenance.${stray}`, `\`${stray}\` comes from no source that the user named`)
}

/** An optional list of people that is left empty leads nowhere. */
const isNone = (value: Json): boolean => Array.isArray(value) && value.length === 0

function checkClearance(tool: Tool, flow: Flow, { label }: ToolCallContext): Verdict | undefined {
  const declared = tool.clearance?.confidentiality
  const released = tool.effect === 'external' ? (mayRelease(tool, flow) ? 'tenant' : 'public') : 'restricted'
  const clearance = declared ?? released
  if (confidentialityRank(label.confidentiality) <= confidentialityRank(clearance)) return undefined
  return block('clearance', `it may carry ${clearance} data, and the conversation holds ${label.confidentiality} data`)
}

function expressionInput(args: JsonObject, { subject, label, userTexts, sessionCalls }: ToolCallContext): JsonObject {
  return {
    args,
    subject: subjectInExpressions(subject),
    session: { calls: { ...sessionCalls } },
    labels: { integrity: label.integrity, confidentiality: label.confidentiality },
    user: { text: userTexts.join('\n').toLowerCase() },
  }
}

function evaluate(expression: string, args: JsonObject, context: ToolCallContext): boolean | string {
  const compiled = context.engine.compile(expression, AUTHORIZE_VARIABLES)
  if (!compiled.ok) return compiled.failure.message
  const result = compiled.value.evaluate(expressionInput(args, context))
  return result.ok ? result.value : result.failure.message
}

function checkExpression(tool: Tool, args: JsonObject, context: ToolCallContext): Verdict | undefined {
  if (tool.authorize === undefined) return undefined
  const holds = evaluate(tool.authorize, args, context)
  if (holds === true) return undefined
  return block(
    'authorize',
    holds === false
      ? 'its `authorize` expression does not hold'
      : `its \`authorize\` expression cannot be evaluated: ${holds}`,
  )
}

function checkApproval(tool: Tool, args: JsonObject, context: ToolCallContext): Verdict | undefined {
  if (tool.approval === undefined) return undefined
  const isNeeded = tool.approval.when === undefined ? true : evaluate(tool.approval.when, args, context)
  if (isNeeded === false) return undefined
  if (isNeeded !== true) return block('approval', `its approval condition cannot be evaluated: ${isNeeded}`)
  return {
    decision: 'require-approval',
    rule: 'approval',
    reason: `needs approval by ${tool.approval.roles.join(' or ')}`,
  }
}
