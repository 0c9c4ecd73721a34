import { assert, property, uint8Array } from 'fast-check'
import { expect, test } from 'vitest'
import { digestOfBytes, digestOfJson, hexOfDigest, parseDigest, shortDigest } from './digest.ts'
import { sha256Pure } from './sha256.ts'

const HEX = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'

test('a digest that was computed parses as itself', () => {
  assert(
    property(uint8Array(), (bytes) => {
      const digest = digestOfBytes(sha256Pure, bytes)
      return (
        parseDigest(digest) === digest &&
        `sha256:${hexOfDigest(digest)}` === digest &&
        digest.startsWith(shortDigest(digest))
      )
    }),
  )
})

test('the digest of a JSON value does not depend on the order of members', () => {
  expect(digestOfJson(sha256Pure, { a: 1, b: [2] })).toBe(digestOfJson(sha256Pure, { b: [2], a: 1 }))
  expect(digestOfJson(sha256Pure, 'abc')).not.toBe(digestOfBytes(sha256Pure, new TextEncoder().encode('abc')))
})

test.each([
  { text: HEX, because: 'the algorithm is missing' },
  { text: `sha256:${HEX.toUpperCase()}`, because: 'digits are lower case' },
  { text: `SHA256:${HEX}`, because: 'the algorithm is lower case' },
  { text: `sha512:${HEX}`, because: 'it names another algorithm' },
  { text: `sha256:${HEX.slice(1)}`, because: 'a digit is missing' },
  { text: `sha256:${HEX}0`, because: 'a digit is too many' },
  { text: `sha256:${HEX}\n`, because: 'a line break stands after it' },
  { text: ` sha256:${HEX}`, because: 'a space stands before it' },
  { text: '', because: 'it is empty' },
])('`$text` is no digest because $because', ({ text }) => {
  expect(parseDigest(text)).toBeUndefined()
})
