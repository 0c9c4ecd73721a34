import { array, assert, constantFrom, integer, option, property, record, string, tuple } from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { JsonObject } from '../../base/json.ts'
import {
  CompletionAssembler,
  completionBody,
  completionChunks,
  parseCompletion,
  type Completion,
} from './completion.ts'

const text = string({ unit: 'grapheme', maxLength: 700 })
const choice = record({
  text,
  refusal: option(string({ unit: 'grapheme', maxLength: 20 })),
  toolCalls: array(
    record({
      id: string({ minLength: 1, maxLength: 8 }),
      name: string({ minLength: 1, maxLength: 8 }),
      arguments: string({ unit: 'grapheme' }),
    }),
    { maxLength: 3 },
  ),
  finishReason: constantFrom('stop', 'length', 'tool_calls', 'content_filter'),
})
const completion = record({
  id: string(),
  model: string(),
  created: integer({ min: 0 }),
  choices: array(choice, { minLength: 1, maxLength: 4 }).map((choices) =>
    choices.map((entry, index) => ({ index, ...entry })),
  ),
  usage: option(record({ inputTokens: integer({ min: 0, max: 1e6 }), outputTokens: integer({ min: 0, max: 1e6 }) }), {
    nil: undefined,
  }),
})

function assembled(chunks: readonly unknown[]): Completion | undefined {
  const assembler = new CompletionAssembler()
  for (const chunk of chunks) if (!assembler.add(chunk)) return undefined
  return assembler.finish()
}

const chunk = (index: number, delta: JsonObject, finish: string | null = null): JsonObject => ({
  id: 'x',
  model: 'm',
  created: 1,
  choices: [{ index, delta, finish_reason: finish }],
})

describe('chunks put together again', () => {
  test('are the completion that they were made from', () => {
    assert(
      property(completion, (given) => {
        expect(assembled([...completionChunks(given, true)])).toEqual(given)
      }),
    )
  })

  test('come without usage where nobody asked for it', () => {
    assert(
      property(completion, (given) => {
        expect(assembled([...completionChunks(given, false)])).toEqual({ ...given, usage: undefined })
      }),
    )
  })

  test('never cut a surrogate pair, at whatever place it stands', () => {
    for (let before = 190; before < 210; before++) {
      const given: Completion = {
        id: 'x',
        model: 'm',
        created: 1,
        usage: undefined,
        choices: [
          {
            index: 0,
            text: `${'a'.repeat(before)}${'\u{1f600}'.repeat(300)}`,
            refusal: null,
            toolCalls: [],
            finishReason: 'stop',
          },
        ],
      }
      const chunks = [...completionChunks(given, false)]
      for (const part of chunks) expect(JSON.stringify(part)).not.toMatch(/\\ud[89a-f]/)
      expect(assembled(chunks)).toEqual(given)
    }
  })

  test('start with the role and end with the reason, choice by choice', () => {
    assert(
      property(completion, (given) => {
        const wire = [...completionChunks(given, false)] as unknown as {
          choices: { index: number; delta: { role?: string }; finish_reason: string | null }[]
        }[]
        for (const { index, finishReason } of given.choices) {
          const own = wire.flatMap(({ choices }) => choices).filter((part) => part.index === index)
          expect(own[0]!.delta.role).toBe('assistant')
          expect(own.map((part) => part.finish_reason)).toEqual([
            ...Array.from({ length: own.length - 1 }, (): null => null),
            finishReason,
          ])
        }
      }),
    )
  })

  test('a body parsed again is the completion', () => {
    assert(
      property(completion, (given) => {
        expect(parseCompletion(completionBody(given))).toEqual(given)
      }),
    )
  })
})

