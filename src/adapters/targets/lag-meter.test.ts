import { expect, test } from 'vitest'
import { voidLatency } from '../../domain/evaluation/suite.ts'
import { monotonicMs } from '../clock/system-clock.ts'
import { LagMeter } from './lag-meter.ts'

const BUSY_MS = 60

function beBusy(ms: number): void {
  const end = monotonicMs() + ms
  while (monotonicMs() < end);
}

test('a process that did not look at its sockets says so, while it lasts and afterwards, and voids the latency', async () => {
  const lag = new LagMeter()
  try {
    const startedMs = monotonicMs()
    beBusy(BUSY_MS)
    // No tick has come yet: what is going on counts.
    expect(lag.since(startedMs)).toBeGreaterThan(BUSY_MS / 2)
    await new Promise<void>((resolve) => void setTimeout(resolve, 20))
    const lagMs = lag.since(startedMs)
    expect(lagMs).toBeGreaterThan(BUSY_MS / 2)
    expect(voidLatency({ latencyMs: BUSY_MS, lagMs, isCached: false })).toMatch(/^this process was busy for/)
  } finally {
    lag.close()
  }
})

test('lag from before a trial is not its own', async () => {
  const lag = new LagMeter()
  try {
    beBusy(BUSY_MS)
    await new Promise<void>((resolve) => void setTimeout(resolve, 20))
    const before = lag.since(0)
    const later = lag.since(monotonicMs())
    expect(before).toBeGreaterThan(BUSY_MS / 2)
    expect(later).toBeLessThan(before)
  } finally {
    lag.close()
  }
})
