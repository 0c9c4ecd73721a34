import { createHmac, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { monotonicMs, systemClock } from '../../src/adapters/clock/system-clock.ts'
import { rawPublicKey } from '../../src/adapters/crypto/ed25519.ts'
import { nodeSha256 } from '../../src/adapters/crypto/node-crypto.ts'
import { mintSubjectToken, subjectVerifier } from '../../src/adapters/http/subject-token.ts'
import { ulidIds } from '../../src/adapters/ids/ulid-ids.ts'
import { argumentChecker } from '../../src/adapters/json-schema/argument-checker.ts'
import { reportGate } from '../../src/adapters/limits/report-gate.ts'
import { injectionClassifier } from '../../src/adapters/models/load-injection-model.ts'
import { celEngine } from '../../src/adapters/policy-cel/cel-engine.ts'
import { soleUpstream } from '../../src/adapters/providers/transport/sole-upstream.ts'
import type { UpstreamProtocol } from '../../src/adapters/providers/transport/transport.ts'
import { memorySessionStore } from '../../src/adapters/session/memory-session-store.ts'
import { serveRelease } from '../../src/application/gateway/admitted-system.ts'
import type { DriftWaiver } from '../../src/domain/recognition/model-drift.ts'
import { DAY_MS, epochMs } from '../../src/base/instant.ts'
import type {
  DecisionIntent,
  DecisionOutcome,
  ReportLine,
  ShadowLine,
} from '../../src/contract/decision/decision-record.ts'
import { parseManifest } from '../../src/contract/manifest/parse-manifest.ts'
import { releaseFromParts } from '../../src/contract/manifest/release-from-parts.ts'
import { denyStateOf, type DenyRecord, type DenyScope } from '../../src/domain/killswitch/deny-record.ts'
import type { Subject } from '../../src/domain/session/conversation.ts'
import type { GatewayPorts } from '../../src/entrypoints/gateway/gateway-ports.ts'
import { chatVault } from '../../src/entrypoints/gateway/chat-vault.ts'
import { Rollouts } from '../../src/entrypoints/gateway/rollouts.ts'
import { silentSink } from '../../src/entrypoints/gateway/silent-sink.ts'
import type { Rollout } from '../../src/domain/rollout/rollout.ts'
import { silentTelemetry } from '../../src/adapters/telemetry/silent-telemetry.ts'
import { gatewayServer } from '../../src/entrypoints/gateway/gateway-server.ts'
import { ReleaseGuards } from '../../src/entrypoints/gateway/release-guards.ts'
import { startFakeProvider, type FakeProvider } from './fake-provider.ts'
import { LOOKUP_SCHEMA, NOTE_SCHEMA, PROMPT, SYSTEM, tinyManifest } from './tiny-project.ts'

export const API_KEY = 'gh_bare_key'

export interface BareGateway extends AsyncDisposable {
  readonly url: string
  readonly provider: FakeProvider
  readonly intents: DecisionIntent[]
  readonly outcomes: DecisionOutcome[]
  readonly reports: ReportLine[]
  readonly shadows: ShadowLine[]
  readonly bugs: unknown[]
  readonly workloadKey: KeyObject
  /** Everything that is switched off from now on. */
  deny(...scopes: readonly DenyScope[]): void
  subjectToken(subject?: Partial<Subject>): Promise<string>
  post(path: string, body: unknown, headers?: Readonly<Record<string, string>>): Promise<Response>
}

export interface BareOptions {
  readonly manifest?: string
  readonly protocol?: UpstreamProtocol
  readonly ports?: Partial<GatewayPorts>
  /** Schemas of tools beside the usual two. */
  readonly toolSchemas?: Readonly<Record<string, string>>
  /** Prompts beside `system`. */
  readonly prompts?: Readonly<Record<string, string>>
  readonly environment?: string
  /** Keys of the system beside `API_KEY`. */
  readonly credentials?: readonly string[]
  readonly rollouts?: readonly Rollout[]
  /** Further releases that are admitted, older than the one of `manifest`. */
  readonly older?: readonly string[]
  /** Waivers of the check on the pins of MCP servers. */
  readonly mcpDriftWaivers?: readonly DriftWaiver[]
}

/** The gateway's own code around one release, in this process: a real server, a real provider, records in a list. */
export async function startBareGateway({
  manifest = tinyManifest(),
  protocol = 'openai',
  ports = {},
  toolSchemas = {},
  prompts = {},
  environment = 'local',
  credentials = [],
  rollouts = [],
  older = [],
  mcpDriftWaivers = [],
}: BareOptions = {}): Promise<BareGateway> {
  await using starting = new AsyncDisposableStack()
  const provider = starting.use(await startFakeProvider())
  const url = protocol === 'openai' ? provider.url : provider.url.replace(/\/v1$/, '')
  const { transport, targetOf } = soleUpstream(url, 'upstream-key', protocol)
  const classify = injectionClassifier()
  if (!classify.ok) throw new Error(classify.failure.message)
  const served = serveRelease(releaseOf(manifest, toolSchemas, prompts), epochMs(systemClock() + DAY_MS), {
    packs: [],
    environment,
    mcpDriftWaivers,
  })
  const guards = new ReleaseGuards({})
  const { privateKey } = generateKeyPairSync('ed25519')
  const intents: DecisionIntent[] = []
  const outcomes: DecisionOutcome[] = []
  const reports: ReportLine[] = []
  const shadows: ShadowLine[] = []
  const bugs: unknown[] = []
  let denies: readonly DenyRecord[] = []
  const kept = { kept: true } as const
  const hmac = (purpose: string, text: string): string =>
    createHmac('sha256', 'bare').update(`${purpose}\n${text}`).digest('hex').slice(0, 32)
  const server = gatewayServer({
    admission: {
      callerOf: (key) =>
        key === API_KEY || credentials.includes(key)
          ? {
              admitted: {
                organization: 'local',
                system: SYSTEM,
                environment,
                isMultiTenant: served.manifest.intake.multiTenant === true,
                releases: [
                  ...older.map((text) => serveRelease(releaseOf(text, toolSchemas, prompts), served.validUntil)),
                  served,
                ],
              },
              keyId: key === API_KEY ? 'bare' : key,
              verifySubject: subjectVerifier(SYSTEM, [rawPublicKey(privateKey)], systemClock),
            }
          : undefined,
      denyStateOf: (system) => denyStateOf(system, denies),
      callerOfSystem: () => undefined,
      approvalOf: () => undefined,
      outage: undefined,
    },
    sink: {
      async intent(record) {
        intents.push(record)
        return kept
      },
      async outcome(record) {
        outcomes.push(record)
        return kept
      },
      async report(record) {
        reports.push(record)
        return kept
      },
      async shadow(record) {
        shadows.push(record)
        return kept
      },
      health: () => silentSink().health(),
    },
    sessions: memorySessionStore(systemClock),
    transport,
    planRoute: (_, model) => ({ ok: true, targets: [{ ...targetOf(model), isFallback: false }] }),
    admitReport: reportGate(monotonicMs),
    admitWithinLimits: async () => ({ kind: 'granted', settle: async () => undefined }),
    telemetry: silentTelemetry(),
    rollouts: new Rollouts({ configured: () => rollouts, hmac, monotonicMs, log: () => undefined }),
    engine: celEngine(),
    clock: systemClock,
    monotonicMs,
    newId: ulidIds,
    pseudonyms: chatVault(Buffer.from('bare')),
    guardOf: (release) => guards.of(release),
    hmac,
    classify: classify.value,
    argumentsOf: () => argumentChecker(served.schemas),
    onBug: (error) => void bugs.push(error),
    ...ports,
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  starting.defer(async () => {
    server.closeAllConnections()
    server.close()
    await guards.close()
    await transport.close()
  })
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const cleanUp = starting.move()
  return {
    url: base,
    provider,
    intents,
    outcomes,
    reports,
    shadows,
    bugs,
    workloadKey: privateKey,
    deny(...scopes) {
      denies = scopes.map((scope, at) => ({
        id: `deny-${at}`,
        system: SYSTEM,
        scope,
        reason: 'test',
        issuedBy: 'test',
        issuedAt: epochMs(0),
        lifts: null,
      }))
    },
    subjectToken: (subject = {}) =>
      mintSubjectToken(
        privateKey,
        SYSTEM,
        { tenant: 'northwind', session: 's-1', principal: 'p-1', roles: ['customer'], ...subject },
        systemClock(),
      ),
    post: (path, body, headers = {}) =>
      fetch(`${base}${path}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${API_KEY}`, 'content-type': 'application/json', ...headers },
        body: JSON.stringify(body),
      }),
    [Symbol.asyncDispose]: () => cleanUp.disposeAsync(),
  }
}

function releaseOf(
  text: string,
  toolSchemas: Readonly<Record<string, string>>,
  prompts: Readonly<Record<string, string>>,
): Parameters<typeof serveRelease>[0] {
  const parsed = parseManifest('gatehouse.yaml', text)
  if (!parsed.ok) throw new Error(parsed.failure.map(({ message }) => message).join('\n'))
  const release = releaseFromParts(nodeSha256, {
    manifest: parsed.value.raw,
    files: {},
    prompts: { system: PROMPT, ...prompts },
    toolSchemas: {
      lookup_order: JSON.stringify(LOOKUP_SCHEMA),
      save_note: JSON.stringify(NOTE_SCHEMA),
      ...toolSchemas,
    },
  })
  if (!release.ok) throw new Error(release.failure.message)
  return release.value
}