describe('any split of one answer', () => {
  const split = tuple(
    string({ unit: 'grapheme', minLength: 1, maxLength: 60 }),
    string({ unit: 'grapheme', maxLength: 60 }),
    array(integer({ min: 0, max: 60 }), { maxLength: 8 }),
  )
  const pieces = (whole: string, cuts: readonly number[]): readonly string[] => {
    const places = [0, ...cuts.map((cut) => Math.min(cut, whole.length)), whole.length].toSorted(
      (left, right) => left - right,
    )
    return places.slice(1).map((end, at) => whole.slice(places[at], end))
  }

  test('gives the same completion, in whatever way choices take turns', () => {
    assert(
      property(split, constantFrom(true, false), ([content, args, cuts], isInTurns) => {
        const first = pieces(content, cuts).map((part) => chunk(0, { content: part }))
        const second = [
          chunk(1, { tool_calls: [{ index: 0, id: 'c1', type: 'function', function: { name: 'f', arguments: '' } }] }),
          ...pieces(args, cuts).map((part) => chunk(1, { tool_calls: [{ index: 0, function: { arguments: part } }] })),
        ]
        const parts = isInTurns
          ? first.flatMap((part, at) => [...second.slice(at, at + 1), part]).concat(second.slice(first.length))
          : [...second, ...first]
        expect(assembled([...parts, chunk(1, {}, 'tool_calls'), chunk(0, {}, 'stop')])).toEqual({
          id: 'x',
          model: 'm',
          created: 1,
          usage: undefined,
          choices: [
            { index: 0, text: content, refusal: null, toolCalls: [], finishReason: 'stop' },
            {
              index: 1,
              text: '',
              refusal: null,
              toolCalls: [{ id: 'c1', name: 'f', arguments: args }],
              finishReason: 'tool_calls',
            },
          ],
        })
      }),
    )
  })

  test('keeps parallel tool calls apart', () => {
    const call = (index: number, part: JsonObject): JsonObject => chunk(0, { tool_calls: [{ index, ...part }] })
    const done = assembled([
      call(0, { id: 'a', function: { name: 'f', arguments: '{"x"' } }),
      call(1, { id: 'b', function: { name: 'g', arguments: '{' } }),
      call(0, { function: { arguments: ':1}' } }),
      call(1, { function: { arguments: '}' } }),
      chunk(0, {}, 'tool_calls'),
    ])
    expect(done!.choices[0]!.toolCalls).toEqual([
      { id: 'a', name: 'f', arguments: '{"x":1}' },
      { id: 'b', name: 'g', arguments: '{}' },
    ])
  })
})

describe('a broken stream', () => {
  const good = [chunk(0, { content: 'Hi' }), chunk(0, {}, 'stop')]

  test.each<[string, readonly unknown[]]>([
    ['nothing', []],
    [
      'usage alone',
      [{ id: 'x', model: 'm', created: 1, choices: [], usage: { prompt_tokens: 1, completion_tokens: 1 } }],
    ],
    ['no finish reason', good.slice(0, 1)],
    ['no finish reason of one of two choices', [...good, chunk(1, { content: 'Ho' })]],
    ['an error in between', [good[0], { error: { message: 'overloaded' } }, good[1]]],
    ['null', [null]],
    ['a text', ['[DONE]']],
    ['a choice beyond the bound', [chunk(8, { content: 'x' }, 'stop')]],
    ['content that is no text', [chunk(0, { content: 1 }, 'stop')]],
    [
      'more characters than the bound',
      [...Array.from({ length: 41 }, () => chunk(0, { content: 'x'.repeat(100_000) })), chunk(0, {}, 'stop')],
    ],
    [
      'more arguments than the bound',
      [
        ...Array.from({ length: 41 }, () =>
          chunk(0, { tool_calls: [{ index: 0, function: { arguments: 'x'.repeat(100_000) } }] }),
        ),
        chunk(0, {}, 'stop'),
      ],
    ],
    [
      'a longer refusal than the bound',
      [...Array.from({ length: 41 }, () => chunk(0, { refusal: 'x'.repeat(100_000) })), chunk(0, {}, 'stop')],
    ],
  ])('with %s is no completion', (_, chunks) => expect(assembled(chunks)).toBeUndefined())

  test('cut off anywhere before its last reason is no completion', () => {
    assert(
      property(completion, integer({ min: 0 }), (given, cut) => {
        const chunks = [...completionChunks(given, false)]
        expect(assembled(chunks.slice(0, cut % chunks.length))).toSatisfy(
          (found: Completion | undefined) => found === undefined || found.choices.length < given.choices.length,
        )
      }),
    )
  })
})

describe('a whole answer', () => {
  const message = { role: 'assistant', content: 'Hi' }
  const body = { id: 'x', model: 'm', created: 1, choices: [{ index: 0, message, finish_reason: 'stop' }] }

  test('is read', () =>
    expect(parseCompletion(body)).toMatchObject({
      choices: [{ text: 'Hi', refusal: null, toolCalls: [], finishReason: 'stop' }],
      usage: undefined,
    }))

  test.each<[string, unknown]>([
    ['null', null],
    ['an error', { error: {} }],
    ['no choice', { ...body, choices: [] }],
    ['nine choices', { ...body, choices: Array.from({ length: 9 }, () => body.choices[0]) }],
    ['no reason', { ...body, choices: [{ index: 0, message }] }],
    ['content in parts', { ...body, choices: [{ index: 0, message: { content: [] }, finish_reason: 'stop' }] }],
    ['negative usage', { ...body, usage: { prompt_tokens: -1, completion_tokens: 0 } }],
  ])('that is %s is none', (_, given) => expect(parseCompletion(given)).toBeUndefined())
})
