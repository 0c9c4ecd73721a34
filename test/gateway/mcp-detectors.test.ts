// Results of MCP tools before the detectors that the release declares.
import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js'
import { afterEach, expect, test } from 'vitest'
import { EMAIL, SSN } from '../support/guard-fixture.ts'
import { sendJson, startFakeClassifier } from '../support/fake-classifier.ts'
import { mcpManifest, startMcpGateway, TICKET_CHILD, TICKETS } from '../support/mcp-gateway.ts'

let open = new AsyncDisposableStack()
afterEach(async () => {
  await open.disposeAsync()
  open = new AsyncDisposableStack()
})

/** A detector that does this to every text that holds these words; `meanwhile` runs while it looks. */
async function start(words: string, action: string, meanwhile: () => void = () => undefined) {
  const classifier = open.use(
    await startFakeClassifier(({ body }, response) => {
      const isFound = String(body['q']).includes(words)
      if (isFound) meanwhile()
      sendJson(response, { score: isFound ? 0.9 : 0.01 })
    }),
  )
  const detector = `{ id: clf, kind: http, url: '${classifier.url}/score', body: { q: '{{text}}' }, score: /score, at: 0.5, action: ${action}, onError: block, deadlineMs: 5000, sides: [document] }`
  const manifest = mcpManifest(TICKETS).replace(
    'guard: { preset: T1,',
    `guard: { preset: T1, detectors: [${detector}],`,
  )
  const gateway = open.use(await startMcpGateway({ tickets: TICKET_CHILD }, { manifest }))
  const client = await gateway.connect()
  return {
    gateway,
    seen: () => classifier.seen.map(({ body }) => String(body['q'])),
    read: async () => (await client.callTool({ name: 'read_ticket', arguments: { id: '7' } })) as CallToolResult,
  }
}

test('each text is asked about as the guard left it, and what the protocol says is not', async () => {
  const { seen, read } = await start('nothing of this', 'block')
  expect((await read()).isError).toBeUndefined()
  const asked = seen()
  for (const part of ['"from"', 'owner SSN', '"structuredContent"', 'ticket://7'])
    expect(asked.filter((text) => text.includes(part))).toHaveLength(1)
  expect(asked.join('\n')).not.toContain(SSN)
  expect(asked.join('\n')).not.toContain(EMAIL)
  expect(asked).not.toContain('{"type":"text"}')
})

test.each(['owner SSN', '"structuredContent"', 'ticket://7'])(
  'a text with %s that a detector stops is withheld',
  async (words) => {
    const { gateway, read } = await start(words, 'block')
    const result = await read()
    expect(result.isError).toBe(true)
    expect(result._meta?.['gatehouse.dev/denial']).toMatchObject({ code: 'content_filter', rule: 'detector/clf' })
    expect(JSON.stringify(result)).not.toContain('ticket://7')
    expect(gateway.outcomes.at(-1)).toMatchObject({
      outcome: 'denied',
      rule: 'detector/clf',
      findings: expect.arrayContaining([expect.objectContaining({ detector: 'detector/clf', where: 'result' })]),
    })
  },
)

test('a text that a detector takes out leaves the rest of the result', async () => {
  const { gateway, read } = await start('owner SSN', 'redact')
  const { content } = await read()
  expect(content).toMatchObject([{ type: 'text' }, { type: 'resource', resource: { text: '[instruction removed]' } }])
  expect(gateway.outcomes.at(-1)).toMatchObject({ outcome: 'completed', action: 'redact' })
})

test('a document that a detector takes out whole leaves no result', async () => {
  const { gateway, read } = await start('"structuredContent"', 'redact')
  expect((await read())._meta?.['gatehouse.dev/denial']).toMatchObject({ code: 'content_filter', rule: 'detector/clf' })
  expect(gateway.bugs).toEqual([])
})

test('a kill switch that is thrown while a detector looks stops the result', async () => {
  const { gateway, read } = await start('owner SSN', 'log', () => gateway.deny({ kind: 'system' }))
  expect((await read())._meta?.['gatehouse.dev/denial']).toMatchObject({ code: 'system_halted' })
  expect(gateway.outcomes.at(-1)).toMatchObject({ outcome: 'denied', rule: 'kill-switch/system' })
})
