import { expect, test } from 'vitest'
import type { ClassifyInjection } from '../../domain/detection/injection/weigh-injection.ts'
import { resolveGuardPolicy } from '../../domain/guardrail/guard-policy.ts'
import type { DetectorReport } from '../../domain/guardrail/detector.ts'
import { cleanTexts } from './clean-texts.ts'
import { judgeSeams } from './judge-seams.ts'
import type { SeamWindow } from './seam-windows.ts'

const { input, document } = resolveGuardPolicy({ preset: 'T1', input: { pii: { action: 'redact' } } }, 'T1')
const RELEASE = { digest: 'd', guard: { input, document } }
const classify: ClassifyInjection = () => ({ score: 0, windows: [] })
const SPLIT: SeamWindow = { where: '1:seam', side: 'input', text: 'SSN 536-22-8726', seams: [10], asks: 'values' }
const report = (score: number): DetectorReport => ({
  id: 'own',
  version: '1',
  setting: { at: 0.5, action: 'redact', onError: 'block', deadlineMs: 1_000 },
  outcome: { ok: true, value: { score, category: 'pii' } },
})

test('what cannot be taken out of one text stops them all', () => {
  expect(judgeSeams([SPLIT], RELEASE, { classify })).toMatchObject({
    action: 'block',
    blockedBy: 'pii/us-ssn',
    findings: [{ detector: 'pii/us-ssn', where: '1:seam' }],
  })
})

test('what the policy only logs is told once, and stops nothing', () => {
  const logged = judgeSeams(
    [
      { ...SPLIT, side: 'document' },
      { ...SPLIT, side: 'document' },
    ],
    {
      ...RELEASE,
      guard: { input, document: { ...document, pii: 'log' } },
    },
    { classify },
  )
  expect(logged).toMatchObject({ action: 'log', blockedBy: undefined })
  expect(logged.findings).toHaveLength(1)
})

test('windows that are too many stop the texts', () => {
  expect(judgeSeams(undefined, RELEASE, { classify })).toMatchObject({
    action: 'block',
    blockedBy: 'guard/too-complex',
  })
})

test('a window in which nothing counts is known by its seams, its side and its text', () => {
  const asked: string[] = []
  const clean = cleanTexts((policy, text) => {
    asked.push(policy)
    return `${policy} ${text}`
  })
  const edge = { ...SPLIT, seams: [4] }
  expect(judgeSeams([edge], RELEASE, { classify, clean }).blockedBy).toBeUndefined()
  expect(judgeSeams([edge], RELEASE, { classify, clean }).blockedBy).toBeUndefined()
  // Of the same text, a window with another seam is another one.
  expect(judgeSeams([SPLIT], RELEASE, { classify, clean }).blockedBy).toBe('pii/us-ssn')
  expect(judgeSeams([{ ...edge, seams: undefined }], RELEASE, { classify, clean }).blockedBy).toBe('pii/us-ssn')
  expect(new Set(asked).size).toBe(3)
})

test('parts that show other values than their message go on only where no detector found any in it', () => {
  const parts: SeamWindow = { where: '1', side: 'input', text: 'mail [EMAIL]', seams: undefined, asks: 'all' }
  const saidOf = (...reports: DetectorReport[]): string | undefined =>
    judgeSeams([parts], RELEASE, { classify, reports: new Map([['1', reports]]) }).blockedBy
  expect(saidOf(report(0.4))).toBeUndefined()
  expect(saidOf(report(0.6))).toBe('guard/parts')
})
