import { describe, expect, test } from 'vitest'
import fc from 'fast-check'
import { OPERATIONS } from '../src/contract/http/operations.ts'
import { families } from './families.ts'
import { corpora } from './corpora.ts'
import { flaggedCount, judgeAll, recallAt } from './judged.ts'
import { reasonIn } from './peers.ts'
import { figure, markdownTable, percent, plainTable, share } from './print.ts'
import { cut, pick, seeded } from './random.ts'
import { casesOf, UNMEASURED } from './storage-cases.ts'
import { coverage, placesOf, removedSpans, touchesAny, unitSpans } from './spans.ts'
import { growthExponent, interleavedMedians, median, percentile } from './timing.ts'

const ROOT = `${import.meta.dirname}/..`

describe('the bench of storage', () => {
  const volume = { decisions: 100, releases: 50 }
  const reads = Object.entries(OPERATIONS).filter(([, { method }]) => method === 'GET')

  test('measures every operation that reads, or says why not', () => {
    const measured = new Set<string>(casesOf(volume).map(({ name }) => name))
    for (const [name] of reads) expect([name, measured.has(name)]).toEqual([name, !(name in UNMEASURED)])
    expect(Object.keys(UNMEASURED).filter((name) => !reads.some(([read]) => read === name))).toEqual([])
  })

  test('asks for nothing that an operation would refuse as input', () => {
    for (const { name, what, input } of casesOf(volume))
      for (const chance of [0, 0.5, 0.999])
        expect([name, what, OPERATIONS[name].input.safeParse(input(() => chance)).success]).toEqual([name, what, true])
  })
})

describe('figures', () => {
  test.each([1, 1.2, 2])('time that grows with power %d of the size has that exponent', (power) => {
    const points = [1_024, 4_096, 65_536].map((size) => [size, 3 * size ** power] as const)
    expect(growthExponent(points)).toBeCloseTo(power, 9)
  })

  test('the exponent does not depend on the unit of time', () => {
    const steps = fc.array(fc.double({ min: 0.01, max: 1_000, noNaN: true }), { minLength: 3, maxLength: 9 })
    fc.assert(
      fc.property(steps, fc.double({ min: 0.001, max: 1_000, noNaN: true }), (times, unit) => {
        const points = times.map((ms, index) => [2 ** index, ms] as const)
        const scaled = points.map(([size, ms]) => [size, ms * unit] as const)
        expect(growthExponent(scaled)).toBeCloseTo(growthExponent(points), 6)
      }),
    )
  })

  test.each([
    [[3, 1, 2], 0.5, 2],
    [[1, 2, 3, 4], 0.5, 2.5],
    [[10, 20], 0.9, 19],
    [[7], 0.99, 7],
    [[5, 1, 9], 0, 1],
    [[5, 1, 9], 1, 9],
  ])('of %j, percentile %d is %d', (values, at, expected) => {
    expect(percentile(values, at)).toBeCloseTo(expected, 12)
  })

  test('no values have no median', () => {
    expect(median([])).toBeNaN()
  })

  test('every contender is called on the text and has a figure', async () => {
    const seen = new Set<string>()
    const contender = (name: string, isSlow: boolean) => ({
      name,
      run: (text: string): unknown => {
        seen.add(`${name} ${text}`)
        return isSlow ? Promise.resolve(text) : text
      },
    })
    const medians = await interleavedMedians([contender('now', false), contender('later', true)], 'text', {
      rounds: 1,
      turnMs: 5,
    })
    expect([...medians.keys()]).toEqual(['now', 'later'])
    expect(seen).toEqual(new Set(['now text', 'later text']))
  })
})

describe('spans', () => {
  test('code points become UTF-16 units', () => {
    expect(
      unitSpans('😀 Anna 😀 Bo', [
        { start: 2, end: 6, type: 'PERSON' },
        { start: 9, end: 11, type: 'PERSON' },
      ]),
    ).toEqual([
      { start: 3, end: 7, type: 'PERSON' },
      { start: 11, end: 13, type: 'PERSON' },
    ])
  })

  test('what a span of code points holds is what its units hold', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.nat(40), fc.nat(40), (text, one, other) => {
        const chars = [...text]
        const start = Math.min(one, other, chars.length)
        const end = Math.min(Math.max(one, other), chars.length)
        const [span] = unitSpans(text, [{ start, end, type: 'X' }])
        expect(text.slice(span?.start, span?.end)).toBe(chars.slice(start, end).join(''))
      }),
    )
  })

  test('overlapping spans cover a span once', () => {
    const spans = [
      { start: 4, end: 8 },
      { start: 0, end: 6 },
      { start: 5, end: 6 },
    ]
    expect(coverage({ start: 2, end: 12 }, spans)).toBeCloseTo(0.6, 12)
    expect(coverage({ start: 8, end: 12 }, spans)).toBe(0)
    expect(touchesAny({ start: 8, end: 12 }, spans)).toBe(false)
    expect(touchesAny({ start: 7, end: 12 }, spans)).toBe(true)
  })

  test('what a redactor took out is found from what it kept', () => {
    const text = 'I am Anna, call 555-0132 or Bo'
    expect(
      removedSpans(text, 'I am #, call # or #'.split('#'))?.map(({ start, end }) => text.slice(start, end)),
    ).toEqual(['Anna', '555-0132', 'Bo'])
  })

  test('a text that was rewritten otherwise gives no spans', () => {
    expect(removedSpans('I am Anna', ['I was ', ''])).toBeUndefined()
  })

  test('what is kept and what is taken out make up the whole text', () => {
    const parts = fc.array(fc.tuple(fc.string({ maxLength: 5 }), fc.string({ minLength: 1, maxLength: 5 })), {
      maxLength: 6,
    })
    fc.assert(
      fc.property(parts, fc.string({ maxLength: 5 }), (pieces, last) => {
        const text = pieces.map(([kept, removed]) => kept + removed).join('') + last
        const kept = [...pieces.map(([piece]) => piece), last]
        const removed = removedSpans(text, kept) ?? []
        const units = removed.reduce((sum, { start, end }) => sum + end - start, 0)
        expect(units + kept.join('').length).toBe(text.length)
      }),
    )
  })

  test('a value is found wherever it stands', () => {
    expect(placesOf('ab ab', ['ab', 'ab', ''])).toEqual([
      { start: 0, end: 2 },
      { start: 3, end: 5 },
    ])
  })
})

