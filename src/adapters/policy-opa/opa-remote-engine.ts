import { request } from 'undici'
import { isJsonObject, parseJson, type JsonObject } from '../../base/json.ts'
import { fail, ok } from '../../base/result.ts'
import type { RegoAnswer } from '../../domain/policy/rego-engine.ts'
import { readBounded } from '../http/read-bounded.ts'

/** An OPA server that the operator named. */
export interface OpaEndpoint {
  readonly url: string
  readonly token: string | undefined
}

export const REMOTE_MS = 5_000
const REPLY_BYTES_MAX = 65_536

/**
 * `POST /v1/data/PATH` of the OPA REST API. Whatever is not 200 with a `result` of `true` or `false`, in time and in size, is
 * a failure.
 */
export async function askRemote(
  { url, token }: OpaEndpoint,
  { path, input }: { readonly path: string; readonly input: JsonObject },
  deadlineMs = REMOTE_MS,
): Promise<RegoAnswer> {
  const signal = AbortSignal.timeout(deadlineMs)
  try {
    const { statusCode, body } = await request(`${url.replace(/\/$/, '')}/v1/data/${path}`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json',
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      },
      body: JSON.stringify({ input }),
      signal,
    })
    if (statusCode !== 200) {
      // What else comes is not read; the client reports its own cut as an error, which is none of ours.
      body.on('error', () => undefined).destroy()
      return failed(`the policy server answered ${statusCode}`)
    }
    const text = await readBounded(body, REPLY_BYTES_MAX)
    return text === undefined ? failed(`its answer is larger than ${REPLY_BYTES_MAX} bytes`) : resultOf(text)
  } catch (error) {
    if (!(error instanceof Error)) throw error
    return failed(
      signal.aborted
        ? `the policy server gave no answer within ${deadlineMs} ms`
        : 'the policy server cannot be reached',
    )
  }
}

function resultOf(text: string): RegoAnswer {
  const reply = parseJson(text, REPLY_BYTES_MAX)
  if (!reply.ok || !isJsonObject(reply.value)) return failed('its answer is no JSON object')
  const { result } = reply.value
  if (result === undefined) return failed('the rule is undefined for this input')
  return typeof result === 'boolean' ? ok(result) : failed('the rule gives neither true nor false')
}

function failed(message: string): RegoAnswer {
  return fail({ code: 'policy/evaluation', message })
}
