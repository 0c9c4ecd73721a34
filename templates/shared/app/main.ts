// The application as a process: POST /api/chat {"message"}. The sign-in is a demo: put your own session in its place.
import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { subjectTokens } from 'gatehouse/sdk'
import { Agent } from './agent.ts'
import { DEMO_SUBJECT, SYSTEM } from './settings.ts'

const BODY_BYTES_MAX = 100_000
const environment = process.env

function required(name: string): string {
  const value = environment[name]
  if (value !== undefined && value !== '') return value
  process.stderr.write(`app: ${name} is not set; next: npx gatehouse credentials --system ${SYSTEM}\n`)
  process.exit(2)
}

const port = Number(environment['PORT'] ?? 4182)
const tokens = subjectTokens({
  system: SYSTEM,
  workloadKeyPem:
    environment['GATEHOUSE_WORKLOAD_KEY'] ?? readFileSync(required('GATEHOUSE_WORKLOAD_KEY_FILE'), 'utf8'),
  nowMs: Date.now,
})
const agent = new Agent({
  gatewayUrl: environment['GATEHOUSE_GATEWAY_URL'] ?? 'http://127.0.0.1:4181/v1',
  apiKey: required('GATEHOUSE_API_KEY'),
  subjectToken: (subject) => tokens.mint(subject),
})

async function readMessage(request: IncomingMessage): Promise<string | undefined> {
  const parts: Buffer[] = []
  let length = 0
  for await (const part of request as AsyncIterable<Buffer>) {
    length += part.length
    if (length > BODY_BYTES_MAX) return undefined
    parts.push(part)
  }
  try {
    const body = JSON.parse(Buffer.concat(parts).toString('utf8')) as { readonly message?: unknown } | null
    return typeof body?.message === 'string' && body.message !== '' ? body.message : undefined
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const reply = (status: number, body: object): void =>
    void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  if (request.method === 'GET' && request.url === '/healthz') return reply(200, { status: 'ok', system: SYSTEM })
  if (request.method !== 'POST' || request.url !== '/api/chat') return reply(404, { error: 'no such path' })
  const message = await readMessage(request)
  if (message === undefined) return reply(400, { error: 'send {"message": "…"}' })
  const { text, blocked, citations } = await agent.converse(
    [message],
    { ...DEMO_SUBJECT, session: randomUUID() },
    AbortSignal.timeout(60_000),
  )
  reply(200, { text, citations, blocked })
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
server.listen(port, '127.0.0.1', () => process.stdout.write(`application on http://127.0.0.1:${port}\n`))
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.on(signal, () => {
    server.closeAllConnections()
    server.close(() => process.exit(0))
  })
