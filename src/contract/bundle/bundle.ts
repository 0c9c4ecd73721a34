import type { DriftWaiver } from '../../domain/recognition/model-drift.ts'
import { z } from 'zod'
import { textOf, utf8 } from '../../base/bytes.ts'
import { digestOfBytes, type Sha256 } from '../../base/digest.ts'
import { epochMs, parseRfc3339, type EpochMs } from '../../base/instant.ts'
import { parseJson, type JsonObject } from '../../base/json.ts'
import { fail, ok, type Problem, type Result } from '../../base/result.ts'
import { BUNDLE_PAYLOAD_TYPE } from '../../application/admission/build-bundle.ts'
import { serveRelease, type AdmittedSystem, type ServedRelease } from '../../application/gateway/admitted-system.ts'
import { DENY_PAYLOAD_TYPE } from '../../application/respond/kill.ts'
import { parseEnvelope, IN_TOTO_PAYLOAD, verifyEnvelope, type TrustedKey } from '../../domain/evidence/dsse.ts'
import { readVsa } from '../../domain/evidence/statement.ts'
import type { DenyRecord } from '../../domain/killswitch/deny-record.ts'
import type { PolicyEngine } from '../../domain/policy/policy-engine.ts'
import type { PolicyPack } from '../../domain/policy/policy-pack.ts'
import { parsePack } from '../policy/parse-pack.ts'
import { releaseFromParts } from '../manifest/release-from-parts.ts'

const envelope = z.strictObject({
  payload: z.string(),
  payloadType: z.string(),
  signatures: z
    .array(z.strictObject({ keyid: z.string(), sig: z.string() }))
    .min(1)
    .max(16),
})

const driftWaivers = z.array(z.strictObject({ exception: z.string(), expiresAt: z.int() })).max(100)

const releaseSchema = z.strictObject({
  digest: z.string(),
  manifest: z.record(z.string(), z.json()),
  /** Digest of every file or folder that the manifest names. */
  files: z.record(z.string(), z.string()),
  prompts: z.record(z.string(), z.string()),
  toolSchemas: z.record(z.string(), z.string()),
  /** Packs on requests that the verdict binds. */
  packs: z
    .array(z.strictObject({ file: z.string(), text: z.string() }))
    .max(100)
    .default([]),
  vsa: envelope,
  /** Approved waivers of the check on who answers, beside the verdict: they come and go without a new one. */
  driftWaivers: driftWaivers.default([]),
  /** The same for the check on the pins of MCP servers. */
  mcpDriftWaivers: driftWaivers.default([]),
})

export const bundleSchema = z.strictObject({
  bundleVersion: z.literal(1),
  organization: z.string(),
  revision: z.int().min(0),
  /** Entries of the ledger that it was made from: it only grows. */
  version: z.int().min(0).default(0),
  issuedAt: z.int(),
  expiresAt: z.int(),
  systems: z
    .array(
      z.strictObject({
        system: z.string(),
        environment: z.string(),
        multiTenant: z.boolean(),
        /** SHA-256 of each API key that stands for this system and environment. */
        apiKeys: z.array(z.strictObject({ id: z.string(), sha256: z.string() })),
        /** Raw Ed25519 public keys (base64) that may sign `Gatehouse-Subject`. */
        workloadKeys: z.array(z.string()),
        releases: z.array(releaseSchema),
      }),
    )
    .max(1_000),
  denies: z.array(envelope).max(10_000),
  /** What people said of late about tool calls. */
  approvals: z
    .array(
      z.strictObject({
        id: z.string(),
        system: z.string(),
        digest: z.string(),
        state: z.enum(['approved', 'refused']),
        expiresAt: z.int(),
      }),
    )
    .max(100_000)
    .default([]),
})

export type Bundle = z.infer<typeof bundleSchema>
export type BundledRelease = z.infer<typeof releaseSchema>

export interface LoadedBundle {
  readonly organization: string
  readonly revision: number
  readonly version: number
  readonly issuedAt: EpochMs
  readonly expiresAt: EpochMs
  readonly systems: readonly {
    readonly admitted: AdmittedSystem
    readonly apiKeys: readonly { readonly id: string; readonly sha256: string }[]
    readonly workloadKeys: readonly string[]
    /** Releases that the bundle names and this gateway refuses, with the reason. */
    readonly refused: readonly { readonly digest: string; readonly reason: string }[]
  }[]
  readonly denies: readonly DenyRecord[]
  readonly approvals: Bundle['approvals']
}

export interface BundleTrust {
  readonly bundle: readonly TrustedKey[]
  readonly gate: readonly TrustedKey[]
  readonly deny: readonly TrustedKey[]
}

const BUNDLE_CHARS_MAX = 64 * 1_048_576

/**
 * Verifies a signed bundle and everything in it: the bundle's own signature, each release's digest from its parts, each
 * VSA, each deny record. What does not verify is left out, with the reason; nothing is taken on trust.
 */
