import { array, assert, constantFrom, integer, property, string } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { SseDecoder } from './sse-decoder.ts'

const bytes = (text: string): Uint8Array => Buffer.from(text)

function decoded(text: string, cuts: readonly number[] = []): readonly string[] {
  const decoder = new SseDecoder()
  const all = bytes(text)
  const places = [0, ...cuts.map((cut) => Math.min(cut, all.length)), all.length].toSorted(
    (left, right) => left - right,
  )
  return places.slice(1).flatMap((end, at) => [...decoder.push(all.subarray(places[at], end))])
}

describe('events', () => {
  test.each<[string, string, readonly string[]]>([
    ['one', 'data: a\n\n', ['a']],
    ['two', 'data: a\n\ndata: b\n\n', ['a', 'b']],
    ['with Windows line ends', 'data: a\r\n\r\ndata: b\r\n\r\n', ['a', 'b']],
    ['without the space', 'data:a\n\n', ['a']],
    ['with two spaces, of which one is data', 'data:  a\n\n', [' a']],
    ['over several lines', 'data: a\ndata: b\n\n', ['a\nb']],
    ['with comments between', ': keep-alive\n\ndata: a\n: comment\ndata: b\n\n', ['a\nb']],
    ['with other fields', 'event: x\nid: 7\nretry: 10\ndata: a\n\n', ['a']],
    ['with no data', 'event: x\n\n\n\n', []],
    ['with empty data', 'data:\n\n', ['']],
    ['that is not finished', 'data: a\n', []],
    ['after blank lines', '\n\n\ndata: a\n\n', ['a']],
    ['of the end', 'data: [DONE]\n\n', ['[DONE]']],
    ['with a field that only starts alike', 'database: x\n\n', []],
  ])('%s', (_, text, events) => expect(decoded(text)).toEqual(events))

  test('are not given twice', () => {
    const decoder = new SseDecoder()
    expect(decoder.push(bytes('data: a\n\n'))).toEqual(['a'])
    expect(decoder.push(bytes(''))).toEqual([])
    expect(decoder.push(bytes('\n\n'))).toEqual([])
  })
})

describe('any split of the bytes', () => {
  const line = string({ unit: 'grapheme', maxLength: 20 }).map((text) => text.replace(/[\r\n]/g, ''))

  test('gives the same events, through letters of several bytes and line ends', () => {
    assert(
      property(
        array(array(line, { minLength: 1, maxLength: 3 }), { maxLength: 6 }),
        constantFrom('\n', '\r\n'),
        array(integer({ min: 0, max: 400 }), { maxLength: 12 }),
        (events, end, cuts) => {
          const text = events
            .map((lines) => `: ping${end}${lines.map((entry) => `data: ${entry}${end}`).join('')}${end}`)
            .join('')
          expect(decoded(text, cuts)).toEqual(events.map((lines) => lines.join('\n')))
        },
      ),
    )
  })

  test('down to single bytes', () => {
    const text = 'data: Grüße \u{1f600} 日本\r\n\r\ndata: b\r\n\r\n'
    expect(
      decoded(
        text,
        Array.from({ length: bytes(text).length }, (_, at) => at),
      ),
    ).toEqual(['Grüße \u{1f600} 日本', 'b'])
  })
})
