import { expect, test } from 'vitest'
import type { Agent } from '../manifest/manifest.ts'
import { beginsRuns, depthsOf } from './delegation-depth.ts'

const agent = (id: string, delegates: readonly string[] = [], maxDepth?: number): Agent => ({
  id,
  model: 'main',
  delegates,
  maxDepth,
})
const depths = (agents: readonly Agent[], id: string): readonly number[] =>
  [...depthsOf(agents, id)].toSorted((left, right) => left - right)

test.each<[string, readonly Agent[], string, readonly number[]]>([
  ['an agent that users speak to stands at the top', [agent('a', ['b']), agent('b')], 'a', [0]],
  ['one that it calls stands one below', [agent('a', ['b']), agent('b')], 'b', [1]],
  ['one level is what the manifest gives where it says nothing', chain(), 'c', []],
  ['two levels are there where the first agent says so', chain(2), 'c', [2]],
  [
    'an agent between may allow less than the one above it',
    [agent('a', ['b'], 3), agent('b', ['c'], 0), agent('c')],
    'c',
    [],
  ],
  ['several ways give several depths', [agent('a', ['b', 'c'], 2), agent('b', ['c'], 1), agent('c')], 'c', [1, 2]],
  ['an agent that calls itself stands on every level that it may', [agent('a', ['a'], 2)], 'a', [0, 1, 2]],
  ['agents that hand over to each other may begin with either', [agent('a', ['b']), agent('b', ['a'])], 'b', [0, 1]],
  [
    'a circle that another agent leads to does not begin by itself',
    [agent('top', ['a']), agent('a', ['b']), agent('b', ['a'])],
    'b',
    [],
  ],
  ['an agent that is not declared stands nowhere', [agent('a')], 'x', []],
])('%s', (_, agents, id, expected) => {
  expect(depths(agents, id)).toEqual(expected)
})

function chain(first?: number): readonly Agent[] {
  return [agent('a', ['b'], first), agent('b', ['c']), agent('c')]
}

const CIRCLE = [agent('a', ['b']), agent('b', ['c']), agent('c', ['a']), agent('d')]

test.each<[string, readonly Agent[], readonly string[]]>([
  ['users speak to whom nobody calls', [agent('b'), agent('a', ['b'])], ['a']],
  ['of a circle users speak to the one that is named first', CIRCLE, ['a', 'd']],
  ['an agent that calls itself is spoken to', [agent('a', ['a'])], ['a']],
  [
    'of a circle that another agent leads to, to none',
    [agent('b', ['c']), agent('c', ['b']), agent('a', ['b'])],
    ['a'],
  ],
])('%s', (_, agents, expected) => {
  expect(agents.map(({ id }) => id).filter((id) => beginsRuns(agents, id))).toEqual(expected)
  expect(beginsRuns(agents, 'undeclared')).toBe(false)
})
