import { describe, expect, test } from 'vitest'
import { partedText, withText, type ModelMessage, type TextPart } from './model-request.ts'

const part = (text: string, cache?: TextPart['cache']): TextPart => ({ kind: 'text', text, cache })
const result = (...parts: readonly TextPart[]): ModelMessage => ({
  role: 'tool',
  callId: 'a',
  isError: false,
  ...partedText(parts),
})
const assistant = (...parts: readonly TextPart[]): ModelMessage => ({
  role: 'assistant',
  toolCalls: [],
  reasoning: [],
  ...partedText(parts),
})

describe.each([
  ['a result', result],
  ['an answer of the past', assistant],
])('%s in parts', (_, message) => {
  test('goes on in parts that were judged one by one', () => {
    expect(withText(message(part('a', '1h'), part('b')), 'ax', ['a', 'x'])).toEqual(message(part('a', '1h'), part('x')))
  })

  test('goes on as one text where its parts were not, even where nothing was taken out of it', () => {
    expect(withText(message(part('a'), part('b')), 'ab')).toEqual({ ...message(part('ab')), parts: undefined })
    expect(withText(message(part('a', '5m'), part('b', '1h')), 'x')).toEqual(message(part('x', '1h')))
  })

  test('keeps the mark of its only text', () => {
    expect(withText(message(part('a', '5m')), 'a')).toEqual(message(part('a', '5m')))
    expect(withText(message(part('a', '5m')), 'x')).toEqual(message(part('x', '5m')))
  })
})

test('a prompt in parts keeps them as long as it is the prompt', () => {
  const prompt = (...parts: readonly TextPart[]): ModelMessage => ({ role: 'system', ...partedText(parts) })
  const parted = prompt(part('a', '1h'), part('b'))
  expect(withText(parted, 'ab')).toBe(parted)
  expect(withText(parted, 'abx')).toEqual(prompt(part('abx', '1h')))
})
