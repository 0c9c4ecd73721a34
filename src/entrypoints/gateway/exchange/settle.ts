import type { ServedRelease } from '../../../application/gateway/admitted-system.ts'
import type { DecideCompletionPorts } from '../../../application/gateway/decide-completion.ts'
import type { RequestContext } from '../../../application/gateway/decide-request.ts'
import type { CanariesOf } from '../../../application/gateway/session-canaries.ts'
import { sessionCanaries } from '../../../domain/detection/leak/canaries.ts'
import type { GatewayPorts } from '../gateway-ports.ts'
import type { HttpExchange } from '../routes/http-exchange.ts'
import { outcomeRecord, type ModelExchange, type OutcomeParts } from './exchange-records.ts'
import { mayBeMissing } from './may-be-missing.ts'
import { assistantDigest } from './judged-request.ts'

/** Writes the last record of a request and tells the meters. False: it is not on disk, and nothing more may leave. */
export async function settle(
  ports: GatewayPorts,
  exchange: ModelExchange,
  parts: OutcomeParts & { readonly releaseDigest: string | null },
): Promise<boolean> {
  const record = outcomeRecord(ports, exchange, parts)
  const { admitted } = exchange.caller
  const kept = await ports.sink.outcome(record, admitted, mayBeMissing(exchange, parts.releaseDigest))
  exchange.marks.isSettled = true
  // A provider that has begun an answer charges for it, whatever became of it and whether or not it said how much.
  const { marks, arm } = exchange
  const usage = parts.usage ?? (marks.isUnspent === true ? 'none' : undefined)
  await exchange.settleLimits?.(usage, marks.answeredBy, marks.came)
  // One user's prompts, sent again and again, must not take a release from everybody.
  if (arm !== undefined && parts.isRequestAtFault !== true)
    ports.rollouts.count(arm, isBadEnd(parts, marks.drift !== undefined))
  ports.telemetry.findings(admitted.system, parts.completion?.findings ?? [])
  ports.telemetry.record({
    requestId: exchange.id,
    system: admitted.system,
    releaseDigest: parts.releaseDigest,
    modelRequested: exchange.request.model,
    modelAnswered: record.modelAnswered,
    isStream: exchange.request.isStream,
    startMs: exchange.startedAt,
    totalMs: record.totalMs,
    guardMs: record.guardMs,
    inputTokens: record.inputTokens,
    outputTokens: record.outputTokens,
    outcome: record.outcome,
    action: record.action,
    code: record.code,
    rule: record.rule,
    overheadMs: Math.max(0, record.totalMs - (marks.upstreamMs ?? 0)),
    firstPieceMs: marks.firstPieceMs ?? null,
    arm: arm ?? null,
    hasDrifted: marks.drift !== undefined,
    isTraced: ports.mayTrace?.(servedBy(exchange, parts.releaseDigest), exchange.subject?.tenant),
  })
  return kept.kept
}

/** Where a bug ends a request whose decision is on record, its outcome is `unknown`, and what was reserved for it is taken. */
export function oweOutcome(ports: GatewayPorts, exchange: ModelExchange, http: HttpExchange, owed: Owed): void {
  http.owed = () => settleOwed(ports, exchange, owed)
}

interface Owed {
  readonly guardMs: number
  readonly releaseDigest: string | null
  readonly enforcedAt?: OutcomeParts['enforcedAt']
}

/** The same for work that outlives the request by which it came. */
export async function owingOutcome<Done>(
  ports: GatewayPorts,
  exchange: ModelExchange,
  owed: Owed,
  work: () => Promise<Done>,
): Promise<Done> {
  try {
    return await work()
  } catch (error) {
    await settleOwed(ports, exchange, owed).catch((second: unknown) => ports.onBug?.(second))
    throw error
  }
}

async function settleOwed(ports: GatewayPorts, exchange: ModelExchange, owed: Owed): Promise<void> {
  if (exchange.marks.isSettled === true) return
  await settle(ports, exchange, {
    outcome: 'unknown',
    code: 'internal_error',
    rule: null,
    action: 'allow',
    ...owed,
  })
}

/** The release that was recognised, or the newest where none was. */
function servedBy({ caller }: ModelExchange, releaseDigest: string | null): ServedRelease | undefined {
  const { releases } = caller.admitted
  return releases.find(({ digest }) => digest === releaseDigest) ?? releases.at(-1)
}

/** What speaks against the release that a request was served by: not what its user asked, and not that they left. */
function isBadEnd({ outcome, completion }: OutcomeParts, hasDrifted: boolean): boolean {
  return hasDrifted || outcome === 'upstream-failed' || (outcome === 'denied' && completion !== undefined)
}

export function completionPorts(ports: GatewayPorts, context: RequestContext): DecideCompletionPorts {
  return {
    sessions: ports.sessions,
    engine: ports.engine,
    monotonicMs: ports.monotonicMs,
    now: ports.clock(),
    // A kill switch thrown while the provider or a detector was thinking still stops the answer.
    deny: () => ports.admission.denyStateOf(context.admitted.system),
    checkArguments: ports.argumentsOf(context.release),
    pseudonyms: ports.pseudonyms,
    classify: ports.classify,
    leak: ports.guardOf(context.release).leak,
    canariesOf: canariesOf(ports),
    assistantDigest: (message) => assistantDigest(ports, message),
    callDigest: (canonical) => ports.hmac('call', canonical),
  }
}

/** What the output guard needs to look at a text of an answer. */
export function outputPorts(
  ports: GatewayPorts,
  { release }: Pick<RequestContext, 'release'>,
): Pick<DecideCompletionPorts, 'pseudonyms' | 'classify' | 'leak' | 'canariesOf'> {
  return {
    pseudonyms: ports.pseudonyms,
    classify: ports.classify,
    leak: ports.guardOf(release).leak,
    canariesOf: canariesOf(ports),
  }
}

/** Canaries are made from the session's key: nothing of them is stored. */
export function canariesOf(ports: GatewayPorts): CanariesOf {
  return (session) => sessionCanaries(ports.hmac, session)
}
