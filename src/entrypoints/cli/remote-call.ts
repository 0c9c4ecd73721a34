import { request } from 'undici'
import { fail, ok, type Problem, type Result } from '../../base/result.ts'
import { OPERATIONS, type InputOf, type OperationName, type OutputOf } from '../../contract/http/operations.ts'
import { requestOf } from '../../contract/http/request-of.ts'

/** A control plane, and the headers that say who calls. */
export interface RemotePlane {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
}

/** Calls an operation of a control plane; the table of operations types it. */
export async function callRemote<Name extends OperationName>(
  { url, headers }: RemotePlane,
  name: Name,
  input: InputOf<Name>,
): Promise<Result<OutputOf<Name>, Problem>> {
  const { method, path, body } = requestOf(OPERATIONS[name], input as object)
  const sent = await sendJson({ url: `${url}/api/v1${path}`, method, headers, body })
  return sent.ok ? ok(sent.value as OutputOf<Name>) : sent
}

export interface JsonCall {
  readonly url: string
  readonly method: 'GET' | 'POST'
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: object | undefined
}

/** JSON there and back; every failure is a problem. */
export async function sendJson({
  url,
  method,
  headers = {},
  body: content,
}: JsonCall): Promise<Result<unknown, Problem>> {
  try {
    const { statusCode, body } = await request(url, {
      method,
      headers: { ...headers, ...(content === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(content === undefined ? {} : { body: JSON.stringify(content) }),
    })
    const answer = (await body.json()) as { code?: string; title?: string; next?: string }
    if (statusCode === 200) return ok(answer)
    return fail({
      code: answer.code ?? 'http/failed',
      message: answer.title ?? `the control plane answered ${statusCode}`,
      next: answer.next,
    })
  } catch (error) {
    if (!(error instanceof Error)) throw error
    return fail({
      code: 'http/unreachable',
      message: `the control plane at ${new URL(url).origin} cannot be reached`,
      next: 'check that it runs, then try again',
    })
  }
}
