import { request } from 'undici'
import { readOwnerFile, type OwnerAddress } from '../../adapters/owner/owner-file.ts'
import { systemClock } from '../../adapters/clock/system-clock.ts'
import type { Principal } from '../../application/state/owner-node.ts'
import { fail, ok, type Problem, type Result } from '../../base/result.ts'
import { GatewayRegister } from '../node/gateway-register.ts'
import { openNode, type OpenedNode } from '../node/open-node.ts'
import type { StatePlace } from '../node/open-state.ts'
import { runOperation } from '../node/run-operation.ts'
import { whenHandedOver } from './hand-over.ts'
import { callRemote } from './remote-call.ts'
import { readServerCredentials, type ServerCredentials } from './server-credentials.ts'
import { VERSION } from './version.ts'
import { stateFolderOf } from './state-folder.ts'
import { reportTo } from './report-problems.ts'
import type { Terminal } from './terminal.ts'
import { hasState, unmadeState, type StateCalls } from './unmade-state.ts'

/** Calls operations of the state, whether this process owns it or another one does. */
export interface Session extends StateCalls {
  readonly stateFolder: string
  readonly isRemote: boolean
  /** The server that one is signed in to; undefined where the state is in a folder of this machine. */
  readonly server?: string | undefined
  /** The name by which a server knows the caller, where it does. */
  readonly actsAs?: string | undefined
}

export interface SessionOptions {
  readonly state?: string | undefined
  /** `name` or `name:role,role`. */
  readonly as?: string | undefined
  /** The command makes the state where there is none, though it reads first. */
  readonly makesState?: boolean | undefined
}

export { stateFolderOf } from './state-folder.ts'

/** The one organization of the embedded mode. */
export const ORGANIZATION = 'local'

/** Where the environment says that the state lies. */
export function databaseOf({ environment }: Terminal): Omit<StatePlace, 'stateFolder'> {
  // As shells and container files leave a variable that is not set.
  const named = (name: string): string | undefined => (environment[name] === '' ? undefined : environment[name])
  return {
    databaseUrl: named('GATEHOUSE_DATABASE_URL'),
    databaseOwnerUrl: named('GATEHOUSE_DATABASE_OWNER_URL'),
    databaseSchema: named('GATEHOUSE_DATABASE_SCHEMA'),
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
  // Who names a state folder means it; else a server that one is signed in to comes first.
  if (!isStateNamed(terminal, options)) {
    const server = await readServerCredentials(terminal)
    if (!server.ok) return server
    if (server.value !== undefined) return serverSession(stateFolder, server.value, options)
  }
  const open = (): Promise<Result<Session, Problem>> => folderSession(terminal, stateFolder, options)
  // A slip of the pen in the name of a folder must not read as a state without anything in it.
  return isStateNamed(terminal, options) && options.makesState !== true && !(await hasState(stateFolder))
    ? ok({ stateFolder, isRemote: false, ...unmadeState(stateFolder, open) })
    : open()
}

const isStateNamed = (terminal: Terminal, { state }: SessionOptions): boolean =>
  state !== undefined || terminal.environment['GATEHOUSE_STATE'] !== undefined

/** Of the owner that answers, or as the owner: whoever holds the folder meanwhile is waited for. */
function folderSession(
  terminal: Terminal,
  stateFolder: string,
  { as }: SessionOptions,
): Promise<Result<Session, Problem>> {
  const principal = principalFrom(terminal, as)
  return whenHandedOver(async () => {
    const remote = await remoteSession(stateFolder, principal)
    if (remote !== undefined) return ok(remote)
    const opened = await openNode({
      stateFolder,
      organization: ORGANIZATION,
      version: VERSION,
      ...databaseOf(terminal),
      report: reportTo(terminal),
      environment: terminal.environment,
    })
    return opened.ok ? ok(ownSession(opened.value, principal)) : opened
  }, terminal)
}

function ownSession(node: OpenedNode, principal: Principal): Session {
  const context = { node, gateways: new GatewayRegister(systemClock) }
  return {
    stateFolder: node.stateFolder,
    isRemote: false,
    call: (name, input) => runOperation(name, context, principal, input),
    [Symbol.asyncDispose]: () => node[Symbol.asyncDispose](),
  }
}

function serverSession(
  stateFolder: string,
  { url, token, name }: ServerCredentials,
  { as }: SessionOptions,
): Result<Session, Problem> {
  if (as !== undefined)
    return fail({
      code: 'login/as',
      message: `\`--as\` is for a state folder of your own; ${url} knows you as ${name === '' ? 'the owner of your token' : name}`,
      next: 'leave `--as` out, or name the folder with --state',
    })
  const plane = { url, headers: { authorization: `Bearer ${token}` } }
  return ok({
    stateFolder,
    isRemote: true,
    server: url,
    actsAs: name === '' ? undefined : name,
    call: (operation, input) => callRemote(plane, operation, input),
    [Symbol.asyncDispose]: async () => undefined,
  })
}

async function remoteSession(stateFolder: string, principal: Principal): Promise<Session | undefined> {
  const address = await answeringOwner(stateFolder)
  if (address === undefined) return undefined
  const headers = {
    authorization: `Bearer ${address.token}`,
    'gatehouse-as': encodeURIComponent(`${principal.name};${principal.roles.join(',')}`),
  }
  return {
    stateFolder,
    isRemote: true,
    call: (name, input) => callRemote({ url: address.url, headers }, name, input),
    [Symbol.asyncDispose]: async () => undefined,
  }
}

/** The control plane that has this folder open and answers. */
export async function answeringOwner(stateFolder: string): Promise<OwnerAddress | undefined> {
  const address = await readOwnerFile(stateFolder)
  return address !== undefined && (await answers(address)) ? address : undefined
}

/** A crash leaves the file behind, and another folder's control plane may have the port by now: it does not know the token. */
async function answers({ url, token }: OwnerAddress): Promise<boolean> {
  try {
    const { statusCode, body } = await request(`${url}/api/v1/me`, {
      headers: { authorization: `Bearer ${token}` },
      headersTimeout: 2_000,
      bodyTimeout: 2_000,
    })
    await body.dump()
    return statusCode === 200
  } catch (error) {
    if (error instanceof Error) return false
    throw error
  }
}
