import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import OpenAI from 'openai'
import { mintSubjectToken } from '../../src/adapters/http/subject-token.ts'
import type { JsonObject } from '../../src/base/json.ts'
import type { GateOutcome } from '../../src/entrypoints/cli/gate/run-gate.ts'
import type { Session } from '../../src/entrypoints/cli/session.ts'
import { startGateway, type GatewayOptions, type RunningGateway } from '../../src/entrypoints/gateway/start-gateway.ts'
import { startControlPlane, type ControlPlane } from '../../src/entrypoints/server/start-control-plane.ts'
import { startFakeProvider, type FakeProvider } from './fake-provider.ts'
import { openSession } from '../../src/entrypoints/cli/session.ts'
import { capturedTerminal } from './captured-terminal.ts'
import { gateOrThrow } from './owned-state.ts'
import { statePlace } from './state-place.ts'
import { eventually, tempFolder } from './temp-folder.ts'
import { LOOKUP_SCHEMA, MODEL, NOTE_SCHEMA, SYSTEM, systemText, writeTinyProject } from './tiny-project.ts'
import { warnOfTrouble } from './warn-of-trouble.ts'

export const UPSTREAM_KEY = 'upstream-key-7f3a9c'

export async function startPlaneOrThrow(stateFolder: string, port = 0): Promise<ControlPlane> {
  const started = await startControlPlane({
    ...(await statePlace(stateFolder)),
    organization: 'local',
    version: '0.1.0',
    port,
    host: '127.0.0.1',
    consoleFolder: join(stateFolder, 'no-console'),
    pid: process.pid,
    report: warnOfTrouble,
  })
  if (!started.ok) throw new Error(`${started.failure.code}: ${started.failure.message}`)
  return started.value
}

/** A session over HTTP, as the command line has it beside a running control plane. */
export async function remoteSession(stateFolder: string, as = 'author-a'): Promise<Session> {
  const opened = await openSession(capturedTerminal(stateFolder), { state: stateFolder, as })
  if (!opened.ok) throw new Error(`${opened.failure.code}: ${opened.failure.message}`)
  if (!opened.value.isRemote) throw new Error('no control plane runs for this folder')
  return opened.value
}

export async function startGatewayOrThrow(options: GatewayOptions): Promise<RunningGateway> {
  const started = await startGateway(options)
  if (!started.ok) throw new Error(`${started.failure.code}: ${started.failure.message}`)
  return started.value
}

export interface GatewayStack extends AsyncDisposable {
  readonly folder: string
  readonly project: string
  readonly state: string
  plane: ControlPlane
  readonly provider: FakeProvider
  gateway: RunningGateway
  readonly options: GatewayOptions
  readonly apiKey: string
  /** What the gateway logged. */
  readonly logged: string[]
  readonly gated: GateOutcome
  client(options?: { readonly maxRetries?: number; readonly apiKey?: string }): OpenAI
  /** Raw fetch of a path of the gateway, with the right key unless told otherwise. */
  send(
    path: string,
    init?: Omit<RequestInit, 'headers'> & { readonly headers?: Readonly<Record<string, string>> },
  ): Promise<Response>
  subjectToken(tenant?: string, session?: string, system?: string): Promise<string>
  call: Session['call']
  /** Decisions in the ledger, newest first, once there are this many. */
  decisions(count: number): Promise<readonly JsonObject[]>
}

/** Tests let the provider fail on purpose, one after the other: neither breaker nor ejection may come in between. */
async function writePatientConfig(folder: string, url: string): Promise<string> {
  const path = join(folder, 'gateway.yaml')
  await writeFile(
    path,
    JSON.stringify({
      apiVersion: 'gatehouse.dev/v1',
      kind: 'Gateway',
      upstreams: [
        {
          id: 'default',
          url,
          key: { env: 'UPSTREAM_KEY' },
          network: 'private',
          retry: { retries: 0 },
          breaker: { failures: 1_000 },
          outlier: { callsMin: 100_000 },
        },
      ],
    }),
  )
  return path
}

