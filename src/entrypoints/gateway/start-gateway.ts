import { once } from 'node:events'
import { mkdir } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { request } from 'undici'
import { monotonicMs, systemClock } from '../../adapters/clock/system-clock.ts'
import { keyedTextDigest, nodeChance, nodeRandomBytes, processTextDigest } from '../../adapters/crypto/node-crypto.ts'
import { listenProblem } from '../../adapters/http/listen-problem.ts'
import { ulidIds } from '../../adapters/ids/ulid-ids.ts'
import { argumentChecker, type CheckArguments } from '../../adapters/json-schema/argument-checker.ts'
import { injectionClassifier } from '../../adapters/models/load-injection-model.ts'
import { celEngine } from '../../adapters/policy-cel/cel-engine.ts'
import { reportGate } from '../../adapters/limits/report-gate.ts'
import { LiveConfig, type ConfigSource, type NamedUpstream } from '../../adapters/gateway/live-config.ts'
import type { SharedHeldAnswers } from '../../adapters/approvals/redis-held-answers.ts'
import { memorySessionStore } from '../../adapters/session/memory-session-store.ts'
import { RecordGaps } from '../../adapters/spool/record-gaps.ts'
import { openSpool, type Spool } from '../../adapters/spool/spool.ts'
import { meteredTransport } from '../../adapters/telemetry/metered-transport.ts'
import {
  gatewayTelemetry,
  type GatewayTelemetry,
  type RequestSpans,
} from '../../adapters/telemetry/gateway-telemetry.ts'
import { cleanTexts } from '../../application/gateway/clean-texts.ts'
import type { ServedRelease } from '../../application/gateway/admitted-system.ts'
import type { Clock } from '../../base/instant.ts'
import { fail, ok, type Problem, type Result } from '../../base/result.ts'
import { mayReceive } from '../../domain/routing/plan-route.ts'
import { routePlans } from './route-of.ts'
import { BundleSource, bundleTrust } from './bundle-source.ts'
import { chatVault } from './chat-vault.ts'
import { drain } from './drain.ts'
import type { DecisionSink, GatewayPorts, McpPort } from './gateway-ports.ts'
import { gatewayServer, type RequestTimes } from './gateway-server.ts'
import { openDesk } from './approval/open-desk.ts'
import { McpSessions } from './mcp/mcp-sessions.ts'
import { ProxiedCalls } from './mcp/proxied-calls.ts'
import { gatewayName, openHmacKey } from './hmac-key.ts'
import { Rollouts } from './rollouts.ts'
import { segmentShipper } from './ship-segment.ts'
import { spoolSink } from './spool-sink.ts'
import { ReleaseGuards, type Environment } from './release-guards.ts'

export interface GatewayOptions {
  readonly port: number
  readonly host: string
  readonly folder: string
  readonly controlPlane: string
  readonly token: string
  readonly environment: string
  readonly trustText: string
  /** Upstreams for a gateway without a configuration file, which takes their place. */
  readonly upstreams?: readonly NamedUpstream[] | undefined
  /** Path of a `gateway.yaml`. */
  readonly configFile?: string | undefined
  /** What references to environment variables are read from. */
  readonly processEnvironment?: Readonly<Record<string, string | undefined>> | undefined
  readonly otlpEndpoint: string | undefined
  /** Where traces are processed, for a gateway without a configuration file that says so. */
  readonly telemetryRegion?: string | undefined
  /** Where keys of detectors and `guard.secretsFrom` are looked up. */
  readonly variables: Environment
  readonly log: (line: string) => void
  /** The machine's own unless given. */
  readonly clock?: Clock | undefined
  /** How long clients may take to send a request. */
  readonly requestTimes?: RequestTimes | undefined
}

export interface RunningGateway extends AsyncDisposable {
  readonly url: string
  /** Looks at the configuration file now. */
  reload(): Promise<void>
}

/** How long running requests may take to end unless the configuration says. */
const DRAIN_MS = 30_000
/** How long what was cut off may take to be recorded. */
const SETTLE_MS = 5_000

function configSource({ configFile, upstreams = [] }: GatewayOptions): Result<ConfigSource, Problem> {
  if (configFile !== undefined) return ok({ kind: 'file', path: configFile })
  if (upstreams.length > 0) return ok({ kind: 'named', upstreams })
  return fail({
    code: 'gateway/no-upstream',
    message: 'neither a configuration file nor an upstream is named',
    next: 'set `GATEHOUSE_GATEWAY_CONFIG` or `GATEHOUSE_UPSTREAM_URL`',
  })
}

