import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { MINUTE_MS } from '../../../base/instant.ts'
import { ProxiedCalls } from './proxied-calls.ts'

beforeEach(() => void vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] }))
afterEach(() => void vi.useRealTimers())

test('a call whose end throws keeps no other call from being told gone', async () => {
  let now = 0
  const [told, bugs]: [string[], unknown[]] = [[], []]
  const calls = new ProxiedCalls({ monotonicMs: () => now, onBug: (error) => void bugs.push(error) })
  const broken = new Error('no outcome can be written')
  const gone = { kind: 'error', code: -32_000, message: 'gone' } as const
  const hold = (id: string, finish: () => Promise<typeof gone>): void =>
    calls.hold(id, { owner: 'o', free: () => void told.push(`free ${id}`), finish })
  hold('first', () => Promise.reject(broken))
  hold('second', async () => {
    told.push('second')
    return gone
  })
  now = 11 * MINUTE_MS
  await vi.advanceTimersByTimeAsync(MINUTE_MS)
  expect(bugs).toEqual([broken])
  expect(told).toEqual(['free first', 'free second', 'second'])
  hold('third', () => Promise.reject(broken))
  await calls.close()
  expect(bugs).toHaveLength(2)
})
