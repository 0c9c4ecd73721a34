import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { array, assert, asyncProperty, constant, constantFrom, oneof, record } from 'fast-check'
import { startBareGateway, type BareGateway } from '../support/bare-gateway.ts'
import { EMAIL } from '../support/guard-fixture.ts'
import { blocksIn, LOOK_UP, messageOf, redacted, said, thinking, type Block } from '../support/thinking-answer.ts'
import { LOOKUP_SCHEMA, MODEL, systemText, tinyManifest } from '../support/tiny-project.ts'

// What an Anthropic model thought comes back to it as it was, block by block; nothing else does.

const SECRET = `ghp_${'aB3dE6gH9jKlMn0pQ'.repeat(3).slice(0, 36)}`
const [HEAD, TAIL] = [`The key is ${SECRET.slice(0, 14)}`, `${SECRET.slice(14)}, keep it.`]
const guarded = (more = ''): string =>
  tinyManifest().replace('guard: { preset: T1 }', `guard: { preset: T1, output: { pii: { action: redact } }${more} }`)
const manifest = guarded()
/** Canaries must not come out in any piece: all of a stream is held. */
const held = guarded(', canaries: true')

const ASKED = {
  model: MODEL,
  max_tokens: 3_000,
  thinking: { type: 'enabled', budget_tokens: 1_024 },
  system: systemText(),
  messages: [{ role: 'user', content: 'Hi' }],
  tools: [{ name: 'lookup_order', input_schema: LOOKUP_SCHEMA }],
}

type Headers = Readonly<Record<string, string>>

async function told(
  gateway: BareGateway,
  blocks: readonly Block[],
  isStream: boolean,
  headers: Headers = {},
): Promise<readonly Block[]> {
  gateway.provider.answer({ kind: 'raw', body: messageOf(blocks, isStream) })
  const response = await gateway.post('/v1/messages', { ...ASKED, stream: isStream }, headers)
  const body = await response.text()
  expect(gateway.bugs).toEqual([])
  expect([response.status, body]).toEqual([200, expect.not.stringContaining('"error"')])
  return blocksIn(body)
}

/** What the provider gets when the client sends the turn back. */
async function returned(gateway: BareGateway, content: readonly Block[], headers: Headers = {}): Promise<unknown> {
  gateway.provider.answer({ kind: 'raw', body: messageOf([said('Found.')], false) })
  const result = { type: 'tool_result', tool_use_id: 'toolu_1', content: 'ok' }
  const messages = [...ASKED.messages, { role: 'assistant', content }, { role: 'user', content: [result] }]
  const response = await gateway.post('/v1/messages', { ...ASKED, messages }, headers)
  expect([response.status, gateway.bugs]).toEqual([200, []])
  const sent = gateway.provider.seen.at(-1)!.body['messages'] as readonly { readonly content: unknown }[]
  return sent[1]?.content
}

const TURN = [thinking('first', 'U0lHMQ=='), redacted('b3BhcXVl'), thinking('second', 'U0lHMg=='), LOOK_UP]
const ways = [
  { way: 'whole', isStream: false, manifest },
  { way: 'streamed', isStream: true, manifest },
  { way: 'streamed and held', isStream: true, manifest: held },
]

