import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { nodeSha256 } from '../../src/adapters/crypto/node-crypto.ts'
import { jobIdOf } from '../../src/application/jobs/job-id.ts'
import type { Job, JobDraft, JobQueue, RunningJob } from '../../src/application/jobs/job-queue.ts'
import { QUEUE_ENGINES, Seen, type QueueEngine } from '../support/job-engines.ts'

const draft = (over: Partial<JobDraft> = {}): JobDraft => ({
  kind: 'webhook.deliver',
  subject: 'w-1',
  payload: { index: 7 },
  ...over,
})

/** Looks until the job is as expected: what a worker writes comes a moment after its handler ends. */
async function untilJob(queue: JobQueue, id: string, holds: (job: Job) => boolean): Promise<Job> {
  for (;;) {
    const job = await queue.get(id)
    if (job !== undefined && holds(job)) return job
    await delay(50)
  }
}

async function enqueued(queue: JobQueue, over: Partial<JobDraft> = {}): Promise<string> {
  const result = await queue.enqueue(draft(over))
  if (!result.ok || result.value.id === null) throw new Error('not enqueued')
  return result.value.id
}

describe.each(QUEUE_ENGINES)('the job queue on the $engine', ({ isThere, start }) => {
  if (!isThere) return test.skip('skipped: no PostgreSQL answers', () => undefined)

  let engine: QueueEngine
  let queue: JobQueue
  beforeAll(async () => {
    engine = await start()
    queue = await engine.open('local', { isWorker: false })
  })
  afterAll(() => engine[Symbol.asyncDispose]())

  test('keeps what it is given, and says where it stands', async () => {
    const id = await enqueued(queue, { kind: 'suite.run', subject: 'nightly', payload: { a: ['ü', null, 1.5] } })
    expect(await queue.get(id)).toMatchObject({
      id,
      kind: 'suite.run',
      subject: 'nightly',
      payload: { a: ['ü', null, 1.5] },
      state: 'waiting',
      attempts: 0,
      attemptsMax: 6,
      endedAt: null,
      problem: null,
    })
    expect(await queue.get('no-uuid')).toBeUndefined()
    expect(await queue.get('00000000-0000-0000-0000-000000000000')).toBeUndefined()
    expect(await queue.cancel({ id, kind: 'suite.run' })).toBe(true)
    expect(await queue.cancel({ id, kind: 'suite.run' })).toBe(false)
    expect((await queue.get(id))?.state).toBe('cancelled')
  })

  test('takes a key once, also after its job has ended', async () => {
    const first = await enqueued(queue, { key: 'w/1' })
    expect(first).toBe(jobIdOf(nodeSha256, 'webhook.deliver', 'w/1'))
    expect(await queue.enqueue(draft({ key: 'w/1' }))).toEqual({ ok: true, value: { id: first, isNew: false } })
    await queue.cancel({ id: first, kind: 'webhook.deliver' })
    expect(await queue.enqueue(draft({ key: 'w/1' }))).toEqual({ ok: true, value: { id: first, isNew: false } })
  })

  test('takes no second job of a singleton while one waits, and one again after it', async () => {
    const first = await enqueued(queue, { singleton: 'one' })
    expect(await queue.enqueue(draft({ singleton: 'one' }))).toEqual({ ok: true, value: { id: null, isNew: false } })
    await queue.cancel({ id: first, kind: 'webhook.deliver' })
    await queue.cancel({ id: await enqueued(queue, { singleton: 'one' }), kind: 'webhook.deliver' })
  })

  test('refuses a payload above its bound', async () => {
    expect(await queue.enqueue(draft({ payload: { text: 'x'.repeat(70_000) } }))).toMatchObject({
      ok: false,
      failure: { code: 'job/too-large' },
    })
  })

  test('lists newest first, by subject and state, in pages that miss nothing', async () => {
    const ids: string[] = []
    for (let index = 0; index < 7; index++) ids.push(await enqueued(queue, { subject: 'pages', afterSeconds: 600 }))
    const seen: string[] = []
    let after: { at: Job['createdAt']; id: string } | undefined
    for (;;) {
      const page = await queue.list({ subject: 'pages', state: 'waiting', limit: 3, after })
      seen.push(...page.map(({ id }) => id))
      const last = page.at(-1)
      if (last === undefined) break
      after = { at: last.createdAt, id: last.id }
    }
    expect(seen.toSorted()).toEqual(ids.toSorted())
    expect(await queue.list({ subject: 'pages', state: 'dead' })).toEqual([])
    expect(await queue.list({ subject: 'pages', kind: 'suite.run' })).toEqual([])
    for (const id of ids) await queue.cancel({ id, kind: 'webhook.deliver' })
  })

  test('shows and touches no job of another organization', async () => {
    const id = await enqueued(queue, { subject: 'secret' })
    const other = await engine.open('foreign', { isWorker: false })
    expect(await other.get(id)).toBeUndefined()
    expect(await other.list({ subject: 'secret' })).toEqual([])
    expect(await other.cancel({ id, kind: 'webhook.deliver' })).toBe(false)
    expect((await queue.get(id))?.state).toBe('waiting')
    await queue.cancel({ id, kind: 'webhook.deliver' })
  })

  test('gives each job to one of several workers, and says when it is done', async () => {
    const runs = new Seen<string>()
    const workers = [await engine.open(), await engine.open()]
    for (const worker of workers)
      await worker.work('escalations.sweep', async ({ id }) => {
        runs.add(id)
        return { kind: 'done' }
      })
    const ids = await Promise.all(
      Array.from({ length: 12 }, () => enqueued(queue, { kind: 'escalations.sweep', subject: 'all' })),
    )
    await runs.until((items) => items.length >= ids.length)
    for (const id of ids)
      expect(await untilJob(queue, id, ({ state }) => state === 'done')).toMatchObject({ attempts: 1 })
    expect(runs.items.toSorted()).toEqual(ids.toSorted())
  })

  test('tries again what failed, keeps what died with its problem, and gives it another attempt when asked', async () => {
    const attempts = new Seen<RunningJob>()
    let isMended = false
    const worker = await engine.open()
    await worker.work('suite.run', async (job) => {
      attempts.add(job)
      if (isMended) return { kind: 'done' }
      if (job.subject === 'throws') throw new Error('postgres://user:secret@host')
      return { kind: 'dead', problem: { code: 'suite/gone', message: 'the suite is gone' } }
    })
    const dead = await enqueued(queue, { kind: 'suite.run', subject: 'dies' })
    expect(await untilJob(queue, dead, ({ state }) => state === 'dead')).toMatchObject({
      attempts: 1,
      problem: { code: 'suite/gone', message: 'the suite is gone' },
    })
    const failing = await enqueued(queue, { kind: 'suite.run', subject: 'throws' })
    const waiting = await untilJob(queue, failing, ({ attempts: made, state }) => made === 1 && state === 'waiting')
    expect(waiting.startAfter).toBeGreaterThan(waiting.createdAt)
    expect(waiting.problem).toMatchObject({ code: 'job/failed' })
    expect(JSON.stringify(waiting)).not.toContain('secret')
    isMended = true
    expect(await queue.retry({ id: failing, kind: 'suite.run' })).toBe(false)
    expect(await queue.retry({ id: dead, kind: 'suite.run' })).toBe(true)
    expect(await untilJob(queue, dead, ({ state }) => state === 'done')).toMatchObject({ attempts: 2, problem: null })
    await queue.cancel({ id: failing, kind: 'suite.run' })
    expect(await queue.retry({ id: dead, kind: 'suite.run' })).toBe(false)
  })

  test('keeps the schedules that it was last given, and refuses one that is none', async () => {
    const worker = await engine.open()
    const schedule = {
      id: 'nightly',
      cron: '0 3 * * *',
      timezone: 'Europe/Vienna',
      draft: draft({ kind: 'suite.run' }),
    }
    expect(await worker.schedule([schedule])).toEqual({ ok: true, value: null })
    expect(await worker.schedule([{ ...schedule, id: 'bad', cron: 'at noon' }])).toMatchObject({
      ok: false,
      failure: { code: 'job/cron' },
    })
    expect(await worker.schedule([{ ...schedule, id: 'bad', timezone: 'Mars/Olympus' }])).toMatchObject({
      ok: false,
      failure: { code: 'job/cron' },
    })
    expect(await worker.schedule([])).toEqual({ ok: true, value: null })
  })
})
