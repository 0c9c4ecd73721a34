import { createHash, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { parse } from 'yaml'
import { ed25519Signer } from '../../src/adapters/crypto/ed25519.ts'
import { nodeSha256 } from '../../src/adapters/crypto/node-crypto.ts'
import { BUNDLE_PAYLOAD_TYPE } from '../../src/application/admission/build-bundle.ts'
import { DENY_PAYLOAD_TYPE } from '../../src/application/respond/kill.ts'
import { base64Of, utf8 } from '../../src/base/bytes.ts'
import { digestOfBytes } from '../../src/base/digest.ts'
import { DAY_MS, epochMs, HOUR_MS, toRfc3339 } from '../../src/base/instant.ts'
import { canonicalJsonOf, type Json, type JsonObject } from '../../src/base/json.ts'
import { releaseFromParts, type ReleaseParts } from '../../src/contract/manifest/release-from-parts.ts'
import { IN_TOTO_PAYLOAD, signEnvelope } from '../../src/domain/evidence/dsse.ts'
import { statementBytes, vsaStatement } from '../../src/domain/evidence/statement.ts'
import type { Release } from '../../src/domain/release/release.ts'
import type { PolicyScope } from '../../src/domain/policy/policy-pack.ts'
import type { DenyScope } from '../../src/domain/killswitch/deny-record.ts'
import { LOOKUP_SCHEMA, NOTE_SCHEMA, PROMPT, SYSTEM, tinyManifest, type ManifestOptions } from './tiny-project.ts'

export interface SignedDenyInput {
  readonly id: string
  readonly scope: DenyScope
  readonly lifts?: string
}

export interface BundleInput {
  readonly manifest?: ManifestOptions
  /** In place of `manifest`. */
  readonly manifestText?: string
  readonly revision?: number
  readonly version?: number
  /** A pack on requests: what the verdict binds, and what the bundle carries. */
  readonly requestPack?: { readonly bound: string; readonly carried?: string; readonly scope?: PolicyScope }
  /** `local` unless given. */
  readonly environment?: string
  readonly driftWaivers?: readonly { readonly exception: string; readonly expiresAt: number }[]
  readonly mcpDriftWaivers?: readonly { readonly exception: string; readonly expiresAt: number }[]
  readonly issuedAt?: number
  readonly expiresAt?: number
  readonly vsaValidUntil?: number
  readonly denies?: readonly SignedDenyInput[]
  readonly apiKeys?: readonly string[]
  readonly workloadKeys?: readonly KeyObject[]
}

const sha = (text: string): string => createHash('sha256').update(text).digest('hex')

/** The keys of an installation and the bundles that they sign, without an installation. */
export class BundleSigner {
  readonly #keys = { gate: pair(), deny: pair(), bundle: pair() }
  readonly apiKey = 'gh_test_key_1'

  get trustText(): string {
    return JSON.stringify({
      trustVersion: 1,
      organization: 'local',
      origin: 'local/test',
      threshold: { gate: 1, ledger: 1, deny: 1, bundle: 1 },
      keys: Object.entries(this.#keys).map(([purpose, { signer }]) => ({
        purpose,
        keyId: signer.keyId,
        publicKey: base64Of(signer.publicKey),
        validFrom: toRfc3339(epochMs(0)),
        validUntil: null,
      })),
    })
  }

  async sign(input: BundleInput = {}): Promise<string> {
    const now = input.issuedAt ?? Date.now()
    const release = await this.#signedRelease(input, now)
    const denies = await Promise.all(
      (input.denies ?? []).map(async ({ id, scope, lifts = null }) =>
        signEnvelope(
          this.#keys.deny.signer,
          DENY_PAYLOAD_TYPE,
          utf8(
            canonicalJsonOf({
              id,
              system: SYSTEM,
              scope: scope as unknown as JsonObject,
              reason: 'test',
              issuedBy: 'responder',
              issuedAt: now,
              lifts,
            }),
          ),
        ),
      ),
    )
    const body = {
      bundleVersion: 1,
      organization: 'local',
      revision: input.revision ?? 1,
      version: input.version ?? 0,
      issuedAt: now,
      expiresAt: input.expiresAt ?? now + 24 * HOUR_MS,
      systems: [
        {
          system: SYSTEM,
          environment: input.environment ?? 'local',
          multiTenant: input.manifest?.multiTenant === true,
          apiKeys: (input.apiKeys ?? [this.apiKey]).map((key) => ({ id: sha(key).slice(0, 12), sha256: sha(key) })),
          workloadKeys: (input.workloadKeys ?? []).map((key) => base64Of(ed25519Signer(key).publicKey)),
          releases: [release],
        },
      ],
      denies,
    }
    return JSON.stringify(
      await signEnvelope(this.#keys.bundle.signer, BUNDLE_PAYLOAD_TYPE, utf8(canonicalJsonOf(body as unknown as Json))),
    )
  }

  /** The release that the bundles admit. */
  release(manifest?: ManifestOptions): Release {
    return this.#releaseOf(this.#parts(manifest))
  }

  #releaseOf(parts: ReleaseParts): Release {
    const release = releaseFromParts(nodeSha256, parts)
    if (!release.ok) throw new Error(release.failure.message)
    return release.value
  }

  #parts(options?: ManifestOptions, text = tinyManifest(options)): ReleaseParts {
    const manifest = parse(text) as JsonObject
    const texts: Readonly<Record<string, string>> = {
      'prompts/system.md': PROMPT,
      'tools/lookup_order.json': JSON.stringify(LOOKUP_SCHEMA),
      'tools/save_note.json': JSON.stringify(NOTE_SCHEMA),
    }
    const files = Object.fromEntries(
      Object.entries(texts).map(([path, text]) => [path, digestOfBytes(nodeSha256, utf8(text))]),
    )
    return {
      manifest,
      files,
      prompts: { system: PROMPT },
      toolSchemas: {
        lookup_order: texts['tools/lookup_order.json'] ?? '',
        save_note: texts['tools/save_note.json'] ?? '',
      },
    }
  }

  async #signedRelease(input: BundleInput, now: number): Promise<JsonObject> {
    const parts = this.#parts(input.manifest, input.manifestText)
    const { digest } = this.#releaseOf(parts)
    const vsa = await signEnvelope(
      this.#keys.gate.signer,
      IN_TOTO_PAYLOAD,
      statementBytes(
        vsaStatement({
          system: SYSTEM,
          releaseDigest: digest,
          verifierVersion: '0.1.0',
          timeVerified: epochMs(now),
          environment: input.environment ?? 'local',
          result: 'PASSED',
          policySetDigest: digest,
          suiteDigests: [],
          inputAttestations: [],
          policyPacks:
            input.requestPack === undefined
              ? []
              : [
                  {
                    id: 'run-time',
                    version: '1.0.0',
                    digest: digestOfBytes(nodeSha256, utf8(input.requestPack.bound)),
                    scope: input.requestPack.scope ?? 'request',
                  },
                ],
          exceptions: [],
          validUntil: epochMs(input.vsaValidUntil ?? now + DAY_MS),
        }),
      ),
    )
    const { carried } = input.requestPack ?? {}
    const packs = carried === undefined ? [] : [{ file: 'run-time.yaml', text: carried }]
    const { driftWaivers = [], mcpDriftWaivers = [] } = input
    return {
      digest,
      ...parts,
      packs,
      vsa: vsa as unknown as JsonObject,
      driftWaivers,
      mcpDriftWaivers,
    } as unknown as JsonObject
  }
}

function pair(): { readonly signer: ReturnType<typeof ed25519Signer> } {
  return { signer: ed25519Signer(generateKeyPairSync('ed25519').privateKey) }
}
