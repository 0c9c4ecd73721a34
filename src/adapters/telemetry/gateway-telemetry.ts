import type { ServerResponse } from 'node:http'
import type { PlacedFinding } from '../../application/gateway/decide-request.ts'
import type { LimitVerdict } from '../limits/limiter.ts'
import type { Unsettled } from '../limits/redis-limit-store.ts'
import type { TransportAttempt, UpstreamHealth } from '../providers/transport/transport.ts'
import { PrometheusMeter, type Observe } from './prometheus-meter.ts'

/** What one finished request tells; never content. Names: OpenTelemetry GenAI conventions v1.41.1 (docs/reference/telemetry.md). */
export interface RequestTelemetry {
  readonly requestId: string
  readonly system: string
  readonly releaseDigest: string | null
  readonly modelRequested: string
  readonly modelAnswered: string | null
  readonly isStream: boolean
  readonly startMs: number
  readonly totalMs: number
  readonly guardMs: number
  readonly inputTokens: number | null
  readonly outputTokens: number | null
  readonly outcome: string
  readonly action: string
  readonly code: string | null
  readonly rule: string | null
  /** What the gateway itself took. */
  readonly overheadMs: number
  /** Until the first piece of a stream left. */
  readonly firstPieceMs: number | null
  readonly arm: { readonly rollout: string; readonly arm: string } | null
  readonly hasDrifted: boolean
  /** False: its data may not go where the traces go. */
  readonly isTraced?: boolean | undefined
}

/** What is looked at when somebody asks for the metrics. */
export interface GatewayState {
  readonly records: {
    readonly problem: string | undefined
    readonly gaps: number
    readonly unshipped: number
    readonly refused: number
    readonly bytes: number
  }
  readonly upstreams: readonly UpstreamHealth[]
  readonly limitsAwayMs: number
  readonly limitsUnsettled: Unsettled
  readonly canaries: readonly { readonly id: string; readonly isStopped: boolean }[]
  readonly shadowsDropped: number
}

export interface GatewayTelemetry {
  record(request: RequestTelemetry): void
  findings(system: string, findings: readonly PlacedFinding[]): void
  attempts(attempts: readonly TransportAttempt[]): void
  limit(system: string, verdict: LimitVerdict): void
  shadow(told: { readonly rollout: string; readonly system: string; readonly outcome: string }): void
  observe(state: () => GatewayState): void
  serveMetrics(response: ServerResponse): void
  close(): Promise<void>
}

const SECONDS_BUCKETS = [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92]
const GUARD_BUCKETS = [0.000_1, 0.000_3, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1]
const OVERHEAD_BUCKETS = [0.000_5, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5]
const TOKEN_BUCKETS = [1, 4, 16, 64, 256, 1_024, 4_096, 16_384, 65_536, 262_144, 1_048_576]

/** Spans of finished requests. */
export interface RequestSpans {
  record(request: RequestTelemetry, labels: RequestLabels): void
  close(): Promise<void>
}

/** What every figure and span of a request has. */
export type RequestLabels = {
  readonly 'gen_ai.operation.name': string
  readonly 'gen_ai.request.model': string
  readonly 'gatehouse.system': string
}

/** Prometheus metrics always; spans where somebody takes them. */
export function gatewayTelemetry(spans?: RequestSpans): GatewayTelemetry {
  const meter = new PrometheusMeter('gatehouse-gateway')
  const instruments = instrumentsOf(meter)
  const { duration, guard, tokens, decisions, overhead, firstToken, drift, rolledOut, untraced } = instruments
  return {
    record(request) {
      const common: RequestLabels = {
        'gen_ai.operation.name': 'chat',
        // Only names of released models become labels: the client chooses the rest.
        'gen_ai.request.model': request.releaseDigest === null ? 'unrecognised' : request.modelRequested,
        'gatehouse.system': request.system,
      }
      duration.record(request.totalMs / 1_000, {
        ...common,
        ...(request.code === null ? {} : { 'error.type': request.code }),
      })
      guard.record(request.guardMs / 1_000, common)
      overhead.record(request.overheadMs / 1_000, { 'gatehouse.system': request.system })
      if (request.firstPieceMs !== null) firstToken.record(request.firstPieceMs / 1_000, common)
      const part = driftOf(request)
      if (part !== undefined) drift.add(1, { 'gatehouse.system': request.system, part })
      if (request.arm !== null) rolledOut.add(1, { ...request.arm, outcome: request.outcome })
      if (request.inputTokens !== null) tokens.record(request.inputTokens, { ...common, 'gen_ai.token.type': 'input' })
      if (request.outputTokens !== null)
        tokens.record(request.outputTokens, { ...common, 'gen_ai.token.type': 'output' })
      decisions.add(1, {
        'gatehouse.system': request.system,
        outcome: request.outcome,
        action: request.action,
        code: request.code ?? '',
      })
      if (request.isTraced === false) untraced.add(1, { 'gatehouse.system': request.system })
      else spans?.record(request, common)
    },
    ...meteredParts(instruments),
    observe: (state) => observeState(meter, state),
    serveMetrics(response) {
      response.statusCode = 200
      response.setHeader('content-type', 'text/plain')
      response.end(meter.text())
    },
    close: async () => spans?.close(),
  }
}

