import { expect, test } from 'vitest'
import { ownSchema } from './support/postgres.ts'
import { tempFolder } from './support/temp-folder.ts'
import { killOneOfTwo } from './support/two-servers.ts'

const schema = await ownSchema('pair')

// The long run is `node test/soak/two-servers.ts`; its figures are in docs/reports/soak-two-servers.md.
test.skipIf(schema === undefined)(
  'after three kills of one of two servers under load, nothing is lost, doubled or left undone',
  async () => {
    await using _schema = schema
    await using folder = await tempFolder()
    const summary = await killOneOfTwo(folder.path, schema?.schema ?? '', { kills: 3, seed: 5 })
    expect(summary).toMatchObject({
      lost: 0,
      doubled: 0,
      sessionsRefused: 0,
      events: { missed: 0, doubled: 0 },
      webhooks: { missed: 0 },
      evaluations: { begun: 2, finishedOnce: 2 },
      jobs: { waiting: 0, running: 0, dead: 0, cancelled: 0 },
      epochs: { areOrdered: true },
    })
    expect(summary.acknowledged).toBeGreaterThan(100)
  },
  600_000,
)
