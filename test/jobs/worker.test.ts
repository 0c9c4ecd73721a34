// What runs on the queue, on real servers: suites in parts, renewal of evidence, escalations.
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Job } from '../../src/application/jobs/job-queue.ts'
import type { RefreshWork, SuiteWork } from '../../src/application/jobs/payloads.ts'
import type { JsonObject } from '../../src/base/json.ts'
import type { ControlPlane } from '../../src/entrypoints/server/start-control-plane.ts'
import { writeEvalSuite } from '../support/eval-suite.ts'
import { modelsServer, writeGatewayProject } from '../support/gateway-project.ts'
import { gateOrThrow, sessionOn } from '../support/owned-state.ts'
import { callAs, ownerProof, startPlaneOf } from '../support/plane-client.ts'
import { ownSchema } from '../support/postgres.ts'
import { putRecords } from '../support/put-records.ts'
import { eventually, tempFolder } from '../support/temp-folder.ts'
import { suiteRule, writeSuiteProject } from '../support/suite-project.ts'
import { SYSTEM } from '../support/tiny-project.ts'

const schema = await ownSchema('worker')
const ENGINES = [
  { engine: 'embedded database', isThere: true, servers: 1, options: {} },
  { engine: 'PostgreSQL', isThere: schema !== undefined, servers: 2, options: { schema: schema?.schema ?? '' } },
]
afterAll(() => schema?.[Symbol.asyncDispose]())

