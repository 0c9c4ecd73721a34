import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { MODEL } from './tiny-project.ts'

export interface FakeChoice {
  readonly text?: string
  readonly refusal?: string
  readonly toolCalls?: readonly { readonly id: string; readonly name: string; readonly arguments: string }[]
  readonly finishReason?: string
  readonly reasoning?: string
}

/** How a stream lies on the wire. */
export interface Wire {
  /** Bytes per write; 1 splits inside letters. */
  readonly cut?: number
  readonly lineEnd?: '\n' | '\r\n'
  readonly hasPings?: boolean
  /** Characters per text or argument delta. */
  readonly deltaChars?: number
  /** Events after which the stream stops; `end` closes the body cleanly, `reset` tears the connection. */
  readonly stopAfter?: number
  readonly stopBy?: 'end' | 'reset'
  readonly hasDone?: boolean
}

export type FakeReply =
  /** `model`: the name that it answers by; the one asked for unless given. */
  | {
      readonly kind: 'completion'
      readonly choices: readonly FakeChoice[]
      readonly wire?: Wire
      readonly model?: string
    }
  | {
      readonly kind: 'failure'
      readonly status: number
      readonly headers?: Readonly<Record<string, string>>
      readonly body: unknown
    }
  | { readonly kind: 'raw'; readonly body: string }
  /** A stream whose pieces come when they come. */
  | { readonly kind: 'script'; readonly pieces: AsyncIterable<string> }
  | { readonly kind: 'embeddings'; readonly vectors: readonly (readonly number[])[] }
  /** Holds the answer until it is let go. */
  | { readonly kind: 'held'; readonly until: Promise<void>; readonly next: FakeReply }

export interface SeenRequest {
  readonly path: string
  readonly body: Record<string, unknown>
  readonly headers: IncomingMessage['headers']
  /** Settles when the other side has gone before the answer was whole. */
  readonly gone: Promise<void>
}

export interface FakeProvider extends AsyncDisposable {
  readonly url: string
  readonly seen: SeenRequest[]
  /** What is answered from now on, by every request or by the request. */
  answer(reply: FakeReply | ((body: Record<string, unknown>) => FakeReply)): void
}

export const says = (...texts: readonly string[]): FakeReply => ({
  kind: 'completion',
  choices: texts.map((text) => ({ text })),
})

const USAGE = { prompt_tokens: 11, completion_tokens: 7, total_tokens: 18 }
const HEAD = { id: 'chatcmpl-fake', created: 1_700_000_000 }

