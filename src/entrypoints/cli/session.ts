import { resolve } from 'node:path'
import { request } from 'undici'
import { readOwnerFile } from '../../adapters/owner/owner-file.ts'
import { systemClock } from '../../adapters/clock/system-clock.ts'
import type { Principal } from '../../application/state/owner-node.ts'
import { fail, ok, type Problem, type Result } from '../../base/result.ts'
import { OPERATIONS, type InputOf, type OperationName, type OutputOf } from '../../contract/http/operations.ts'
import { GatewayRegister } from '../node/gateway-register.ts'
import { openNode } from '../node/open-node.ts'
import type { StatePlace } from '../node/open-state.ts'
import { runOperation } from '../node/run-operation.ts'
import { VERSION } from './version.ts'
import type { Terminal } from './terminal.ts'

/** Calls operations of the state, whether this process owns it or another one does. */
export interface Session extends AsyncDisposable {
  readonly stateFolder: string
  readonly isRemote: boolean
  call<Name extends OperationName>(name: Name, input: InputOf<Name>): Promise<Result<OutputOf<Name>, Problem>>
}

export interface SessionOptions {
  readonly state?: string | undefined
  /** `name` or `name:role,role`. */
  readonly as?: string | undefined
}

/** The one organization of the embedded mode. */
export const ORGANIZATION = 'local'

export function stateFolderOf(terminal: Terminal, state: string | undefined): string {
  return resolve(terminal.workingFolder, state ?? terminal.environment['GATEHOUSE_STATE'] ?? '.gatehouse')
}

/** Where the environment says that the state lies. */
export function databaseOf({ environment }: Terminal): Omit<StatePlace, 'stateFolder'> {
  return {
    databaseUrl: environment['GATEHOUSE_DATABASE_URL'],
    databaseOwnerUrl: environment['GATEHOUSE_DATABASE_OWNER_URL'],
    databaseSchema: environment['GATEHOUSE_DATABASE_SCHEMA'],
  }
}

/** In embedded mode a name is the user's own word; roles default to all, for whoever can write the folder could take them anyway. */
export function principalFrom(terminal: Terminal, as: string | undefined): Principal {
  const [name, roles] = (as ?? '').split(':')
  const user = terminal.environment['GATEHOUSE_USER'] ?? terminal.environment['USER'] ?? 'owner'
  return {
    name: name === undefined || name === '' ? user : name,
    roles: roles === undefined || roles === '' ? ['admin'] : roles.split(','),
  }
}

/** Speaks to a live owner if there is one, else becomes the owner for the length of the command. */
export async function openSession(terminal: Terminal, options: SessionOptions): Promise<Result<Session, Problem>> {
  const stateFolder = stateFolderOf(terminal, options.state)
  const principal = principalFrom(terminal, options.as)
  const remote = await remoteSession(stateFolder, principal)
  if (remote !== undefined) return ok(remote)
  const opened = await openNode({
    stateFolder,
    organization: ORGANIZATION,
    version: VERSION,
    ...databaseOf(terminal),
  })
  if (!opened.ok) return opened
  const node = opened.value
  const context = { node, gateways: new GatewayRegister(systemClock) }
  return ok({
    stateFolder,
    isRemote: false,
    call: (name, input) => runOperation(name, context, principal, input),
    [Symbol.asyncDispose]: () => node[Symbol.asyncDispose](),
  })
}

async function remoteSession(stateFolder: string, principal: Principal): Promise<Session | undefined> {
  const address = await readOwnerFile(stateFolder)
  if (address === undefined || !(await answers(address.url))) return undefined
  const headers = {
    authorization: `Bearer ${address.token}`,
    'content-type': 'application/json',
    'gatehouse-as': encodeURIComponent(`${principal.name};${principal.roles.join(',')}`),
  }
  return {
    stateFolder,
    isRemote: true,
    call: (name, input) => callRemote(address.url, headers, name, input),
    [Symbol.asyncDispose]: async () => undefined,
  }
}

async function answers(url: string): Promise<boolean> {
  try {
    const { statusCode, body } = await request(`${url}/healthz`, { headersTimeout: 2_000, bodyTimeout: 2_000 })
    await body.dump()
    return statusCode === 200
  } catch (error) {
    if (error instanceof Error) return false
    throw error
  }
}

// oxlint-disable-next-line max-params -- address, identity, operation and input are four separate things
async function callRemote<Name extends OperationName>(
  url: string,
  headers: Record<string, string>,
  name: Name,
  input: InputOf<Name>,
): Promise<Result<OutputOf<Name>, Problem>> {
  const { method, path } = OPERATIONS[name]
  const rest: Record<string, unknown> = { ...(input as object) }
  const filled = path.replaceAll(/\{(\w+)\}/g, (_, key: string) => {
    const value = encodeURIComponent(String(rest[key]))
    delete rest[key]
    return value
  })
  const query =
    method === 'GET'
      ? Object.entries(rest)
          .filter(([, value]) => value !== undefined)
          .map(([key, value]) => `${key}=${encodeURIComponent(String(value))}`)
      : []
  try {
    const { statusCode, body } = await request(
      `${url}/api/v1${filled}${query.length > 0 ? `?${query.join('&')}` : ''}`,
      { method, headers, ...(method === 'POST' ? { body: JSON.stringify(rest) } : {}) },
    )
    const answer = (await body.json()) as { code?: string; title?: string; next?: string }
    if (statusCode === 200) return ok(answer as OutputOf<Name>)
    return fail({
      code: answer.code ?? 'http/failed',
      message: answer.title ?? `the control plane answered ${statusCode}`,
      next: answer.next,
    })
  } catch (error) {
    if (!(error instanceof Error)) throw error
    return fail({
      code: 'http/unreachable',
      message: `the control plane at ${url} cannot be reached`,
      next: 'check that it runs, then try again',
    })
  }
}
