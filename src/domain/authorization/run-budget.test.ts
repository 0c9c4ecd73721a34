import { array, assert, constantFrom, integer, property, record } from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ConversationMessage, ToolCall } from '../session/conversation.ts'
import { NO_USAGE, type AgentUsage } from './agent-budget.ts'
import {
  budgetVerdict,
  greaterUsage,
  RUN_CALLS_MAX,
  spendTurn,
  usageIn,
  type CallDigest,
  type RunBudget,
} from './run-budget.ts'

const digest: CallDigest = (canonical) => canonical
const user = (text: string): ConversationMessage => ({ role: 'user', text })
const call = (id: string, args = '{}', name = 'look'): ToolCall => ({ id, name, arguments: args })
const turn = (...toolCalls: ToolCall[]): ConversationMessage => ({
  role: 'assistant',
  text: '',
  toolCalls,
  isSigned: true,
})
const answer = (callId: string): ConversationMessage => ({ role: 'tool', callId, text: 'ok' })
const runOf = (usage: AgentUsage, more: Partial<RunBudget> = {}): RunBudget => ({
  limits: { maxSteps: 3, maxDepth: 1, maxRepeats: 2 },
  usage,
  isWithinDepth: true,
  digest,
  ...more,
})

describe('what a conversation shows of a run', () => {
  test('is its answered calls since the user last spoke', () => {
    const messages = [
      user('before'),
      turn(call('a', '{"x":1}')),
      answer('a'),
      user('now'),
      turn(call('b', '{"x":1}'), call('c', '{"x":2}')),
      answer('b'),
      answer('c'),
      turn(call('d', '{"x":1}')),
      answer('d'),
    ]
    expect(usageIn(messages, digest)).toEqual({ steps: 2, calls: { '["look",{"x":1}]': 2, '["look",{"x":2}]': 1 } })
  })

  test('does not count the turn that is being decided, and counts those of its calls that are answered', () => {
    const messages = [user('now'), turn(call('b'), call('c', '{"x":2}')), answer('c')]
    expect(usageIn(messages, digest)).toEqual({ steps: 0, calls: { '["look",{"x":2}]': 1 } })
  })

  test('is the same for other spaces and another order of members', () => {
    const spaced = usageIn([turn(call('a', '{ "b": 2, "a": 1 }')), answer('a')], digest)
    expect(spaced).toEqual(usageIn([turn(call('a', '{"a":1,"b":2}')), answer('a')], digest))
  })

  test('holds calls whose arguments are no JSON object', () => {
    const odd = usageIn([turn(call('a', 'not json'), call('b', '[1]')), answer('a'), answer('b')], digest)
    expect([odd.steps, Object.keys(odd.calls).length]).toEqual([1, 2])
  })
})

describe('a call', () => {
  test.each([
    ['the steps are spent', runOf({ steps: 3, calls: {} }), 'agent.steps'],
    ['it was made as often as it may', runOf({ steps: 1, calls: { '["look",{"x":1}]': 2 } }), 'agent.repeats'],
    ['the agent stands too deep', runOf(NO_USAGE, { isWithinDepth: false }), 'agent.depth'],
    ['there is room for it', runOf({ steps: 2, calls: { '["look",{"x":1}]': 1 } }), undefined],
    ['no agent makes it', undefined, undefined],
  ] as const)('where %s: %#', (_, run, rule) => {
    expect(budgetVerdict('look', { x: 1 }, run)?.rule).toBe(rule)
  })

  test('without canonical form is stopped, since it could be told apart from no other', () => {
    expect(budgetVerdict('look', { x: '\ud800' }, runOf(NO_USAGE))?.rule).toBe('agent.arguments')
  })

  test('that would make the run remember too many is stopped, one that it knows is not', () => {
    const calls = Array.from({ length: RUN_CALLS_MAX + 5 }, (_, at) => call(String(at), `{"x":${at}}`))
    const { calls: known } = spendTurn(NO_USAGE, { calls }, digest)
    expect(Object.keys(known)).toHaveLength(RUN_CALLS_MAX)
    const run = runOf({ steps: 1, calls: known })
    expect(budgetVerdict('look', { x: RUN_CALLS_MAX + 1 }, run)?.rule).toBe('agent.steps')
    expect(budgetVerdict('look', { x: 1 }, run)).toBeUndefined()
  })
})

test('of two views of a run the greater one counts, in every part', () => {
  const usage = record({
    steps: integer({ min: 0, max: 9 }),
    calls: array(constantFrom('a', 'b', 'c'), { maxLength: 6 }).map((keys) =>
      Object.fromEntries(keys.map((key, at) => [key, at + 1])),
    ),
  })
  assert(
    property(usage, usage, (left, right) => {
      const both = greaterUsage(left, right)
      for (const one of [left, right]) {
        expect(both.steps).toBeGreaterThanOrEqual(one.steps)
        for (const [key, count] of Object.entries(one.calls)) expect(both.calls[key]).toBeGreaterThanOrEqual(count)
      }
    }),
  )
})

test.each<[string, Partial<RunBudget['limits']>, string]>([
  ['steps', { maxSteps: Number.NaN }, 'agent.steps'],
  ['repeats', { maxRepeats: Number.NaN }, 'agent.repeats'],
])('a bound of %s that is no number admits no call', (_, change, rule) => {
  const limits = { maxSteps: 3, maxDepth: 1, maxRepeats: 2, ...change }
  expect(budgetVerdict('look', {}, runOf(NO_USAGE, { limits }))?.rule).toBe(rule)
})
