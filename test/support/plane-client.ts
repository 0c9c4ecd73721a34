import { join } from 'node:path'
import { readOwnerFile } from '../../src/adapters/owner/owner-file.ts'
import { startSession } from '../../src/application/identity/sessions.ts'
import { OPERATIONS, type OperationName } from '../../src/contract/http/operations.ts'
import {
  startControlPlane,
  type ControlPlane,
  type ControlPlaneOptions,
} from '../../src/entrypoints/server/start-control-plane.ts'
import { POSTGRES } from './postgres.ts'
import { warnOfTrouble } from './warn-of-trouble.ts'

/** A control plane of one organization; with a schema, on PostgreSQL beside those of others. */
export async function startPlaneOf(
  folder: string,
  options: Partial<ControlPlaneOptions> & { readonly schema?: string } = {},
): Promise<ControlPlane> {
  const { schema, ...rest } = options
  const started = await startControlPlane({
    stateFolder: folder,
    organization: 'local',
    version: '0.1.0',
    port: 0,
    host: '127.0.0.1',
    consoleFolder: join(folder, 'no-console'),
    pid: process.pid,
    report: warnOfTrouble,
    ...(schema === undefined ? {} : { databaseUrl: POSTGRES, databaseSchema: schema }),
    ...rest,
  })
  if (!started.ok) throw new Error(`${started.failure.code}: ${started.failure.message}`)
  return started.value
}

export interface Answer {
  readonly status: number
  readonly code: string | undefined
  readonly body: Readonly<Record<string, unknown>>
  readonly headers: Headers
}

/** Headers of one way to prove who calls. */
export type Proof = Readonly<Record<string, string>>

export const bearer = (token: string): Proof => ({ authorization: `Bearer ${token}` })

export async function ownerProof(plane: ControlPlane, as?: string): Promise<Proof> {
  const token = (await readOwnerFile(plane.node.stateFolder))?.token ?? ''
  return { ...bearer(token), ...(as === undefined ? {} : { 'gatehouse-as': encodeURIComponent(as) }) }
}

/** A browser session of a person with these roles. */
export async function sessionProof(plane: ControlPlane, name: string, roles: readonly string[]): Promise<Proof> {
  const started = await startSession(plane.node, { name, roles }, { method: 'oidc', client: 'test' })
  if (!started.ok) throw new Error(started.failure.message)
  return { cookie: `gatehouse_session=${started.value}`, 'x-gatehouse-console': '1' }
}

/** Calls an operation as any client would. */
export async function callAs(
  plane: ControlPlane,
  proof: Proof,
  name: OperationName,
  input: Readonly<Record<string, unknown>> = {},
): Promise<Answer> {
  const { method, path } = OPERATIONS[name]
  const rest = new Map(Object.entries(input))
  const filled = path.replaceAll(/\{(\w+)\}/g, (_, key: string) => {
    const value = rest.get(key) ?? 'x-1'
    rest.delete(key)
    return encodeURIComponent(String(value))
  })
  const query = method === 'GET' ? `?${new URLSearchParams([...rest].map(([key, value]) => [key, String(value)]))}` : ''
  const response = await fetch(`${plane.url}/api/v1${filled}${query}`, {
    method,
    headers: { ...(method === 'POST' ? { 'content-type': 'application/json' } : {}), ...proof },
    ...(method === 'POST' ? { body: JSON.stringify(Object.fromEntries(rest)) } : {}),
  })
  const text = await response.text()
  const body = (text === '' ? {} : JSON.parse(text)) as Record<string, unknown>
  return {
    status: response.status,
    code: typeof body['code'] === 'string' ? body['code'] : undefined,
    body,
    headers: response.headers,
  }
}
