import { describe, expect, test } from 'vitest'
import { startBareGateway } from '../support/bare-gateway.ts'
import { startFakeProvider } from '../support/fake-provider.ts'
import { WIRES } from '../support/gateway-wires.ts'
import { startLightGateway } from '../support/light-gateway.ts'
import { messageOf, said } from '../support/thinking-answer.ts'
import { MODEL } from '../support/tiny-project.ts'

// What a provider says of its cache and of its reasoning is told in the words of each wire, and charged as it is priced.

const CHAT_USAGE = {
  prompt_tokens: 1_000,
  completion_tokens: 50,
  total_tokens: 1_050,
  prompt_tokens_details: { cached_tokens: 900 },
  completion_tokens_details: { reasoning_tokens: 40 },
}

function chatOf(isStream: boolean, usage: object | undefined = CHAT_USAGE): string {
  const head = { id: 'c', created: 1, model: MODEL }
  if (!isStream) {
    const choice = { index: 0, message: { role: 'assistant', content: 'Well.' }, finish_reason: 'stop' }
    return JSON.stringify({ ...head, object: 'chat.completion', choices: [choice], usage })
  }
  const chunks = [
    { ...head, choices: [{ index: 0, delta: { content: 'Well.' }, finish_reason: 'stop' }] },
    { ...head, choices: [], usage },
  ]
  return [...chunks.map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`), 'data: [DONE]\n\n'].join('')
}

/** The last usage that a client is told. */
function usageIn(body: string): unknown {
  const events = body.startsWith('{')
    ? [body]
    : body.split('\n').flatMap((line) => (line.startsWith('data: {') ? [line.slice(6)] : []))
  return events
    .map((event) => JSON.parse(event) as { usage?: unknown; response?: { usage?: unknown } })
    .flatMap(({ usage, response }) => usage ?? response?.usage ?? [])
    .at(-1)
}

const TOLD = {
  openai: {
    chat: CHAT_USAGE,
    responses: {
      input_tokens: 1_000,
      input_tokens_details: { cached_tokens: 900 },
      output_tokens: 50,
      output_tokens_details: { reasoning_tokens: 40 },
      total_tokens: 1_050,
    },
    messages: { input_tokens: 100, cache_read_input_tokens: 900, output_tokens: 50 },
  },
  anthropic: {
    chat: {
      prompt_tokens: 1_050,
      completion_tokens: 7,
      total_tokens: 1_057,
      prompt_tokens_details: { cached_tokens: 900 },
    },
    responses: {
      input_tokens: 1_050,
      input_tokens_details: { cached_tokens: 900 },
      output_tokens: 7,
      output_tokens_details: { reasoning_tokens: 0 },
      total_tokens: 1_057,
    },
    messages: {
      input_tokens: 100,
      cache_read_input_tokens: 900,
      cache_creation_input_tokens: 50,
      output_tokens: 7,
    },
  },
}

describe.each(['openai', 'anthropic'] as const)('the usage of a provider that speaks %s', (protocol) => {
  test.each(['chat', 'responses', 'messages'] as const)('is told over %s, whole and streamed', async (wire) => {
    await using gateway = await startBareGateway({ protocol })
    for (const isStream of [false, true]) {
      const body = protocol === 'openai' ? chatOf(isStream) : messageOf([said('Well.')], isStream)
      gateway.provider.answer({ kind: 'raw', body })
      const { path, request } = WIRES[wire]!
      const asked = {
        ...request({}, { isStream }),
        ...(isStream && wire === 'chat' ? { stream_options: { include_usage: true } } : {}),
      }
      const response = await gateway.post(path, asked)
      expect([response.status, gateway.bugs]).toEqual([200, []])
      expect(usageIn(await response.text())).toEqual(TOLD[protocol][wire])
    }
  })
})

test('of a cache and of reasoning nothing is claimed that the provider does not say', async () => {
  await using gateway = await startBareGateway()
  const usage = { prompt_tokens: 10, completion_tokens: 5, prompt_tokens_details: null, completion_tokens_details: {} }
  gateway.provider.answer({ kind: 'raw', body: chatOf(false, usage) })
  const { path, request } = WIRES['chat']!
  const body = await (await gateway.post(path, request({}, { isStream: false }))).text()
  expect(usageIn(body)).toEqual({ prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 })
})

test.each([
  ['at its own price', { input: 100, output: 100, cachedInput: 10 }, 6],
  ['at the full price where it has none', { input: 100, output: 100 }, 2],
])('what was cached is charged %s', async (_, price, served) => {
  await using provider = await startFakeProvider()
  provider.answer({ kind: 'raw', body: chatOf(false) })
  await using light = await startLightGateway({
    upstreams: [{ id: 'a', url: provider.url, network: 'private' }],
    limits: {
      prices: { [MODEL]: price },
      answerTokens: 20,
      rules: [{ id: 'cost', per: 'system', unit: 'cost', amount: 0.13, period: 'month' }],
    },
  })
  // 0.105 each in full, 0.024 with what was cached for a tenth.
  const statuses: number[] = []
  while (statuses.length < 7) statuses.push((await light.chat()).status)
  expect(statuses).toEqual(Array.from({ length: 7 }, (__, at) => (at < served ? 200 : 429)))
})
