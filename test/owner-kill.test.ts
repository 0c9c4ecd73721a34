import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { killOwner } from './support/kill-owner.ts'

// The long run is `node test/soak/owner-kill.ts`; its figures are in docs/reports/soak-owner.md.
test('after four kills of the owner, every acknowledged record is in the state and the next start needs no help', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-owner-kill-'))
  try {
    const summary = await killOwner(folder, 4, 11)
    expect(summary).toMatchObject({ kills: 4, lost: 0 })
    expect(summary.acknowledged).toBeGreaterThan(4)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})
