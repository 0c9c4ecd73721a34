import { Pool } from 'undici'
import { isJsonObject, parseJson, type Json } from '../../base/json.ts'
import { fail, ok, type Problem, type Result } from '../../base/result.ts'
import type { FindingCategory } from '../../domain/detection/finding.ts'
import type { Detector, DetectorFailure } from '../../domain/guardrail/detector.ts'
import { readBounded } from '../http/read-bounded.ts'
import { checkEndpoint } from './endpoint.ts'
import { fillTemplate, hasPlace, isJsonPointer, valueAt } from './json-template.ts'
import { scoreWindows } from './score-windows.ts'

export interface HttpDetectorOptions {
  readonly id: string
  readonly version: string
  readonly url: string
  readonly category: FindingCategory
  /** JSON body; `{{text}}` inside its strings is the text. */
  readonly body: Json
  /** JSON pointer (RFC 6901) into the reply: the score, or with `label` a list of `{ label, score }`. */
  readonly score: string
  /** The label whose score counts. */
  readonly label?: string | undefined
  /** Sent as `Authorization: Bearer`; stays in the closure. */
  readonly apiKey?: string | undefined
  /** Plain http to other machines. */
  readonly allowPlainHttp?: boolean | undefined
  readonly windowChars?: number | undefined
}

/** A detector that holds connections. */
export interface RemoteDetector extends Detector {
  close(): Promise<void>
}

const REPLY_BYTES_MAX = 1_048_576
const BODY_BYTES_MAX = 4 * 1_048_576
const CONNECTIONS_MAX = 16
const TIMEOUT_MS = 60_000
const LABELS_MAX = 1_000
export const HTTP_WINDOW_CHARS = 100_000

/** Any classifier behind HTTP: one POST per window of a text, JSON in and out. Follows no redirect. */
export function httpDetector(options: HttpDetectorOptions): Result<RemoteDetector, Problem> {
  const endpoint = checkEndpoint(options.url, options.allowPlainHttp === true)
  if (!endpoint.ok) return endpoint
  if (!hasPlace(options.body))
    return fail({
      code: 'detector/bad-template',
      message: `the body of detector \`${options.id}\` has no \`{{text}}\``,
      next: 'write `{{text}}` where the text belongs',
    })
  if (!isJsonPointer(options.score))
    return fail({
      code: 'detector/bad-pointer',
      message: `\`${options.score}\` of detector \`${options.id}\` is no JSON pointer`,
      next: 'write a path such as `/0/score`',
    })
  const pool = new Pool(endpoint.value.origin, {
    connections: CONNECTIONS_MAX,
    headersTimeout: TIMEOUT_MS,
    bodyTimeout: TIMEOUT_MS,
  })
  const path = `${endpoint.value.pathname}${endpoint.value.search}`
  const { id, version, category, windowChars = HTTP_WINDOW_CHARS } = options
  return ok({
    id,
    version,
    detect: (texts, signal) =>
      scoreWindows(texts, { category, windowChars }, async (window) => {
        const reply = await post(pool, {
          path,
          body: fillTemplate(options.body, window),
          apiKey: options.apiKey,
          signal,
        })
        return reply.ok ? scoreOf(reply.value, options) : reply
      }),
    close: () => pool.destroy(),
  })
}

interface Post {
  readonly path: string
  readonly body: Json
  readonly apiKey: string | undefined
  readonly signal: AbortSignal
}

async function post(pool: Pool, { path, body, apiKey, signal }: Post): Promise<Result<Json, DetectorFailure>> {
  const bytes = Buffer.from(JSON.stringify(body))
  if (bytes.length > BODY_BYTES_MAX)
    return fail({ code: 'detector/too-long', message: `the request is above ${BODY_BYTES_MAX} bytes`, cause: 'text' })
  try {
    const { statusCode, body: stream } = await pool.request({
      method: 'POST',
      path,
      headers: {
        'content-type': 'application/json',
        accept: 'application/json',
        ...(apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }),
      },
      body: bytes,
      signal,
    })
    if (statusCode !== 200) {
      // What else comes is not read; the client reports its own cut as an error, which is none of ours.
      stream.on('error', () => undefined).destroy()
      return fail(failureOfStatus(statusCode))
    }
    const text = await readBounded(stream, REPLY_BYTES_MAX)
    const json = text === undefined ? undefined : parseJson(text, REPLY_BYTES_MAX)
    return json?.ok === true ? ok(json.value) : fail(BAD_REPLY)
  } catch (error) {
    if (!(error instanceof Error)) throw error
    return signal.aborted
      ? fail({ code: 'detector/aborted', message: 'the call was stopped', cause: 'service' })
      : fail({ code: 'detector/unreachable', message: 'the detector cannot be reached', cause: 'service' })
  }
}

const BAD_REPLY: DetectorFailure = {
  code: 'detector/bad-reply',
  message: `the reply is no JSON with a score from 0 to 1, or above ${REPLY_BYTES_MAX} bytes`,
  cause: 'text',
}

/** What is said of the service whatever the request. All else may be said of the request, and the request is the text. */
const SERVICE_STATUSES: ReadonlySet<number> = new Set([401, 404, 408, 429, 502, 503, 504])

/**
 * What an HTTP status other than 200 means. SECURITY: a text can make a classifier fail (500) or trip a filter before it
 * (403), so these count as its doing.
 */
export function failureOfStatus(status: number): DetectorFailure {
  if (status >= 300 && status < 400)
    return { code: 'detector/redirect', message: 'the detector redirects elsewhere', cause: 'service' }
  return {
    code: 'detector/refused',
    message: `the detector answered ${status}`,
    cause: SERVICE_STATUSES.has(status) ? 'service' : 'text',
  }
}

function scoreOf(reply: Json, { score: pointer, label }: HttpDetectorOptions): Result<number, DetectorFailure> {
  const found = valueAt(reply, pointer)
  const score = label === undefined ? found : scoreOfLabel(found, label)
  return typeof score === 'number' && score >= 0 && score <= 1 ? ok(score) : fail(BAD_REPLY)
}

function scoreOfLabel(list: Json | undefined, label: string): Json | undefined {
  if (!Array.isArray(list) || list.length > LABELS_MAX) return undefined
  const entries = (list as readonly Json[]).filter((entry) => isJsonObject(entry) && entry['label'] === label)
  const [entry] = entries
  return entries.length === 1 && isJsonObject(entry) ? entry['score'] : undefined
}
