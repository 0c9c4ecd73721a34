import { expect, test } from 'vitest'
import type { Reservation } from '../../domain/limits/limit-store.ts'
import { PendingSettlements, type Settlement } from './pending-settlements.ts'

const settlement = (id: string): Settlement => {
  const reservation: Reservation = { id, scope: 'scope', charges: [], periodEnds: [] }
  return { reservation, taken: [] }
}

function pending(waitingMax: number) {
  const made: string[] = []
  const lines: string[] = []
  const away = new Set<string>()
  const settlements = new PendingSettlements({
    waitingMax,
    log: (line) => void lines.push(line),
    async make({ reservation: { id } }) {
      if (away.has(id)) return false
      made.push(id)
      return true
    },
  })
  return { settlements, made, lines, away }
}

test('what waits is made in its order, once', async () => {
  const { settlements, made } = pending(10)
  for (const id of ['a', 'b', 'c']) settlements.keep(settlement(id))
  await Promise.all([settlements.make(), settlements.make()])
  await settlements.make()
  expect([made, settlements.waiting, settlements.lost]).toEqual([['a', 'b', 'c'], 0, 0])
})

test('one that cannot be made holds up those behind it for one turn only', async () => {
  const { settlements, made, away } = pending(10)
  away.add('a')
  for (const id of ['a', 'b', 'c']) settlements.keep(settlement(id))
  await settlements.make()
  expect([made, settlements.waiting]).toEqual([[], 3])
  await settlements.make()
  expect([made, settlements.waiting]).toEqual([['b', 'c'], 1])
})

test('what passes the bound is counted and told once, and again the next time', async () => {
  const { settlements, lines } = pending(2)
  const overfill = (): void => {
    for (const id of ['a', 'b', 'c', 'd']) settlements.keep(settlement(id))
  }
  overfill()
  expect([settlements.waiting, settlements.lost]).toEqual([2, 2])
  expect(lines.filter((line) => line.includes('is lost'))).toHaveLength(1)
  await settlements.make()
  overfill()
  expect([settlements.waiting, settlements.lost]).toEqual([2, 4])
  expect(lines.filter((line) => line.includes('is lost'))).toHaveLength(2)
})

test('what still waits at the end is lost, and said to be', () => {
  const { settlements, lines } = pending(2)
  settlements.keep(settlement('a'))
  settlements.end()
  expect([settlements.waiting, settlements.lost]).toEqual([0, 1])
  expect(lines.at(-1)).toContain('1 settlements could not be made')
})
