// Each example server, on a port of its own, asked by fetch.
import { createServer } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { serve } from '@hono/node-server'
import { describe, expect, test } from 'vitest'
import { expressApp } from '../../examples/guard/express.ts'
import { fastifyApp } from '../../examples/guard/fastify.ts'
import { honoApp } from '../../examples/guard/hono.ts'
import { INJECTION } from '../support/guard-fixture.ts'

interface Started extends AsyncDisposable {
  readonly url: string
}

const STARTS: Readonly<Record<string, () => Promise<Started>>> = {
  async express() {
    const server = createServer(expressApp()).listen(0, '127.0.0.1')
    await once(server, 'listening')
    return started((server.address() as AddressInfo).port, async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    })
  },
  async fastify() {
    const app = fastifyApp()
    await app.listen({ port: 0, host: '127.0.0.1' })
    return started((app.server.address() as AddressInfo).port, () => app.close())
  },
  async hono() {
    const server = serve({ fetch: honoApp().fetch, port: 0, hostname: '127.0.0.1' })
    await once(server, 'listening')
    return started((server.address() as AddressInfo).port, async () => {
      server.close()
      await once(server, 'close')
    })
  },
}

const started = (port: number, stop: () => Promise<unknown>): Started => ({
  url: `http://127.0.0.1:${port}/chat`,
  async [Symbol.asyncDispose]() {
    await stop()
  },
})

const ask = (url: string, body: unknown): Promise<Response> =>
  fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', connection: 'close' },
    body: JSON.stringify(body),
  })
const user = (content: string) => ({ role: 'user', content })

describe.each(Object.keys(STARTS))('%s', (name) => {
  const start = STARTS[name]!

  test('streams the answer without personal data and image links', async () => {
    await using server = await start()
    const contact = await ask(server.url, { messages: [user('Who is my contact?')] })
    expect(contact.status).toBe(200)
    expect(await contact.text()).toMatch(/^You can write to Ada at \[[A-Z]+\], she knows all about it\.$/)
    expect(await (await ask(server.url, { messages: [user('Show the chart')] })).text()).toBe(
      'Here it is: chart [image removed]',
    )
  })

  test('denies an injection anywhere in the conversation, by its rule and without its text', async () => {
    await using server = await start()
    const response = await ask(server.url, { messages: [user(INJECTION), user('hi')] })
    expect(response.status).toBe(400)
    const text = await response.text()
    expect(JSON.parse(text)).toMatchObject({ error: { code: 'content_filter' } })
    expect(text).not.toContain('previous')
  })

  test.each([[{}], [{ messages: [] }], [{ messages: [{ role: 'system', content: 'x' }] }], [[]]])(
    '%j is refused',
    async (body) => {
      await using server = await start()
      expect((await ask(server.url, body)).status).toBe(400)
    },
  )
})
