import { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import { InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace'
import { expect, test } from 'vitest'
import { gatewayTelemetry, type RequestTelemetry } from './gateway-telemetry.ts'
import { requestSpans } from './request-spans.ts'

const DENIED: RequestTelemetry = {
  requestId: '01J00000000000000000000000',
  system: 'support-assistant',
  releaseDigest: 'sha256:abc',
  modelRequested: 'gpt-4.1-mini-2025-04-14',
  modelAnswered: null,
  isStream: true,
  startMs: 1_700_000_000_000,
  totalMs: 120,
  guardMs: 3,
  inputTokens: 12,
  outputTokens: null,
  outcome: 'denied',
  action: 'block',
  code: 'content_filter',
  rule: 'injection/set-aside-instructions',
  overheadMs: 4,
  firstPieceMs: null,
  arm: null,
  hasDrifted: false,
}

/** The text that a scrape of `/metrics` gets. */
function scrape(telemetry: ReturnType<typeof gatewayTelemetry>): Promise<string> {
  const request = new IncomingMessage(new Socket())
  const response = new ServerResponse(request)
  return new Promise((resolve) => {
    response.end = ((text: string) => resolve(text)) as typeof response.end
    telemetry.serveMetrics(response)
  })
}

test('a request becomes one span with the GenAI attributes of the pinned conventions and no content', async () => {
  const exporter = new InMemorySpanExporter()
  const telemetry = gatewayTelemetry(requestSpans([new SimpleSpanProcessor({ exporter })]))
  telemetry.record(DENIED)
  const [span] = exporter.getFinishedSpans()
  expect(span?.name).toBe('chat gpt-4.1-mini-2025-04-14')
  expect(span?.attributes).toMatchObject({
    'gen_ai.operation.name': 'chat',
    'gen_ai.provider.name': 'openai',
    'gen_ai.request.model': 'gpt-4.1-mini-2025-04-14',
    'gen_ai.usage.input_tokens': 12,
    'error.type': 'content_filter',
    'gatehouse.guard.action': 'block',
    'gatehouse.guard.rule.id': 'injection/set-aside-instructions',
    'gatehouse.release.digest': 'sha256:abc',
  })
  expect(Object.keys(span?.attributes ?? {}).filter((name) => /message|prompt|content|input\.text/.test(name))).toEqual(
    [],
  )
  await telemetry.close()
})

test('a request whose data may not go where traces go has no span, and is counted', async () => {
  const exporter = new InMemorySpanExporter()
  const telemetry = gatewayTelemetry(requestSpans([new SimpleSpanProcessor({ exporter })]))
  telemetry.record({ ...DENIED, isTraced: false })
  telemetry.record({ ...DENIED, isTraced: true })
  expect(exporter.getFinishedSpans()).toHaveLength(1)
  const text = await scrape(telemetry)
  expect(text).toMatch(/gatehouse_spans_withheld_total\{[^}]*\} 1/)
  // It is in every other figure.
  expect(text).toMatch(/gatehouse_guard_decisions_total\{[^}]*\} 2/)
  await telemetry.close()
})

test('a scrape shows requests by outcome, durations and tokens', async () => {
  const telemetry = gatewayTelemetry()
  telemetry.record(DENIED)
  telemetry.record({ ...DENIED, outcome: 'completed', action: 'allow', code: null, rule: null })
  const text = await scrape(telemetry)
  expect(text).toMatch(/gatehouse_guard_decisions_total\{[^}]*outcome="denied"[^}]*\} 1/)
  expect(text).toMatch(/gatehouse_guard_decisions_total\{[^}]*outcome="completed"[^}]*\} 1/)
  expect(text).toMatch(/gen_ai_server_request_duration_count\{[^}]*\} 1/)
  expect(text).toMatch(/gatehouse_guard_duration_bucket/)
  expect(text).toMatch(/gen_ai_client_token_usage_count\{[^}]*gen_ai_token_type="input"[^}]*\} 2/)
  await telemetry.close()
})

test('a model name that no release has does not become a label: a client cannot grow the metrics', async () => {
  const telemetry = gatewayTelemetry()
  for (let index = 0; index < 50; index++)
    telemetry.record({ ...DENIED, releaseDigest: null, modelRequested: `made-up-${index}` })
  const text = await scrape(telemetry)
  expect(text).not.toContain('made-up')
  expect(text).toMatch(/gatehouse_guard_decisions_total\{[^}]*\} 50/)
  await telemetry.close()
})
