import { request } from 'undici'
import { readBounded } from '../../adapters/http/read-bounded.ts'
import type { ShipOutcome, ShipSegment } from '../../adapters/spool/segment-queue.ts'
import { oneLine } from '../../contract/interchange/inert-text.ts'
import { isJsonObject, parseJson, type JsonObject } from '../../base/json.ts'

const PROBLEM_BYTES_MAX = 65_536
const REASON_CHARS_MAX = 300
const TOO_LARGE = 413
/** Said of the document itself. Credentials, addresses, states and limits (401, 403, 404, 409, 429, …) may be other ones later. */
const REFUSALS: ReadonlySet<number> = new Set([400, TOO_LARGE, 422])

export interface ControlPlane {
  readonly url: string
  readonly token: string
  readonly gateway: string
}

/** Hands segments of decision records over to the control plane. */
export function segmentShipper({ url, token, gateway }: ControlPlane): ShipSegment {
  const headers = {
    authorization: `Bearer ${token}`,
    'gatehouse-gateway': gateway,
    'content-type': 'application/json',
  }
  return async (document, signal) => {
    try {
      const { statusCode, body } = await request(`${url}/api/v1/gateway/segments`, {
        method: 'POST',
        headers,
        body: document,
        signal,
      })
      if (REFUSALS.has(statusCode)) return refusalOf(statusCode, await readBounded(body, PROBLEM_BYTES_MAX))
      await body.dump()
      return { kind: statusCode === 200 ? 'kept' : 'later' }
    } catch (error) {
      // Away, or slower than its deadline: the segment stays on disk.
      if (error instanceof Error) return { kind: 'later' }
      throw error
    }
  }
}

/** What stands between may refuse anything for reasons of its own: only what is too large for it stays so. */
function refusalOf(status: number, text: string | undefined): ShipOutcome {
  const problem = problemOf(text)
  if (problem === undefined)
    return status === TOO_LARGE
      ? { kind: 'refused', reason: `${status}, without a problem of its own` }
      : { kind: 'later' }
  return {
    kind: 'refused',
    reason: oneLine(`${status} ${String(problem['code'])}: ${String(problem['title'] ?? '')}`, REASON_CHARS_MAX),
  }
}

function problemOf(text: string | undefined): JsonObject | undefined {
  const parsed = parseJson(text ?? '', PROBLEM_BYTES_MAX)
  const isProblem = parsed.ok && isJsonObject(parsed.value) && typeof parsed.value['code'] === 'string'
  return isProblem ? (parsed.value as JsonObject) : undefined
}
