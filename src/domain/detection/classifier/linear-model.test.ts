import fc from 'fast-check'
import { expect, test } from 'vitest'
import { BUCKETS } from './featurise.ts'
import { encodeLinearModel, parseLinearModel, type LinearModel } from './linear-model.ts'

const MODEL: LinearModel = {
  weights: Int8Array.from({ length: BUCKETS }, (_, at) => (at * 31) % 127),
  charScale: 0.5,
  wordScale: 0.25,
  conceptScale: 0.125,
  bias: -1,
  slope: 1,
  intercept: 0,
  perDoubling: -0.25,
}
const BYTES = encodeLinearModel(MODEL)

test('what is encoded is read back', () => {
  expect(parseLinearModel(BYTES)).toEqual({ ok: true, value: MODEL })
})

test('a file that starts inside a larger buffer is read too', () => {
  const larger = new Uint8Array(BYTES.length + 3)
  larger.set(BYTES, 3)
  expect(parseLinearModel(larger.subarray(3)).ok).toBe(true)
})

test('a flipped bit anywhere is refused', () => {
  fc.assert(
    fc.property(fc.nat({ max: BYTES.length - 1 }), fc.integer({ min: 0, max: 7 }), (at, bit) => {
      const bytes = Uint8Array.from(BYTES)
      bytes[at] = (bytes[at] as number) ^ (1 << bit)
      expect(parseLinearModel(bytes).ok).toBe(false)
    }),
    { numRuns: 60 },
  )
})

test.each([
  { name: 'an empty file', bytes: new Uint8Array(0), code: 'model/malformed' },
  { name: 'a file cut short', bytes: BYTES.subarray(0, 1_000), code: 'model/malformed' },
  { name: 'a file with something behind it', bytes: Uint8Array.from([...BYTES, 0]), code: 'model/malformed' },
  { name: 'other magic', bytes: changed(0), code: 'model/malformed' },
  { name: 'another version', bytes: changed(4), code: 'model/unsupported' },
  { name: 'another window size', bytes: changed(20), code: 'model/unsupported' },
  { name: 'a changed weight', bytes: changed(5_000), code: 'model/damaged' },
])('$name is refused with $code', ({ bytes, code }) => {
  const read = parseLinearModel(bytes)
  expect(read.ok ? 'read' : read.failure.code).toBe(code)
})

test('a number that is not finite is refused, whatever the checksum says', () => {
  const read = parseLinearModel(encodeLinearModel({ ...MODEL, bias: Number.NaN }))
  expect(read.ok ? 'read' : read.failure.code).toBe('model/malformed')
})

function changed(at: number): Uint8Array {
  const bytes = Uint8Array.from(BYTES)
  bytes[at] = (bytes[at] as number) ^ 1
  return bytes
}