describe('judgements', () => {
  const scored = (...scores: readonly number[]) => scores.map((score) => ({ isFlagged: score > 0.5, score }))

  test('the threshold lets through no more of the benign than asked', () => {
    const benign = scored(...Array.from({ length: 100 }, (_, index) => index / 100))
    expect(recallAt(0.01, benign, scored(0.97, 0.985, 0.99, 1))).toBe(0.75)
    expect(recallAt(0, benign, scored(0.985, 0.99, 1))).toBeCloseTo(1 / 3, 12)
  })

  test('scores that tie with too many benign ones count for nothing', () => {
    expect(recallAt(0.01, scored(...Array.from({ length: 100 }, () => 0.9)), scored(0.9, 0.95))).toBe(0.5)
  })

  test('a detector without scores has no recall at a rate', () => {
    expect(recallAt(0.01, [{ isFlagged: false }], [{ isFlagged: true }])).toBeUndefined()
  })

  test('a text on which a detector throws is not flagged, and is counted', async () => {
    const detector = {
      detect: (text: string) => {
        if (text === 'odd') throw new Error('too large')
        return { isFlagged: true }
      },
    }
    const judged = await judgeAll(detector, ['a', 'odd', 'b'])
    expect([flaggedCount(judged), judged.threw]).toEqual([2, 1])
  })

  test('the line that names an error is its reason', () => {
    expect(reasonIn('node:internal/x:1\n  throw e\n\nTypeError: no such thing\n    at y')).toBe(
      'TypeError: no such thing',
    )
    expect(reasonIn('')).toBe('no reason given')
  })
})

describe('tables', () => {
  const table = {
    title: 'T',
    head: ['name', 'n'],
    rows: [
      ['a|b', '1'],
      ['c', '10'],
    ],
    note: 'Note.',
  }

  test('plain columns line up', () => {
    expect(plainTable(table)).toBe('\nT\nname   n\na|b    1\nc     10\nNote.')
  })

  test('Markdown cells keep their bars', () => {
    expect(markdownTable(table)).toBe('## T\n\n| name | n |\n|---|---:|\n| a\\|b | 1 |\n| c | 10 |\n\nNote.\n')
  })

  test('a share comes with its interval', () => {
    expect(share({ k: 5, n: 10 })).toBe('50.0 (23.7–76.3)')
    expect(share({ k: 0, n: 0 })).toBe('–')
    expect(percent(0.0004)).toBe('0.04')
  })

  test.each([
    [523.4, '523'],
    [12.34, '12.3'],
    [1.234, '1.23'],
    [0.1234, '0.123'],
    [0.01234, '0.0123'],
    [0.00001234, '0.000012'],
    [Number.NaN, '–'],
  ])('%d is printed as %s', (value, printed) => {
    expect(figure(value)).toBe(printed)
  })
})

describe('texts', () => {
  const texts = corpora(ROOT)
  const [prose] = texts
  if (prose === undefined) throw new Error('no corpus of prose')

  test.each([...texts, ...families(prose)])(
    '$name is well formed, the same each time and as long as asked',
    ({ text }) => {
      const once = text(5_000)
      expect(once.isWellFormed()).toBe(true)
      expect(text(5_000)).toBe(once)
      expect(once.length).toBeLessThanOrEqual(5_000)
      expect(once.length).toBeGreaterThan(4_500)
    },
  )

  test('there are 26 families', () => {
    expect(new Set(families(prose).map(({ name }) => name)).size).toBe(26)
  })

  test('a cut never halves a character', () => {
    expect(cut('a😀', 2)).toBe('a')
    expect(cut('a😀', 3)).toBe('a😀')
  })

  test('the same seed gives the same numbers, all below one', () => {
    const random = seeded(9)
    const again = seeded(9)
    for (let draw = 0; draw < 1_000; draw++) {
      const number = random()
      expect(number).toBe(again())
      expect(number).toBeLessThan(1)
    }
    expect(() => pick(random, [])).toThrow('nothing to pick from')
  })
})
