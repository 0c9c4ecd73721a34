import type { CompletionDecision } from '../../../application/gateway/decide-completion.ts'
import type { Usage } from '../../../application/gateway/model-event.ts'
import type { PlacedFinding, RequestDecision } from '../../../application/gateway/decide-request.ts'
import type { LimitVerdict } from '../../../adapters/limits/limiter.ts'
import { isJsonObject, parseJson } from '../../../base/json.ts'
import type { CallFacts } from '../../../domain/authorization/authorize-tool-call.ts'
import { guardDocument } from '../../../domain/guardrail/guard-document.ts'
import type { ModelPolicyRecord } from '../../../application/gateway/decide-model-policy.ts'
import type { RequestRuleResult } from '../../../domain/policy/decide-request-rules.ts'
import { resolveGuardPolicy } from '../../../domain/guardrail/guard-policy.ts'
import { guardText } from '../../../domain/guardrail/guard-text.ts'
import {
  disclosureFor,
  noticeForCode,
  userNotices,
  type UserNotices,
} from '../../../application/gateway/user-notices.ts'
import type { Notice } from '../../../domain/notice/notices.ts'
import type { Subject } from '../../../domain/session/conversation.ts'
import type { DecisionIntent, DecisionOutcome } from '../../../contract/decision/decision-record.ts'
import { textOfParts, type ModelMessage, type ModelRequest } from '../../../application/gateway/model-request.ts'
import type { McpToolDrift, ModelDrift } from '../../../domain/recognition/model-drift.ts'
import type { RolloutArm } from '../rollouts.ts'
import type { Caller, GatewayPorts } from '../gateway-ports.ts'

const FINDINGS_MAX = 500
const RULES_MAX = 500
/** Names come from the provider; a record that breaks its schema's bounds would be lost on the way to the ledger. */
const NAME_CHARS_MAX = 200
const RULE_CHARS_MAX = 300
const REASON_CHARS_MAX = 1_000
const TOOLS_MAX = 200
const CAPTURED_MESSAGES_MAX = 50
const CAPTURED_CHARS_MAX = 8_000

/** What is measured on the way; each is set once. */
export interface ExchangeMarks {
  /** Time that the upstream took, its silence in a stream included. */
  upstreamMs?: number
  /** From the arrival to the first piece that left. */
  firstPieceMs?: number
  upstream?: string
  /** The model that it answered with, as the configuration names it. */
  answeredBy?: string
  drift?: ModelDrift | McpToolDrift | undefined
  /** The texts of the provider's answer, as far as it came. */
  came?: () => readonly string[]
  /** No provider has begun an answer, so nothing was spent. */
  isUnspent?: boolean
  /** Its outcome is on record. */
  isSettled?: boolean
  /** What rules of packs said about the request. */
  policy?: ModelPolicyRecord | undefined
}

/** One request to a model on its way through the gateway. */
export interface ModelExchange {
  readonly id: string
  readonly caller: Caller
  readonly request: ModelRequest
  readonly subject: Subject | undefined
  readonly startMs: number
  readonly startedAt: number
  /** Languages that the user wants to be spoken to in, the first one most. */
  readonly languages?: readonly string[] | undefined
  /** Side of a canary that it is on. */
  readonly arm?: RolloutArm | undefined
  readonly marks: ExchangeMarks
  /** Puts what the request really took in place of the estimate. */
  readonly settleLimits?: Extract<LimitVerdict, { kind: 'granted' }>['settle'] | undefined
}

/** What the user of this request is told: by the release that was recognised, or the newest where none was. */
export function noticesOf(
  { caller, languages = [] }: ModelExchange,
  releaseDigest: string | null,
): UserNotices | undefined {
  const { releases } = caller.admitted
  return userNotices(releases.find(({ digest }) => digest === releaseDigest) ?? releases.at(-1), languages)
}

function shownNotices(
  exchange: ModelExchange,
  { outcome, code, releaseDigest }: OutcomeParts & { readonly releaseDigest?: string | null | undefined },
): DecisionOutcome['notices'] {
  const notices = noticesOf(exchange, releaseDigest ?? null)
  const shown = [
    outcome === 'completed' ? disclosureFor(notices, exchange.request)?.notice : undefined,
    noticeForCode(notices, code),
  ].filter((notice): notice is Notice => notice !== undefined)
  if (shown.length === 0) return undefined
  return shown.map(({ kind, language, version }) => ({ kind, language, version }))
}

