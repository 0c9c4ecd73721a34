import { expect, test } from 'vitest'
import { guardedManifest } from '../../../test/support/guarded-manifest.ts'
import { checkReferences } from './check-references.ts'
import type { Agent } from './manifest.ts'

const agent = (id: string, tools: readonly string[], delegates: readonly string[] = []): Agent => ({
  id,
  model: 'main',
  tools,
  delegates,
})
function problems(...agents: readonly Agent[]): readonly string[] {
  const manifest = guardedManifest()
  return checkReferences({ ...manifest, components: { ...manifest.components, agents } }).map(
    ({ code, path }) => `${code} ${path.slice(2).join('.')}`,
  )
}

test.each<[string, readonly Agent[], readonly string[]]>([
  ['hands down what it has', [agent('a', ['lookup_order', 'save_note'], ['b']), agent('b', ['save_note'])], []],
  ['asks one without tools', [agent('a', [], ['b']), agent('b', [])], []],
  [
    'hands down what it lacks',
    [agent('a', ['lookup_order'], ['b']), agent('b', ['issue_refund'])],
    ['manifest/wider-delegate 0.delegates.0'],
  ],
  ['asks itself', [agent('a', [], ['a'])], ['manifest/unknown-reference 0.delegates.0']],
  ['asks one that is not declared', [agent('a', [], ['c'])], ['manifest/unknown-reference 0.delegates.0']],
  ['and another ask each other', [agent('a', ['save_note'], ['b']), agent('b', ['save_note'], ['a'])], []],
])('an agent that %s', (_, agents, expected) => {
  expect(problems(...agents)).toEqual(expected)
})
