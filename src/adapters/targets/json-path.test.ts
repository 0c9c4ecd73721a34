import { assert, constantFrom, array, json, property } from 'fast-check'
import { query } from 'jsonpath-rfc9535'
import { expect, test } from 'vitest'
import type { Json } from '../../base/json.ts'
import { compileJsonPath } from './json-path.ts'

const DOCUMENT = { a: [{ b: 1 }, { b: 2 }], 'c d': null, length: 5 }

test.each<[string, readonly unknown[]]>([
  ['$', [DOCUMENT]],
  ['$.a[0].b', [1]],
  ['$.a[-1].b', [2]],
  ["$['c d']", [null]],
  ['$.a[*].b', [1, 2]],
  ['$.a[?@.b > 1].b', [2]],
  ['$..b', [1, 2]],
  ['$.a[0:1].b', [1]],
  ['$.a[0,1].b', [1, 2]],
  ['$.none', []],
  ['$.a.length', []],
  ['$.a[7]', []],
  ['$.constructor', []],
  ['$.a[0].b.c', []],
])('%s', (path, found) => {
  expect(compileJsonPath(path)(DOCUMENT as Json)).toEqual(found)
})

test('a path of names and places finds what the library finds', () => {
  const step = constantFrom('.a', "['b']", '[0]', '[-1]', '.length', "['']", '[1]')
  assert(
    property(array(step, { maxLength: 5 }), json({ maxDepth: 5 }), (steps, text) => {
      const [path, document] = [`$${steps.join('')}`, JSON.parse(text) as Json]
      expect(compileJsonPath(path)(document)).toEqual(query(document as never, path))
    }),
  )
})