/** What a record says of a decision; the texts as the guard left them, where it looked at any. */
type RecordedDecision = Pick<RequestDecision, 'releaseDigest' | 'action' | 'score' | 'findings'> & {
  readonly texts?: readonly string[] | undefined
}

/** The first record of a request. */
export function intentRecord(
  ports: GatewayPorts,
  { id, caller, request, subject, marks }: ModelExchange,
  decision: RecordedDecision,
): DecisionIntent {
  const { admitted } = caller
  const release = admitted.releases.find(({ digest }) => digest === decision.releaseDigest) ?? admitted.releases.at(-1)
  return {
    kind: 'intent',
    id,
    at: ports.clock(),
    system: admitted.system,
    environment: admitted.environment,
    releaseDigest: decision.releaseDigest,
    tenant: subject?.tenant ?? null,
    principal: subject === undefined ? null : ports.hmac('principal', `${subject.tenant}/${subject.principal}`),
    session: subject === undefined ? null : ports.hmac('session', subject.session),
    model: kept(request.model, NAME_CHARS_MAX),
    isStream: request.isStream,
    action: decision.action,
    score: decision.score,
    findings: bounded(decision.findings),
    captured: release?.manifest.data?.capture === 'redacted' ? captured(request, decision) : null,
    policy: marks.policy === undefined ? undefined : keptPolicy(marks.policy),
  }
}

function keptPolicy({ rules, facts }: ModelPolicyRecord): NonNullable<DecisionIntent['policy']> {
  const { request, labels, isVerified, roles, purpose } = facts
  return {
    rules: rules.slice(0, RULES_MAX).map(({ rule, pack, mode, outcome }) => ({ rule, pack, mode, outcome })),
    facts: {
      kind: request.kind,
      prompt: request.prompt,
      tools: request.tools.slice(0, TOOLS_MAX).map((tool) => kept(tool, NAME_CHARS_MAX)),
      regions: [...request.regions],
      labels: { ...labels },
      isVerified,
      roles: roles.slice(0, ROLES_MAX).map((role) => kept(role, NAME_CHARS_MAX)),
      purpose,
    },
  }
}

const CAPTURE_POLICY = {
  ...resolveGuardPolicy({ preset: 'none' }, 'T3').output,
  pii: 'redact',
  secrets: 'redact',
} as const

/** User and tool texts without personal data and secrets, for review and regression cases. */
function captured({ messages }: ModelRequest, { texts = [], findings }: RecordedDecision): DecisionIntent['captured'] {
  const found = new Set(findings.map(({ where }) => where))
  return messages
    .map((message, index) => ({ message, index }))
    .filter(({ message: { role } }) => role !== 'system' && role !== 'developer')
    .slice(-CAPTURED_MESSAGES_MAX)
    .map(({ message, index }) => {
      const text = textOf(message)
      // The guard has just read all of it as one text and has found nothing (it looks for both, whatever its policy does
      // about them): neither would this look. Tool results it may have read leaf by leaf, and a text that is cut may show
      // what the whole one did not.
      const isClean =
        message.role !== 'tool' &&
        text.length <= CAPTURED_CHARS_MAX &&
        texts[index] === text &&
        !found.has(String(index))
      return {
        role: message.role,
        text: isClean ? text : withoutPrivateData(text.slice(0, CAPTURED_CHARS_MAX).toWellFormed()),
      }
    })
}

/** A text as a record keeps it. */
export function withoutPrivateData(text: string): string {
  return guardText(text, CAPTURE_POLICY).text
}

function textOf(message: ModelMessage): string {
  return message.role === 'user' ? textOfParts(message.parts) : message.text
}

function keptDrift({
  kind,
  expected,
  seen,
  exception,
}: ModelDrift | McpToolDrift): NonNullable<DecisionOutcome['drift']> {
  const waived = exception === undefined ? {} : { exception }
  return { kind, expected: kept(expected, NAME_CHARS_MAX), seen: kept(seen, NAME_CHARS_MAX), ...waived }
}

/** A name as a record holds it: bounded, and text that has a canonical form. */
function kept(text: string, charsMax: number): string {
  return text.slice(0, charsMax).toWellFormed()
}

