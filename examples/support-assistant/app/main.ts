// The example application as a process: an HTTP API and a small chat page.
import { readFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { join } from 'node:path'
import { subjectTokens } from '../../../src/entrypoints/sdk/index.ts'
import { SupportAgent, type Conversation } from './agent.ts'
import { loadAppRelease } from './project.ts'

const folder = join(import.meta.dirname, '..')
const environment = process.env
const port = Number(environment['PORT'] ?? 4182)
const release = loadAppRelease(folder, environment['GATEHOUSE_MANIFEST'] ?? 'gatehouse.yaml')
const tokens = subjectTokens({
  system: 'support-assistant',
  workloadKeyPem: environment['GATEHOUSE_WORKLOAD_KEY'] ?? '',
  nowMs: Date.now,
})
const agent = new SupportAgent({
  release,
  gatewayUrl: environment['GATEHOUSE_GATEWAY_URL'] ?? 'http://127.0.0.1:4181/v1',
  apiKey: environment['GATEHOUSE_API_KEY'] ?? '',
  subjectToken: (subject) => tokens.mint(subject),
  today: new Date().toISOString().slice(0, 10),
})

/** A demo sign-in: a real application takes the customer from its own session, never from the request's body. */
const CUSTOMERS: Readonly<Record<string, { readonly tenant: string; readonly principal: string }>> = {
  'nw-cust-1': { tenant: 'northwind', principal: 'nw-cust-1' },
  'lu-cust-1': { tenant: 'lumen', principal: 'lu-cust-1' },
  'ke-cust-1': { tenant: 'kestrel', principal: 'ke-cust-1' },
}
const CONVERSATIONS_MAX = 1_000
const BODY_BYTES_MAX = 100_000
const conversations = new Map<string, Conversation>()

async function chat(body: {
  readonly customer?: unknown
  readonly session?: unknown
  readonly message?: unknown
}): Promise<object | undefined> {
  const customer =
    typeof body.customer === 'string' && Object.hasOwn(CUSTOMERS, body.customer) ? CUSTOMERS[body.customer] : undefined
  if (
    customer === undefined ||
    typeof body.message !== 'string' ||
    typeof body.session !== 'string' ||
    body.message === '' ||
    body.session.length > 100
  )
    return undefined
  const key = `${customer.principal}/${body.session}`
  const conversation =
    conversations.get(key) ??
    agent.startConversation(
      { ...customer, roles: ['customer'], email: `${customer.principal}@${customer.tenant}.example` },
      key,
    )
  conversations.delete(key)
  conversations.set(key, conversation)
  if (conversations.size > CONVERSATIONS_MAX) conversations.delete(conversations.keys().next().value ?? '')
  return conversation.say(body.message)
}

async function readJson(request: IncomingMessage): Promise<Record<string, unknown> | undefined> {
  const parts: Buffer[] = []
  let length = 0
  for await (const part of request as AsyncIterable<Buffer>) {
    length += part.length
    if (length > BODY_BYTES_MAX) return undefined
    parts.push(part)
  }
  try {
    const value: unknown = JSON.parse(Buffer.concat(parts).toString('utf8'))
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

const FILES: Readonly<Record<string, readonly [string, string]>> = {
  '/': ['page.html', 'text/html; charset=utf-8'],
  '/page.js': ['page.js', 'text/javascript; charset=utf-8'],
  '/page.css': ['page.css', 'text/css; charset=utf-8'],
}

async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
  response.setHeader(
    'content-security-policy',
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  )
  response.setHeader('x-content-type-options', 'nosniff')
  const reply = (status: number, body: object): void =>
    void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  const file = request.method === 'GET' ? FILES[request.url ?? ''] : undefined
  if (file !== undefined)
    return void response
      .writeHead(200, { 'content-type': file[1] })
      .end(readFileSync(join(import.meta.dirname, file[0])))
  if (request.method === 'GET' && request.url === '/healthz')
    return reply(200, { status: 'ok', release: release.version })
  if (request.method !== 'POST' || request.url !== '/api/chat') return reply(404, { error: 'no such path' })
  const body = await readJson(request)
  const answer = body === undefined ? undefined : await chat(body)
  return answer === undefined ? reply(400, { error: 'send {"customer", "session", "message"}' }) : reply(200, answer)
}

const server = createServer((request, response) => {
  serve(request, response).catch((error: unknown) => {
    process.stderr.write(`app: ${error instanceof Error ? error.message : String(error)}\n`)
    if (!response.headersSent)
      response
        .writeHead(502, { 'content-type': 'application/json' })
        .end(JSON.stringify({ error: 'the assistant cannot be reached right now' }))
    else response.destroy()
  })
})
server.on('error', (error) => {
  process.stderr.write(`app: ${error.message}\n`)
  process.exit(2)
})
server.listen(port, '127.0.0.1', () => process.stdout.write(`example app on http://127.0.0.1:${port}\n`))
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.on(signal, () => {
    server.closeAllConnections()
    server.close(() => process.exit(0))
  })
