import { array, assert, constantFrom, integer, property, record } from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Json } from '../../base/json.ts'
import { sha256Pure } from '../../base/sha256.ts'
import { limitsOfAgent, NO_USAGE, spendStep, type AgentLimits, type AgentUsage } from './agent-budget.ts'

const LIMITS: AgentLimits = { maxSteps: 5, maxDepth: 1, maxRepeats: 2 }

/** What stops a run, step by step; `ok` for a step that is taken. */
function run(steps: readonly (readonly [string, Json, number?])[], limits = LIMITS): readonly string[] {
  let usage: AgentUsage = NO_USAGE
  return steps.map(([tool, args, depth = 0]) => {
    const spent = spendStep(usage, { tool, args, depth }, limits, sha256Pure)
    if (!spent.ok) return spent.failure
    usage = spent.value
    return 'ok'
  })
}

describe('a run', () => {
  test.each<[string, readonly (readonly [string, Json, number?])[], readonly string[]]>([
    [
      'goes on while its calls differ',
      [
        ['a', 1],
        ['a', 2],
        ['b', 1],
      ],
      ['ok', 'ok', 'ok'],
    ],
    [
      'stops at the third time of one call',
      [
        ['a', {}],
        ['a', {}],
        ['a', {}],
      ],
      ['ok', 'ok', 'agent.repeats'],
    ],
    [
      'is not fooled by the order of members',
      [
        ['a', { x: 1, y: 2 }],
        ['a', { y: 2, x: 1 }],
        ['a', { x: 1.0, y: 2 }],
      ],
      ['ok', 'ok', 'agent.repeats'],
    ],
    [
      'counts repeats over sub-agents',
      [
        ['a', {}],
        ['a', {}, 1],
        ['a', {}, 1],
      ],
      ['ok', 'ok', 'agent.repeats'],
    ],
    [
      'counts a call again after others',
      [
        ['a', 1],
        ['b', 1],
        ['a', 1],
        ['b', 1],
        ['a', 1],
      ],
      ['ok', 'ok', 'ok', 'ok', 'agent.repeats'],
    ],
    [
      'stops after its steps',
      [
        ['a', 1],
        ['a', 2],
        ['a', 3],
        ['a', 4],
        ['a', 5],
        ['a', 6],
      ],
      ['ok', 'ok', 'ok', 'ok', 'ok', 'agent.steps'],
    ],
    [
      'goes no deeper than it may',
      [
        ['a', 1, 1],
        ['a', 2, 2],
      ],
      ['ok', 'agent.depth'],
    ],
    [
      'refuses arguments without canonical form',
      [
        ['a', '\ud800'],
        ['a', Number.NaN],
      ],
      ['agent.arguments', 'agent.arguments'],
    ],
    [
      'tells tools with the same arguments apart',
      [
        ['a', 1],
        ['a', 1],
        ['b', 1],
      ],
      ['ok', 'ok', 'ok'],
    ],
  ])('%s', (_, steps, expected) => {
    expect(run(steps)).toEqual(expected)
  })

  test('never takes more steps, goes deeper or repeats more than it may', () => {
    const step = record({
      tool: constantFrom('a', 'b'),
      args: integer({ min: 0, max: 2 }),
      depth: integer({ min: 0, max: 3 }),
    })
    assert(
      property(array(step, { maxLength: 30 }), (steps) => {
        const outcomes = run(steps.map(({ tool, args, depth }) => [tool, args, depth] as const))
        const taken = steps.filter((_, index) => outcomes[index] === 'ok')
        expect(taken.length).toBeLessThanOrEqual(LIMITS.maxSteps)
        expect(taken.every(({ depth }) => depth <= LIMITS.maxDepth)).toBe(true)
        for (const one of taken)
          expect(taken.filter(({ tool, args }) => tool === one.tool && args === one.args).length).toBeLessThanOrEqual(2)
      }),
    )
  })
})

test('what the manifest leaves out has a bound all the same', () => {
  expect(limitsOfAgent({ id: 'a', model: 'm' })).toEqual({ maxSteps: 50, maxDepth: 1, maxRepeats: 3 })
  expect(limitsOfAgent({ id: 'a', model: 'm', maxSteps: 4, maxDepth: 2, maxRepeats: 1 })).toEqual({
    maxSteps: 4,
    maxDepth: 2,
    maxRepeats: 1,
  })
})

test.each<[string, Partial<AgentLimits>, string]>([
  ['steps', { maxSteps: Number.NaN }, 'agent.steps'],
  ['levels', { maxDepth: Number.NaN }, 'agent.depth'],
  ['repeats', { maxRepeats: Number.NaN }, 'agent.repeats'],
])('a bound of %s that is no number admits no step', (_, change, failure) => {
  expect(run([['a', {}]], { ...LIMITS, ...change })).toEqual([failure])
})
