import { expect, test } from 'vitest'
import { LastingFault } from './lasting-fault.ts'

function watched(): { readonly fault: LastingFault; readonly told: string[]; readonly at: (ms: number) => void } {
  const told: string[] = []
  let now = 0
  return {
    fault: new LastingFault(
      (error) => told.push(String(error)),
      () => now,
    ),
    told,
    at: (ms) => {
      now = ms
    },
  }
}

test('a fault that passes soon is not told', () => {
  const { fault, told, at } = watched()
  fault.failed('once')
  at(4_999)
  fault.failed('twice')
  fault.passed()
  at(9_000)
  fault.failed('a new one')
  expect(told).toEqual([])
})

test('a fault that lasts is told, and again each minute until it passes', () => {
  const { fault, told, at } = watched()
  for (let ms = 0; ms <= 130_000; ms += 250) {
    at(ms)
    fault.failed(ms)
  }
  expect(told).toEqual(['5000', '65000', '125000'])
})