// oxlint-disable-next-line max-params -- a text, what it is believed by, and what its rules run on
export async function loadBundle(
  sha256: Sha256,
  text: string,
  trust: BundleTrust,
  engine: PolicyEngine,
): Promise<Result<LoadedBundle, Problem>> {
  const bad = (message: string): Result<never, Problem> =>
    fail({ code: 'bundle/refused', message, next: 'check that gateway and control plane use the same trust file' })
  const json = parseJson(text, BUNDLE_CHARS_MAX)
  const signed = json.ok ? parseEnvelope(json.value) : undefined
  const body = signed === undefined ? undefined : await verifyEnvelope(signed, BUNDLE_PAYLOAD_TYPE, trust.bundle)
  if (body === undefined) return bad('the bundle is not signed by a trusted bundle key')
  const parsed = bundleSchema.safeParse(JSON.parse(textOf(body) ?? 'null'))
  if (!parsed.success) return bad(`the bundle is malformed at \`${parsed.error.issues[0]?.path.join('.') ?? ''}\``)
  const bundle = parsed.data
  const systems = await Promise.all(
    bundle.systems.map((system) => loadSystem({ sha256, engine, trust }, bundle.organization, system)),
  )
  const denies = await Promise.all(bundle.denies.map((deny) => loadDeny(deny, trust.deny)))
  // A deny record that cannot be verified might be a real one: refuse the bundle and keep the last good state.
  if (denies.some((deny) => deny === undefined))
    return bad('a deny record in the bundle is not signed by a trusted deny key')
  return ok({
    organization: bundle.organization,
    revision: bundle.revision,
    version: bundle.version,
    issuedAt: epochMs(bundle.issuedAt),
    expiresAt: epochMs(bundle.expiresAt),
    systems,
    denies: denies.filter((deny) => deny !== undefined),
    approvals: bundle.approvals,
  })
}

interface LoadPorts {
  readonly sha256: Sha256
  readonly engine: PolicyEngine
  readonly trust: BundleTrust
}

async function loadSystem(
  ports: LoadPorts,
  organization: string,
  system: Bundle['systems'][number],
): Promise<LoadedBundle['systems'][number]> {
  const releases: ServedRelease[] = []
  const refused: { digest: string; reason: string }[] = []
  for (const bundled of system.releases) {
    const loaded = await loadBundledRelease(ports, bundled, system.environment)
    if (typeof loaded === 'string') refused.push({ digest: bundled.digest, reason: loaded })
    else releases.push(loaded)
  }
  return {
    admitted: {
      organization,
      system: system.system,
      environment: system.environment,
      isMultiTenant: system.multiTenant,
      releases,
    },
    apiKeys: system.apiKeys,
    workloadKeys: system.workloadKeys,
    refused,
  }
}

/** The release, or why it is refused. */
async function loadBundledRelease(
  { sha256, engine, trust }: LoadPorts,
  bundled: BundledRelease,
  environment: string,
): Promise<ServedRelease | string> {
  const computed = releaseFromParts(sha256, bundled)
  if (!computed.ok) return computed.failure.message
  const release = computed.value
  if (release.digest !== bundled.digest) return 'its parts do not give its digest'
  const statement = await verifyEnvelope(bundled.vsa, IN_TOTO_PAYLOAD, trust.gate)
  const vsa = statement === undefined ? undefined : readVsa(JSON.parse(textOf(statement) ?? 'null') as JsonObject)
  if (vsa === undefined) return 'its verdict is not signed by a trusted gate key'
  if (vsa.releaseDigest !== release.digest || vsa.result !== 'PASSED') return 'its verdict does not release it'
  if (vsa.environment !== environment) return `its verdict is for environment \`${vsa.environment}\``
  const validUntil = parseRfc3339(vsa.validUntil)
  if (validUntil === undefined) return 'its verdict has no end'
  // SECURITY: a bundle without one of the packs would be a release without its rules.
  const packs: PolicyPack[] = []
  for (const digest of vsa.requestPacks) {
    const found = bundled.packs.find(({ text }) => digestOfBytes(sha256, utf8(text)) === digest)
    const parsed = found === undefined ? undefined : parsePack(sha256, engine, found.file, found.text)
    if (parsed?.ok !== true) return 'the packs on requests that its verdict binds are not all there'
    packs.push(parsed.value)
  }
  const waivers = (bundledWaivers: z.infer<typeof driftWaivers>): readonly DriftWaiver[] =>
    bundledWaivers.map(({ exception, expiresAt }) => ({ exception, expiresAt: epochMs(expiresAt) }))
  return serveRelease(release, validUntil, {
    packs,
    environment,
    driftWaivers: waivers(bundled.driftWaivers),
    mcpDriftWaivers: waivers(bundled.mcpDriftWaivers),
  })
}

const denySchema = z.strictObject({
  id: z.string(),
  system: z.string(),
  scope: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('system') }),
    z.strictObject({ kind: z.literal('tool'), tool: z.string() }),
    z.strictObject({ kind: z.literal('model'), model: z.string() }),
    z.strictObject({ kind: z.literal('prompt'), prompt: z.string() }),
    z.strictObject({ kind: z.literal('tenant'), tenant: z.string() }),
  ]),
  reason: z.string(),
  issuedBy: z.string(),
  issuedAt: z.int(),
  lifts: z.string().nullable(),
})

async function loadDeny(
  signed: z.infer<typeof envelope>,
  keys: readonly TrustedKey[],
): Promise<DenyRecord | undefined> {
  const body = await verifyEnvelope(signed, DENY_PAYLOAD_TYPE, keys)
  const parsed = body === undefined ? undefined : denySchema.safeParse(JSON.parse(textOf(body) ?? 'null'))
  return parsed?.success === true ? { ...parsed.data, issuedAt: epochMs(parsed.data.issuedAt) } : undefined
}
