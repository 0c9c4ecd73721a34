import fc from 'fast-check'
import { expect, test } from 'vitest'
import { withUnits } from './text-units.ts'

const unitsOf = (text: string): readonly number[] => withUnits(text, (units) => [...units.subarray(0, text.length)])
const codesOf = (text: string): readonly number[] => Array.from({ length: text.length }, (_, at) => text.charCodeAt(at))

test('the units are those of the text, whatever was read before it', () => {
  const long = fc.tuple(fc.string({ unit: 'binary' }), fc.nat(9_000)).map(([text, count]) => 'a'.repeat(count) + text)
  fc.assert(
    fc.property(
      fc.array(fc.oneof(fc.string({ unit: 'binary-ascii' }), fc.string({ unit: 'binary' }), long)),
      (texts) => {
        for (const text of texts) expect(unitsOf(text)).toEqual(codesOf(text))
      },
    ),
  )
})

test('a half pair is a unit of its own', () => {
  expect(unitsOf('a\ud800b')).toEqual([97, 0xd800, 98])
})

test('long and short texts in turn each have their own units', () => {
  const long = 'long text '.repeat(1_000)
  const middle = 'middle '.repeat(500)
  for (const text of [long, 'short', long, middle, long, middle, 'short', long])
    expect(unitsOf(text)).toEqual(codesOf(text))
})

test('a walk inside a walk leaves the units of the outer one alone', () => {
  const inner = withUnits('outer text', (outer) => {
    withUnits('another', (units) => units.length)
    return String.fromCharCode(...outer.subarray(0, 10))
  })
  expect(inner).toBe('outer text')
})
