import { array, assert, constantFrom, integer, oneof, property, record, string } from 'fast-check'
import { expect, test } from 'vitest'
import type { ModelEvent } from '../../application/gateway/model-event.ts'
import type { EventDecoder } from '../wire/event-decoder.ts'
import { chatChunkDecoder, parsingDecoder } from './chat-chunk-decoder.ts'

/** Texts of every kind, and those that also stand elsewhere in a chunk. */
const text = oneof(
  constantFrom(
    'Hello',
    ' world',
    '',
    ':',
    ': ',
    ',',
    'index',
    'content',
    'delta',
    'stop',
    'c-1',
    '"',
    '\\',
    '\n',
    '\u2028',
    '\ud800',
  ),
  string({ unit: 'grapheme', maxLength: 6 }),
)
/** Ways in which servers write the same chunk. */
const FORMS: readonly ((text: string, choice: number) => string)[] = [
  (said, index) => JSON.stringify({ id: 'c-1', model: 'm', choices: [{ index, delta: { content: said } }] }),
  (said, index) =>
    JSON.stringify(
      { id: 'c-1', model: 'm', choices: [{ index, delta: { role: 'assistant', content: said }, finish_reason: null }] },
      null,
      1,
    ),
  (said, index) =>
    `{"id":"c-1","model":"m","choices":[{"index":${index},"delta":{"content":"Hello","content":${JSON.stringify(said)}}}]}`,
  (said, index) =>
    `{"id":"c-1","model":"m","choices":[{"index":${index},"delta":{"content":${JSON.stringify(said)},"content":"Hello"}}]}`,
  (said, index) => JSON.stringify({ id: 'c-1', model: 'm', choices: [{ index, delta: { refusal: said } }] }),
  (said, index) =>
    JSON.stringify({ id: 'c-1', model: 'm', choices: [{ index, delta: { content: 'Hello', refusal: said } }] }),
  (said, index) => JSON.stringify({ id: said, model: 'm', choices: [{ index, delta: { content: said } }] }),
  (said, index) =>
    JSON.stringify({ id: 'c-1', model: 'm', choices: [{ index, delta: { content: said }, finish_reason: said }] }),
  (said) => `{"id":"c-1","model":"m","choices":[],"usage":{"prompt_tokens":1,"completion_tokens":2},"x":"${said}"}`,
  (said) => said,
]
const chunks = record({
  // Mostly one form a stream, so that there is something to skim.
  usual: integer({ min: 0, max: FORMS.length - 1 }),
  said: array(record({ text, form: integer({ min: 0, max: 30 }), choice: constantFrom(0, 0, 0, 1) }), {
    maxLength: 12,
  }),
}).map(({ usual, said }) =>
  said.map(({ text: one, form, choice }) => (FORMS[form] ?? FORMS[usual])?.(one, choice) ?? ''),
)

function decoded(decoder: EventDecoder, data: readonly string[]): readonly unknown[] {
  return data.map((one) => {
    const events: ModelEvent[] = []
    return { isRead: decoder.push(one, events), events }
  })
}

test('chunks that are skimmed say what they say when they are parsed', () => {
  assert(
    property(chunks, (data) => {
      expect(decoded(chatChunkDecoder(), data)).toEqual(decoded(parsingDecoder(), data))
    }),
    { numRuns: 3_000 },
  )
})

test('a text that stands elsewhere in its chunk first is no place to go by', () => {
  const chunk = (said: string): string =>
    JSON.stringify({ id: 'c-1', model: 'm', choices: [{ index: 0, delta: { content: said } }] })
  const data = ['Hello', 'content', 'delta', 'again'].map(chunk)
  expect(decoded(chatChunkDecoder(), data)).toEqual(decoded(parsingDecoder(), data))
})
