// An OpenAI-compatible server on loopback that answers from a script and keeps what it was asked.
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { once } from 'node:events'

export interface ScriptedOpenAI extends AsyncDisposable {
  readonly baseURL: string
  /** Bodies of the requests, in order. */
  readonly asked: Record<string, unknown>[]
  /** True once a client went away before its stream ended. */
  readonly aborted: Promise<void>
}

export type Script = (body: Record<string, unknown>) => {
  /** A JSON answer, or the data of each event of a stream. */
  readonly json?: unknown
  readonly events?: readonly unknown[]
  /** The stream is left open after its events. */
  readonly isOpen?: boolean
}

export async function scriptedOpenAI(script: Script): Promise<ScriptedOpenAI> {
  const asked: Record<string, unknown>[] = []
  let onAborted = (): void => undefined
  const aborted = new Promise<void>((resolve) => {
    onAborted = resolve
  })
  const server: Server = createServer((request, response) => {
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => parts.push(part))
    request.on('end', () => {
      const body = JSON.parse(Buffer.concat(parts).toString('utf8')) as Record<string, unknown>
      asked.push(body)
      const { json, events, isOpen } = script(body)
      if (events === undefined) {
        response.writeHead(200, { 'content-type': 'application/json' })
        response.end(JSON.stringify(json))
        return
      }
      response.on('close', () => {
        if (!response.writableEnded) onAborted()
      })
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      for (const event of events) response.write(`data: ${JSON.stringify(event)}\n\n`)
      if (isOpen !== true) response.end('data: [DONE]\n\n')
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    baseURL: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    asked,
    aborted,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

const HEAD = { id: 'chatcmpl-7', created: 1_700_000_000, model: 'scripted', system_fingerprint: 'fp_1' }
export const USAGE = { prompt_tokens: 11, completion_tokens: 7, total_tokens: 18 }

export function completion(message: object, finish = 'stop'): object {
  return {
    ...HEAD,
    object: 'chat.completion',
    choices: [
      {
        index: 0,
        message: { role: 'assistant', content: null, refusal: null, ...message },
        logprobs: { content: [{ token: 'x' }], refusal: null },
        finish_reason: finish,
      },
    ],
    usage: USAGE,
  }
}

export function chunks(deltas: readonly object[], finish = 'stop', index = 0): readonly object[] {
  const chunkOf = (delta: object, reason: string | null): object => ({
    ...HEAD,
    object: 'chat.completion.chunk',
    choices: [{ index, delta, logprobs: null, finish_reason: reason }],
  })
  return [...deltas.map((delta) => chunkOf(delta, null)), chunkOf({}, finish)]
}

export const usageChunk: object = { ...HEAD, object: 'chat.completion.chunk', choices: [], usage: USAGE }

export function toolCall(id: string, name: string, args: unknown): object {
  return { id, type: 'function', function: { name, arguments: JSON.stringify(args) } }
}
