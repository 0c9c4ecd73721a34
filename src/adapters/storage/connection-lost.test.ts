import { expect, test } from 'vitest'
import { isConnectionLost } from './connection-lost.ts'

const withCode = (code: string): Error => Object.assign(new Error('x'), { code })

test.each<readonly [error: unknown, isLost: boolean]>([
  ...['08000', '08006', '57P01', '57P03', '25P03', '53300', 'ECONNRESET', 'ECONNREFUSED', 'EPIPE'].map(
    (code) => [withCode(code), true] as const,
  ),
  ...['23505', '42501', '57014', '40001', '22P05', 'ENOENT', 'ENOSPC'].map((code) => [withCode(code), false] as const),
  [new Error('Connection terminated unexpectedly'), true],
  [new Error('Connection terminated due to connection timeout'), true],
  [new Error('timeout exceeded when trying to connect'), true],
  [new Error('Client has encountered a connection error and is not queryable'), true],
  [new Error('the words Connection terminated in a message of our own'), false],
  [new AggregateError([withCode('ECONNREFUSED')], ''), false],
  [Object.assign(new AggregateError([]), { code: 'ECONNREFUSED' }), true],
  [new SuppressedError(withCode('57P01'), withCode('08006')), true],
  [new SuppressedError(withCode('57P01'), new TypeError('a bug')), false],
  ['Connection terminated', false],
  [undefined, false],
])('%s: a lost connection, or not (%s)', (error, isLost) => {
  expect(isConnectionLost(error)).toBe(isLost)
})
