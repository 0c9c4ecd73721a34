import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { verifyWebhook } from '../../examples/verify-webhook.ts'
import type { Job } from '../../src/application/jobs/job-queue.ts'
import type { ControlPlane } from '../../src/entrypoints/server/start-control-plane.ts'
import { callAs, ownerProof, startPlaneOf, type Proof } from '../support/plane-client.ts'
import { ownSchema } from '../support/postgres.ts'
import { eventually, tempFolder } from '../support/temp-folder.ts'
import { webhookReceiver, type ReceivedHook, type WebhookReceiver } from '../support/webhook-receiver.ts'

const schema = await ownSchema('hooks')
const ENGINES = [
  { engine: 'embedded database', isThere: true, options: {} },
  { engine: 'PostgreSQL', isThere: schema !== undefined, options: { schema: schema?.schema ?? '' } },
]
const CONFIG = {
  apiVersion: 'gatehouse.dev/v1',
  kind: 'ServerConfig',
  webhooks: { network: 'private' },
} as const

const now = (): number => Math.floor(Date.now() / 1_000)
const textHeaders = ({ headers }: ReceivedHook): Record<string, string | undefined> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]))
const isFrom = (hook: ReceivedHook, secret: string): boolean =>
  verifyWebhook(hook.body, textHeaders(hook), [secret], now())

afterAll(() => schema?.[Symbol.asyncDispose]())

