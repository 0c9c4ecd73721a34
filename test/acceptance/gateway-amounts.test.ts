// `limits.amount` through a real gateway: calls of one answer, calls that have no result yet, and calls that are asked about.
import OpenAI from 'openai'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { API_KEY, startBareGateway, type BareGateway } from '../support/bare-gateway.ts'
import { MODEL, tinyManifest } from '../support/tiny-project.ts'

const SCHEMA = { type: 'object', properties: { amount: { type: 'number' } }, additionalProperties: false }
const MANIFEST = tinyManifest().replace(
  '  tools:\n',
  '  tools:\n    - { id: refund, schema: tools/refund.json, effect: irreversible, limits: { amount: { argument: amount, perSession: 150 } }, clearance: { confidentiality: tenant } }\n',
)
const PROMPT = 'You refund.\n'

let gateway: BareGateway
beforeAll(async () => {
  gateway = await startBareGateway({
    manifest: MANIFEST.replace('  prompts:\n', '  prompts:\n    - { id: cashier, path: prompts/cashier.md }\n'),
    prompts: { cashier: PROMPT },
    toolSchemas: { refund: JSON.stringify(SCHEMA) },
  })
})
afterAll(() => gateway[Symbol.asyncDispose]())

type Message = OpenAI.Chat.ChatCompletionMessageParam

const proposed = (...amounts: readonly unknown[]): Message => ({
  role: 'assistant',
  content: null,
  tool_calls: amounts.map((amount, at) => ({
    id: `c${at}`,
    type: 'function',
    function: { name: 'refund', arguments: JSON.stringify({ amount }) },
  })),
})

/** What becomes of an answer with one refund of each amount. */
async function answer(amounts: readonly number[], history: readonly Message[] = []): Promise<string> {
  const toolCalls = amounts.map((amount, at) => ({ id: `n${at}`, name: 'refund', arguments: `{"amount":${amount}}` }))
  gateway.provider.answer({ kind: 'completion', choices: [{ toolCalls }] })
  const client = new OpenAI({ apiKey: API_KEY, baseURL: `${gateway.url}/v1`, maxRetries: 0 })
  try {
    await client.chat.completions.create(
      {
        model: MODEL,
        messages: [{ role: 'system', content: PROMPT }, { role: 'user', content: 'Refund it.' }, ...history],
        tools: [{ type: 'function', function: { name: 'refund', parameters: SCHEMA } }],
      },
      { headers: { 'Gatehouse-Subject': await gateway.subjectToken({}) } },
    )
    return 'allowed'
  } catch (error) {
    if (error instanceof OpenAI.APIError) return String(gateway.outcomes.at(-1)?.rule)
    throw error
  }
}

const SPENT = 'tool/refund/limits.amount'

test.each<[string, readonly number[], readonly Message[], string]>([
  ['one call within the limit passes', [150], [], 'allowed'],
  ['calls of one answer that keep to it together pass', [100, 50], [], 'allowed'],
  ['calls of one answer that do not are withheld', [150, 150, 150, 150, 150], [], SPENT],
  ['what is a little above it together is withheld', [100, 50.01], [], SPENT],
  ['an earlier call without a result counts', [60], [proposed(100)], SPENT],
  [
    'an earlier call with a result counts',
    [60],
    [proposed(100), { role: 'tool', tool_call_id: 'c0', content: 'ok' }],
    SPENT,
  ],
  ['an earlier amount that nobody can read counts as all', [1], [proposed('ten')], SPENT],
])('%s', async (_, amounts, history, expected) => {
  expect(await answer(amounts, history)).toBe(expected)
})

test.each<[string, string | undefined, number, string]>([
  ['the first of an open turn does not count those behind it', 'c0', 100, 'allow'],
  ['the next one counts the first', 'c1', 100, SPENT],
  ['one without an id is the last that reads like it', undefined, 100, SPENT],
])('asked about one by one, %s', async (_, callId, amount, expected) => {
  const messages = [{ role: 'user', content: 'Refund it.' }, proposed(100, 100)]
  const reply = await gateway.post(
    '/v1/authorize',
    { tool: 'refund', arguments: { amount }, messages, callId },
    { 'Gatehouse-Subject': await gateway.subjectToken({}) },
  )
  const { decision, rule } = (await reply.json()) as { readonly decision?: string; readonly rule?: string }
  expect(decision === 'allow' ? 'allow' : rule).toBe(expected)
})
