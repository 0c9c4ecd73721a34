import { nodeSha256 } from '../../../adapters/crypto/node-crypto.ts'
import { argumentChecker } from '../../../adapters/json-schema/argument-checker.ts'
import { decideTools, judgeDocument, mcpContext } from '../../../application/gateway/decide-mcp.ts'
import { contextOfCall } from '../../../application/gateway/context-of-call.ts'
import { type Denial, type PlacedFinding, type RequestContext } from '../../../application/gateway/decide-request.ts'
import type {
  JudgedToolList,
  McpAuthority,
  McpCallQuestion,
  McpCallVerdict,
  McpDenial,
  OfferedTool,
} from '../../../application/gateway/mcp-authority.ts'
import { isJsonObject, type JsonObject } from '../../../base/json.ts'
import { fail, ok, type Result } from '../../../base/result.ts'
import { parseChatMessages } from '../../../contract/openai/chat-request.ts'
import { descriptorPin } from '../../../domain/authorization/mcp-pins.ts'
import { mcpToolId, withMcpTools } from '../../../domain/authorization/mcp-tools.ts'
import { openWaiver, type McpToolDrift } from '../../../domain/recognition/model-drift.ts'
import type { AnswerToolCall } from '../../../application/gateway/model-event.ts'
import type { ModelMessage } from '../../../application/gateway/model-request.ts'
import { intentRecord, type ModelExchange } from '../exchange/exchange-records.ts'
import { conversationOf } from '../exchange/judged-request.ts'
import { mayBeMissing } from '../exchange/may-be-missing.ts'
import { refusal, type GatewayError } from '../exchange/replies.ts'
import { completionPorts, owingOutcome, settle } from '../exchange/settle.ts'
import { withinLimits } from '../exchange/within-limits.ts'
import { decideCallWithPeople, type CallDecision, type UnspentDecision } from '../approval/decide-call-with-people.ts'
import type { GatewayPorts } from '../gateway-ports.ts'
import { rolloutKey } from '../rollouts.ts'
import { allowedCall } from './allowed-call.ts'
import { mcpExchange, type McpParty } from './mcp-exchange.ts'
import { sealTool, standingBySeal, standingOf, type Standing } from './tool-seal.ts'

/** This gateway as the one who says what passes between one client and one MCP server. Every decision is on disk first. */
export function gatewayAuthority(ports: GatewayPorts, party: McpParty): McpAuthority {
  return {
    judgeTools: (descriptors, instructions) => judgeTools(ports, party, descriptors, instructions),
    judgeCall: (question) => judgeCall(ports, party, question),
    async judgeText(text) {
      const context = contextFor(ports, party, { messages: [] })
      return context.ok ? judgeDocument(context.value, text, ports).text : undefined
    },
  }
}

function contextFor(
  ports: GatewayPorts,
  { caller, server, subject }: McpParty,
  { messages, call }: { readonly messages: readonly ModelMessage[]; readonly call?: AnswerToolCall },
): Result<RequestContext, Denial> {
  // Tools are listed by one message and called by another: without a subject the credential stays on one side.
  const { admitted } = ports.rollouts.sideOf(caller.admitted, rolloutKey(subject, caller.keyId), ports.clock())
  const context = contextOfCall(
    {
      subject,
      credential: caller.keyId,
      messages: conversationOf(ports, caller, subject, messages),
      call,
      manifestOf: withMcpTools,
    },
    admitted,
    {
      sessions: ports.sessions,
      now: ports.clock(),
      deny: () => ports.admission.denyStateOf(caller.admitted.system),
      guardOf: (release) => ports.guardOf(release),
    },
  )
  if (!context.ok) return context
  const own = mcpContext(context.value, server)
  return own === undefined ? fail(UNDECLARED_SERVER) : ok(own)
}

const UNDECLARED_SERVER: Denial = {
  status: 403,
  code: 'tool_call_denied',
  message: 'the release declares no such MCP server',
  rule: 'mcp/not-declared',
}

const NOTHING: JudgedToolList = { offered: [], refused: [], instructions: undefined }

// oxlint-disable-next-line max-params -- who asks, and the two things that a server says of itself
async function judgeTools(
  ports: GatewayPorts,
  party: McpParty,
  descriptors: readonly JsonObject[],
  instructions: string | undefined,
): Promise<JudgedToolList> {
  const exchange = mcpExchange(ports, party)
  const context = contextFor(ports, party, { messages: [] })
  if (!context.ok) return NOTHING
  const decision = decideTools(
    context.value,
    party.server,
    { descriptors, ...(instructions === undefined ? {} : { instructions }) },
    { ...ports, sha256: nodeSha256, now: ports.clock() },
  )
  const offered: OfferedTool[] = []
  const refused: JudgedToolList['refused'][number][] = []
  const drifted: PlacedFinding[] = []
  for (const judgement of decision.judged) {
    if (!judgement.ok) {
      refused.push(judgement.failure)
      if (judgement.failure.rule !== 'mcp/not-declared') drifted.push(driftFinding(judgement.failure.rule))
      continue
    }
    const { descriptor, alarm } = judgement.value
    if (alarm !== undefined) drifted.push(driftFinding(alarm.rule))
    const tool = { name: String(descriptor['name']), descriptor }
    offered.push(sealTool(ports, context.value, party.server, { standing: standingOf(judgement.value), tool }))
  }
  // What is not as the release has it is a decision, and the record of it the alarm.
  if (drifted.length > 0) {
    const isRefused = decision.judged.some(
      (judgement) => !judgement.ok && judgement.failure.rule !== 'mcp/not-declared',
    )
    const kept = await record(ports, exchange, {
      context: context.value,
      action: isRefused ? 'block' : 'annotate',
      findings: drifted,
      denial: undefined,
    })
    if (!kept) return NOTHING
  }
  return { offered, refused, instructions: decision.instructions }
}

