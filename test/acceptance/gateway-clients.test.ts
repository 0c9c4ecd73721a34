import Anthropic from '@anthropic-ai/sdk'
import { createAnthropic } from '@ai-sdk/anthropic'
import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import { ChatOpenAI } from '@langchain/openai'
import { generateText, jsonSchema, streamText, tool } from 'ai'
import OpenAI from 'openai'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { UpstreamProtocol } from '../../src/adapters/providers/transport/transport.ts'
import { API_KEY, startBareGateway, type BareGateway } from '../support/bare-gateway.ts'
import { says, type FakeChoice, type FakeReply } from '../support/fake-provider.ts'
import { TOOLS } from '../support/gateway-stack.ts'
import { LOOKUP_SCHEMA, MODEL, systemText } from '../support/tiny-project.ts'

/** What a client made of an answer. */
interface Heard {
  readonly text: string
  readonly calls: readonly (readonly [name: string, args: unknown])[]
  readonly finish: string
}

type Ask = (gateway: BareGateway, isStream: boolean) => Promise<Heard>

const QUESTION = 'Where is my order?'
const TEXT = 'Ihre Bestellung ist „unterwegs“ – 日本 \u{1f600}. '.repeat(12)

const parsed = (text: string): unknown => JSON.parse(text) as unknown
const openai = (gateway: BareGateway): OpenAI =>
  new OpenAI({ apiKey: API_KEY, baseURL: `${gateway.url}/v1`, maxRetries: 0 })
const anthropic = (gateway: BareGateway): Anthropic =>
  new Anthropic({ apiKey: API_KEY, baseURL: gateway.url, maxRetries: 0 })

const chat: Ask = async (gateway, isStream) => {
  const body = {
    model: MODEL,
    tools: TOOLS,
    messages: [
      { role: 'system' as const, content: systemText() },
      { role: 'user' as const, content: QUESTION },
    ],
  }
  const client = openai(gateway).chat.completions
  const { choices } = isStream ? await client.stream(body).finalChatCompletion() : await client.create(body)
  const [choice] = choices
  return {
    text: choice?.message.content ?? '',
    calls: (choice?.message.tool_calls ?? []).map((call) =>
      call.type === 'function' ? [call.function.name, parsed(call.function.arguments)] : ['', call],
    ),
    finish: choice?.finish_reason ?? '',
  }
}

const responses: Ask = async (gateway, isStream) => {
  const body = {
    model: MODEL,
    instructions: systemText(),
    input: QUESTION,
    store: false,
    tools: TOOLS.map((tool) => ({
      type: 'function' as const,
      strict: null,
      ...(tool.type === 'function' ? tool.function : { name: '' }),
      parameters: (tool as { function: { parameters: Record<string, unknown> } }).function.parameters,
    })),
  }
  const client = openai(gateway).responses
  const answer = isStream ? await client.stream(body).finalResponse() : await client.create(body)
  const calls = answer.output.flatMap((item) => (item.type === 'function_call' ? [item] : []))
  return {
    text: answer.output
      .flatMap((item) => (item.type === 'message' ? item.content : []))
      .map((part) => (part.type === 'output_text' ? part.text : part.refusal))
      .join(''),
    calls: calls.map((item) => [item.name, parsed(item.arguments)] as const),
    finish: answer.status === 'completed' ? (calls.length > 0 ? 'tool_calls' : 'stop') : String(answer.status),
  }
}

const messages: Ask = async (gateway, isStream) => {
  const body = {
    model: MODEL,
    max_tokens: 100,
    system: systemText(),
    messages: [{ role: 'user' as const, content: QUESTION }],
    tools: [{ name: 'lookup_order', input_schema: { ...LOOKUP_SCHEMA, required: ['order'] as string[] } }],
  }
  const client = anthropic(gateway).messages
  const answer = isStream ? await client.stream(body).finalMessage() : await client.create(body)
  return {
    text: answer.content.map((block) => (block.type === 'text' ? block.text : '')).join(''),
    calls: answer.content.flatMap((block) => (block.type === 'tool_use' ? [[block.name, block.input] as const] : [])),
    finish: { end_turn: 'stop', tool_use: 'tool_calls' }[String(answer.stop_reason)] ?? String(answer.stop_reason),
  }
}

