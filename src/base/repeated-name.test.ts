import { assert, jsonValue, property } from 'fast-check'
import { expect, test } from 'vitest'
import { repeatsName } from './repeated-name.ts'

test.each([
  ['{"to":"a","to":"b"}', true],
  ['{"to":"a","t\\u006f":"b"}', true],
  ['[{"a":{"b":1,"c":2,"b":3}}]', true],
  ['{"a":1,"b":{"a":1}}', false],
  ['[{"a":1},{"a":1}]', false],
  ['{"a":["a","a"],"b":"a"}', false],
  ['{"a":"{\\"b\\":1,\\"b\\":2}"}', false],
  ['{"a":"\\\\","b":1}', false],
  ['{}', false],
  ['"a"', false],
])('%s repeats a name: %s', (json, repeats) => expect(repeatsName(json)).toBe(repeats))

test('what a program prints never repeats a name, and with any member twice it does', () => {
  assert(
    property(jsonValue(), (value) => {
      const json = JSON.stringify(value)
      return !repeatsName(json) && repeatsName(`{"x":${json},"y":[],"x":${json}}`)
    }),
  )
})