function driftFinding(rule: string): PlacedFinding {
  return { detector: rule, category: 'undecodable', start: 0, end: 0, score: 1, guarantee: 'boundary', where: 'tool' }
}

interface Recorded {
  readonly context: RequestContext | undefined
  readonly action: Parameters<typeof intentRecord>[2]['action']
  readonly findings: readonly PlacedFinding[]
  readonly denial: Denial | undefined
  readonly tools?: NonNullable<Parameters<typeof settle>[2]['completion']>['tools']
}

/** Both records of a decision after which nothing is passed on. */
async function record(
  ports: GatewayPorts,
  exchange: ModelExchange,
  { context, action, findings, denial, tools = [] }: Recorded,
): Promise<boolean> {
  const releaseDigest = context?.release.digest ?? null
  const intent = await ports.sink.intent(
    intentRecord(ports, exchange, { releaseDigest, action, score: 0, findings }),
    mayBeMissing(exchange, releaseDigest),
  )
  if (!intent.kept) return false
  return owingOutcome(ports, exchange, { guardMs: 0, releaseDigest, enforcedAt: 'mcp-proxy' }, async () =>
    settle(ports, exchange, {
      outcome: denial === undefined && action !== 'block' ? 'completed' : 'denied',
      code: denial?.code ?? (action === 'block' ? 'tool_call_denied' : null),
      rule: denial?.rule ?? (action === 'block' ? (findings[0]?.detector ?? null) : null),
      action,
      guardMs: ports.monotonicMs() - exchange.startMs,
      releaseDigest,
      completion: { findings: [], tools },
      enforcedAt: 'mcp-proxy',
    }),
  )
}

async function judgeCall(ports: GatewayPorts, party: McpParty, question: McpCallQuestion): Promise<McpCallVerdict> {
  const { server } = party
  const read = question.messages === undefined ? ok([]) : parseChatMessages(question.messages)
  const messages = read.ok ? read.value : []
  const tool = mcpToolId(server, question.name)
  const exchange = mcpExchange(ports, party, { tool, messages })
  const deny = async (denial: Denial, more: Partial<Recorded> = {}, approval?: string): Promise<McpCallVerdict> => {
    const action = denial.code === 'approval_required' ? 'require-approval' : 'block'
    const kept = await record(ports, exchange, { context: undefined, action, findings: [], denial, ...more })
    return kept ? denied(exchange.id, denial, approval) : unrecorded(exchange.id)
  }
  if (!read.ok) return deny({ ...UNREADABLE, message: read.failure.message })
  const call = { id: exchange.id, name: tool, arguments: JSON.stringify(question.arguments) }
  const context = contextFor(ports, party, { messages, call })
  if (!context.ok) return deny(context.failure)
  const offered = question.offered?.name === question.name ? question.offered : undefined
  const standing = offered === undefined ? undefined : standingBySeal(ports, context.value, server, offered)
  if (offered === undefined || standing === undefined) return deny(NOT_OFFERED, { context: context.value })
  if (standing !== 'pinned' && context.value.release.tier !== 'T3') {
    // What was offered by a waiver is offered no longer than the waiver is open.
    const waiver = openWaiver(context.value.release.mcpDriftWaivers ?? [], ports.clock())
    if (waiver === undefined) return deny(NOT_OFFERED, { context: context.value })
    exchange.marks.drift = waivedDrift(tool, offered, waiver.exception)
  }
  const own = withOfferedSchema(context.value, tool, standing, offered)
  const judged = await decideCallWithPeople(ports, own, call, {
    ...completionPorts(ports, own),
    checkArguments: checkerOf(own, tool, standing),
    ticket: question.approval,
    request: exchange.id,
  })
  const findings = standing === 'pinned' ? judged.findings : [driftFinding(`mcp/${standing}`), ...judged.findings]
  if (judged.denial !== undefined) {
    const { approval, tools } = judged
    return deny(judged.denial, { context: own, findings, tools }, approval)
  }
  const intent = await ports.sink.intent(
    intentRecord(ports, exchange, {
      releaseDigest: own.release.digest,
      action: standing === 'pinned' ? judged.action : 'annotate',
      score: 0,
      findings,
    }),
    mayBeMissing(exchange, own.release.digest),
  )
  if (!intent.kept) return unrecorded(exchange.id)
  const { digest: releaseDigest } = own.release
  return owingOutcome(ports, exchange, { guardMs: 0, releaseDigest, enforcedAt: 'mcp-proxy' }, () =>
    spendAndAllow(ports, exchange, own, { tool, judged, asked: question.arguments }),
  )
}

