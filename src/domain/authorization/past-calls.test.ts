import { array, assert, integer, property, record } from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ConversationMessage, ToolCall } from '../session/conversation.ts'
import { pastCalls, spentBy } from './past-calls.ts'

const call = (id: string, amount: number, name = 'pay'): ToolCall => ({
  id,
  name,
  arguments: `{ "amount": ${amount} }`,
})
const turn = (...toolCalls: ToolCall[]): ConversationMessage => ({
  role: 'assistant',
  text: '',
  toolCalls,
  isSigned: true,
})
const answer = (callId: string): ConversationMessage => ({ role: 'tool', callId, text: 'ok' })

describe('calls that count', () => {
  const messages = [turn(call('a', 1)), answer('a'), turn(call('b', 2), call('c', 3), call('d', 4)), answer('d')]

  test.each<[string, Pick<ToolCall, 'id' | 'name' | 'arguments'> | undefined, string]>([
    ['all of a conversation, answered or not', undefined, 'abcd'],
    ['for the first of an open turn those with results', call('b', 2), 'ad'],
    ['for the next one those before it too', call('c', 3), 'abd'],
    ['for one that has its result already all', call('d', 4), 'abcd'],
    ['for one of another tool all', call('b', 2, 'refund'), 'abcd'],
    ['for one of an earlier turn all', call('a', 1), 'abcd'],
    ['for one without an id those before what reads alike', { ...call('', 3), arguments: '{"amount":3}' }, 'abd'],
    ['for one that nobody proposed all', call('e', 9), 'abcd'],
  ])('are %s', (_, asked, expected) => {
    expect(
      pastCalls(messages, asked)
        .map(({ id }) => id)
        .join(''),
    ).toBe(expected)
  })

  test('of calls that share an id are all but one', () => {
    const five = Array.from({ length: 5 }, () => call('x', 150))
    expect(pastCalls([turn(...five)], call('x', 150))).toHaveLength(4)
  })

  test('let no more through than the limit, in whatever order a turn is asked about', () => {
    const amounts = array(record({ amount: integer({ min: 0, max: 9 }), rank: integer() }), { maxLength: 6 })
    assert(
      property(amounts, integer({ min: 0, max: 30 }), (list, limit) => {
        const calls = list.map(({ amount }, at) => call(String(at), amount))
        const asked = calls.toSorted((left, right) => (list[+left.id]?.rank ?? 0) - (list[+right.id]?.rank ?? 0))
        const sum = (some: readonly ToolCall[]): number => some.reduce((all, one) => all + spentBy(one, 'amount'), 0)
        const passed = asked.filter((one) => sum(pastCalls([turn(...calls)], one)) + spentBy(one, 'amount') <= limit)
        expect(sum(passed)).toBeLessThanOrEqual(limit)
      }),
    )
  })
})

test.each([
  ['{"amount":5}', 5],
  ['{"amount":5.5}', 5.5],
  ['{"amount":"5"}', Infinity],
  ['{"amount":-5}', Infinity],
  ['{"amount":null}', Infinity],
  ['{"amount":1,"amount":900}', Infinity],
  ['{"amount":1,"\\u0061mount":900}', Infinity],
  ['{"amount":1e999}', Infinity],
  ['{}', Infinity],
  ['', Infinity],
  ['[5]', Infinity],
  ['{"amount":', Infinity],
  [`{"amount":5,"x":"${'x'.repeat(100_000)}"}`, Infinity],
])('a call with %s has spent what it can be read to', (text, spent) => {
  expect(spentBy({ id: '1', name: 'pay', arguments: text }, 'amount')).toBe(spent)
})
