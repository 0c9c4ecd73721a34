// The commands on jobs and webhooks, beside a running server and against PostgreSQL.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { runCli } from '../../src/entrypoints/cli/run.ts'
import type { ControlPlane } from '../../src/entrypoints/server/start-control-plane.ts'
import { capturedTerminal } from '../support/captured-terminal.ts'
import { startPlaneOf } from '../support/plane-client.ts'
import { ownSchema, POSTGRES } from '../support/postgres.ts'
import { eventually, tempFolder } from '../support/temp-folder.ts'
import { webhookReceiver, type WebhookReceiver } from '../support/webhook-receiver.ts'

const CONFIG = {
  apiVersion: 'gatehouse.dev/v1',
  kind: 'ServerConfig',
  webhooks: { network: 'private' },
} as const
const cleanUp = new AsyncDisposableStack()
let folder: string
let receiver: WebhookReceiver
let plane: ControlPlane

beforeAll(async () => {
  folder = cleanUp.use(await tempFolder()).path
  receiver = cleanUp.use(await webhookReceiver())
  plane = cleanUp.use(await startPlaneOf(join(folder, 'state'), { config: CONFIG }))
})
afterAll(() => cleanUp.disposeAsync())

async function gatehouse(...args: readonly string[]): Promise<{ code: number; out: string; err: string }> {
  const terminal = capturedTerminal(folder)
  const code = await runCli([...args, '--state', join(folder, 'state')], terminal)
  return { code, out: terminal.printed.out, err: terminal.printed.error }
}
const json = async (...args: readonly string[]): Promise<Record<string, unknown>> => {
  const { code, out, err } = await gatehouse(...args, '--json')
  expect([code, err]).toEqual([0, ''])
  return JSON.parse(out) as Record<string, unknown>
}

describe('webhooks on the command line', () => {
  test('are added, tried, rotated, shown and removed', async () => {
    const added = await json('webhook', 'add', `${receiver.url}/cli`, '--events', 'deny.issued,risk.opened')
    const id = String(added['id'])
    expect(String(added['secret'])).toMatch(/^whsec_/)
    const tried = await gatehouse('webhook', 'test', id)
    expect([tried.code, tried.out]).toEqual([0, expect.stringMatching(/done after 1\n$/)])
    expect(receiver.seen.items.map(({ path }) => path)).toContain('/cli')
    const listed = await gatehouse('webhook', 'list')
    expect(listed.out).toContain(`${receiver.url}/cli  deny.issued,risk.opened  every system`)
    expect(listed.out).not.toContain(String(added['secret']))
    const rotated = await json('webhook', 'rotate', id, '--overlap-hours', '2')
    expect(rotated['secret']).not.toBe(added['secret'])
    expect((await gatehouse('webhook', 'show', id)).out).toMatch(/done after 1/)
    expect(await json('webhook', 'replay', id)).toEqual({ schemaVersion: 1, replayed: 0 })
    expect((await gatehouse('webhook', 'remove', id)).out).toBe('removed\n')
    const gone = await gatehouse('webhook', 'show', id)
    expect([gone.code, gone.err]).toEqual([2, expect.stringContaining('[webhook/unknown]')])
  })

  test('say by their exit code that the receiver refused', async () => {
    const { id } = await json('webhook', 'add', `${receiver.url}/refusing`, '--events', '*')
    receiver.answer = (reply) => void reply.writeHead(410).end()
    const tried = await gatehouse('webhook', 'test', String(id))
    receiver.answer = (reply) => void reply.end()
    expect([tried.code, tried.out]).toEqual([1, expect.stringContaining('dead after 1  the receiver answered 410')])
    expect((await json('webhook', 'replay', String(id)))['replayed']).toBe(1)
  })

  test('refuse what is no event and no address', async () => {
    for (const [url, events, code] of [
      [`${receiver.url}/x`, 'key.created', 'webhook/event'],
      ['nowhere', '*', 'webhook/url'],
    ] as const) {
      const { code: exit, err } = await gatehouse('webhook', 'add', url, '--events', events)
      expect([exit, err]).toEqual([2, expect.stringContaining(`[${code}]`)])
    }
  })
})

describe('jobs on the command line', () => {
  test('are listed, shown, taken back and tried again', async () => {
    const queue = await plane.node.jobs()
    const added = await queue.enqueue({ kind: 'suite.run', subject: 'nightly', payload: { a: 1 }, afterSeconds: 600 })
    const id = added.ok ? (added.value.id ?? '') : ''
    const listed = await json('jobs', 'list', '--kind', 'suite.run', '--is', 'waiting')
    expect((listed['items'] as { id: string }[]).map((job) => job.id)).toEqual([id])
    expect((await gatehouse('jobs', 'show', id)).out).toContain('suite.run  nightly  waiting 0/6')
    const early = await gatehouse('jobs', 'retry', id)
    expect([early.code, early.err]).toEqual([2, expect.stringContaining('[job/not-dead]')])
    expect((await json('jobs', 'cancel', id))['state']).toBe('cancelled')
    const again = await gatehouse('jobs', 'cancel', id)
    expect([again.code, again.err]).toEqual([2, expect.stringContaining('[job/ended]')])
    const unknown = await gatehouse('jobs', 'show', 'no-such-job')
    expect([unknown.code, unknown.err]).toEqual([2, expect.stringContaining('[job/unknown]')])
  })
})

describe('gatehouse worker', () => {
  test('says that a state of one process runs its own jobs', async () => {
    const terminal = capturedTerminal(folder)
    expect(await runCli(['worker', '--state', join(folder, 'nowhere')], terminal)).toBe(2)
    expect(terminal.printed.error).toContain('[worker/embedded]')
  })

  test('takes the jobs of a server that takes none, keeps its schedules, and ends in good order', async (context) => {
    const schema = await ownSchema('cliwork')
    if (schema === undefined) return context.skip('no PostgreSQL answers')
    await using _schema = schema
    const config = join(folder, 'server.yaml')
    await writeFile(
      config,
      `apiVersion: gatehouse.dev/v1
kind: ServerConfig
webhooks: { network: private }
jobs: { inServer: false }
schedules:
  - { kind: evidence, id: renew, cron: '0 3 * * *', project: ./project, environment: local, author: a }
`,
    )
    await using server = await startPlaneOf(join(folder, 'server'), {
      schema: schema.schema,
      config: { ...CONFIG, jobs: { inServer: false } },
    })
    const state = join(folder, 'worker')
    await cp(join(folder, 'server', 'keys'), join(state, 'keys'), { recursive: true })
    await cp(join(folder, 'server', 'trust.json'), join(state, 'trust.json'))
    const main = join(import.meta.dirname, '..', '..', 'src', 'entrypoints', 'cli', 'main.ts')
    const worker = spawn(process.execPath, [main, 'worker', '--config', config, '--state', state], {
      env: { ...process.env, GATEHOUSE_DATABASE_URL: POSTGRES, GATEHOUSE_DATABASE_SCHEMA: schema.schema },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const exited = once(worker, 'exit')
    const added = await (await server.node.jobs()).enqueue({ kind: 'escalations.sweep', subject: 'all', payload: {} })
    const id = added.ok ? (added.value.id ?? '') : ''
    const queue = await server.node.jobs()
    await eventually(
      () => queue.get(id),
      (job) => job?.state === 'done',
      60_000,
    )
    worker.kill('SIGINT')
    expect(await exited).toEqual([130, null])
  })
})
