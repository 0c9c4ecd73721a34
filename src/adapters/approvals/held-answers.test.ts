import { connect } from 'node:net'
import { randomBytes } from 'node:crypto'
import { afterAll, describe, expect, test } from 'vitest'
import { systemClock } from '../clock/system-clock.ts'
import { nodeRandomBytes } from '../crypto/node-crypto.ts'
import { ulidIds } from '../ids/ulid-ids.ts'
import type { HeldAnswers } from '../../application/gateway/held-answers.ts'
import { epochMs } from '../../base/instant.ts'
import { memoryHeldAnswers } from './memory-held-answers.ts'
import { redisHeldAnswers, type SharedHeldAnswers } from './redis-held-answers.ts'
import { newTicket, readTicket, seal, unseal, writeTicket } from './ticket.ts'

const REDIS_URL = process.env['GATEHOUSE_TEST_REDIS'] ?? 'redis://127.0.0.1:6379'
const hasRedis = await new Promise<boolean>((resolve) => {
  const { hostname, port } = new URL(REDIS_URL)
  const socket = connect(Number(port || 6379), hostname, () => {
    socket.end()
    resolve(true)
  })
  socket.on('error', () => resolve(false))
})

const opened: SharedHeldAnswers[] = []
afterAll(() => Promise.all(opened.map((store) => store[Symbol.asyncDispose]())))

async function redisStore(): Promise<HeldAnswers> {
  const store = redisHeldAnswers(REDIS_URL)
  opened.push(store)
  // The first command may come before the connection is there.
  for (let tries = 0; tries < 100; tries++)
    if (await store.keep(`probe-${randomBytes(8).toString('hex')}`, 'x', 1_000)) return store
    else await new Promise((resolve) => void setTimeout(resolve, 20))
  throw new Error('no connection to Redis')
}

const STORES: readonly (readonly [string, boolean, () => Promise<HeldAnswers>])[] = [
  ['in memory', true, async () => memoryHeldAnswers(systemClock)],
  ['in Redis', hasRedis, redisStore],
]

// Without Redis on this machine its half is skipped: nothing could answer.
describe.each(STORES)('what waits %s', (_, isThere, open) => {
  const id = (): string => randomBytes(8).toString('hex')

  test.skipIf(!isThere)('is read as often as asked and taken once, however many come at once', async () => {
    const store = await open()
    const key = id()
    expect(await store.keep(key, 'sealed', 60_000)).toBe(true)
    expect(await store.keep(key, 'other', 60_000)).toBe(false)
    expect([await store.read(key), await store.read(key)]).toEqual(['sealed', 'sealed'])
    const taken = await Promise.all(Array.from({ length: 20 }, () => store.take(key)))
    expect(taken.filter(Boolean)).toHaveLength(1)
    expect(await store.read(key)).toBeUndefined()
  })

  test.skipIf(!isThere)('is not what never waited', async () => {
    const store = await open()
    expect([await store.read(id()), await store.take(id())]).toEqual([undefined, false])
  })
})

test('what waits in memory ends by time, and an old one is not forgotten for a new one', async () => {
  let now = epochMs(0)
  const store = memoryHeldAnswers(() => now)
  expect(await store.keep('a', 'x'.repeat(40 * 1_048_576), 1_000)).toBe(true)
  expect(await store.keep('b', 'x'.repeat(40 * 1_048_576), 1_000)).toBe(false)
  now = epochMs(1_000)
  expect([await store.read('a'), await store.take('a')]).toEqual([undefined, false])
  expect(await store.keep('b', 'x'.repeat(40 * 1_048_576), 1_000)).toBe(true)
})

test('a Redis that is not there keeps and gives nothing', async () => {
  const store = redisHeldAnswers('redis://127.0.0.1:1')
  opened.push(store)
  expect([await store.keep('a', 'x', 1_000), await store.read('a'), await store.take('a')]).toEqual([
    false,
    undefined,
    false,
  ])
})

describe('a ticket', () => {
  const ticket = newTicket(ulidIds, nodeRandomBytes)
  const sealed = seal(ticket, 'the answer', nodeRandomBytes)

  test('opens what was sealed for it, and comes back from its text as it was', () => {
    expect(unseal(readTicket(writeTicket(ticket))!, sealed)).toBe('the answer')
  })

  test('of another id or secret opens nothing, nor does what was changed', () => {
    const other = newTicket(ulidIds, nodeRandomBytes)
    expect(unseal({ ...ticket, secret: other.secret }, sealed)).toBeUndefined()
    expect(unseal({ ...ticket, id: other.id }, sealed)).toBeUndefined()
    const bytes = Buffer.from(sealed, 'base64')
    for (const at of [0, 13, bytes.length - 1]) {
      const changed = Buffer.from(bytes)
      changed[at] = (changed[at] ?? 0) ^ 1
      expect(unseal(ticket, changed.toString('base64'))).toBeUndefined()
    }
    expect(unseal(ticket, '')).toBeUndefined()
  })

  test.each([
    '',
    'x',
    `${ticket.id}.`,
    `${ticket.id}.${'A'.repeat(42)}`,
    `${ticket.id}.${'A'.repeat(44)}`,
    `../${ticket.id}`,
  ])('is not %j', (text) => expect(readTicket(text)).toBeUndefined())
})
