import { join } from 'node:path'
import type { FastifyInstance } from 'fastify'
import { systemClock } from '../../adapters/clock/system-clock.ts'
import { errnoOf } from '../../adapters/files/errno.ts'
import { listenProblem } from '../../adapters/http/listen-problem.ts'
import { removeOwnerFile, writeOwnerFile, type OwnerAddress } from '../../adapters/owner/owner-file.ts'
import { keyEndedBetween } from '../../application/identity/key-ends.ts'
import { newCode } from '../../application/identity/one-time-codes.ts'
import { OidcProviderClient } from '../../adapters/oidc/oidc-provider-client.ts'
import type { ServerConfig } from '../../contract/server/server-config.ts'
import { fail, ok, type Problem, type Result } from '../../base/result.ts'
import { every } from './every.ts'
import { EventStreams, STREAM_TIMES, type EventStreamTimes } from './event-stream.ts'
import { LedgerTail } from './ledger-tail.ts'
import { startWorker } from '../worker/start-worker.ts'
import { GatewayRegister } from '../node/gateway-register.ts'
import { openNode, type OpenedNode, type OpenNodeOptions } from '../node/open-node.ts'
import { controlServer } from './control-server.ts'
import { RepeatableCalls } from './idempotency.ts'
import { KnownCallers } from './known-callers.ts'

export interface ControlPlane extends AsyncDisposable {
  readonly node: OpenedNode
  readonly url: string
  /** Event streams that are being written. */
  readonly openStreams: number
  /** Full link that signs a browser in once. */
  loginLink(): Promise<string>
}

export interface ControlPlaneOptions extends OpenNodeOptions {
  readonly port: number
  readonly host: string
  readonly consoleFolder: string
  readonly pid: number
  readonly config?: ServerConfig | undefined
  readonly streamTimes?: EventStreamTimes | undefined
  /** Secrets that the configuration names. */
  readonly environment?: Readonly<Record<string, string | undefined>> | undefined
}

/** Entries after which gateways must look again. */
const GATEWAY_ENTRIES = new Set([
  'verdict.issued',
  'deny.issued',
  'exception.decided',
  'tool-approval.decided',
  'key.created',
  'key.changed',
  'workload-key.added',
  'workload-key.changed',
])

const REQUESTS_PER_MINUTE = 6_000

/** How soon gateways hear of a key that ended by time. */
const KEY_WATCH_MS = 15_000

/** Owns the state folder and serves it. The folder tells the command line where to find this process. */
export async function startControlPlane(options: ControlPlaneOptions): Promise<Result<ControlPlane, Problem>> {
  const runsJobs = options.config?.jobs?.inServer ?? true
  const opened = await openNode({ ...options, runsJobs })
  if (!opened.ok) return opened
  const node = opened.value
  const gateways = new GatewayRegister(systemClock, node.ledger.size)
  node.onEntry(({ leaf, index }) => {
    if (GATEWAY_ENTRIES.has(leaf.type)) gateways.advance(index + 1)
  })
  const ownerToken = node.newSecret()
  const { config } = options
  const publicUrl = config?.publicUrl === undefined ? undefined : new URL(config.publicUrl)
  const credentials = { node, ownerToken, isSecure: publicUrl?.protocol === 'https:' }
  const streams = new EventStreams(credentials, new LedgerTail(node), options.streamTimes ?? STREAM_TIMES)
  const app = await controlServer({
    ...credentials,
    gateways,
    streams,
    callers: new KnownCallers(),
    repeats: new RepeatableCalls(node),
    requestsPerMinute: config?.limits?.requestsPerMinute ?? REQUESTS_PER_MINUTE,
    oidc: oidcOf(options),
    consoleFolder: options.consoleFolder,
    hosts: ['127.0.0.1', 'localhost', '[::1]', options.host, ...(publicUrl === undefined ? [] : [publicUrl.hostname])],
  })
  const listening = await listen(app, options)
  if (!listening.ok) {
    await app.close()
    await node[Symbol.asyncDispose]()
    return listening
  }
  const url = listening.value
  const { environment = {} } = options
  const worker = runsJobs ? await startWorker({ node, gateways, config, environment }) : ok(new AsyncDisposableStack())
  if (!worker.ok) {
    await app.close()
    await node[Symbol.asyncDispose]()
    return worker
  }
  const keyWatch = watchKeys(node, gateways)
  const close = async (): Promise<void> => {
    await keyWatch[Symbol.asyncDispose]()
    await streams.close()
    app.server.closeAllConnections()
    await app.close()
    await worker.value[Symbol.asyncDispose]()
    await node[Symbol.asyncDispose]()
  }
  const told = await tellFolder(node.stateFolder, { url, token: ownerToken, pid: options.pid })
  if (!told.ok) {
    await close()
    return told
  }
  return ok({
    node,
    url,
    get openStreams() {
      return streams.open
    },
    loginLink: async () => `${url}/#login=${await newCode(node, 'login-link', {})}`,
    async [Symbol.asyncDispose]() {
      await removeOwnerFile(node.stateFolder)
      await close()
    },
  })
}

/** Says in the state folder where this process is: no command would find it otherwise. */
async function tellFolder(stateFolder: string, address: OwnerAddress): Promise<Result<null, Problem>> {
  try {
    await writeOwnerFile(stateFolder, address)
    return ok(null)
  } catch (error) {
    const errno = errnoOf(error)
    if (errno === undefined) throw error
    return fail({
      code: 'state/unusable',
      message: `\`owner.json\` in \`${stateFolder}\` cannot be written (${errno})`,
      next: 'check the permissions of the folder, and move away what stands in the place of that file',
    })
  }
}

function watchKeys(node: OpenedNode, gateways: GatewayRegister): AsyncDisposable {
  let lookedAt = node.clock()
  return every(
    KEY_WATCH_MS,
    async () => {
      const now = node.clock()
      if (await keyEndedBetween(node, lookedAt, now)) gateways.advance()
      lookedAt = now
    },
    // The span stays open, and the next look covers it.
    (error) => node.report('ended keys could not be looked up', error),
  )
}

function oidcOf({ config, environment = {} }: ControlPlaneOptions): OidcProviderClient | undefined {
  if (config?.oidc === undefined || config.publicUrl === undefined) return undefined
  const { clientSecretFrom } = config.oidc
  return new OidcProviderClient(
    config.oidc,
    clientSecretFrom === undefined ? undefined : environment[clientSecretFrom],
    new URL('/api/v1/sign-in/callback', config.publicUrl).href,
  )
}

async function listen(app: FastifyInstance, { host, port }: ControlPlaneOptions): Promise<Result<string, Problem>> {
  try {
    return ok(await app.listen({ host, port }))
  } catch (error) {
    const problem = listenProblem(error, {
      host,
      port,
      codes: { taken: 'serve/port-taken', refused: 'serve/address' },
      names: { port: '--port', host: '--host' },
    })
    if (problem === undefined) throw error
    return fail(problem)
  }
}

export const consoleFolderOf = (packageFolder: string): string => join(packageFolder, 'console', 'dist')