/** An OpenAI-compatible endpoint that answers as it is told, over a real socket. */
export async function startFakeProvider(): Promise<FakeProvider> {
  const seen: SeenRequest[] = []
  let reply: (body: Record<string, unknown>) => FakeReply = () => says('hello')
  const server = createServer((request, response) => {
    void serve(request, response, seen, (body) => reply(body))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    seen,
    answer(next) {
      reply = typeof next === 'function' ? next : () => next
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  seen: SeenRequest[],
  replyTo: (body: Record<string, unknown>) => FakeReply,
): Promise<void> {
  const parts: Buffer[] = []
  for await (const part of request as AsyncIterable<Buffer>) parts.push(part)
  const body = JSON.parse(Buffer.concat(parts).toString('utf8')) as Record<string, unknown>
  const gone = new Promise<void>((resolve) =>
    response.on('close', () => {
      if (!response.writableFinished) resolve()
    }),
  )
  const path = request.url ?? ''
  seen.push({ path, body, headers: request.headers, gone })
  await send(response, body, path.endsWith('/messages') ? asMessages(replyTo(body), body) : replyTo(body))
}

async function send(response: ServerResponse, body: Record<string, unknown>, reply: FakeReply): Promise<void> {
  switch (reply.kind) {
    case 'held':
      await reply.until
      return send(response, body, reply.next)
    case 'failure':
      response.writeHead(reply.status, { 'content-type': 'application/json', ...reply.headers })
      return void response.end(JSON.stringify(reply.body))
    case 'raw':
      response.writeHead(200, {
        'content-type': body['stream'] === true ? 'text/event-stream' : 'application/json',
      })
      return void response.end(reply.body)
    case 'script':
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.flushHeaders()
      for await (const piece of reply.pieces) if (!response.destroyed) response.write(piece)
      return void response.end()
    case 'embeddings':
      return void response.writeHead(200, { 'content-type': 'application/json' }).end(
        JSON.stringify({
          object: 'list',
          model: body['model'],
          data: reply.vectors.map((embedding, index) => ({ object: 'embedding', index, embedding })),
          usage: { prompt_tokens: 5, total_tokens: 5 },
        }),
      )
    case 'completion':
      return body['stream'] === true
        ? stream(
            response,
            eventsOf(reply.choices, { ...body, model: reply.model ?? body['model'] }, reply.wire ?? {}),
            reply.wire ?? {},
          )
        : void response
            .writeHead(200, { 'content-type': 'application/json' })
            .end(JSON.stringify({ ...completionOf(reply.choices), model: reply.model ?? body['model'] }))
  }
}

function completionOf(choices: readonly FakeChoice[]): object {
  return {
    ...HEAD,
    object: 'chat.completion',
    model: MODEL,
    choices: choices.map((choice, index) => ({
      index,
      message: {
        role: 'assistant',
        content: choice.text ?? null,
        refusal: choice.refusal ?? null,
        ...(choice.reasoning === undefined ? {} : { reasoning_content: choice.reasoning }),
        ...(choice.toolCalls === undefined
          ? {}
          : {
              tool_calls: choice.toolCalls.map(({ id, ...call }) => ({ id, type: 'function', function: call })),
            }),
      },
      finish_reason: finishOf(choice),
    })),
    usage: USAGE,
  }
}

const finishOf = (choice: FakeChoice): string =>
  choice.finishReason ?? (choice.toolCalls === undefined ? 'stop' : 'tool_calls')

/** Deltas of all choices in turn, as providers interleave them. */
function eventsOf(choices: readonly FakeChoice[], body: Record<string, unknown>, { deltaChars = 5 }: Wire): string[] {
  const rows = choices.map((choice, index) => deltasOf(choice, deltaChars).map((delta) => ({ index, ...delta })))
  const events: object[] = []
  for (let at = 0; at < Math.max(...rows.map(({ length }) => length)); at++)
    for (const row of rows) if (row[at] !== undefined) events.push({ choices: [row[at]] })
  const wanted = body['stream_options'] as { include_usage?: boolean } | undefined
  if (wanted?.include_usage === true) events.push({ choices: [], usage: USAGE })
  return events.map((event) =>
    JSON.stringify({ ...HEAD, object: 'chat.completion.chunk', model: body['model'] ?? MODEL, ...event }),
  )
}

function deltasOf(choice: FakeChoice, size: number): { delta: object; finish_reason: string | null }[] {
  const pieces = (text: string): string[] =>
    Array.from({ length: Math.ceil(text.length / size) }, (_, at) => text.slice(at * size, (at + 1) * size))
  const deltas: object[] = [{ role: 'assistant', content: '' }]
  for (const reasoning_content of pieces(choice.reasoning ?? '')) deltas.push({ reasoning_content })
  for (const content of pieces(choice.text ?? '')) deltas.push({ content })
  for (const refusal of pieces(choice.refusal ?? '')) deltas.push({ refusal })
  for (const [index, call] of (choice.toolCalls ?? []).entries()) {
    deltas.push({
      tool_calls: [{ index, id: call.id, type: 'function', function: { name: call.name, arguments: '' } }],
    })
    for (const part of pieces(call.arguments)) deltas.push({ tool_calls: [{ index, function: { arguments: part } }] })
  }
  return [...deltas.map((delta) => ({ delta, finish_reason: null })), { delta: {}, finish_reason: finishOf(choice) }]
}

async function stream(response: ServerResponse, events: readonly string[], wire: Wire): Promise<void> {
  const { lineEnd = '\n', cut = 1_000_000, hasPings = false, stopAfter = events.length, hasDone = true } = wire
  const isWhole = stopAfter >= events.length
  const lines = [...events.slice(0, stopAfter), ...(isWhole && hasDone ? ['[DONE]'] : [])]
  const ping = hasPings ? `: ping${lineEnd}${lineEnd}` : ''
  const bytes = Buffer.from(lines.map((line) => `${ping}data: ${line}${lineEnd}${lineEnd}`).join(''))
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  response.flushHeaders()
  for (let at = 0; at < bytes.length && !response.destroyed; at += cut) {
    response.write(bytes.subarray(at, at + cut))
    // Each piece is a packet of its own, at least for the first few hundred.
    if (cut < 1_000 && at < 400 * cut) await new Promise<void>((resolve) => void setImmediate(resolve))
  }
  if (wire.stopBy === 'reset') response.destroy()
  else response.end()
}

/** The same answer as Anthropic would give it: a body, or the text of a stream. */
function asMessages(reply: FakeReply, body: Record<string, unknown>): FakeReply {
  if (reply.kind === 'held') return { ...reply, next: asMessages(reply.next, body) }
  if (reply.kind !== 'completion') return reply
  const [choice = {}] = reply.choices
  if (body['stream'] !== true) return { kind: 'raw', body: JSON.stringify(messageOf(choice)) }
  const { stopAfter } = reply.wire ?? {}
  const events = messageEvents(choice, reply.wire?.deltaChars ?? 5)
  return { kind: 'raw', body: events.slice(0, stopAfter ?? events.length).join('') }
}

const MESSAGE = { id: 'msg_fake', type: 'message', role: 'assistant', model: MODEL }
const SEAL = 'c2VhbA=='

const stopOf = (choice: FakeChoice): string => (choice.toolCalls === undefined ? 'end_turn' : 'tool_use')

function messageOf(choice: FakeChoice): object {
  return {
    ...MESSAGE,
    content: [
      ...(choice.reasoning === undefined ? [] : [{ type: 'thinking', thinking: choice.reasoning, signature: SEAL }]),
      ...(choice.text === undefined ? [] : [{ type: 'text', text: choice.text }]),
      ...(choice.toolCalls ?? []).map(({ id, name, arguments: input }) => ({
        type: 'tool_use',
        id,
        name,
        input: JSON.parse(input) as object,
      })),
    ],
    stop_reason: stopOf(choice),
    stop_sequence: null,
    usage: { input_tokens: 11, output_tokens: 7 },
  }
}

function messageEvents(choice: FakeChoice, size: number): readonly string[] {
  const events: string[] = []
  const say = (type: string, fields: object): void =>
    void events.push(`event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`)
  const pieces = (text: string): string[] =>
    Array.from({ length: Math.ceil(text.length / size) }, (_, at) => text.slice(at * size, (at + 1) * size))
  let index = -1
  const block = (content_block: object, deltas: readonly object[]): void => {
    index += 1
    say('content_block_start', { index, content_block })
    for (const delta of deltas) say('content_block_delta', { index, delta })
    say('content_block_stop', { index })
  }
  say('message_start', {
    message: {
      ...MESSAGE,
      content: [],
      stop_reason: null,
      stop_sequence: null,
      usage: { input_tokens: 11, output_tokens: 1 },
    },
  })
  say('ping', {})
  if (choice.reasoning !== undefined)
    block({ type: 'thinking', thinking: '', signature: '' }, [
      ...pieces(choice.reasoning).map((thinking) => ({ type: 'thinking_delta', thinking })),
      { type: 'signature_delta', signature: SEAL },
    ])
  if (choice.text !== undefined)
    block(
      { type: 'text', text: '' },
      pieces(choice.text).map((text) => ({ type: 'text_delta', text })),
    )
  for (const { id, name, arguments: input } of choice.toolCalls ?? [])
    block(
      { type: 'tool_use', id, name, input: {} },
      pieces(input).map((partial_json) => ({ type: 'input_json_delta', partial_json })),
    )
  say('message_delta', { delta: { stop_reason: stopOf(choice), stop_sequence: null }, usage: { output_tokens: 7 } })
  say('message_stop', {})
  return events
}