const langchain: Ask = async (gateway, isStream) => {
  const model = new ChatOpenAI({
    apiKey: API_KEY,
    model: MODEL,
    maxRetries: 0,
    configuration: { baseURL: `${gateway.url}/v1` },
  }).bindTools(TOOLS)
  const input = [
    ['system', systemText()],
    ['human', QUESTION],
  ] as [string, string][]
  let answer
  if (isStream)
    for await (const chunk of await model.stream(input)) answer = answer === undefined ? chunk : answer.concat(chunk)
  else answer = await model.invoke(input)
  return {
    text: answer?.text ?? '',
    calls: (answer?.tool_calls ?? []).map(({ name, args }) => [name, args]),
    finish: String(answer?.response_metadata['finish_reason']),
  }
}

const aiSdk =
  (model: (gateway: BareGateway) => Parameters<typeof generateText>[0]['model']): Ask =>
  async (gateway, isStream) => {
    const request = {
      model: model(gateway),
      instructions: systemText(),
      prompt: QUESTION,
      maxRetries: 0,
      tools: {
        lookup_order: tool({ inputSchema: jsonSchema<{ order: string }>({ ...LOOKUP_SCHEMA, required: ['order'] }) }),
      },
    }
    const answer = isStream ? streamText(request) : await generateText(request)
    const [text, finish, calls] = [await answer.text, await answer.finishReason, await answer.toolCalls]
    return {
      text,
      finish: finish === 'tool-calls' ? 'tool_calls' : finish,
      calls: calls.map((call) => [call.toolName, call.input]),
    }
  }

const CLIENTS: readonly (readonly [string, Ask])[] = [
  ['openai, chat completions', chat],
  ['openai, responses', responses],
  ['Anthropic SDK', messages],
  ['LangChain.js', langchain],
  [
    'AI SDK, openai-compatible',
    aiSdk((gateway) =>
      createOpenAICompatible({ name: 'gateway', baseURL: `${gateway.url}/v1`, apiKey: API_KEY })(MODEL),
    ),
  ],
  ['AI SDK, anthropic', aiSdk((gateway) => createAnthropic({ baseURL: `${gateway.url}/v1`, apiKey: API_KEY })(MODEL))],
]

const UPSTREAMS: readonly UpstreamProtocol[] = ['openai', 'anthropic', 'azure-openai', 'ollama']

const answer = (choice: FakeChoice): FakeReply => ({ kind: 'completion', choices: [choice], wire: { deltaChars: 7 } })

describe.each(UPSTREAMS)('a provider that speaks %s', (protocol) => {
  let gateway: BareGateway
  beforeAll(async () => {
    gateway = await startBareGateway({ protocol })
  })
  afterAll(() => gateway[Symbol.asyncDispose]())
  beforeEach(() => {
    gateway.provider.seen.length = 0
    gateway.provider.answer(says('hello'))
  })

  describe.each(CLIENTS)('asked by %s', (_, ask) => {
    test.each([false, true])('gives its text, streamed: %s', async (isStream) => {
      gateway.provider.answer(answer({ text: TEXT }))
      expect(await ask(gateway, isStream)).toEqual({ text: TEXT, calls: [], finish: 'stop' })
      expect(gateway.bugs).toEqual([])
      expect(gateway.provider.seen).toHaveLength(1)
    })

    test.each([false, true])('gives its tool calls, streamed: %s', async (isStream) => {
      const toolCalls = [
        { id: 'call_1', name: 'lookup_order', arguments: '{"order":"NW-1 „a“"}' },
        { id: 'call_2', name: 'lookup_order', arguments: '{"order":"NW-2"}' },
      ]
      gateway.provider.answer(answer({ toolCalls }))
      expect(await ask(gateway, isStream)).toEqual({
        text: '',
        calls: toolCalls.map((call) => [call.name, parsed(call.arguments)]),
        finish: 'tool_calls',
      })
    })

    test.each([false, true])('reads the request that was approved, streamed: %s', async (isStream) => {
      await ask(gateway, isStream)
      const [{ body, path, headers }] = gateway.provider.seen as [(typeof gateway.provider.seen)[number]]
      const text = JSON.stringify(body)
      expect(text).toContain(QUESTION)
      expect(text).toContain('You are the shop assistant')
      expect(body['model']).toBe(MODEL)
      expect(JSON.stringify(headers)).not.toContain(API_KEY)
      expect(path).toBe(
        {
          openai: '/v1/chat/completions',
          ollama: '/v1/chat/completions',
          anthropic: '/v1/messages',
          'azure-openai': `/openai/deployments/${MODEL}/chat/completions?api-version=2024-10-21`,
        }[protocol],
      )
    })
  })
})