/** Everything that is counted and measured. */
function instrumentsOf(meter: PrometheusMeter) {
  const duration = meter.createHistogram('gen_ai.server.request.duration', { unit: 's', boundaries: SECONDS_BUCKETS })
  const guard = meter.createHistogram('gatehouse.guard.duration', { unit: 's', boundaries: GUARD_BUCKETS })
  const tokens = meter.createHistogram('gen_ai.client.token.usage', { unit: '{token}', boundaries: TOKEN_BUCKETS })
  const decisions = meter.createCounter('gatehouse.guard.decisions', {
    description: 'Requests by outcome, action and code',
  })
  const overhead = meter.createHistogram('gatehouse.overhead.duration', {
    unit: 's',
    description: 'Time of a request that its upstream did not take',
    boundaries: OVERHEAD_BUCKETS,
  })
  const firstToken = meter.createHistogram('gen_ai.server.time_to_first_token', {
    unit: 's',
    boundaries: SECONDS_BUCKETS,
  })
  const attempt = meter.createHistogram('gatehouse.upstream.attempt.duration', {
    unit: 's',
    boundaries: SECONDS_BUCKETS,
  })
  const limits = meter.createCounter('gatehouse.limits.decisions')
  const found = meter.createCounter('gatehouse.guard.findings')
  const drift = meter.createCounter('gatehouse.drift')
  const rolledOut = meter.createCounter('gatehouse.rollout.requests')
  const untraced = meter.createCounter('gatehouse.spans.withheld')
  return {
    duration,
    guard,
    tokens,
    decisions,
    overhead,
    firstToken,
    attempt,
    limits,
    found,
    drift,
    rolledOut,
    untraced,
  }
}

/** What is told of parts of a request, as they happen. */
function meteredParts({
  found,
  attempt,
  limits,
  rolledOut,
}: ReturnType<typeof instrumentsOf>): Pick<GatewayTelemetry, 'findings' | 'attempts' | 'limit' | 'shadow'> {
  return {
    findings(system, findings) {
      for (const { detector, category, guarantee, where } of findings)
        found.add(1, {
          'gatehouse.system': system,
          'gatehouse.guard.component': detector.split('/')[0] ?? '',
          'gatehouse.guard.risk.category': category,
          guarantee,
          'gatehouse.guard.target.type': where === 'output' ? 'output' : 'input',
        })
    },
    attempts(attempts) {
      for (const { upstream, status, code, ms } of attempts)
        attempt.record(ms / 1_000, {
          upstream,
          'http.response.status_code': status ?? 0,
          ...(code === null ? {} : { 'error.type': code }),
        })
    },
    limit: (system, verdict) =>
      limits.add(1, {
        'gatehouse.system': system,
        outcome: verdict.kind,
        rule: verdict.kind === 'limited' ? verdict.rule : '',
      }),
    shadow: ({ rollout, outcome }) => rolledOut.add(1, { rollout, arm: 'shadow', outcome }),
  }
}

/** Which part of a request or an answer was not the release's. */
function driftOf({ code, rule, hasDrifted }: RequestTelemetry): string | undefined {
  if (hasDrifted) return 'model-answered'
  return code === 'release_not_approved' && rule !== null ? rule.replace(/^admission\//, '') : undefined
}

const BREAKER_VALUES = { closed: 0, trying: 1, open: 2 } as const

/** Gauges of what stands at the moment, read when somebody asks. */
function observeState(meter: PrometheusMeter, state: () => GatewayState): void {
  const gauge = (name: string, told: (now: GatewayState, observe: Observe) => void): void =>
    meter.createGauge(name, (observe) => told(state(), observe))
  gauge('gatehouse.spool.segments', ({ records }, observe) => observe(records.unshipped))
  gauge('gatehouse.spool.refused', ({ records }, observe) => observe(records.refused))
  gauge('gatehouse.spool.bytes', ({ records }, observe) => observe(records.bytes))
  gauge('gatehouse.spool.writable', ({ records }, observe) => observe(records.problem === undefined ? 1 : 0))
  gauge('gatehouse.records.gaps', ({ records }, observe) => observe(records.gaps))
  gauge('gatehouse.limits.away', ({ limitsAwayMs }, observe) => observe(limitsAwayMs / 1_000))
  gauge('gatehouse.limits.unsettled', ({ limitsUnsettled }, observe) => observe(limitsUnsettled.waiting))
  gauge('gatehouse.limits.lost', ({ limitsUnsettled }, observe) => observe(limitsUnsettled.lost))
  gauge('gatehouse.shadow.dropped', ({ shadowsDropped }, observe) => observe(shadowsDropped))
  gauge('gatehouse.upstream.in_flight', ({ upstreams }, observe) => {
    for (const { id, inFlight } of upstreams) observe(inFlight, { upstream: id })
  })
  gauge('gatehouse.upstream.breaker', ({ upstreams }, observe) => {
    for (const { id, breaker } of upstreams) observe(BREAKER_VALUES[breaker], { upstream: id })
  })
  gauge('gatehouse.upstream.ejected', ({ upstreams }, observe) => {
    for (const { id, isEjected } of upstreams) observe(isEjected ? 1 : 0, { upstream: id })
  })
  gauge('gatehouse.upstream.refused', ({ upstreams }, observe) => {
    for (const { id, refusedStatus } of upstreams) observe(refusedStatus ?? 0, { upstream: id })
  })
  gauge('gatehouse.rollout.stopped', ({ canaries }, observe) => {
    for (const { id, isStopped } of canaries) observe(isStopped ? 1 : 0, { rollout: id })
  })
}
