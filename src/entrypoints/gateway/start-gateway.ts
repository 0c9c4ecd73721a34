import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import { mkdir } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { request } from 'undici'
import { monotonicMs, systemClock } from '../../adapters/clock/system-clock.ts'
import { nodeRandomBytes } from '../../adapters/crypto/node-crypto.ts'
import { errnoOf } from '../../adapters/files/errno.ts'
import { ulidIds } from '../../adapters/ids/ulid-ids.ts'
import { argumentChecker, type CheckArguments } from '../../adapters/json-schema/argument-checker.ts'
import { injectionClassifier } from '../../adapters/models/load-injection-model.ts'
import { celEngine } from '../../adapters/policy-cel/cel-engine.ts'
import { openAiUpstream } from '../../adapters/providers/openai-upstream.ts'
import { memorySessionStore } from '../../adapters/session/memory-session-store.ts'
import { openSpool } from '../../adapters/spool/spool.ts'
import { gatewayTelemetry } from '../../adapters/telemetry/gateway-telemetry.ts'
import type { ServedRelease } from '../../application/gateway/admitted-system.ts'
import { fail, ok, type Problem, type Result } from '../../base/result.ts'
import type { Segment } from '../../contract/decision/decision-record.ts'
import { BundleSource, bundleTrust } from './bundle-source.ts'
import { chatVault } from './chat-vault.ts'
import { gatewayServer } from './gateway-server.ts'
import { openHmacKey } from './hmac-key.ts'
import { ReleaseGuards, type Environment } from './release-guards.ts'

export interface GatewayOptions {
  readonly port: number
  readonly host: string
  readonly folder: string
  readonly controlPlane: string
  readonly token: string
  readonly environment: string
  readonly trustText: string
  readonly upstreamUrl: string
  readonly upstreamKey: string | undefined
  readonly otlpEndpoint: string | undefined
  /** Where keys of detectors and `guard.secretsFrom` are looked up. */
  readonly variables: Environment
  readonly log: (line: string) => void
}

export interface RunningGateway extends AsyncDisposable {
  readonly url: string
}

const IDLE_LOOK_MS = 20

/** A gateway process: bundle, spool and server; it never opens the database. */
export async function startGateway(options: GatewayOptions): Promise<Result<RunningGateway, Problem>> {
  const trust = bundleTrust(options.trustText, systemClock())
  if (!trust.ok) return trust
  const classify = injectionClassifier()
  if (!classify.ok) return classify
  await mkdir(options.folder, { recursive: true, mode: 0o700 })
  const hmacKey = await openHmacKey(join(options.folder, 'hmac.key'), nodeRandomBytes)
  const gateway = `gw-${createHmac('sha256', hmacKey).update('name').digest('hex').slice(0, 12)}`
  const bundles = new BundleSource({ ...options, gateway, clock: systemClock }, trust.value)
  await bundles.start()
  const spool = await openSpool({
    folder: join(options.folder, 'spool'),
    gateway,
    clock: systemClock,
    newId: ulidIds,
    ship: (segment) => ship(options, segment),
  })
  const upstream = openAiUpstream(options.upstreamUrl, options.upstreamKey)
  const telemetry = gatewayTelemetry(options.otlpEndpoint)
  const guards = new ReleaseGuards(options.variables)
  const checkers = new WeakMap<ServedRelease, CheckArguments>()
  const server = gatewayServer({
    admission: bundles,
    sink: spool,
    sessions: memorySessionStore(systemClock),
    upstream,
    telemetry,
    engine: celEngine(),
    clock: systemClock,
    monotonicMs,
    newId: ulidIds,
    pseudonyms: chatVault(hmacKey),
    hmac: (purpose, text) => createHmac('sha256', hmacKey).update(`${purpose}\n${text}`).digest('hex').slice(0, 32),
    classify: classify.value,
    guardOf: (release) => guards.of(release),
    argumentsOf: (release) => {
      const known = checkers.get(release) ?? argumentChecker(release.schemas)
      checkers.set(release, known)
      return known
    },
    onBug: (error) => options.log(`bug: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`),
  })
  const close = async (): Promise<void> => {
    // Drain: no new connections, running requests finish and are recorded, then the spool is handed over.
    const closed = once(server, 'close')
    server.close()
    // A connection that is kept alive is idle once its last answer is out.
    const idle = setInterval(() => server.closeIdleConnections(), IDLE_LOOK_MS)
    await closed
    clearInterval(idle)
    await spool.close()
    await bundles.close()
    await guards.close()
    await upstream.close()
    await telemetry.close()
  }
  try {
    server.listen(options.port, options.host)
    await once(server, 'listening')
  } catch (error) {
    await close()
    if (errnoOf(error) !== 'EADDRINUSE') throw error
    return fail({
      code: 'gateway/port-taken',
      message: `port ${options.port} on ${options.host} is taken`,
      next: 'stop what listens there, or choose another port',
    })
  }
  const { port } = server.address() as AddressInfo
  return ok({ url: `http://${options.host}:${port}`, [Symbol.asyncDispose]: close })
}

async function ship({ controlPlane, token }: GatewayOptions, segment: Segment): Promise<boolean> {
  try {
    const { statusCode, body } = await request(`${controlPlane}/api/v1/gateway/segments`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(segment),
    })
    await body.dump()
    return statusCode === 200
  } catch (error) {
    // Away: the segment stays on disk and is sent again.
    if (error instanceof Error) return false
    throw error
  }
}
