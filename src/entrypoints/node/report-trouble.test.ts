import { expect, test } from 'vitest'
import { troubleLine } from './report-trouble.ts'

const withCode = (code: string): Error => Object.assign(new Error('refused'), { code })
const circle: { self?: object; queue: string } = { queue: 'gates' }
circle.self = circle

test.each<{ what: string; error: unknown; says: string }>([
  { what: 'an error', error: new Error('no room'), says: 'no room' },
  { what: 'an error with a code', error: withCode('ECONNREFUSED'), says: 'refused (ECONNREFUSED)' },
  { what: 'an error of several lines', error: new Error('one\n  two'), says: 'one two' },
  {
    what: 'several errors without words of their own',
    error: new AggregateError([withCode('ECONNREFUSED')], ''),
    says: 'refused',
  },
  { what: 'an error without words', error: new RangeError(''), says: 'RangeError' },
  {
    what: 'fields of an error',
    error: { message: 'terminating', code: '57P01', queue: 'gates' },
    says: 'terminating (57P01)',
  },
  { what: 'an object without words', error: { queue: 'gates', jobs: 3 }, says: '{"queue":"gates","jobs":3}' },
  { what: 'an object that holds itself', error: circle, says: 'an object with queue, self' },
  { what: 'a text', error: 'gone', says: 'gone' },
  { what: 'nothing', error: undefined, says: 'undefined' },
])('$what is told in one line', ({ error, says }) => {
  expect(troubleLine('the job queue failed at its upkeep', error)).toBe(`the job queue failed at its upkeep: ${says}`)
})

test('what is told has an end', () => {
  expect(troubleLine('w', { message: 'x'.repeat(5_000) }).length).toBeLessThan(1_100)
  expect(troubleLine('w', { rows: 'x'.repeat(5_000) }).length).toBeLessThan(1_100)
})
