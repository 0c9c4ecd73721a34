import { createHash } from 'node:crypto'
import { assert, dictionary, json, property, string, uint8Array } from 'fast-check'
import { expect, test } from 'vitest'
import { textOf } from '../../base/bytes.ts'
import type { Digest, Sha256 } from '../../base/digest.ts'
import { epochMs } from '../../base/instant.ts'
import type { JsonObject } from '../../base/json.ts'
import { commitmentOf, leafBytes, type Leaf } from './leaf.ts'

const sha256: Sha256 = (bytes) => new Uint8Array(createHash('sha256').update(bytes).digest())
const LEAF: Leaf = {
  v: 1,
  id: '01J',
  type: 'release-registered',
  at: epochMs(1_000),
  organization: 'acme',
  actor: '00ff',
  releaseDigest: null,
  commitment: `sha256:${'0'.repeat(64)}` as Digest,
}

test('a leaf is hashed over its canonical JSON', () => {
  expect(textOf(leafBytes(LEAF))).toBe(
    `{"actor":"00ff","at":1000,"commitment":"sha256:${'0'.repeat(64)}","id":"01J","organization":"acme","releaseDigest":null,"type":"release-registered","v":1}`,
  )
})

test.each(Object.keys(LEAF))('changing `%s` changes the bytes that the tree commits to', (key) => {
  expect(textOf(leafBytes({ ...LEAF, [key]: 'other' }))).not.toBe(textOf(leafBytes(LEAF)))
})

test('a commitment covers the salt and the canonical payload, and nothing of the order of members', () => {
  const payloads = dictionary(
    string({ unit: 'binary' }),
    json().map((text) => JSON.parse(text) as never),
  )
  assert(
    property(payloads, uint8Array({ minLength: 32, maxLength: 32 }), (payload: JsonObject, salt) => {
      const commitment = commitmentOf(sha256, salt, payload)
      const backwards = Object.fromEntries(Object.entries(payload).toReversed())
      expect(commitmentOf(sha256, salt, backwards)).toBe(commitment)
      expect(commitmentOf(sha256, salt.with(0, salt[0]! ^ 1), payload)).not.toBe(commitment)
      expect(commitmentOf(sha256, salt, { ...payload, 'one more': 1 })).not.toBe(commitment)
    }),
  )
})
