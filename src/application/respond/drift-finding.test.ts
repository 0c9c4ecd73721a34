import { assert, property, string } from 'fast-check'
import { expect, test } from 'vitest'
import { driftReport } from './drift-finding.ts'

const report = (expected: string, seen: string) =>
  driftReport({ expected, seen }, { system: 'shop-bot', severity: 'medium', where: 'Seen.' })

test.each([
  ['with slashes', 'openai/model-a-0901'],
  ['longer than its part of the fingerprint', 'm'.repeat(199)],
  ['longer when it is escaped', 'ü'.repeat(60)],
])('a finding on drift keeps the whole name of a model: %s', (_, seen) =>
  expect(report('openai/model-a', seen).drift).toEqual({ expected: 'openai/model-a', seen }),
)

test.each([
  ['as long as a record keeps', 'm'.repeat(200)],
  ['empty', ''],
  ['no text', '\ud800'],
])('a name that may be a piece of one is nothing that can be proven: %s', (_, seen) => {
  expect(report('model-a', seen).drift).toBeUndefined()
  expect(report(seen, 'model-a').drift).toBeUndefined()
})

test('names the command that proves the newcomer, and the check that closes it', () => {
  expect(report('model-a', 'model-b')).toMatchObject({
    description: expect.stringContaining('gatehouse upgrade --component model-a=model-b'),
    verifyingRule: 'GH-VND-005',
    fingerprint: 'model-drift/model-a/model-b',
  })
})

test('two names that begin alike are two findings, however long they are', () => {
  const long = 'm'.repeat(150)
  expect(report('model-a', `${long}-1`).fingerprint).not.toBe(report('model-a', `${long}-2`).fingerprint)
})

test('any two names give a fingerprint of bounded length', () => {
  assert(
    property(
      string({ unit: 'binary', maxLength: 400 }),
      string({ unit: 'binary', maxLength: 400 }),
      (expected, seen) => report(expected, seen).fingerprint.length <= 300,
    ),
  )
})