describe.each(ENGINES)('jobs of $servers server(s) on the $engine', ({ isThere, servers, options }) => {
  if (!isThere) return test.skip('skipped: no PostgreSQL answers', () => undefined)

  const cleanUp = new AsyncDisposableStack()
  let folder: string
  let plane: ControlPlane

  beforeAll(async () => {
    folder = cleanUp.use(await tempFolder()).path
    plane = cleanUp.use(await startPlaneOf(join(folder, 'state'), options))
    for (let count = 1; count < servers; count++) {
      const state = join(folder, `state-${count}`)
      await cp(join(folder, 'state', 'keys'), join(state, 'keys'), { recursive: true })
      await cp(join(folder, 'state', 'trust.json'), join(state, 'trust.json'))
      const other = cleanUp.use(await startPlaneOf(state, options))
      await other.node.jobs()
    }
  })
  afterAll(() => cleanUp.disposeAsync())

  async function enqueue(kind: Job['kind'], payload: object, subject = 's'): Promise<string> {
    const added = await (await plane.node.jobs()).enqueue({ kind, subject, payload: payload as JsonObject })
    if (!added.ok || added.value.id === null) throw new Error('not enqueued')
    return added.value.id
  }

  async function ended(id: string): Promise<Job | undefined> {
    const queue = await plane.node.jobs()
    return eventually(
      () => queue.get(id),
      (job) => job !== undefined && job.state !== 'waiting' && job.state !== 'running',
      60_000,
    )
  }

  const suiteWork = (over: Partial<SuiteWork> = {}): SuiteWork => ({
    schedule: 'nightly',
    system: 'echoes',
    project: join(folder, 'suite'),
    manifest: 'gatehouse.yaml',
    suite: 'suite.yaml',
    target: null,
    trials: 2,
    seed: 7,
    shards: 1,
    concurrency: 4,
    ...over,
  })

  async function entriesOf(type: string, id: string): Promise<number> {
    let count = 0
    for await (const { leaf, payload } of plane.node.ledger.read(0, plane.node.ledger.size))
      if (leaf.type === type && (payload['head'] as { id?: string }).id === id) count += 1
    return count
  }

  async function report(id: string): Promise<JsonObject> {
    const record = await eventually(
      () => plane.node.store.get('evaluations', id),
      (found) => found !== undefined && found.status !== 'running',
      60_000,
    )
    return record?.document['report'] as JsonObject
  }

  test('a suite in parts has the report of the whole, and comes to its end once', async () => {
    await mkdir(join(folder, 'suite'), { recursive: true })
    await writeEvalSuite(join(folder, 'suite'), { cases: 60 })
    const [whole, parts] = [
      await enqueue('suite.run', suiteWork()),
      await enqueue('suite.run', suiteWork({ shards: 4 })),
    ]
    const [one, four] = [await report(whole), await report(parts)]
    expect(four).toMatchObject({ cases: { available: 60, run: 60, held: 54 }, trials: { run: 120, errored: 0 } })
    const timeless = (of: JsonObject): object => ({ ...of, latency: null })
    expect(timeless(four)).toEqual(timeless(one))
    // The merge is at its end before its trials are gone, and nothing of it is left after.
    const queue = await plane.node.jobs()
    const [merge] = await queue.list({ kind: 'evaluation.merge', subject: parts })
    expect((await ended(merge?.id ?? ''))?.state).toBe('done')
    expect(await entriesOf('evaluation.started', parts)).toBe(1)
    expect(await entriesOf('evaluation.finished', parts)).toBe(1)
    expect((await queue.list({ kind: 'evaluation.shard', subject: parts })).map(({ state }) => state)).toEqual(
      Array.from({ length: 4 }, () => 'done'),
    )
  })

  test('a scheduled suite opens a finding on a model that answers for another, unless the manifest knows it by that name', async () => {
    await using server = await modelsServer(() => ({ text: 'good', model: 'model-a-0901' }))
    const project = join(folder, 'models')
    await writeGatewayProject(project, { cases: 2 })
    await writeFile(join(project, 'target.yaml'), `type: openai\nmodel: model-a\nbaseUrl: ${server.baseURL}\n`)
    const known = (await readFile(join(project, 'gatehouse.yaml'), 'utf8')).replace(
      'model: model-a,',
      'model: model-a, answersAs: [model-a-0901],',
    )
    await writeFile(join(project, 'known.yaml'), known)
    const findings = async (): Promise<readonly unknown[]> =>
      (await plane.node.store.list('findings', { system: 'models' })).map(({ document }) => document['title'])
    const work = { system: 'models', project, suite: 'suites/few.yaml', target: 'target.yaml', trials: 1 }
    for (const [manifest, found] of [
      ['known.yaml', []],
      ['gatehouse.yaml', ['Model `model-a` was answered by another: `model-a-0901`']],
    ] as const) {
      const id = await enqueue('suite.run', suiteWork({ ...work, manifest }))
      await report(id)
      const [merge] = await (await plane.node.jobs()).list({ kind: 'evaluation.merge', subject: id })
      expect((await ended(merge?.id ?? ''))?.state).toBe('done')
      expect(await findings()).toEqual(found)
    }
  })

  test('a person runs the suite of a schedule now: once at a time, by name and nothing else, and the ledger says who', async () => {
    const queue = await plane.node.jobs()
    const draft = {
      kind: 'suite.run' as const,
      subject: 'by-hand',
      payload: suiteWork({ schedule: 'by-hand' }) as unknown as JsonObject,
      singleton: 'by-hand',
    }
    // Once a year: what runs here was asked for.
    const yearly = { id: 'by-hand', cron: '0 0 1 1 *', timezone: 'UTC', draft }
    expect((await queue.schedule([yearly])).ok).toBe(true)
    const mia = await ownerProof(plane, 'mia;engineer')
    const listed = await callAs(plane, mia, 'listSchedules')
    expect(listed.body['items']).toEqual([{ id: 'by-hand', kind: 'suite.run', cron: '0 0 1 1 *', timezone: 'UTC' }])
    const answers = await Promise.all([1, 2].map(() => callAs(plane, mia, 'startSuiteRun', { schedule: 'by-hand' })))
    const started = answers.filter(({ status }) => status === 200)
    for (const { code } of answers.filter((answer) => !started.includes(answer))) expect(code).toBe('job/schedule-busy')
    const id = String(started[0]?.body['id'])
    expect((await callAs(plane, mia, 'getJob', { id })).body).toMatchObject({ kind: 'suite.run', subject: 'by-hand' })
    expect(await report(id)).toMatchObject({ cases: { available: 60, run: 60 } })
    const actors: string[] = []
    for await (const { leaf, payload } of plane.node.ledger.read(0, plane.node.ledger.size))
      if (leaf.type === 'evaluation.started' && (payload['head'] as { id?: string }).id === id)
        actors.push(JSON.stringify(payload['record']))
    expect(actors).toHaveLength(1)
    expect(actors[0]).toContain('"startedBy":"mia"')
    const unknown = await callAs(plane, mia, 'startSuiteRun', { schedule: '../../etc' })
    expect([unknown.status >= 400 && unknown.status < 500, unknown.code]).toEqual([true, 'job/no-schedule'])
    const responder = await callAs(plane, await ownerProof(plane, 'rob;responder'), 'startSuiteRun', {
      schedule: 'by-hand',
    })
    expect([responder.status, responder.code]).toEqual([403, 'http/forbidden'])
    await queue.schedule([])
  })

  test('a suite that is not there fails with its problem, and is tried again', async () => {
    const id = await enqueue('suite.run', suiteWork({ suite: 'gone.yaml' }))
    const queue = await plane.node.jobs()
    const job = await eventually(
      () => queue.get(id),
      (found) => found?.problem !== null && found?.problem !== undefined,
    )
    expect(job).toMatchObject({ state: 'waiting', attempts: 1, problem: { code: 'files/not-found' } })
    await queue.cancel({ id, kind: 'suite.run' })
  })

  test('evidence is renewed before it is too old, and left alone while it is fresh', async () => {
    const project = await writeSuiteProject(
      join(folder, 'project'),
      suiteRule('GH-QUA-001', 'purpose: benign, metric: all-hold'),
    )
    await gateOrThrow(sessionOn(plane.node), project)
    const count = async (): Promise<number> => (await plane.node.store.list('evidence', { system: SYSTEM })).length
    const before = await count()
    const work: RefreshWork = {
      schedule: 'renew',
      project,
      manifest: 'gatehouse.yaml',
      environment: 'local',
      aheadHours: 0,
      author: 'author-a',
    }
    expect((await ended(await enqueue('evidence.refresh', work)))?.state).toBe('done')
    expect(await count()).toBe(before)
    expect((await ended(await enqueue('evidence.refresh', { ...work, aheadHours: 8_760 })))?.state).toBe('done')
    expect(await count()).toBeGreaterThan(before)
  })

  test('what is overdue is escalated once, however often it is looked for', async () => {
    const dueAt = plane.node.clock() - 3 * 86_400_000
    await putRecords(plane.node, [
      {
        kind: 'findings',
        record: {
          id: 'F-9',
          system: 'shop',
          releaseDigest: null,
          status: 'open',
          topic: 'high',
          at: plane.node.clock(),
          document: {
            id: 'F-9',
            system: 'shop',
            title: 'late',
            severity: 'high',
            state: 'open',
            status: 'open',
            dueAt,
          },
        },
      },
    ])
    for (let count = 0; count < 2; count++)
      expect((await ended(await enqueue('escalations.sweep', {})))?.state).toBe('done')
    const raised = (await plane.node.store.list('escalations', {})).filter(({ system }) => system === 'shop')
    expect(raised.map(({ document }) => document['subject'])).toEqual(['F-9'])
    expect(await entriesOf('escalation.raised', raised[0]?.id ?? '')).toBe(1)
  })
})
