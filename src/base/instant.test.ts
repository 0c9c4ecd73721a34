import { assert, integer, property, string } from 'fast-check'
import { expect, test } from 'vitest'
import { epochMs, parseRfc3339, toRfc3339 } from './instant.ts'

const LAST = 253_402_300_799_999

test('an instant comes back from its RFC 3339 text', () => {
  assert(
    property(integer({ min: 0, max: LAST }), (value) => parseRfc3339(toRfc3339(epochMs(value))) === value),
    { numRuns: 1_000 },
  )
})

test.each([
  ['1970-01-01T00:00:00Z', 0],
  ['2024-02-29T12:00:00Z', Date.UTC(2024, 1, 29, 12)],
  ['2024-12-31T23:00:00-05:00', Date.UTC(2025, 0, 1, 4)],
  ['2024-01-01T00:30:00+05:30', Date.UTC(2023, 11, 31, 19)],
  ['2024-01-01T00:00:00-00:00', Date.UTC(2024, 0, 1)],
  ['2024-01-01T00:00:00.5Z', Date.UTC(2024, 0, 1) + 500],
  ['2024-01-01T00:00:00.123999999Z', Date.UTC(2024, 0, 1) + 123],
  ['9999-12-31T23:59:59.999Z', LAST],
])('%s is the instant %d', (text, value) => {
  expect(parseRfc3339(text)).toBe(value)
})

test.each([
  { text: '2024-02-30T00:00:00Z', because: 'February has no day 30' },
  { text: '2023-02-29T00:00:00Z', because: '2023 is no leap year' },
  { text: '1900-02-29T00:00:00Z', because: '1900 is no leap year and before the epoch' },
  { text: '2024-04-31T00:00:00Z', because: 'April has no day 31' },
  { text: '2024-00-01T00:00:00Z', because: 'no month is 0' },
  { text: '2024-13-01T00:00:00Z', because: 'no month is 13' },
  { text: '2024-01-00T00:00:00Z', because: 'no day is 0' },
  { text: '2024-01-01T24:00:00Z', because: 'RFC 3339 hours end at 23' },
  { text: '2024-01-01T25:00:00Z', because: 'no hour is 25' },
  { text: '2024-01-01T00:60:00Z', because: 'no minute is 60' },
  { text: '2024-06-30T23:59:60Z', because: 'a leap second has no instant of its own' },
  { text: '2024-01-01T00:00:00+24:00', because: 'no offset is a day' },
  { text: '2024-01-01T00:00:00+00:60', because: 'no offset minute is 60' },
  { text: '2024-01-01T00:00:00', because: 'the offset is missing' },
  { text: '2024-01-01', because: 'a date is no instant' },
  { text: '2024-01-01t00:00:00z', because: 'letters are upper case here' },
  { text: '2024-01-01 00:00:00Z', because: 'a space is no T' },
  { text: '2024-01-01T00:00Z', because: 'the seconds are missing' },
  { text: '2024-01-01T00:00:00.Z', because: 'a fraction has digits' },
  { text: '2024-01-01T00:00:00.1234567890Z', because: 'a fraction has nine digits at most' },
  { text: ' 2024-01-01T00:00:00Z', because: 'a space stands before it' },
  { text: '2024-01-01T00:00:00Z\n', because: 'a line break stands after it' },
  { text: '1969-12-31T23:59:59Z', because: 'it is before the epoch' },
  { text: '0000-01-01T00:00:00Z', because: 'it is before the epoch' },
  { text: '9999-12-31T23:59:59-01:00', because: 'its UTC year has five digits' },
  { text: '+02024-01-01T00:00:00Z', because: 'the year has four digits' },
  { text: '1e3', because: 'it is a number' },
  { text: '', because: 'it is empty' },
])('`$text` is no instant because $because', ({ text }) => {
  expect(parseRfc3339(text)).toBeUndefined()
})

test('any text is an instant or not, never an exception', () => {
  assert(property(string({ unit: 'binary' }), (text) => parseRfc3339(text) === undefined))
})

test.each([-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, LAST + 1])('%d cannot become an instant', (value) => {
  expect(() => epochMs(value)).toThrow(RangeError)
})
