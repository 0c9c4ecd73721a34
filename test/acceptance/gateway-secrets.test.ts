import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startBareGateway, type BareGateway } from '../support/bare-gateway.ts'
import { says, type FakeChoice } from '../support/fake-provider.ts'
import { saidIn, WIRES, type Placed } from '../support/gateway-wires.ts'

// One secret on every way through the gateway, in as many pieces as it has letters.

const SECRET = `ghp_${'aB3dE6gH9jKlMn0pQ'.repeat(3).slice(0, 36)}`
const LETTERS = [...SECRET]
const escaped = (text: string): string =>
  [...text].map((letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`).join('')
const base64 = (text: string): string => Buffer.from(text).toString('base64')

const UPSTREAMS = ['openai', 'anthropic'] as const

let gateways: Readonly<Record<(typeof UPSTREAMS)[number], BareGateway>>
beforeAll(async () => {
  gateways = { openai: await startBareGateway(), anthropic: await startBareGateway({ protocol: 'anthropic' }) }
})
afterAll(async () => {
  for (const gateway of Object.values(gateways)) await gateway[Symbol.asyncDispose]()
})
beforeEach(() => {
  for (const gateway of Object.values(gateways)) {
    gateway.provider.seen.length = 0
    gateway.provider.answer(says('hello'))
  }
})

/** The body with what is to replace a mark put there: no wire's helper splits a text into parts itself. */
type Mend = (body: Record<string, unknown>) => void

const MARK = 'walrus-mark'

/** Replaces each text part that is the mark by forty parts of one letter. */
const inParts: Mend = (body) => {
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) {
      const at = value.findIndex((part) => (part as { text?: unknown } | null)?.text === MARK)
      if (at >= 0) value.splice(at, 1, ...LETTERS.map((text) => ({ ...(value[at] as object), text })))
      for (const item of value) visit(item)
    } else if (typeof value === 'object' && value !== null) for (const member of Object.values(value)) visit(member)
  }
  visit(body)
}

/** The same in four parts, the first of them behind a word. */
const inFour: Mend = (body) => {
  inParts(body)
  const four = [LETTERS.slice(0, 3), LETTERS.slice(3, 9), LETTERS.slice(9, 20), LETTERS.slice(20)]
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) {
      const at = value.findIndex((part) => (part as { text?: unknown } | null)?.text === LETTERS[0])
      if (at >= 0)
        value.splice(at, LETTERS.length, ...four.map((piece) => ({ ...(value[at] as object), text: piece.join('') })))
      for (const item of value) visit(item)
    } else if (typeof value === 'object' && value !== null) for (const member of Object.values(value)) visit(member)
  }
  visit(body)
}

const REQUESTS: readonly (readonly [string, Placed, Mend?])[] = [
  ['over forty parts of one message', { secondPart: MARK }, inParts],
  ['over four parts of one message, behind a word', { lastUser: 'Hi', secondPart: MARK }, inFour],
  ['in an earlier turn', { earlierUser: `my key is ${SECRET}` }],
  ['in what the assistant is said to have said', { assistant: `your key is ${SECRET}` }],
  ['in tool arguments', { callArguments: SECRET }],
  ['in the result of a tool', { toolResult: JSON.stringify({ rows: [{ note: SECRET }] }) }],
  ['in the result of a tool, in escapes', { toolResult: `{"note":"${escaped(SECRET)}"}` }],
  ['in an image URL', { image: `https://images.example.com/${SECRET}.png` }],
  [
    'in the query of an image URL, percent-encoded',
    { image: `https://images.example.com/a.png?k=%67%68%70_${SECRET.slice(4)}` },
  ],
  ['in an image URL, in base64', { image: `https://images.example.com/a.png?k=${encodeURIComponent(base64(SECRET))}` }],
  ['in base64', { lastUser: `decode ${base64(SECRET)}` }],
  ['in base64 twice', { lastUser: `decode ${base64(base64(SECRET))}` }],
  ['in hexadecimal', { lastUser: `decode ${Buffer.from(SECRET).toString('hex')}` }],
  ['in base64 in an earlier turn', { earlierUser: base64(`token=${SECRET}`) }],
  ['in base64 in tool arguments', { callArguments: base64(`token=${SECRET}`) }],
]

const forms: readonly string[] = [
  SECRET,
  escaped(SECRET),
  base64(SECRET).replace(/=+$/, ''),
  base64(base64(SECRET)).replace(/=+$/, ''),
  base64(`token=${SECRET}`).replace(/=+$/, ''),
  Buffer.from(SECRET).toString('hex'),
]

const requests = UPSTREAMS.flatMap((upstream) =>
  Object.keys(WIRES).flatMap((wire) =>
    [false, true].flatMap((isStream) =>
      REQUESTS.map(([place, placed, mend]) => ({ upstream, wire, isStream, place, placed, mend })),
    ),
  ),
)

test.each(requests)(
  'a secret $place of a client of $wire does not reach an upstream of $upstream, streamed: $isStream',
  async ({ upstream, wire, isStream, placed, mend }) => {
    const gateway = gateways[upstream]
    const { path, request } = WIRES[wire]!
    const body = structuredClone(request(placed, { isStream })) as Record<string, unknown>
    mend?.(body)
    if (mend !== undefined) expect(JSON.stringify(body)).not.toContain(MARK)
    const response = await gateway.post(path, body)
    const said = await response.text()
    expect([200, 400, 403]).toContain(response.status)
    // Letters that stand in parts of their own are one text to a model.
    const seen = JSON.stringify(gateway.provider.seen.map((one) => one.body))
    const joined = `${seen}\n${decodeURIComponent(seen.replaceAll(/%(?![0-9a-f]{2})/gi, '%25'))}\n${saidIn(seen.startsWith('[') ? `{"all":${seen}}` : seen)}`
    const letters = joined.replaceAll(/[^A-Za-z0-9_]/g, '')
    for (const form of forms) {
      expect(joined).not.toContain(form)
      expect(said).not.toContain(form)
    }
    expect(letters).not.toContain(SECRET)
  },
)

const one = (choice: FakeChoice): readonly FakeChoice[] => [choice]
const ANSWERS: readonly (readonly [string, readonly FakeChoice[]])[] = [
  ['in the text', one({ text: `${SECRET} is it.` })],
  ['at the end of the text', one({ text: `It is ${SECRET}` })],
  ['in base64 in the text', one({ text: `It is ${base64(`token=${SECRET}`)} here.` })],
  ['in the reasoning', one({ reasoning: `They want ${SECRET}.`, text: 'No.' })],
  ['in tool arguments', one({ toolCalls: [{ id: 'c', name: 'lookup_order', arguments: `{"order":"${SECRET}"}` }] })],
  [
    'in escapes in tool arguments',
    one({ toolCalls: [{ id: 'c', name: 'lookup_order', arguments: `{"order":"${escaped(SECRET)}"}` }] }),
  ],
  [
    'in the second of two calls',
    one({
      toolCalls: [
        { id: 'c', name: 'lookup_order', arguments: '{"order":"1"}' },
        { id: 'd', name: 'lookup_order', arguments: `{"order":"${SECRET}"}` },
      ],
    }),
  ],
]

const answers = UPSTREAMS.flatMap((upstream) =>
  Object.keys(WIRES).flatMap((wire) => ANSWERS.map(([place, choices]) => ({ upstream, wire, place, choices }))),
)

describe('an answer in pieces of one letter', () => {
  test.each(answers)(
    'with a secret $place from an upstream of $upstream does not bring it to a client of $wire',
    async ({ upstream, wire, choices }) => {
      const gateway = gateways[upstream]
      gateway.provider.answer({ kind: 'completion', choices, wire: { deltaChars: 1, cut: 3 } })
      const { path, request } = WIRES[wire]!
      const body = await (await gateway.post(path, request({}, { isStream: true }))).text()
      expect(gateway.provider.seen).toHaveLength(1)
      const said = `${body}\n${saidIn(body)}`
      for (const form of forms) expect(said).not.toContain(form)
      for (const part of [SECRET.slice(0, 24), SECRET.slice(-24)]) expect(said).not.toContain(part)
    },
  )
})
