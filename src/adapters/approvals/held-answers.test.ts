import { connect } from 'node:net'
import { randomBytes } from 'node:crypto'
import { afterAll, describe, expect, test } from 'vitest'
import { systemClock } from '../clock/system-clock.ts'
import { nodeRandomBytes } from '../crypto/node-crypto.ts'
import { ulidIds } from '../ids/ulid-ids.ts'
import { HELD_PER_OWNER_MAX, type HeldAnswers } from '../../application/gateway/held-answers.ts'
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
    if (await store.keep(`probe-${randomBytes(8).toString('hex')}`, 'x', { ttlMs: 1_000, owner: 'probe' })) return store
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
  const own = { ttlMs: 60_000, owner: id() }

  test.skipIf(!isThere)('is read as often as asked and taken once, however many come at once', async () => {
    const store = await open()
    const key = id()
    expect(await store.keep(key, 'sealed', own)).toBe(true)
    expect(await store.keep(key, 'other', own)).toBe(false)
    expect([await store.read(key), await store.read(key)]).toEqual(['sealed', 'sealed'])
    const taken = await Promise.all(Array.from({ length: 20 }, () => store.take(key, own.owner)))
    expect(taken.filter(Boolean)).toHaveLength(1)
    expect(await store.read(key)).toBeUndefined()
  })

  test.skipIf(!isThere)('is not all of one owner, who has a place again for each that is taken', async () => {
    const store = await open()
    const many = { ttlMs: 60_000, owner: id() }
    const first = id()
    expect(await store.keep(first, 'x', many)).toBe(true)
    for (let at = 1; at < HELD_PER_OWNER_MAX; at++) expect(await store.keep(id(), 'x', many)).toBe(true)
    expect(await store.keep(id(), 'x', many)).toBe(false)
    expect(await store.keep(id(), 'x', { ...many, owner: id() })).toBe(true)
    expect(await store.take(first, many.owner)).toBe(true)
    expect([await store.keep(id(), 'x', many), await store.keep(id(), 'x', many)]).toEqual([true, false])
  })

  test.skipIf(!isThere)('is not what never waited', async () => {
    const store = await open()
    expect([await store.read(id()), await store.take(id(), 'a')]).toEqual([undefined, false])
  })
})

test('what waits in memory ends by time, and an old one is not forgotten for a new one', async () => {
  let now = epochMs(0)
  const store = memoryHeldAnswers(() => now)
  const MIB = 1_048_576
  const keep = (name: string, mib: number, owner: string): Promise<boolean> =>
    store.keep(name, 'x'.repeat(mib * MIB), { ttlMs: 1_000, owner })
  // An owner has a quarter of the place.
  expect([await keep('a', 15, 'a'), await keep('a2', 2, 'a'), await keep('a3', 1, 'a')]).toEqual([true, false, true])
  expect([await keep('b', 16, 'b'), await keep('c', 16, 'c'), await keep('d', 16, 'd')]).toEqual([true, true, true])
  expect(await keep('e', 1, 'e')).toBe(false)
  now = epochMs(1_000)
  expect([await store.read('a'), await store.take('a', 'a')]).toEqual([undefined, false])
  expect(await keep('e', 1, 'e')).toBe(true)
})

test('a Redis that is not there keeps and gives nothing', async () => {
  const store = redisHeldAnswers('redis://127.0.0.1:1')
  opened.push(store)
  expect([
    await store.keep('a', 'x', { ttlMs: 1_000, owner: 'a' }),
    await store.read('a'),
    await store.take('a', 'a'),
  ]).toEqual([false, undefined, false])
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
