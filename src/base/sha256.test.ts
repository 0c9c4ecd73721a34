import { createHash } from 'node:crypto'
import { assert, property, uint8Array } from 'fast-check'
import { expect, test } from 'vitest'
import { hexOf, utf8 } from './bytes.ts'
import { sha256Pure } from './sha256.ts'

const reference = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

test.each([
  ['', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
  ['abc', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
  [
    'abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq',
    '248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1',
  ],
])('the FIPS 180-4 example `%s` has its published hash', (text, hash) => {
  expect(hexOf(sha256Pure(utf8(text)))).toBe(hash)
})

test('every length around the padding bounds hashes as in node:crypto', () => {
  for (let length = 0; length <= 260; length++) {
    const bytes = new Uint8Array(length).fill(length)
    expect(hexOf(sha256Pure(bytes)), `${length} bytes`).toBe(reference(bytes))
  }
})

test('any bytes hash as in node:crypto', () => {
  assert(
    property(uint8Array({ maxLength: 2_000 }), (bytes) => hexOf(sha256Pure(bytes)) === reference(bytes)),
    { numRuns: 500 },
  )
})

test('a view into a larger buffer hashes its own bytes only, and is left as it was', () => {
  const whole = Uint8Array.from({ length: 300 }, (_, index) => index % 256)
  const view = whole.subarray(100, 200)
  expect(hexOf(sha256Pure(view))).toBe(reference(view))
  expect(whole).toEqual(Uint8Array.from({ length: 300 }, (_, index) => index % 256))
})
