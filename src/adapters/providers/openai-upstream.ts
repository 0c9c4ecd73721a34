import { Pool } from 'undici'
import type { JsonObject } from '../../base/json.ts'
import { CompletionAssembler, parseCompletion, type Completion } from '../../contract/openai/completion.ts'
import { SseDecoder } from './sse-decoder.ts'

export type UpstreamReply =
  | { readonly kind: 'completion'; readonly completion: Completion }
  /** The provider's own refusal of the request (4xx): passed on with its status. */
  | { readonly kind: 'rejected'; readonly status: number; readonly message: string }
  | { readonly kind: 'unavailable'; readonly reason: string; readonly status?: number | undefined }
  | { readonly kind: 'incomplete'; readonly reason: string }

export interface Upstream {
  chat(body: JsonObject, signal: AbortSignal): Promise<UpstreamReply>
  close(): Promise<void>
}

const REPLY_BYTES_MAX = 8 * 1_048_576
const HEADERS_TIMEOUT_MS = 60_000
const BODY_TIMEOUT_MS = 60_000
const CONNECTIONS_MAX = 256

/** An OpenAI-compatible endpoint. The API key stays in this closure: it is in no log, error or record. */
export function openAiUpstream(baseUrl: string, apiKey: string | undefined): Upstream {
  const url = new URL(baseUrl)
  const path = `${url.pathname.replace(/\/$/, '')}/chat/completions`
  const pool = new Pool(url.origin, {
    connections: CONNECTIONS_MAX,
    headersTimeout: HEADERS_TIMEOUT_MS,
    bodyTimeout: BODY_TIMEOUT_MS,
  })
  const headers = {
    'content-type': 'application/json',
    ...(apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }),
  }
  return {
    async chat(body, signal) {
      try {
        const { statusCode, body: stream } = await pool.request({
          method: 'POST',
          path,
          headers,
          body: JSON.stringify(body),
          signal,
        })
        if (statusCode !== 200) return rejected(statusCode, await readBounded(stream))
        return body['stream'] === true ? await assemble(stream) : await parseWhole(stream)
      } catch (error) {
        if (signal.aborted) return { kind: 'incomplete', reason: 'the client went away' }
        return {
          kind: 'unavailable',
          reason: error instanceof Error && 'code' in error ? String(error.code) : 'the provider cannot be reached',
        }
      }
    },
    close: () => pool.close(),
  }
}

function rejected(status: number, text: string | undefined): UpstreamReply {
  if (status >= 500) return { kind: 'unavailable', reason: `the provider answered ${status}`, status }
  let message = `the provider answered ${status}`
  try {
    const body = JSON.parse(text ?? '') as { error?: { message?: unknown } }
    if (typeof body.error?.message === 'string') message = body.error.message.slice(0, 500)
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
  }
  return { kind: 'rejected', status, message }
}

async function readBounded(stream: AsyncIterable<Uint8Array>): Promise<string | undefined> {
  const parts: Uint8Array[] = []
  let length = 0
  for await (const part of stream) {
    length += part.length
    if (length > REPLY_BYTES_MAX) return undefined
    parts.push(part)
  }
  return Buffer.concat(parts).toString('utf8')
}

async function parseWhole(stream: AsyncIterable<Uint8Array>): Promise<UpstreamReply> {
  const text = await readBounded(stream)
  if (text === undefined) return { kind: 'incomplete', reason: 'the answer is too large' }
  try {
    const completion = parseCompletion(JSON.parse(text))
    return completion === undefined
      ? { kind: 'incomplete', reason: 'the answer is no chat completion' }
      : { kind: 'completion', completion }
  } catch (error) {
    if (error instanceof SyntaxError) return { kind: 'incomplete', reason: 'the answer is no JSON' }
    throw error
  }
}

async function assemble(stream: AsyncIterable<Uint8Array>): Promise<UpstreamReply> {
  const decoder = new SseDecoder()
  const assembler = new CompletionAssembler()
  let length = 0
  for await (const part of stream) {
    length += part.length
    if (length > REPLY_BYTES_MAX) return { kind: 'incomplete', reason: 'the answer is too large' }
    for (const data of decoder.push(part)) {
      if (data === '[DONE]') continue
      let event: unknown
      try {
        event = JSON.parse(data)
      } catch (error) {
        if (error instanceof SyntaxError) return { kind: 'incomplete', reason: 'a stream event is no JSON' }
        throw error
      }
      if (!assembler.add(event)) return { kind: 'incomplete', reason: 'a stream event is no chat completion chunk' }
    }
  }
  // A stream that simply ends is a broken one: only a finish reason on every choice completes it.
  const completion = assembler.finish()
  return completion === undefined
    ? { kind: 'incomplete', reason: 'the provider broke the stream off' }
    : { kind: 'completion', completion }
}
