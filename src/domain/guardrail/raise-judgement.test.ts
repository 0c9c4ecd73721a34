import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fail, ok } from '../../base/result.ts'
import { DETECTOR_ACTIONS, DETECTOR_CATEGORIES } from '../manifest/manifest.ts'
import { soundVerdict, type DetectorReport, type DetectorSetting, type TextSpan } from './detector.ts'
import { resolveGuardPolicy } from './guard-policy.ts'
import { guardText } from './guard-text.ts'
import { OBLIGATIONS, type Obligation } from './obligation.ts'
import { raiseJudgement } from './raise-judgement.ts'

const SETTING: DetectorSetting = { at: 0.5, action: 'block', onError: 'degrade', deadlineMs: 100 }

function says(score: number, setting: Partial<DetectorSetting> = {}, spans?: readonly TextSpan[]): DetectorReport {
  const outcome = ok({ score, category: 'injection' as const, spans })
  return { id: 'pg2', version: '1', setting: { ...SETTING, ...setting }, outcome }
}

function fails(cause: 'service' | 'text', setting: Partial<DetectorSetting> = {}): DetectorReport {
  const outcome = fail({ code: 'detector/timeout', message: 'too slow', cause })
  return { id: 'pg2', version: '1', setting: { ...SETTING, ...setting }, outcome }
}

const policy = resolveGuardPolicy(undefined, 'T1')
const weight = (action: Obligation): number => OBLIGATIONS.indexOf(action)

const RAW = 'tell me the opening hours'
const passed = guardText(RAW, policy.input)

test.each<{ what: string; report: DetectorReport; action: Obligation; text: string; detectors: readonly string[] }>([
  {
    what: 'a score below the threshold asks for nothing',
    report: says(0.49),
    action: 'allow',
    text: RAW,
    detectors: [],
  },
  { what: 'a score at the threshold asks', report: says(0.5), action: 'block', text: RAW, detectors: ['detector/pg2'] },
  {
    what: 'a redaction takes the span out',
    report: says(1, { action: 'redact' }, [{ start: 8, end: 20 }]),
    action: 'redact',
    text: 'tell me [instruction removed]hours',
    detectors: ['detector/pg2'],
  },
  {
    what: 'a redaction without spans takes the text out',
    report: says(1, { action: 'redact' }),
    action: 'redact',
    text: '[instruction removed]',
    detectors: ['detector/pg2'],
  },
  {
    what: 'a service that fails is told of and degrades',
    report: fails('service'),
    action: 'log',
    text: RAW,
    detectors: ['detector/pg2/timeout'],
  },
  {
    what: 'a service that fails blocks where the control says so',
    report: fails('service', { action: 'log', onError: 'block' }),
    action: 'block',
    text: RAW,
    detectors: ['detector/pg2/timeout'],
  },
  {
    what: 'a failure that the text can bring about counts as found, though the control degrades',
    report: fails('text', { action: 'redact' }),
    action: 'redact',
    text: '[text removed]',
    detectors: ['detector/pg2/timeout'],
  },
])('$what', ({ report, action, text, detectors }) => {
  const raised = raiseJudgement(passed, RAW, [report])
  expect(raised).toMatchObject({ action, text })
  expect(raised.findings.map(({ detector }) => detector)).toEqual(detectors)
  expect(raised.findings.every(({ guarantee }) => guarantee === 'detector')).toBe(true)
})

describe('cutting', () => {
  const cut = (raw: string, spans: readonly TextSpan[]): string =>
    raiseJudgement({ action: 'allow', score: 0, findings: [], text: raw }, raw, [says(1, { action: 'redact' }, spans)])
      .text

  test('spans that overlap or touch are one', () => {
    const spans = [
      { start: 4, end: 6 },
      { start: 0, end: 3 },
      { start: 2, end: 4 },
    ]
    expect(cut('0123456789', spans)).toBe('[instruction removed]6789')
  })

  test('a span within another leaves nothing of the outer one', () => {
    const spans = [
      { start: 1, end: 8 },
      { start: 2, end: 4 },
    ]
    expect(cut('0123456789', spans)).toBe('0[instruction removed]89')
  })

  test('a span that would halve a surrogate pair takes all of it', () => {
    expect(cut('a😀b', [{ start: 2, end: 3 }])).toBe('a[instruction removed]b')
    expect(cut('a😀b', [{ start: 1, end: 2 }])).toBe('a[instruction removed]b')
  })

  test('a JSON document goes as a whole, so that no half of it is left', () => {
    expect(cut(' {"a":"do evil"}', [{ start: 7, end: 14 }])).toBe('[instruction removed]')
  })

  test('after the guard has taken something out, spans cut what is left and findings name the whole text', () => {
    const raw = 'mail bob@example.com and obey'
    const judgement = guardText(raw, policy.output)
    expect(judgement.text).toBe('mail [EMAIL] and obey')
    const raised = raiseJudgement(judgement, raw, [says(1, { action: 'redact' }, [{ start: 17, end: 21 }])])
    expect(raised.text).toBe('mail [EMAIL] and [instruction removed]')
    expect(raised.findings.at(-1)).toMatchObject({ start: 0, end: raw.length })
  })
})

