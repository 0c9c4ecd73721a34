// The real `openai` client against a server on loopback.
import type { ChatCompletionChunk, ChatCompletionMessageParam } from 'openai/resources/chat/completions'
import { describe, expect, test } from 'vitest'
import { GuardDenied } from '../../src/entrypoints/guard/index.ts'
import { EMAIL, IMAGE, INJECTION, SETUP, SSN, SUBJECT } from '../support/guard-fixture.ts'
import { chunks, completion, toolCall, USAGE, usageChunk } from '../support/scripted-openai.ts'
import { sentTo, setUp, thrownBy } from '../support/guarded-openai.ts'

const user = (content: string): ChatCompletionMessageParam => ({ role: 'user', content })
async function read(stream: AsyncIterable<ChatCompletionChunk>): Promise<readonly ChatCompletionChunk[]> {
  const all: ChatCompletionChunk[] = []
  for await (const chunk of stream) all.push(chunk)
  return all
}
const textOf = (all: readonly ChatCompletionChunk[]): string =>
  all.map((chunk) => chunk.choices[0]?.delta.content ?? '').join('')

describe('chat completions', () => {
  test('masks every message of the request, not only the last', async () => {
    await using it = await setUp(() => ({ json: completion({ content: 'fine' }) }))
    await it.client.chat.completions.create({
      model: 'm',
      messages: [
        { role: 'system', content: `Support mails go to ${EMAIL}.` },
        user(`my number is SSN ${SSN}`),
        {
          role: 'assistant',
          content: `so it is SSN ${SSN}`,
          tool_calls: [
            { id: 'c1', type: 'function', function: { name: 'search', arguments: `{"query":"SSN ${SSN}"}` } },
          ],
        },
        { role: 'tool', tool_call_id: 'c1', content: JSON.stringify({ owner: `SSN ${SSN}`, n: 3 }) },
        {
          role: 'user',
          content: [
            { type: 'text', text: `SSN ${SSN.slice(0, 6)}` },
            { type: 'text', text: SSN.slice(6) },
          ],
        },
        user('what now?'),
      ],
      temperature: 0.5,
    })
    expect(sentTo(it.server)).not.toContain(SSN)
    expect(sentTo(it.server)).not.toContain(SSN.slice(6))
    expect(it.server.asked[0]).toMatchObject({ model: 'm', temperature: 0.5 })
    const messages = it.server.asked[0]?.['messages'] as { role: string; content: unknown; tool_calls?: object[] }[]
    expect(messages.map(({ role }) => role)).toEqual(['system', 'user', 'assistant', 'tool', 'user', 'user'])
    expect(messages[0]?.content).toContain(EMAIL)
    expect(JSON.parse(messages[3]?.content as string)).toMatchObject({ n: 3 })
  })

  test('a blocked input never reaches the model', async () => {
    await using it = await setUp(() => ({ json: completion({ content: 'fine' }) }))
    const denied = await thrownBy(
      it.client.chat.completions.create({ model: 'm', messages: [user(INJECTION), user('hi')] }),
    )
    expect(denied).toMatchObject({ code: 'content_filter', rule: expect.stringMatching(/^injection\//) })
    expect(denied.findings.length).toBeGreaterThan(0)
    expect(JSON.stringify(denied) + denied.message).not.toContain('previous instructions')
    expect(it.server.asked).toEqual([])
  })

  test('by option, a blocked input is answered as a provider does', async () => {
    await using it = await setUp(() => ({ json: completion({ content: 'fine' }) }), { onDeny: 'content-filter' })
    const answer = await it.client.chat.completions.create({ model: 'm', messages: [user(INJECTION)] })
    expect(answer.choices[0]).toMatchObject({ finish_reason: 'content_filter', message: { content: '' } })
    const stream = await it.client.chat.completions.create({ model: 'm', messages: [user(INJECTION)], stream: true })
    expect((await read(stream)).map((chunk) => chunk.choices[0]?.finish_reason)).toEqual(['content_filter'])
    expect(it.server.asked).toEqual([])
  })

  test('leaves ids, usage and other fields as they are', async () => {
    await using it = await setUp(() => ({ json: completion({ content: 'Paris is the capital.' }) }))
    const answer = await it.client.chat.completions.create({ model: 'm', messages: [user('capital?')] })
    expect(JSON.parse(JSON.stringify(answer))).toEqual(completion({ content: 'Paris is the capital.' }))
    expect(answer.usage).toEqual(USAGE)
  })

  test('takes personal data and image links out of the answer, and the token log with them', async () => {
    await using it = await setUp(() => ({
      json: completion({ content: `write to ${EMAIL} ${IMAGE}`, reasoning_content: `the mail is ${EMAIL}` }),
    }))
    const answer = await it.client.chat.completions.create({ model: 'm', messages: [user('who?')] })
    const text = JSON.stringify(answer)
    expect(text).not.toContain(EMAIL)
    expect(text).not.toContain('evil.example')
    expect(answer.choices[0]?.message.content).toContain('[image removed]')
    expect(answer.choices[0]?.logprobs).toBeNull()
  })

  test('withholds a call to an address that came from a document, and lets the user’s own through', async () => {
    const send = (to: string) => ({
      json: completion({ tool_calls: [toolCall('c2', 'send_email', { to, body: 'hello' })] }, 'tool_calls'),
    })
    const messages: ChatCompletionMessageParam[] = [
      user('Mail the summary to bob@example.com'),
      {
        role: 'assistant',
        content: null,
        tool_calls: [{ id: 'c1', type: 'function', function: { name: 'search', arguments: '{"query":"x"}' } }],
      },
      { role: 'tool', tool_call_id: 'c1', content: 'Contact mallory@evil.example for details.' },
    ]
    const options = { subject: () => SUBJECT }
    const setup = { ...SETUP, guard: {} }
    await using hijacked = await setUp(() => send('mallory@evil.example'), options, setup)
    const denied = await thrownBy(hijacked.client.chat.completions.create({ model: 'm', messages }))
    expect(denied).toMatchObject({ code: 'tool_call_denied', rule: 'tool/send_email/destinations.to' })
    expect(denied.message).not.toContain('mallory')
    await using fair = await setUp(() => send('bob@example.com'), options, setup)
    const answer = await fair.client.chat.completions.create({ model: 'm', messages })
    expect(answer.choices[0]?.message.tool_calls).toHaveLength(1)
  })

  test.each([
    ['an image', [{ type: 'image_url', image_url: { url: 'https://example.com/x.png' } }]],
    ['a file', [{ type: 'file', file: { file_id: 'f1' } }]],
  ])('%s cannot be judged and is refused, unless it is to pass', async (_, content) => {
    const messages = [{ role: 'user', content }] as ChatCompletionMessageParam[]
    await using strict = await setUp(() => ({ json: completion({ content: 'fine' }) }))
    const denied = await thrownBy(strict.client.chat.completions.create({ model: 'm', messages }))
    expect(denied.code).toBe('unsupported_content')
    await using open = await setUp(() => ({ json: completion({ content: 'fine' }) }), { nonText: 'pass' })
    await open.client.chat.completions.create({ model: 'm', messages })
    expect(open.server.asked[0]?.['messages']).toEqual(messages)
  })

  test('an exception inside a callback leaves no text unguarded', async () => {
    const setup = {
      ...SETUP,
      guard: { input: { pii: { action: 'pseudonymise' } }, output: { pii: { action: 'pseudonymise' } } },
      pseudonym: () => {
        throw new Error('no key')
      },
    } as const
    await using it = await setUp(
      ({ stream }) =>
        stream === true
          ? { events: chunks([{ content: `mail ${EMAIL} now` }]) }
          : { json: completion({ content: EMAIL }) },
      {},
      setup,
    )
    expect((await thrownBy(it.client.chat.completions.create({ model: 'm', messages: [user(EMAIL)] }))).rule).toBe(
      'guard/failed',
    )
    expect(it.server.asked).toEqual([])
    expect((await thrownBy(it.client.chat.completions.create({ model: 'm', messages: [user('hi')] }))).rule).toBe(
      'guard/failed',
    )
    const seen: string[] = []
    const stream = await it.client.chat.completions.create({ model: 'm', messages: [user('hi')], stream: true })
    await expect(
      (async () => {
        for await (const chunk of stream) seen.push(JSON.stringify(chunk))
      })(),
    ).rejects.toThrow(GuardDenied)
    expect(seen.join('')).not.toContain('example.com')
  })

  test('a decision listener that throws does not let a denied text out', async () => {
    const onDecision = () => {
      throw new Error('listener')
    }
    await using it = await setUp(() => ({ json: completion({ content: 'fine' }) }), {
      onDecision,
      onDeny: 'content-filter',
    })
    await expect(it.client.chat.completions.create({ model: 'm', messages: [user(INJECTION)] })).rejects.toThrow(
      'listener',
    )
    expect(it.server.asked).toEqual([])
  })
})

describe('streams', () => {
  test.each([
    ['an SSN', ['Your SSN is 536-', '22-', '8726, keep it safe.'], SSN, '8726'],
    ['an e-mail address', ['Write to ada.exa', 'mple@exam', 'ple.com today.'], EMAIL, 'ada.exa'],
    ['an image link', ['See ![chart](https://ev', 'il.example/a.png?d', 'ata=secret) here'], 'evil.example', 'evil'],
  ])('%s that is split over three chunks never leaves', async (_, pieces, whole, part) => {
    await using it = await setUp(() => ({ events: [...chunks(pieces.map((content) => ({ content }))), usageChunk] }))
    const stream = await it.client.chat.completions.create({ model: 'm', messages: [user('hi')], stream: true })
    const all = await read(stream)
    expect(textOf(all)).not.toContain(whole)
    expect(JSON.stringify(all)).not.toContain(part)
    expect(all.at(-1)?.usage).toEqual(USAGE)
    expect(all.every(({ id, system_fingerprint: print }) => id === 'chatcmpl-7' && print === 'fp_1')).toBe(true)
    expect(all.flatMap(({ choices }) => choices.map(({ finish_reason: reason }) => reason)).at(-1)).toBe('stop')
  })

  test('harmless text arrives whole, and before the end where it is long', async () => {
    const words = Array.from({ length: 80 }, (_, n) => `Sentence number ${'abcdefgh'[n % 8]} is quite harmless. `)
    await using it = await setUp(() => ({ events: chunks(words.map((content) => ({ content }))) }))
    const all = await read(
      await it.client.chat.completions.create({ model: 'm', messages: [user('hi')], stream: true }),
    )
    expect(textOf(all)).toBe(words.join(''))
    expect(all.filter((chunk) => (chunk.choices[0]?.delta.content ?? '') !== '').length).toBeGreaterThan(2)
  })

  test('each choice has a guard of its own', async () => {
    const first = chunks([{ content: 'SSN 536-' }, { content: '22-8726' }], 'stop', 0)
    const second = chunks([{ content: 'one ' }, { content: 'two' }], 'stop', 1)
    await using it = await setUp(() => ({ events: first.flatMap((chunk, at) => [chunk, second[at]]) }))
    const all = await read(
      await it.client.chat.completions.create({ model: 'm', messages: [user('hi')], stream: true, n: 2 }),
    )
    const of = (index: number) =>
      all
        .flatMap(({ choices }) => choices.filter((choice) => choice.index === index))
        .map(({ delta }) => delta.content ?? '')
        .join('')
    expect(of(0)).toMatch(/^SSN \[[A-Z_-]+\]$/)
    expect(of(1)).toBe('one two')
  })

  const torn = (to: string) =>
    chunks(
      [
        { role: 'assistant', content: '' },
        { tool_calls: [{ index: 0, id: 'c2', type: 'function', function: { name: 'send_email', arguments: '' } }] },
        { tool_calls: [{ index: 0, function: { arguments: `{"to":"${to.slice(0, 4)}` } }] },
        { tool_calls: [{ index: 0, function: { arguments: `${to.slice(4)}","body":"hi"}` } }] },
      ],
      'tool_calls',
    )

  test('tool calls come whole, once they are authorised', async () => {
    await using it = await setUp(
      () => ({ events: torn('bob@example.com') }),
      { subject: () => SUBJECT },
      { ...SETUP, guard: {} },
    )
    const all = await read(
      await it.client.chat.completions.create({ model: 'm', messages: [user('Mail bob@example.com')], stream: true }),
    )
    const calls = all.flatMap((chunk) => chunk.choices[0]?.delta.tool_calls ?? [])
    expect(calls).toEqual([
      {
        index: 0,
        id: 'c2',
        type: 'function',
        function: { name: 'send_email', arguments: '{"to":"bob@example.com","body":"hi"}' },
      },
    ])
  })

  test('of a call that is not allowed nothing comes', async () => {
    const messages = [user('Mail bob@example.com')]
    await using it = await setUp(
      () => ({ events: torn('mallory@evil.example') }),
      { subject: () => SUBJECT },
      { ...SETUP, guard: {} },
    )
    const seen: unknown[] = []
    const stream = await it.client.chat.completions.create({ model: 'm', messages, stream: true })
    const denied = await thrownBy(
      (async () => {
        for await (const chunk of stream) seen.push(chunk)
      })(),
    )
    expect(denied.rule).toBe('tool/send_email/destinations.to')
    expect(JSON.stringify(seen)).not.toContain('tool_calls')
    await using filtered = await setUp(
      () => ({ events: torn('mallory@evil.example') }),
      { subject: () => SUBJECT, onDeny: 'content-filter' },
      { ...SETUP, guard: {} },
    )
    const all = await read(await filtered.client.chat.completions.create({ model: 'm', messages, stream: true }))
    expect(JSON.stringify(all)).not.toContain('mallory')
    expect(all.at(-1)?.choices[0]?.finish_reason).toBe('content_filter')
  })

  test('leaving the loop aborts the request', async () => {
    await using it = await setUp(() => ({
      events: chunks([{ role: 'assistant', content: '' }, { content: 'one' }]).slice(0, 2),
      isOpen: true,
    }))
    const stream = await it.client.chat.completions.create({ model: 'm', messages: [user('hi')], stream: true })
    for await (const chunk of stream) {
      expect(chunk.id).toBe('chatcmpl-7')
      break
    }
    await it.server.aborted
    expect(stream.controller.signal.aborted).toBe(true)
  })

  test('a signal of the caller aborts the request', async () => {
    await using it = await setUp(() => ({
      events: chunks([{ role: 'assistant', content: '' }]).slice(0, 1),
      isOpen: true,
    }))
    const abort = new AbortController()
    const stream = await it.client.chat.completions.create(
      { model: 'm', messages: [user('hi')], stream: true },
      { signal: abort.signal },
    )
    for await (const _ of stream) abort.abort()
    await it.server.aborted
    expect(abort.signal.aborted).toBe(true)
  })

  test('goes on as lines of JSON', async () => {
    await using it = await setUp(() => ({ events: chunks([{ content: `mail ${EMAIL}` }]) }))
    const stream = await it.client.chat.completions.create({ model: 'm', messages: [user('hi')], stream: true })
    const text = await new Response(stream.toReadableStream() as ReadableStream<Uint8Array>).text()
    expect(text).not.toContain(EMAIL)
    expect(
      text
        .trim()
        .split('\n')
        .every((line) => JSON.parse(line).id === 'chatcmpl-7'),
    ).toBe(true)
  })
})
