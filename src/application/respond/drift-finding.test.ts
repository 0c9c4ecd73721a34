import { assert, property, string } from 'fast-check'
import { expect, test } from 'vitest'
import { driftOf, driftReport } from './drift-finding.ts'

const report = (expected: string, seen: string) =>
  driftReport({ expected, seen }, { system: 'shop-bot', severity: 'medium', where: 'Seen.' })

test('a finding on drift says by its fingerprint which models it is about, also where their names have slashes', () => {
  const { fingerprint } = report('openai/model-a', 'openai/model-a-0901')
  expect(driftOf(fingerprint)).toEqual({ expected: 'openai/model-a', seen: 'openai/model-a-0901' })
})

test('names the command that proves the newcomer, and the check that closes it', () => {
  expect(report('model-a', 'model-b')).toMatchObject({
    description: expect.stringContaining('gatehouse upgrade --component model-a=model-b'),
    verifyingRule: 'GH-VND-005',
    fingerprint: 'model-drift/model-a/model-b',
  })
})

test('any two names give a fingerprint of bounded length, and never a throw when it is read', () => {
  assert(
    property(string({ maxLength: 400 }), string({ maxLength: 400 }), (expected, seen) => {
      const { fingerprint } = report(expected, seen)
      driftOf(fingerprint)
      return fingerprint.length <= 300
    }),
  )
})

test.each(['', 'model-drift', 'model-drift/a', 'model-drift/a/b/c', 'record-gap/a/b', 'model-drift/%E0%A4/x'])(
  '%j is about no drift',
  (fingerprint) => expect(driftOf(fingerprint)).toBeUndefined(),
)
