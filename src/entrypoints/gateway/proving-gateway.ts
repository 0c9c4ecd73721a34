import { generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { monotonicMs, systemClock } from '../../adapters/clock/system-clock.ts'
import { keyedTextDigest, nodeChance, nodeRandomBytes, processTextDigest } from '../../adapters/crypto/node-crypto.ts'
import { secretTest } from '../../adapters/crypto/same-secret.ts'
import { rawPublicKey } from '../../adapters/crypto/ed25519.ts'
import { mintSubjectToken, subjectVerifier } from '../../adapters/http/subject-token.ts'
import { ulidIds } from '../../adapters/ids/ulid-ids.ts'
import { argumentChecker } from '../../adapters/json-schema/argument-checker.ts'
import { injectionClassifier } from '../../adapters/models/load-injection-model.ts'
import { celEngine } from '../../adapters/policy-cel/cel-engine.ts'
import { reportGate } from '../../adapters/limits/report-gate.ts'
import { LiveConfig } from '../../adapters/gateway/live-config.ts'
import { silentTelemetry } from '../../adapters/telemetry/silent-telemetry.ts'
import { memorySessionStore } from '../../adapters/session/memory-session-store.ts'
import { serveRelease } from '../../application/gateway/admitted-system.ts'
import { cleanTexts } from '../../application/gateway/clean-texts.ts'
import type { TargetModel } from '../../application/evaluation/target.ts'
import { base64Of } from '../../base/bytes.ts'
import { DAY_MS, epochMs } from '../../base/instant.ts'
import { AnsweringModels, type AnsweringModel } from '../../domain/evaluation/answering-model.ts'
import type { CaseSubject } from '../../domain/evaluation/suite.ts'
import type { ClassifyInjection } from '../../domain/detection/injection/weigh-injection.ts'
import { denyStateOf } from '../../domain/killswitch/deny-record.ts'
import type { Release } from '../../domain/release/release.ts'
import { chatVault } from './chat-vault.ts'
import type { AdmissionSource, Caller } from './gateway-ports.ts'
import { gatewayServer } from './gateway-server.ts'
import { Rollouts } from './rollouts.ts'
import { silentSink } from './silent-sink.ts'
import { ReleaseGuards, type Environment } from './release-guards.ts'

export interface ProvingGateway {
  readonly url: string
  readonly apiKey: string
  subjectToken(subject: CaseSubject & { readonly session: string }): Promise<string>
  /** Which models said that they answered, so far. */
  answeringModels(): readonly AnsweringModel[]
  close(): Promise<void>
}

/**
 * The real gateway around exactly one release that has no verdict yet, for the length of a check run: on loopback, with
 * throw-away keys. Its records are not kept: the evidence of the check is.
 */
export async function startProvingGateway(
  release: Release,
  model: TargetModel,
  variables: Environment,
): Promise<ProvingGateway> {
  const apiKey = `gh_proving_${base64Of(nodeRandomBytes(24)).replace(/[^A-Za-z0-9]/g, 'x')}`
  const secret = nodeRandomBytes(32)
  const { privateKey } = generateKeyPairSync('ed25519')
  const { name } = release.manifest.metadata
  const served = serveRelease(release, epochMs(systemClock() + DAY_MS))
  const isMultiTenant = release.manifest.intake.multiTenant === true
  const admitted = { organization: 'local', system: name, environment: 'local', isMultiTenant, releases: [served] }
  const verifySubject = subjectVerifier(name, [rawPublicKey(privateKey)], systemClock)
  const guards = new ReleaseGuards(variables)
  const checkArguments = argumentChecker(served.schemas)
  const classify = shippedClassifier()
  const config = await provingConfig(model)
  const models = new AnsweringModels()
  const hmac = keyedTextDigest(secret)
  const server = gatewayServer({
    admission: soleCaller({ admitted, keyId: 'proving', verifySubject }, apiKey),
    sink: silentSink(),
    rollouts: new Rollouts({ configured: () => [], hmac, monotonicMs, log: () => undefined }),
    sessions: memorySessionStore(systemClock),
    transport: config.transport,
    planRoute: (_, name) => ({ ok: true, targets: [{ upstream: 'target', model: name, isFallback: false }] }),
    admitWithinLimits: (call) => config.limiter.admit(call),
    admitReport: reportGate(monotonicMs),
    telemetry: {
      ...silentTelemetry(),
      record: ({ modelRequested: asked, modelAnswered: answered }) => {
        if (answered !== null) models.add({ asked, answered, requests: 1 })
      },
    },
    engine: celEngine(),
    clock: systemClock,
    monotonicMs,
    newId: ulidIds,
    pseudonyms: chatVault(secret),
    hmac,
    classify,
    clean: cleanTexts(processTextDigest()),
    guardOf: (asked) => guards.of(asked),
    argumentsOf: () => checkArguments,
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/v1`,
    apiKey,
    subjectToken: (subject) => mintSubjectToken(privateKey, name, subject, systemClock()),
    answeringModels: () => models.list(),
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
      await guards.close()
      await config.close()
    },
  }
}

/** Whoever has the one key. No control plane stands behind it, so nothing is ever denied. */
function soleCaller(caller: Caller, apiKey: string): AdmissionSource {
  const isOwnKey = secretTest(apiKey)
  const undenied = denyStateOf(caller.admitted.system, [])
  return {
    callerOf: (key) => (isOwnKey(key) ? caller : undefined),
    denyStateOf: () => undenied,
    callerOfSystem: () => undefined,
    approvalOf: () => undefined,
    outage: undefined,
  }
}

/** The one model that the suites name; no file, so nothing about it can be invalid. */
async function provingConfig({ baseUrl, apiKey }: TargetModel): Promise<LiveConfig> {
  const config = await LiveConfig.open(
    { kind: 'named', upstreams: [{ id: 'target', protocol: 'openai', url: baseUrl, key: apiKey }] },
    { clock: systemClock, monotonicMs, chance: nodeChance, environment: {}, log: () => undefined },
  )
  if (!config.ok) throw new Error(config.failure[0]?.message ?? 'no configuration')
  return config.value
}

/** A package without its weights is broken, and a check run without them would prove another guard than the one served. */
function shippedClassifier(): ClassifyInjection {
  const loaded = injectionClassifier()
  if (!loaded.ok) throw new Error(loaded.failure.message)
  return loaded.value
}
