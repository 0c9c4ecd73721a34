import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { killLedger } from './support/kill-ledger.ts'

// The long run is `node test/soak/ledger-kill.ts`; its figures are in docs/reports/soak-ledger.md.
test('after eight kills of a writing process, every acknowledged entry is there and the ledger opens by itself', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-kill-'))
  try {
    const summary = await killLedger(folder, 8, 7)
    expect(summary).toMatchObject({ kills: 8, lost: 0 })
    expect(summary.acknowledged).toBeGreaterThan(50)
    expect(summary.entries).toBeGreaterThanOrEqual(summary.acknowledged)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})
