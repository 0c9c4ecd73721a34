import { assert, property, string } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ATTACKS_MAX } from '../../application/upgrade/upgrade-work.ts'
import type { Digest } from '../../base/digest.ts'
import type { CaseSide } from '../../domain/evaluation/pair-results.ts'
import { readRecordedSide, writeRecordedSide, type RecordedSide } from './recorded-side.ts'

const DIGEST = `sha256:${'a'.repeat(64)}` as Digest
const KEPT: RecordedSide = {
  system: 'shop-bot',
  releaseDigest: DIGEST,
  isSimulated: false,
  seed: 1,
  attacks: 2,
  side: {
    origin: 'recorded',
    models: [{ asked: 'model-a', answered: 'model-a', requests: 3 }],
    changed: [],
    checks: [{ id: 'GH-QUA-001', outcome: 'passed', summary: '3/3' }],
    suites: new Map([
      [
        'few',
        {
          digest: DIGEST,
          cases: [
            {
              id: 'one',
              file: 'f',
              line: 1,
              misses: { trials: 2, misses: 1, byScorer: new Map([['text', 1]]), why: '' },
            },
            { id: 'two', file: 'f', line: 2, misses: undefined },
          ],
        },
      ],
    ]),
    campaign: {
      attacks: [{ id: 'a', file: 'f', line: 1, misses: { trials: 1, misses: 0, byScorer: new Map(), why: '' } }],
      twins: [],
    },
  },
}
const read = (document: unknown) => readRecordedSide('b.json', JSON.stringify(document))

describe('kept results', () => {
  test('are read as they were written', () => {
    const back = read(writeRecordedSide(KEPT))
    expect(back.ok && back.value).toEqual(KEPT)
  })

  test('of as many attacks and twins as may be asked for, beside thousands of cases, can be read again', () => {
    const many = (count: number): readonly CaseSide[] =>
      Array.from({ length: count }, (_, at) => ({
        id: `GH-RT-INJ-${at}/base64+roleplay`,
        file: 'catalog/redteam/direct-injection.yaml',
        line: at,
        misses: { trials: 1, misses: 0, byScorer: new Map(), why: '' },
      }))
    const written = writeRecordedSide({
      ...KEPT,
      attacks: ATTACKS_MAX,
      side: {
        ...KEPT.side,
        suites: new Map([['many', { digest: DIGEST, cases: many(20_000) }]]),
        campaign: { attacks: many(ATTACKS_MAX), twins: many(ATTACKS_MAX) },
      },
    })
    const back = read(written)
    expect(back.ok ? [] : back.failure).toEqual([])
    expect(back.ok && back.value.side.campaign?.attacks.length).toBe(ATTACKS_MAX)
  })

  test('hold no reason of a miss, which may quote an answer', () => {
    const { side } = KEPT
    const few = side.suites.get('few')
    const [one] = few?.cases ?? []
    if (few === undefined || one?.misses === undefined) throw new Error('the case is there')
    const cases = [{ ...one, misses: { ...one.misses, why: 'the answer was: 4111 1111' } }]
    const written = writeRecordedSide({ ...KEPT, side: { ...side, suites: new Map([['few', { ...few, cases }]]) } })
    expect(JSON.stringify(written)).not.toContain('4111')
  })

  test.each([
    ['no object', 7],
    ['another kind', { ...writeRecordedSide(KEPT), kind: 'Other' }],
    ['a key too many', { ...writeRecordedSide(KEPT), note: 'x' }],
    ['a digest that is none', { ...writeRecordedSide(KEPT), releaseDigest: 'sha256:x' }],
    [
      'more misses than trials',
      {
        ...writeRecordedSide(KEPT),
        campaign: {
          attacks: [{ id: 'a', file: 'f', line: 1, misses: { trials: 1, misses: 2, byScorer: {} } }],
          twins: [],
        },
      },
    ],
  ])('are refused with the reason: %s', (_, document) => {
    const back = read(document)
    expect(back.ok ? [] : back.failure.map(({ code }) => code)).toContain('upgrade/baseline')
  })

  test('of any text are read or refused, never thrown at', () => {
    assert(property(string({ unit: 'binary' }), (text) => typeof readRecordedSide('b.json', text).ok === 'boolean'))
  })
})
