import { SpanKind, SpanStatusCode } from '@opentelemetry/api'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { BatchSpanProcessor, TracerProvider, type SpanProcessor } from '@opentelemetry/sdk-trace'
import type { RequestSpans } from './gateway-telemetry.ts'

/** Spans by OTLP. Loaded only where somebody takes them: the libraries are several MB. */
export function otlpSpans(endpoint: string): RequestSpans {
  const exporter = new OTLPTraceExporter({ url: `${endpoint.replace(/\/$/, '')}/v1/traces` })
  return requestSpans([new BatchSpanProcessor({ exporter })])
}

export function requestSpans(processors: readonly SpanProcessor[]): RequestSpans {
  const resource = resourceFromAttributes({ 'service.name': 'gatehouse-gateway' })
  const tracers = new TracerProvider({ resource, spanProcessors: [...processors] })
  const tracer = tracers.getTracer('gatehouse')
  return {
    record(request, labels) {
      const span = tracer.startSpan(`chat ${request.modelRequested}`, {
        kind: SpanKind.CLIENT,
        startTime: request.startMs,
        attributes: {
          ...labels,
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
    },
    close: () => tracers.shutdown(),
  }
}