/** A control plane, a released tiny system, a provider and a gateway, all over real sockets on free ports. */
export async function startGatewayStack(
  files: {
    readonly manifest?: string
    readonly pack?: string
    readonly variables?: Readonly<Record<string, string>>
    /** More files of the project, by path. */
    readonly files?: Readonly<Record<string, string>>
  } = {},
): Promise<GatewayStack> {
  await using starting = new AsyncDisposableStack()
  const folder = starting.use(await tempFolder()).path
  const state = join(folder, 'state')
  const project = await writeTinyProject(join(folder, 'project'), files.manifest, files.pack, files.files)
  const provider = starting.use(await startFakeProvider())
  const parts: { plane: ControlPlane; gateway?: RunningGateway } = { plane: await startPlaneOrThrow(state) }
  // Closed first, last started first: whatever runs by then.
  starting.defer(() => parts.plane[Symbol.asyncDispose]())
  const gated = await gateOrThrow(await remoteSession(state), project)
  const logged: string[] = []
  const options: GatewayOptions = {
    port: 0,
    host: '127.0.0.1',
    folder: join(folder, 'gateway'),
    controlPlane: parts.plane.url,
    token: parts.plane.node.gatewayToken,
    environment: 'local',
    trustText: await parts.plane.node.trustText(),
    configFile: await writePatientConfig(folder, provider.url),
    processEnvironment: { UPSTREAM_KEY },
    otlpEndpoint: undefined,
    variables: files.variables ?? {},
    log: (line) => void logged.push(line),
  }
  parts.gateway = await startGatewayOrThrow(options)
  starting.defer(async () => parts.gateway?.[Symbol.asyncDispose]())
  const apiKey = parts.plane.node.apiKeyOf(SYSTEM, 'local')
  const { workloadKey } = parts.plane.node
  const call: Session['call'] = async (name, input) => (await remoteSession(state)).call(name, input)
  const cleanUp = starting.move()
  return {
    folder,
    project,
    state,
    provider,
    options,
    apiKey,
    logged,
    gated,
    call,
    get plane() {
      return parts.plane
    },
    set plane(plane) {
      parts.plane = plane
    },
    get gateway() {
      return parts.gateway as RunningGateway
    },
    set gateway(gateway) {
      parts.gateway = gateway
    },
    client: ({ maxRetries = 0, apiKey: key = apiKey } = {}) =>
      new OpenAI({ apiKey: key, baseURL: `${(parts.gateway as RunningGateway).url}/v1`, maxRetries, timeout: 30_000 }),
    send: (path, { headers = {}, ...init } = {}) =>
      fetch(`${(parts.gateway as RunningGateway).url}${path}`, {
        ...init,
        headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json', ...headers },
      }),
    subjectToken: (tenant = 'northwind', session = 's-1', system = SYSTEM) =>
      mintSubjectToken(
        workloadKey,
        system,
        { tenant, session, principal: 'p-1', roles: ['customer'], email: undefined },
        Date.now(),
      ),
    async decisions(count) {
      return eventually(
        async () => {
          const listed = await call('listDecisions', { system: SYSTEM })
          return listed.ok ? listed.value.items : []
        },
        (items) => items.filter(({ status }) => status !== 'open').length >= count,
      )
    },
    [Symbol.asyncDispose]: () => cleanUp.disposeAsync(),
  }
}

export const TOOLS: OpenAI.ChatCompletionTool[] = [
  { type: 'function', function: { name: 'lookup_order', parameters: { ...LOOKUP_SCHEMA } } },
  { type: 'function', function: { name: 'save_note', parameters: { ...NOTE_SCHEMA } } },
]

/** A request of the approved release. */
export function approved(
  user = 'Where is my order?',
  more: Partial<OpenAI.ChatCompletionCreateParamsNonStreaming> = {},
): OpenAI.ChatCompletionCreateParamsNonStreaming {
  return {
    model: MODEL,
    messages: [
      { role: 'system', content: systemText() },
      { role: 'user', content: user },
    ],
    ...more,
  }
}
