import type { RunClock } from '../../application/evaluation/attempt-trial.ts'
import { nodeRandomBytes } from '../crypto/node-crypto.ts'
import { monotonicMs } from './system-clock.ts'

/** Time and chance of this machine. Chance only spreads retries. */
export const systemRunClock: RunClock = {
  monotonicMs,
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer)
        signal.removeEventListener('abort', done)
        resolve()
      }
      const timer = setTimeout(done, ms)
      signal.addEventListener('abort', done, { once: true })
      if (signal.aborted) done()
    }),
  random: () => (nodeRandomBytes(4).reduce((sum, byte) => sum * 256 + byte, 0) >>> 0) / 2 ** 32,
}
