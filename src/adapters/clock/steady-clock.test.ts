import { array, assert, integer, property } from 'fast-check'
import { expect, test } from 'vitest'
import { epochMs } from '../../base/instant.ts'
import { steadyClock } from './steady-clock.ts'

test('it never goes back, whatever the machine says, and never behind what was recorded', () => {
  const instants = integer({ min: 0, max: 1_000_000 })
  assert(
    property(array(instants), instants, (machine, recorded) => {
      const said = [...machine]
      const clock = steadyClock(() => epochMs(said.shift() ?? 0))
      clock.reached(epochMs(recorded))
      let last = recorded
      for (const instant of machine) {
        const now = clock.now()
        expect(now).toBe(Math.max(last, instant))
        last = now
      }
    }),
  )
})
