import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { JobQueue } from '../../src/application/jobs/job-queue.ts'
import { QUEUE_ENGINES, Seen, type QueueEngine } from '../support/job-engines.ts'

const MINUTE_MS = 60_000

// Takes up to a minute: cron knows nothing shorter.
describe.each(QUEUE_ENGINES)('a schedule of every minute on the $engine', ({ isThere, start }) => {
  if (!isThere) return test.skip('skipped: no PostgreSQL answers', () => undefined)

  let engine: QueueEngine
  let workers: readonly JobQueue[]
  beforeAll(async () => {
    engine = await start()
    workers = [await engine.open(), await engine.open()]
  })
  afterAll(() => engine[Symbol.asyncDispose]())

  test('makes one job for a minute, though two workers keep it', async () => {
    const runs = new Seen<{ readonly subject: string; readonly payload: object }>()
    for (const worker of workers) {
      await worker.work('escalations.sweep', async ({ subject, payload }) => {
        runs.add({ subject, payload })
        return { kind: 'done' }
      })
      const draft = { kind: 'escalations.sweep', subject: 'minute', payload: { n: 1 }, singleton: 'minute' } as const
      expect(await worker.schedule([{ id: 'minute', cron: '* * * * *', timezone: 'UTC', draft }])).toMatchObject({
        ok: true,
      })
    }
    const [first] = await runs.until((items) => items.length > 0)
    expect(first).toEqual({ subject: 'minute', payload: { n: 1 } })
    const [queue] = workers
    const made = (await queue?.list({ subject: 'minute' })) ?? []
    const minutes = made.map(({ createdAt }) => Math.floor(createdAt / MINUTE_MS))
    expect(new Set(minutes).size).toBe(minutes.length)
    for (const worker of workers) await worker.schedule([])
  })
})
