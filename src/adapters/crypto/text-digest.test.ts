import { createHmac } from 'node:crypto'
import { assert, property, string } from 'fast-check'
import { expect, test } from 'vitest'
import { keyedTextDigest, processTextDigest } from './node-crypto.ts'

const KEY = Buffer.from('k'.repeat(32))

test('a keyed digest is HMAC-SHA256, however often the key is used', () => {
  const digest = keyedTextDigest(KEY)
  assert(
    property(string(), string(), (purpose, text) => {
      const expected = createHmac('sha256', KEY).update(`${purpose}\n${text}`).digest('hex').slice(0, 32)
      expect(digest(purpose, text)).toBe(expected)
    }),
  )
})

test('digests of a process tell purpose and text apart wherever the line between them is drawn', () => {
  const digest = processTextDigest(KEY)
  assert(
    property(string(), string(), string(), string(), (purpose, text, otherPurpose, otherText) => {
      const isSame = purpose === otherPurpose && text === otherText
      expect(digest(purpose, text) === digest(otherPurpose, otherText)).toBe(isSame)
    }),
  )
  expect(digest('a', 'bc')).not.toBe(digest('ab', 'c'))
  expect(digest('1', '1\n')).not.toBe(digest('1\n1', ''))
})

test('digests of one process mean nothing to the next', () =>
  expect(processTextDigest()('p', 'text')).not.toBe(processTextDigest()('p', 'text')))
