import fc from 'fast-check'
import { expect, test } from 'vitest'
import { checkDerivation } from './check-derivation.ts'
import type { Components } from './manifest.ts'

type Datasets = Readonly<Record<string, readonly string[]>>
const components = (datasets: Datasets, change: Partial<Components> = {}): Components => ({
  models: [{ id: 'm', provider: 'p', model: 'x-1' }],
  datasets: Object.entries(datasets).map(([id, derivedFrom]) => ({ id, path: `${id}.csv`, derivedFrom })),
  ...change,
})
const codes = (all: Components): readonly string[] =>
  checkDerivation(all).map(({ code, path }) => `${code} ${path.slice(1).join('.')}`)

test.each<[string, Datasets, readonly string[]]>([
  ['a chain', { a: [], b: ['a'], c: ['a', 'b'] }, []],
  ['one that is not declared', { a: ['z'] }, ['manifest/unknown-reference datasets.0.derivedFrom.0']],
  ['itself', { a: ['a'] }, ['manifest/derivation-cycle datasets.0.derivedFrom.0']],
  [
    'each other',
    { a: ['b'], b: ['a'] },
    ['manifest/derivation-cycle datasets.0.derivedFrom.0', 'manifest/derivation-cycle datasets.1.derivedFrom.0'],
  ],
])('a dataset that comes from %s', (_, datasets, expected) => {
  expect(codes(components(datasets))).toEqual(expected)
})

test('models and indexes come from datasets, and from nothing else', () => {
  const model = { id: 'm', provider: 'p', model: 'x-1', derivedFrom: ['a', 'm'] }
  const retriever = { id: 'r', source: { path: 'kb/' }, derivedFrom: ['r'] }
  expect(codes(components({ a: [] }, { models: [model], retrievers: [retriever] }))).toEqual([
    'manifest/unknown-reference retrievers.0.derivedFrom.0',
    'manifest/unknown-reference models.0.derivedFrom.1',
  ])
})

test('whatever passes has no cycle', () => {
  const ids = ['a', 'b', 'c', 'd']
  const edges = fc.array(fc.tuple(fc.constantFrom(...ids), fc.constantFrom(...ids)), { maxLength: 8 })
  fc.assert(
    fc.property(edges, (pairs) => {
      const datasets = Object.fromEntries(
        ids.map((id) => [id, pairs.flatMap(([to, from]) => (to === id ? [from] : []))]),
      )
      // A second judge: take away what comes from nothing until nothing is left, or nothing can be taken.
      const left = new Map(Object.entries(datasets))
      for (let before = -1; before !== left.size;) {
        before = left.size
        for (const [id, from] of left) if (from.every((one) => !left.has(one))) left.delete(id)
      }
      expect(codes(components(datasets)).length > 0).toBe(left.size > 0)
    }),
  )
})