interface JudgedCall {
  readonly tool: string
  readonly judged: UnspentDecision
  readonly asked: JsonObject
}

/** What limits and budgets say of a call that nothing else stands against. */
// oxlint-disable-next-line max-params -- a call on its way, and what is known of it
async function spendAndAllow(
  ports: GatewayPorts,
  exchange: ModelExchange,
  context: RequestContext,
  { tool, judged, asked }: JudgedCall,
): Promise<McpCallVerdict> {
  const guardMs = ports.monotonicMs() - exchange.startMs
  const { digest: releaseDigest } = context.release
  const limited = await withinLimits(ports, exchange, { context, texts: () => [] }, guardMs)
  if (!limited.ok) return { kind: 'denied', denial: deniedBy(exchange.id, limited.failure) }
  const own = limited.value
  // With what is reserved for it now.
  return owingOutcome(ports, own, { guardMs, releaseDigest, enforcedAt: 'mcp-proxy' }, async () => {
    const decision = await judged.spend()
    if (decision.denial !== undefined) return spentMeanwhile(ports, own, context, decision)
    return allowedCall(ports, {
      exchange: own,
      context,
      tool,
      tools: decision.tools,
      guardMs,
      arguments: parsedArguments(decision.call.arguments, asked),
    })
  })
}

/** Another call was faster: this one is not made, and what was reserved for it is given back. */
// oxlint-disable-next-line max-params -- a call and what became of it
async function spentMeanwhile(
  ports: GatewayPorts,
  exchange: ModelExchange,
  { release }: RequestContext,
  { denial, tools, approval }: CallDecision,
): Promise<McpCallVerdict> {
  if (denial === undefined) throw new TypeError('it was allowed')
  exchange.marks.isUnspent = true
  const kept = await settle(ports, exchange, {
    outcome: 'denied',
    code: denial.code,
    rule: denial.rule,
    action: 'block',
    guardMs: ports.monotonicMs() - exchange.startMs,
    releaseDigest: release.digest,
    completion: { findings: [], tools },
    enforcedAt: 'mcp-proxy',
  })
  return kept ? denied(exchange.id, denial, approval) : unrecorded(exchange.id)
}

function parsedArguments(text: string, asked: JsonObject): JsonObject {
  const value: unknown = JSON.parse(text)
  return isJsonObject(value) ? value : asked
}

const UNREADABLE: Denial = {
  status: 400,
  code: 'unsupported_content',
  message: 'the conversation beside the call cannot be read',
  rule: 'mcp/messages',
}

const NOT_OFFERED: Denial = {
  status: 403,
  code: 'tool_call_denied',
  message: 'the server offers no such tool that the release declares',
  rule: 'mcp/not-offered',
}

function waivedDrift(tool: string, { descriptor }: OfferedTool, exception: string): McpToolDrift {
  return { kind: 'mcp-tool', expected: tool, seen: descriptorPin(descriptor, nodeSha256), exception }
}

/** The schema as the server has it, where it is the one that was proven. */
// oxlint-disable-next-line max-params -- a context and the three things that are known of its tool
function withOfferedSchema(
  context: RequestContext,
  tool: string,
  standing: Standing,
  { descriptor }: OfferedTool,
): RequestContext {
  const { inputSchema } = descriptor
  if (standing !== 'pinned' || !isJsonObject(inputSchema)) return context
  // Servers name their dialect; validators of another one would refuse to read it.
  const { $schema: _, ...schema } = inputSchema
  const schemas = new Map([...context.release.schemas, [tool, schema]])
  return { ...context, release: { ...context.release, schemas } }
}

/** SECURITY: a schema that nobody has proven is not compiled: its patterns are the server's own. */
function checkerOf(
  { release }: RequestContext,
  tool: string,
  standing: Standing,
): (tool: string, args: JsonObject) => string | undefined {
  const schema = release.schemas.get(tool)
  if (standing !== 'pinned' || schema === undefined) return () => undefined
  return argumentChecker(new Map([[tool, schema]]))
}

function denied(request: string, { code, rule, message }: Denial, approval: string | undefined): McpCallVerdict {
  return { kind: 'denied', denial: { code, rule, message, request, approval } }
}

function unrecorded(request: string): McpCallVerdict {
  const { code, message } = refusal(
    503,
    'audit_unavailable',
    'the decision cannot be recorded, so the call is not made',
  )
  return { kind: 'denied', denial: { code, rule: 'audit', message, request } }
}

function deniedBy(request: string, { code, message, retryAfterSeconds }: GatewayError): McpDenial {
  return { code, rule: 'limit', message, request, retryAfterSeconds }
}