function bounded(findings: readonly PlacedFinding[]): PlacedFinding[] {
  return findings.slice(0, FINDINGS_MAX).map((finding) => ({ ...finding }))
}

export interface OutcomeParts {
  readonly outcome: DecisionOutcome['outcome']
  readonly code: string | null
  readonly rule: string | null
  readonly action: string
  readonly completion?: Pick<CompletionDecision, 'findings' | 'tools'> | undefined
  readonly enforcedAt?: 'sdk' | 'mcp-proxy' | undefined
  readonly guardMs: number
  readonly usage?: Usage | undefined
  readonly modelAnswered?: string | undefined
  /** What the client sent is why there is no answer. */
  readonly isRequestAtFault?: boolean | undefined
}

/** The last record of a request. */
export function outcomeRecord(
  ports: GatewayPorts,
  exchange: ModelExchange,
  parts: OutcomeParts & { readonly releaseDigest?: string | null | undefined },
): DecisionOutcome {
  const notices = shownNotices(exchange, parts)
  return {
    kind: 'outcome',
    id: exchange.id,
    at: ports.clock(),
    outcome: parts.outcome,
    code: parts.code,
    rule: parts.rule === null ? null : kept(parts.rule, RULE_CHARS_MAX),
    action: parts.action,
    findings: bounded(parts.completion?.findings ?? []),
    tools: (parts.completion?.tools ?? []).slice(0, TOOLS_MAX).map((tool) => ({
      decision: tool.decision,
      ...(tool.rules === undefined ? {} : { rules: tool.rules.slice(0, FINDINGS_MAX).map(ruleOf) }),
      ...(tool.facts === undefined ? {} : { facts: factsOf(tool.facts, tool.args, exchange) }),
      tool: kept(tool.tool, NAME_CHARS_MAX),
      callId: kept(tool.callId, NAME_CHARS_MAX),
      rule: kept(tool.rule, NAME_CHARS_MAX),
      reason: kept(tool.reason, REASON_CHARS_MAX),
      enforcedAt: parts.enforcedAt ?? ('gateway' as const),
    })),
    guardMs: parts.guardMs,
    totalMs: ports.monotonicMs() - exchange.startMs,
    inputTokens: parts.usage?.inputTokens ?? null,
    outputTokens: parts.usage?.outputTokens ?? null,
    modelAnswered: parts.modelAnswered === undefined ? null : kept(parts.modelAnswered, NAME_CHARS_MAX),
    notices,
    upstream: exchange.marks.upstream,
    arm: exchange.arm?.arm,
    drift: exchange.marks.drift === undefined ? undefined : keptDrift(exchange.marks.drift),
  }
}

function ruleOf({ rule, pack, mode, outcome }: RequestRuleResult): RecordedRule {
  return { rule, pack, mode, outcome }
}

type RecordedTool = DecisionOutcome['tools'][number]
type RecordedRule = NonNullable<RecordedTool['rules']>[number]

const ROLES_MAX = 100
const ROLE_CHARS_MAX = 200

/** What a changed pack can be replayed on. Arguments only by the manifest's word, and redacted as messages are. */
function factsOf(
  { effect, isVerified, roles, labels, session }: CallFacts,
  args: string | undefined,
  { caller }: ModelExchange,
): NonNullable<RecordedTool['facts']> {
  const isCaptured = caller.admitted.releases.some(({ manifest }) => manifest.data?.capture === 'redacted')
  return {
    effect,
    isVerified,
    roles: roles.slice(0, ROLES_MAX).map((role) => kept(role, ROLE_CHARS_MAX)),
    labels: { ...labels },
    session: { calls: { ...session.calls }, total: session.total },
    args: isCaptured && args !== undefined && args.length <= CAPTURED_CHARS_MAX ? redactedArguments(args) : null,
  }
}

function redactedArguments(text: string): NonNullable<RecordedTool['facts']>['args'] {
  const { text: left } = guardDocument(text.toWellFormed(), CAPTURE_POLICY)
  const json = parseJson(left, CAPTURED_CHARS_MAX * 2)
  return json.ok && isJsonObject(json.value) ? (json.value as NonNullable<RecordedTool['facts']>['args']) : null
}