function firstProblem(problems: readonly Problem[]): Problem {
  const [first] = problems
  if (first === undefined) return { code: 'gateway-config/invalid', message: 'the configuration is invalid' }
  const place = first.at === undefined ? '' : `${first.at.file}:${first.at.line}:${first.at.column} `
  return { ...first, message: `${place}${first.message}` }
}

/** A gateway process: configuration, bundle, spool and server; it never opens the database. */
export async function startGateway(options: GatewayOptions): Promise<Result<RunningGateway, Problem>> {
  const opened = await openParts(options)
  if (!opened.ok) return opened
  const { ports, mcp, held, config, bundles, spool, telemetry, guards } = opened.value
  const server = gatewayServer(ports, options.requestTimes)
  const close = async (): Promise<void> => {
    // Drain: running requests finish and are recorded, then the spool is handed over.
    mcp.sessions.end()
    const isWhole = await drain(server, config.config.drainMs ?? DRAIN_MS)
    if (!isWhole) options.log('requests that outlasted the drain were cut off')
    // A connection that is gone is not yet a request on record.
    await server.settled(SETTLE_MS)
    await mcp.sessions.close()
    await mcp.calls.close()
    await held[Symbol.asyncDispose]()
    await spool.close()
    await bundles.close()
    await guards.close()
    await config.close()
    await telemetry.close()
  }
  try {
    server.listen(options.port, options.host)
    await once(server, 'listening')
  } catch (error) {
    await close()
    const problem = listenProblem(error, {
      ...options,
      codes: { taken: 'gateway/port-taken', refused: 'gateway/address' },
      names: { port: 'GATEHOUSE_GATEWAY_PORT', host: 'GATEHOUSE_GATEWAY_HOST' },
    })
    if (problem === undefined) throw error
    return fail(problem)
  }
  const { port } = server.address() as AddressInfo
  return ok({
    url: `http://${options.host}:${port}`,
    reload: () => config.reloadIfChanged(true),
    [Symbol.asyncDispose]: close,
  })
}

interface GatewayParts {
  readonly ports: GatewayPorts
  readonly mcp: McpPort
  readonly held: SharedHeldAnswers
  readonly config: LiveConfig
  readonly bundles: BundleSource
  readonly spool: Spool
  readonly telemetry: GatewayTelemetry
  readonly guards: ReleaseGuards
}

async function openConfig(options: GatewayOptions): Promise<Result<LiveConfig, Problem>> {
  const { clock = systemClock } = options
  const source = configSource(options)
  if (!source.ok) return source
  const opened = await LiveConfig.open(source.value, {
    clock,
    monotonicMs,
    chance: nodeChance,
    environment: options.processEnvironment ?? {},
    log: options.log,
  })
  return opened.ok ? opened : fail(firstProblem(opened.failure))
}

async function openParts(options: GatewayOptions): Promise<Result<GatewayParts, Problem>> {
  const { clock = systemClock } = options
  const trust = bundleTrust(options.trustText, clock())
  if (!trust.ok) return trust
  const classify = injectionClassifier()
  if (!classify.ok) return classify
  const opened = await openConfig(options)
  if (!opened.ok) return opened
  const config = opened.value
  await mkdir(options.folder, { recursive: true, mode: 0o700 })
  const hmacKey = await openHmacKey(join(options.folder, 'hmac.key'), nodeRandomBytes)
  const gateway = gatewayName(hmacKey)
  const engine = celEngine()
  const bundles = new BundleSource({ ...options, gateway, clock, engine })
  await bundles.start()
  const telemetry = gatewayTelemetry(await spansTo(options.otlpEndpoint))
  const hmac = keyedTextDigest(hmacKey)
  const { spool, sink } = await openRecords(options, { config, gateway, clock })
  const rollouts = new Rollouts({ configured: () => config.config.rollouts ?? [], hmac, monotonicMs, log: options.log })
  telemetry.observe(() => ({
    records: sink.health(),
    upstreams: config.transport.health(),
    limitsAwayMs: config.limiter.awayForMs(),
    limitsUnsettled: config.limiter.unsettled(),
    ...rollouts.health(),
  }))
  const guards = new ReleaseGuards(options.variables)
  const { held, desk: approvals } = await openApprovals(options, { config, bundles, gateway })
  const onBug = (error: unknown): void =>
    options.log(`bug: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`)
  const mcp: McpPort = {
    placeOf: (system, server) => config.mcpPlaceOf(system, server),
    sessions: new McpSessions({ monotonicMs, newId: ulidIds, log: options.log }),
    calls: new ProxiedCalls({ monotonicMs, onBug }),
  }
  const ports: GatewayPorts = {
    admission: bundles,
    sink,
    rollouts,
    sessions: memorySessionStore(clock),
    transport: meteredTransport(config.transport, telemetry),
    planRoute: routePlans(config),
    admitWithinLimits: async (call) => {
      const verdict = await config.limiter.admit(call)
      telemetry.limit(call.by.system[0] ?? '', verdict)
      return verdict
    },
    admitReport: reportGate(monotonicMs),
    telemetry,
    mayTrace: options.otlpEndpoint === undefined ? undefined : tracesWithinRegions(options, config),
    engine,
    clock,
    monotonicMs,
    newId: ulidIds,
    pseudonyms: chatVault(hmacKey),
    hmac,
    classify: classify.value,
    clean: cleanTexts(processTextDigest()),
    guardOf: (release) => guards.of(release),
    mcp,
    approvals,
    workloadOf: (token) => config.tokens.verify(token),
    argumentsOf: argumentCheckers(),
    onBug,
  }
  return ok({ ports, mcp, held, config, bundles, spool, telemetry, guards })
}

