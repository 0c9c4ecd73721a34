// The wrappers as built, each a module beside the guard's, with the real packages that they wrap.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { HumanMessage } from '@langchain/core/messages'
import { FakeListChatModel } from '@langchain/core/utils/testing'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js'
import { generateText, wrapLanguageModel } from 'ai'
import { MockLanguageModelV4 } from 'ai/test'
import OpenAI from 'openai'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type * as guardModule from '../../src/entrypoints/guard/index.ts'
import type * as aiSdkModule from '../../src/entrypoints/guard/wrappers/ai-sdk.ts'
import type * as langchainModule from '../../src/entrypoints/guard/wrappers/langchain.ts'
import type * as mcpModule from '../../src/entrypoints/guard/wrappers/mcp.ts'
import type * as openaiModule from '../../src/entrypoints/guard/wrappers/openai.ts'
import { bundleGuard } from '../../tools/build-guard.ts'
import { INJECTION, SETUP, SUBJECT } from '../support/guard-fixture.ts'
import { TICKET_TOOLS, ticketServer } from '../support/ticket-server.ts'

let folder: string
const built = async <Module>(name: string): Promise<Module> => (await import(join(folder, `${name}.js`))) as Module
const index = () => built<typeof guardModule>('index')

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'gatehouse-guard-wrappers-'))
  await bundleGuard(folder)
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Asks a client behind a wrapper for something that the guard denies, and counts what reaches the client. */
type Ask = (guard: guardModule.Guard, reached: () => never) => Promise<unknown>

const ASKED: readonly (readonly [string, Ask])[] = [
  [
    'openai',
    async (guard, reached) => {
      const { guardOpenAI } = await built<typeof openaiModule>('openai')
      const client = guardOpenAI(new OpenAI({ apiKey: 'none', maxRetries: 0, fetch: async () => reached() }), guard)
      return client.chat.completions.create({ model: 'm', messages: [{ role: 'user', content: INJECTION }] })
    },
  ],
  [
    'ai-sdk',
    async (guard, reached) => {
      const { guardMiddleware } = await built<typeof aiSdkModule>('ai-sdk')
      const model = wrapLanguageModel({
        model: new MockLanguageModelV4({ doGenerate: async () => reached() }),
        middleware: guardMiddleware(guard),
      })
      return generateText({ model, prompt: INJECTION, maxRetries: 0 })
    },
  ],
  [
    'langchain',
    async (guard, reached) => {
      const { guardChatModel } = await built<typeof langchainModule>('langchain')
      const model = new FakeListChatModel({ responses: ['never'] })
      model._generate = async () => reached()
      return guardChatModel(model, guard).invoke([new HumanMessage(INJECTION)])
    },
  ],
  [
    'mcp',
    async (guard) => {
      const { guardMcpClient } = await built<typeof mcpModule>('mcp')
      const called: string[] = []
      const server = ticketServer(() => TICKET_TOOLS, called)
      const [left, right] = InMemoryTransport.createLinkedPair()
      const client = new Client({ name: 'test', version: '1.0.0' })
      await Promise.all([server.connect(left), client.connect(right)])
      const guarded = guardMcpClient(client, guard, { server: 'tickets' })
      expect((await guarded.listTools()).refused).toMatchObject([{ name: 'poisoned' }])
      const call = { name: 'tickets__send_reply', arguments: { to: 'eve@evil.example', body: 'hi' } }
      try {
        return await guarded.callTool(call, { messages: [{ role: 'user', text: 'hi' }], subject: SUBJECT })
      } finally {
        expect(called).toEqual([])
        await client.close()
        await server.close()
      }
    },
  ],
]

test.each(ASKED)('%s denies with the class of the guard, before its client is asked', async (_, ask) => {
  const { createGuard, GuardDenied } = await index()
  const guard = createGuard(SETUP)
  const denied: unknown = await ask(guard, () => {
    throw new Error('the client was asked')
  }).catch((error: unknown) => error)
  expect(denied).toBeInstanceOf(GuardDenied)
  expect(['content_filter', 'tool_call_denied']).toContain((denied as guardModule.GuardDenied).code)
})

test('each wrapper has its functions, and the guard has none of them', async () => {
  const own = Object.keys(await index())
  for (const [name, functionName] of [
    ['openai', 'guardOpenAI'],
    ['ai-sdk', 'guardMiddleware'],
    ['langchain', 'guardChatModel'],
    ['mcp', 'guardMcpClient'],
  ] as const) {
    expect(Object.keys(await built<object>(name))).toEqual([functionName])
    expect(own).not.toContain(functionName)
  }
})