const text = fc.string({ unit: 'binary', minLength: 1, maxLength: 60 })
const setting = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  action: fc.constantFrom(...DETECTOR_ACTIONS),
  onError: fc.constantFrom('block' as const, 'degrade' as const),
  deadlineMs: fc.constant(100),
})
const failure = fc.record({
  code: fc.constant('detector/no-verdict'),
  message: fc.constant('none'),
  cause: fc.constantFrom('service' as const, 'text' as const),
})

/** A judgement of the guard, and what detectors say of the text that would go on. */
const scene = text
  .map((raw) => ({ raw, judgement: guardText(raw, policy.output) }))
  .filter(({ judgement }) => judgement.text !== '')
  .chain(({ raw, judgement }) => {
    const span = fc
      .tuple(fc.nat(judgement.text.length - 1), fc.integer({ min: 1, max: 60 }))
      .map(([start, length]) => ({ start, end: Math.min(start + length, judgement.text.length) }))
    const verdict = fc.record({
      score: fc.double({ min: 0, max: 1, noNaN: true }),
      category: fc.constantFrom(...DETECTOR_CATEGORIES),
      spans: fc.option(fc.array(span, { maxLength: 4 }), { nil: undefined }),
    })
    const report = fc.record({
      id: fc.constantFrom('a', 'b'),
      version: fc.constant('1'),
      setting,
      outcome: fc.oneof(verdict.map(ok), failure.map(fail)),
    })
    return fc.record({
      raw: fc.constant(raw),
      judgement: fc.constantFrom(...OBLIGATIONS).map((action) => ({ ...judgement, action })),
      reports: fc.array(report, { maxLength: 4 }),
      another: report,
    })
  })

describe('laws', () => {
  test('results only raise: the action is no lighter, the score no lower, no finding is lost', () => {
    fc.assert(
      fc.property(scene, ({ raw, judgement, reports }) => {
        const raised = raiseJudgement(judgement, raw, reports)
        expect(weight(raised.action)).toBeGreaterThanOrEqual(weight(judgement.action))
        expect(raised.score).toBeGreaterThanOrEqual(judgement.score)
        expect(raised.findings.slice(0, judgement.findings.length)).toEqual(judgement.findings)
      }),
    )
  })

  test('one more report never makes the judgement lighter', () => {
    fc.assert(
      fc.property(scene, ({ raw, judgement, reports, another }) => {
        const without = raiseJudgement(judgement, raw, reports)
        const withIt = raiseJudgement(judgement, raw, [...reports, another])
        expect(weight(withIt.action)).toBeGreaterThanOrEqual(weight(without.action))
        expect(withIt.score).toBeGreaterThanOrEqual(without.score)
      }),
    )
  })

  test('the order of detectors changes neither action nor score', () => {
    fc.assert(
      fc.property(scene, ({ raw, judgement, reports }) => {
        const { action, score } = raiseJudgement(judgement, raw, reports)
        expect(raiseJudgement(judgement, raw, reports.toReversed())).toMatchObject({ action, score })
      }),
    )
  })

  test('findings of detectors lie in the raw text and the text that goes on stays well formed', () => {
    fc.assert(
      fc.property(scene, ({ raw, judgement, reports }) => {
        const raised = raiseJudgement(judgement, raw, reports)
        for (const { start, end, guarantee } of raised.findings.slice(judgement.findings.length)) {
          expect(guarantee).toBe('detector')
          expect(start).toBeGreaterThanOrEqual(0)
          expect(end).toBeLessThanOrEqual(raw.length)
        }
        expect(raised.text.isWellFormed()).toBe(true)
      }),
    )
  })

  test('no reports: the judgement as it was', () => {
    fc.assert(
      fc.property(scene, ({ raw, judgement }) => {
        expect(raiseJudgement(judgement, raw, [])).toEqual(judgement)
      }),
    )
  })
})

test.each([
  { what: 'a score that is not a number', verdict: { score: Number.NaN }, isSound: false },
  { what: 'a score below 0', verdict: { score: -0.1 }, isSound: false },
  { what: 'a score above 1', verdict: { score: 1.01 }, isSound: false },
  { what: 'an empty span', verdict: { score: 1, spans: [{ start: 1, end: 1 }] }, isSound: false },
  { what: 'a span past the end', verdict: { score: 1, spans: [{ start: 0, end: 4 }] }, isSound: false },
  { what: 'half an offset', verdict: { score: 1, spans: [{ start: 0.5, end: 2 }] }, isSound: false },
  { what: 'the whole text', verdict: { score: 1, spans: [{ start: 0, end: 3 }] }, isSound: true },
])('a verdict with $what: sound $isSound', ({ verdict, isSound }) => {
  expect(soundVerdict({ category: 'injection', ...verdict }, 'abc') !== undefined).toBe(isSound)
})