function openApprovals(
  { controlPlane, token, processEnvironment = {} }: GatewayOptions,
  {
    config,
    bundles,
    gateway,
  }: { readonly config: LiveConfig; readonly bundles: BundleSource; readonly gateway: string },
): ReturnType<typeof openDesk> {
  return openDesk({
    url: config.config.approvals?.redis.url,
    environment: processEnvironment,
    put: (question) =>
      post(`${controlPlane}/api/v1/gateway/approvals`, { token, gateway }, JSON.stringify({ ...question, gateway })),
    decided: (system, id) => bundles.approvalOf(system, id),
  })
}

/** Where nobody takes spans, none is made, and what makes them is not even loaded. */
async function spansTo(endpoint: string | undefined): Promise<RequestSpans | undefined> {
  if (endpoint === undefined) return undefined
  return (await import('../../adapters/telemetry/request-spans.ts')).otlpSpans(endpoint)
}

/** SECURITY: a span tells of a tenant's requests, though nothing of what they say: it goes where their data may go. */
function tracesWithinRegions(options: GatewayOptions, config: LiveConfig): NonNullable<GatewayPorts['mayTrace']> {
  return (release, tenant) =>
    mayReceive(
      { id: 'telemetry', region: config.config.telemetry?.region ?? options.telemetryRegion, models: undefined },
      {
        tenant,
        dataClasses: release?.manifest.intake.dataClasses ?? [],
        confidentiality: 'internal',
        systemRegions: release?.manifest.data?.residency,
      },
      config.regions,
    )
}

/** Schemas are compiled once a release. */
function argumentCheckers(): (release: ServedRelease) => CheckArguments {
  const checkers = new WeakMap<ServedRelease, CheckArguments>()
  return (release) => {
    const known = checkers.get(release) ?? argumentChecker(release.schemas)
    checkers.set(release, known)
    return known
  }
}

/** The spool and what decisions see of it. */
async function openRecords(
  options: GatewayOptions,
  { config, gateway, clock }: { readonly config: LiveConfig; readonly gateway: string; readonly clock: Clock },
): Promise<{ readonly spool: Spool; readonly sink: DecisionSink }> {
  const spool = await openSpool({
    folder: join(options.folder, 'spool'),
    gateway,
    clock,
    newId: ulidIds,
    bytesMax: config.config.audit?.spoolBytesMax,
    log: options.log,
    ship: segmentShipper({ url: options.controlPlane, token: options.token, gateway }),
  })
  const gaps = new RecordGaps(spool, clock, ulidIds)
  return { spool, sink: spoolSink(spool, gaps, () => config.config.audit?.T3 === 'gap') }
}

/** The caller waits for its answer meanwhile. */
const QUESTION_MS = 5_000

async function post(
  url: string,
  { token, gateway }: { readonly token: string; readonly gateway: string },
  body: string,
): Promise<boolean> {
  try {
    const answer = await request(url, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${token}`,
        'gatehouse-gateway': gateway,
        'content-type': 'application/json',
      },
      body,
      signal: AbortSignal.timeout(QUESTION_MS),
    })
    await answer.body.dump()
    return answer.statusCode === 200
  } catch (error) {
    // Away: the question is asked again with its request.
    if (error instanceof Error) return false
    throw error
  }
}
