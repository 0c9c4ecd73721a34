import type { Problem, Result } from '../../src/base/result.ts'
import type { InputOf } from '../../src/contract/http/operations.ts'
import { requestOf } from '../../src/contract/http/request-of.ts'
import { ROUTES, type RouteName } from './api-routes.ts'
import type { ViewOf } from './views.ts'

export interface ApiProblem extends Problem {
  /** HTTP status; 0 when no answer came. */
  readonly status: number
}

export type ApiResult<Value> = Result<Value, ApiProblem>

const CONSOLE_HEADER = { 'x-gatehouse-console': '1', 'content-type': 'application/json' } as const

const listeners = new Set<() => void>()

/** Tells when the server no longer knows this session. */
export function onUnauthenticated(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/** Calls one operation of the control plane. */
export async function call<Name extends RouteName>(
  name: Name,
  input: InputOf<Name>,
  signal?: AbortSignal,
): Promise<ApiResult<ViewOf<Name>>> {
  const { path, body } = requestOf(ROUTES[name], input)
  const result = await send(`/api/v1${path}`, body, signal)
  if (!result.ok && result.failure.status === 401) for (const listener of listeners) listener()
  // The server's contract names the shape; every text in it is rendered as text only.
  return result as ApiResult<ViewOf<Name>>
}

/** Trades the token of a login link for a session cookie. */
export function signIn(token: string): Promise<ApiResult<unknown>> {
  return send('/api/v1/session', { token })
}

/** Ways to sign in that this server has. */
export function signInMethods(): Promise<ApiResult<{ readonly oidc: boolean }>> {
  return send('/api/v1/sign-in-methods') as Promise<ApiResult<{ readonly oidc: boolean }>>
}

export function signOut(): Promise<ApiResult<unknown>> {
  return send('/api/v1/session/end', {})
}

/** GET without a body, POST with one. */
async function send(url: string, body?: object, signal?: AbortSignal): Promise<ApiResult<unknown>> {
  try {
    const reply = await fetch(url, {
      credentials: 'same-origin',
      ...(body === undefined ? {} : { method: 'POST', headers: CONSOLE_HEADER, body: JSON.stringify(body) }),
      ...(signal === undefined ? {} : { signal }),
    })
    const value: unknown = await reply.json()
    return reply.ok ? { ok: true, value } : { ok: false, failure: problemOf(reply.status, value) }
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    return {
      ok: false,
      failure: {
        status: 0,
        code: 'console/no-answer',
        message: `the control plane gave no answer (${why})`,
        next: 'check that `gatehouse serve` runs, then try again',
      },
    }
  }
}

function problemOf(status: number, body: unknown): ApiProblem {
  const { code, title, next } = (typeof body === 'object' && body !== null ? body : {}) as {
    code?: unknown
    title?: unknown
    next?: unknown
  }
  return {
    status,
    code: typeof code === 'string' ? code : `http/${status}`,
    message: typeof title === 'string' ? title : `the control plane answered ${status}`,
    next: typeof next === 'string' ? next : undefined,
  }
}
