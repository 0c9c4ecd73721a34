import type { IncomingMessage, ServerResponse } from 'node:http'
import { SpanKind, SpanStatusCode, type Attributes, type Tracer } from '@opentelemetry/api'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { PrometheusExporter } from '@opentelemetry/exporter-prometheus'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { AggregationType, MeterProvider } from '@opentelemetry/sdk-metrics'
import { BatchSpanProcessor, TracerProvider, type SpanProcessor } from '@opentelemetry/sdk-trace'

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
}

export interface GatewayTelemetry {
  record(request: RequestTelemetry): void
  serveMetrics(request: IncomingMessage, response: ServerResponse): void
  close(): Promise<void>
}

const SECONDS_BUCKETS = [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92]
const GUARD_BUCKETS = [0.000_1, 0.000_3, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1]
const TOKEN_BUCKETS = [1, 4, 16, 64, 256, 1_024, 4_096, 16_384, 65_536, 262_144, 1_048_576]

const histogram = (
  boundaries: number[],
): { type: AggregationType.EXPLICIT_BUCKET_HISTOGRAM; options: { boundaries: number[] } } => ({
  type: AggregationType.EXPLICIT_BUCKET_HISTOGRAM,
  options: { boundaries },
})

/** Prometheus metrics always; spans by OTLP when an endpoint is given (or a processor, in tests). */
export function gatewayTelemetry(
  otlpEndpoint: string | undefined,
  extra: readonly SpanProcessor[] = [],
): GatewayTelemetry {
  const resource = resourceFromAttributes({ 'service.name': 'gatehouse-gateway' })
  const prometheus = new PrometheusExporter({ preventServerStart: true })
  const meters = new MeterProvider({
    resource,
    readers: [prometheus],
    views: [
      { instrumentName: 'gen_ai.server.request.duration', aggregation: histogram(SECONDS_BUCKETS) },
      { instrumentName: 'gatehouse.guard.duration', aggregation: histogram(GUARD_BUCKETS) },
      { instrumentName: 'gen_ai.client.token.usage', aggregation: histogram(TOKEN_BUCKETS) },
    ],
  })
  const meter = meters.getMeter('gatehouse')
  const duration = meter.createHistogram('gen_ai.server.request.duration', { unit: 's' })
  const guard = meter.createHistogram('gatehouse.guard.duration', { unit: 's' })
  const tokens = meter.createHistogram('gen_ai.client.token.usage', { unit: '{token}' })
  const decisions = meter.createCounter('gatehouse.guard.decisions', {
    description: 'Requests by outcome, action and code',
  })
  const exporters =
    otlpEndpoint === undefined
      ? []
      : [
          new BatchSpanProcessor({
            exporter: new OTLPTraceExporter({ url: `${otlpEndpoint.replace(/\/$/, '')}/v1/traces` }),
          }),
        ]
  const tracers = new TracerProvider({ resource, spanProcessors: [...exporters, ...extra] })
  const tracer = tracers.getTracer('gatehouse')

  return {
    record(request) {
      const common = {
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
      if (request.inputTokens !== null) tokens.record(request.inputTokens, { ...common, 'gen_ai.token.type': 'input' })
      if (request.outputTokens !== null)
        tokens.record(request.outputTokens, { ...common, 'gen_ai.token.type': 'output' })
      decisions.add(1, {
        'gatehouse.system': request.system,
        outcome: request.outcome,
        action: request.action,
        code: request.code ?? '',
      })
      recordSpan(tracer, request, common)
    },
    serveMetrics: (request, response) => prometheus.getMetricsRequestHandler(request, response),
    async close() {
      await tracers.shutdown()
      await meters.shutdown()
    },
  }
}

function recordSpan(tracer: Tracer, request: RequestTelemetry, common: Attributes): void {
  const span = tracer.startSpan(`chat ${request.modelRequested}`, {
    kind: SpanKind.CLIENT,
    startTime: request.startMs,
    attributes: {
      ...common,
      'gen_ai.provider.name': 'openai',
      'gen_ai.request.stream': request.isStream,
      'gatehouse.request.id': request.requestId,
      'gatehouse.guard.action': request.action,
      ...(request.releaseDigest === null ? {} : { 'gatehouse.release.digest': request.releaseDigest }),
      ...(request.rule === null ? {} : { 'gatehouse.guard.rule.id': request.rule }),
      ...(request.modelAnswered === null ? {} : { 'gen_ai.response.model': request.modelAnswered }),
      ...(request.inputTokens === null ? {} : { 'gen_ai.usage.input_tokens': request.inputTokens }),
      ...(request.outputTokens === null ? {} : { 'gen_ai.usage.output_tokens': request.outputTokens }),
      ...(request.code === null ? {} : { 'error.type': request.code }),
    },
  })
  if (request.code !== null) span.setStatus({ code: SpanStatusCode.ERROR })
  span.end(request.startMs + request.totalMs)
}