describe.each(ways)('an answer that comes $way', ({ isStream, manifest: text, way }) => {
  let gateway: BareGateway
  beforeAll(async () => {
    gateway = await startBareGateway({ protocol: 'anthropic', manifest: text })
  })
  afterAll(() => gateway[Symbol.asyncDispose]())
  beforeEach(() => {
    gateway.bugs.length = 0
  })

  test.each([
    ['two thoughts, one of them nobody reads, and a call', TURN],
    ['a thought that is not shown and a call', [thinking('', 'U0lHMQ=='), LOOK_UP]],
    ['what nobody reads and a call', [redacted('b3BhcXVl'), LOOK_UP]],
    [
      'thoughts in a row before a text',
      [thinking('a', 'QQ=='), thinking('', 'Qg=='), thinking('c', 'Qw=='), said('Well.'), LOOK_UP],
    ],
  ])('gives %s block by block, and the provider gets them back as they were', async (_, blocks) => {
    const content = await told(gateway, blocks, isStream)
    expect(content.map(({ type }) => type)).toEqual(blocks.map(({ type }) => type))
    for (const [at, block] of blocks.entries()) {
      if (block.type === 'thinking') expect(content[at]).toMatchObject({ thinking: block['thinking'] })
      // Its own words are the provider's, its mark is the gateway's.
      for (const name of ['signature', 'data'])
        if (block[name] !== undefined) expect(content[at]?.[name]).toMatch(/^gh1\.[0-9a-f]{32}\./)
    }
    expect(await returned(gateway, content)).toEqual(blocks)
  })

  test('is the same for any row of blocks', async () => {
    const texts = constantFrom('', 'I look', ' it up. ', 'ghp_', 'order 1')
    const block = oneof(
      record({ type: constant('thinking'), thinking: texts, signature: constantFrom('QQ==', 'Qg==') }),
      record({ type: constant('redacted_thinking'), data: constantFrom('eA==', 'eQ==') }),
    )
    await assert(
      asyncProperty(array(block, { minLength: 1, maxLength: 6 }), async (blocks) => {
        const turn: readonly Block[] = [...blocks, LOOK_UP]
        expect(await returned(gateway, await told(gateway, turn, isStream))).toEqual(turn)
      }),
      { numRuns: 15 },
    )
  })

  test('keeps seals of thoughts that the guard left alone, whatever it took out of the text', async () => {
    const content = await told(gateway, [TURN[0]!, said(`Ask ${EMAIL}.`), LOOK_UP], isStream)
    expect(JSON.stringify(content)).not.toContain(EMAIL)
    expect(await returned(gateway, content)).toMatchObject([TURN[0], { type: 'text' }, LOOK_UP])
  })

  test('has no seal over what the guard changed, nor goes on behind it', async () => {
    const content = await told(gateway, [thinking(`Ask ${EMAIL}.`, 'U0lHMQ=='), ...TURN.slice(1)], isStream)
    expect(JSON.stringify(content)).not.toMatch(new RegExp(`${EMAIL}|U0lHMQ|U0lHMg|b3BhcXVl`))
    expect(content[0]).toMatchObject({ type: 'thinking', thinking: expect.stringContaining('Ask ') })
    expect(await returned(gateway, content)).toEqual([LOOK_UP])
  })

  test('has what lies across two thoughts in neither', async () => {
    const content = await told(gateway, [thinking(HEAD, 'U0lHMQ=='), thinking(TAIL, 'U0lHMg=='), LOOK_UP], isStream)
    const thoughts = content.map((block) => block['thinking'] ?? '').join('')
    expect(thoughts).toContain('The key is')
    expect(thoughts).not.toContain(SECRET.slice(14))
    expect(JSON.stringify(content)).not.toContain('U0lHMg')
  })

  test('has nothing of a value that stands in its second thought', async () => {
    const content = await told(gateway, [TURN[0]!, thinking(`Ask${EMAIL} now.`, 'U0lHMg=='), LOOK_UP], isStream)
    const glued = await told(gateway, [thinking('Ask_', 'QQ=='), thinking(SECRET, 'Qg=='), LOOK_UP], isStream)
    expect(JSON.stringify([content, glued])).not.toMatch(new RegExp(`${EMAIL}|${SECRET}`))
  })

  test('tells thoughts behind a text as the way it comes allows', async () => {
    const blocks = [TURN[0]!, said('Well.'), TURN[1]!, TURN[2]!, LOOK_UP]
    const types = (await told(gateway, blocks, isStream)).map(({ type }) => type)
    // What has gone out cannot be judged again with what stands behind it; held or whole, thoughts come first.
    expect(types).toEqual(
      way === 'streamed'
        ? ['thinking', 'text', 'tool_use']
        : ['thinking', 'redacted_thinking', 'thinking', 'text', 'tool_use'],
    )
  })
})

describe('what goes back to a provider', () => {
  let gateway: BareGateway
  beforeAll(async () => {
    gateway = await startBareGateway({ protocol: 'anthropic', manifest, credentials: ['gh_other'] })
  })
  afterAll(() => gateway[Symbol.asyncDispose]())

  test.each<[string, (content: readonly Block[]) => readonly Block[]]>([
    ['a thought whose words were changed', ([first, ...rest]) => [{ ...first!, thinking: 'other' }, ...rest]],
    ['a thought without a mark', ([, ...rest]) => [TURN[0]!, ...rest]],
  ])('is without %s', async (_, change) => {
    expect(await returned(gateway, change(await told(gateway, TURN, false)))).toEqual(TURN.slice(1))
  })

  test.each<[string, (content: readonly Block[]) => readonly Block[]]>([
    ['was changed', ([first, opaque, ...rest]) => [first!, redacted(`${String(opaque!['data'])}x`), ...rest]],
    ['has no mark', ([first, , ...rest]) => [first!, TURN[1]!, ...rest]],
    ['has no data', ([first, , ...rest]) => [first!, { type: 'redacted_thinking' }, ...rest]],
    [
      'has the mark of a seal',
      ([first, opaque, ...rest]) => [
        first!,
        redacted(String(first!['signature']).replace(/[^.]*$/, String(opaque!['data']).replace(/^.*\./, ''))),
        ...rest,
      ],
    ],
  ])('is without what nobody reads where it %s', async (_, change) => {
    const content = change(await told(gateway, TURN, false))
    expect(await returned(gateway, content)).toEqual([TURN[0], TURN[2], LOOK_UP])
  })

  test('is what nobody reads for whom it was given alone', async () => {
    const session = async (name: string, tenant = 'northwind'): Promise<Headers> => ({
      'gatehouse-subject': await gateway.subjectToken({ session: name, tenant }),
    })
    const mine = await session('s-1')
    const content = await told(gateway, TURN, true, mine)
    expect(await returned(gateway, content, mine)).toEqual(TURN)
    const others: readonly Headers[] = [
      {},
      { authorization: 'Bearer gh_other' },
      await session('s-2'),
      await session('s-1', 'southwind'),
    ]
    for (const headers of others) expect(await returned(gateway, content, headers)).toEqual([TURN[0], TURN[2], LOOK_UP])
  })

  test('is nothing that a client of another wire could be told apart', async () => {
    gateway.provider.answer({ kind: 'raw', body: messageOf([...TURN.slice(0, 3), said('Well.')], false) })
    const messages = [
      { role: 'system', content: systemText() },
      { role: 'user', content: 'Hi' },
    ]
    const response = await gateway.post('/v1/chat/completions', { model: MODEL, messages })
    const body = (await response.json()) as { choices: { message: object }[] }
    expect(body.choices[0]?.message).toMatchObject({ content: 'Well.', reasoning_content: 'firstsecond' })
    expect(JSON.stringify(body)).not.toContain('b3BhcXVl')
  })
})