describe.each(ENGINES)('webhooks on the $engine', ({ isThere, options }) => {
  if (!isThere) return test.skip('skipped: no PostgreSQL answers', () => undefined)

  const cleanUp = new AsyncDisposableStack()
  let plane: ControlPlane
  let receiver: WebhookReceiver
  let admin: Proof

  beforeAll(async () => {
    const folder = cleanUp.use(await tempFolder()).path
    receiver = cleanUp.use(await webhookReceiver())
    plane = cleanUp.use(await startPlaneOf(join(folder, 'state'), { ...options, config: CONFIG }))
    admin = await ownerProof(plane)
  })
  afterAll(() => cleanUp.disposeAsync())

  async function added(path: string, over: Record<string, unknown> = {}): Promise<{ id: string; secret: string }> {
    const { status, body } = await callAs(plane, admin, 'addWebhook', {
      url: `${receiver.url}${path}`,
      events: ['deny.issued'],
      ...over,
    })
    expect(status).toBe(200)
    return body as unknown as { id: string; secret: string }
  }

  async function halt(system = 'shop'): Promise<string> {
    const { body } = await callAs(plane, admin, 'issueDeny', { system, scope: { kind: 'system' }, reason: 'drill' })
    return String(body['id'])
  }

  const at = (path: string): readonly ReceivedHook[] => receiver.seen.items.filter((hook) => hook.path === path)
  const untilAt = (path: string, count = 1): Promise<unknown> => receiver.seen.until(() => at(path).length >= count)
  async function newestDelivery(id: string): Promise<Job | undefined> {
    const { body } = await callAs(plane, admin, 'getWebhook', { id })
    return (body['deliveries'] as unknown as readonly Job[])[0]
  }
  const untilDelivery = (id: string, state: Job['state']): Promise<Job | undefined> =>
    eventually(
      () => newestDelivery(id),
      (job) => job?.state === state,
    )

  test('tell a receiver, signed, what happened and to what, and not what the record holds', async () => {
    const { id, secret } = await added('/plain')
    const deny = await halt()
    await untilAt('/plain')
    const [hook] = at('/plain')
    expect(hook && isFrom(hook, secret)).toBe(true)
    expect(hook && isFrom({ ...hook, body: `${hook.body} ` }, secret)).toBe(false)
    expect(hook && isFrom(hook, 'whsec_AAAA')).toBe(false)
    expect(hook && verifyWebhook(hook.body, textHeaders(hook), [secret], now() + 3_600)).toBe(false)
    expect(JSON.parse(hook?.body ?? '')).toMatchObject({
      type: 'deny.issued',
      data: { organization: 'local', system: 'shop', subject: deny },
    })
    expect(hook?.body).not.toContain('drill')
    await untilDelivery(id, 'done')
    const shown = await callAs(plane, admin, 'listWebhooks')
    expect(JSON.stringify(shown.body)).not.toContain(secret)
  })

  test('are told of their own events and systems, from when they were added', async () => {
    await halt('before')
    await added('/shop-only', { events: ['*'], systems: ['shop'] })
    await halt('elsewhere')
    await halt('shop')
    await untilAt('/shop-only')
    expect(at('/shop-only').map(({ body }) => JSON.parse(body).data.system)).toEqual(['shop'])
  })

  test('are tried again under the same id, and what died can be sent anew', async () => {
    const { id } = await added('/flaky')
    receiver.answer = (reply, { path }) =>
      void reply.writeHead(path === '/flaky' && at('/flaky').length === 0 ? 500 : 200).end()
    await halt()
    await untilAt('/flaky', 2)
    const ids = at('/flaky').map(({ headers }) => headers['webhook-id'])
    expect(ids[0]).toBe(ids[1])
    await untilDelivery(id, 'done')
    receiver.answer = (reply) => void reply.writeHead(410).end()
    await halt()
    const dead = await untilDelivery(id, 'dead')
    expect(dead?.problem).toEqual({ code: 'webhook/gone', message: 'the receiver answered 410' })
    receiver.answer = (reply) => void reply.end()
    expect((await callAs(plane, admin, 'replayWebhook', { id })).body).toEqual({ replayed: 1 })
    expect((await untilDelivery(id, 'done'))?.attempts).toBe(2)
  })

  test('sign with both secrets while one takes over from the other', async () => {
    const { id, secret } = await added('/rotating')
    const rotated = await callAs(plane, admin, 'rotateWebhook', { id, overlapHours: 1 })
    const next = String(rotated.body['secret'])
    expect(next).not.toBe(secret)
    await callAs(plane, admin, 'testWebhook', { id })
    await untilAt('/rotating')
    const [hook] = at('/rotating')
    expect(hook && [isFrom(hook, secret), isFrom(hook, next)]).toEqual([true, true])
    const third = await callAs(plane, admin, 'rotateWebhook', { id, overlapHours: 1 })
    expect([third.status, third.code]).toEqual([409, 'webhook/overlap'])
    const last = await callAs(plane, admin, 'rotateWebhook', { id, overlapHours: 0 })
    await callAs(plane, admin, 'testWebhook', { id })
    await untilAt('/rotating', 2)
    const hooks = at('/rotating')
    expect(hooks[1] && [isFrom(hooks[1], next), isFrom(hooks[1], String(last.body['secret']))]).toEqual([false, true])
  })

  test('send nothing more once they are removed', async () => {
    const { id } = await added('/removed')
    expect((await callAs(plane, admin, 'removeWebhook', { id })).status).toBe(200)
    for (const name of ['getWebhook', 'rotateWebhook', 'testWebhook', 'removeWebhook'] as const)
      expect((await callAs(plane, admin, name, { id })).code).toBe('webhook/unknown')
    await added('/after-removal')
    await halt()
    await untilAt('/after-removal')
    expect(at('/removed')).toEqual([])
  })

  test('follow no redirect, and read no endless answer', async () => {
    const { id } = await added('/redirects')
    receiver.answer = (reply) => void reply.writeHead(307, { location: `${receiver.url}/inside` }).end()
    await callAs(plane, admin, 'testWebhook', { id })
    await untilAt('/redirects')
    expect(at('/inside')).toEqual([])
    const endless = await added('/endless')
    receiver.answer = (reply) => {
      const more = (): void => {
        while (!reply.destroyed && reply.write('x'.repeat(65_536)));
      }
      reply.on('drain', more)
      more()
    }
    await callAs(plane, admin, 'testWebhook', { id: endless.id })
    await untilDelivery(endless.id, 'done')
    receiver.answer = (reply) => void reply.end()
  })

  test.each([
    'ftp://example.com/',
    'https://user:word@example.com/',
    'https://',
    'https://example.com/#part',
    'javascript:alert(1)',
    'https://exa mple.com/',
  ])('refuse the address %s', async (url) => {
    expect((await callAs(plane, admin, 'addWebhook', { url, events: ['*'] })).code).toBe('webhook/url')
  })

  test('are for events that anybody may read of, and no others', async () => {
    for (const event of ['key.created', 'session.started', 'nothing.happened'])
      expect((await callAs(plane, admin, 'addWebhook', { url: receiver.url, events: [event] })).code).toBe(
        'webhook/event',
      )
  })
})

describe('a server that lets webhooks out to the public only', () => {
  test.each([
    'http://127.0.0.1:1/',
    'https://127.0.0.1/',
    'https://169.254.169.254/latest',
    'https://localhost/',
    'https://[::1]/',
  ])('sends nothing to %s', async (url) => {
    await using folder = await tempFolder()
    await using plane = await startPlaneOf(join(folder.path, 'state'))
    const admin = await ownerProof(plane)
    const { body } = await callAs(plane, admin, 'addWebhook', { url, events: ['*'] })
    const queued = await callAs(plane, admin, 'testWebhook', { id: String(body['id']) })
    const job = await eventually(
      () => callAs(plane, admin, 'getJob', { id: String(queued.body['id']) }),
      (answer) => answer.body['state'] === 'dead',
    )
    expect(job.body['problem']).toMatchObject({ code: 'webhook/refused-address' })
  })
})
