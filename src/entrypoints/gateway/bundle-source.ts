import { hash } from 'node:crypto'
import { join } from 'node:path'
import { request } from 'undici'
import { ed25519Verifier } from '../../adapters/crypto/ed25519.ts'
import { nodeSha256 } from '../../adapters/crypto/node-crypto.ts'
import { readTextIfPresent, writeFileAtomic } from '../../adapters/files/atomic-file.ts'
import { subjectVerifier } from '../../adapters/http/subject-token.ts'
import { bytesOfBase64 } from '../../base/bytes.ts'
import type { Clock, EpochMs } from '../../base/instant.ts'
import type { Result, Problem } from '../../base/result.ts'
import { loadBundle, type BundleTrust, type LoadedBundle } from '../../contract/bundle/bundle.ts'
import { isValidAt, parseTrustFile } from '../../contract/trust/trust-file.ts'
import type { PolicyEngine } from '../../domain/policy/policy-engine.ts'
import { denyStateOf, type DenyRecord, type DenyState } from '../../domain/killswitch/deny-record.ts'
import type { AdmissionSource, Caller, DecidedApproval } from './gateway-ports.ts'

export interface BundleSourceOptions {
  readonly controlPlane: string
  readonly token: string
  readonly gateway: string
  readonly environment: string
  readonly folder: string
  readonly trustText: string
  readonly clock: Clock
  readonly engine: PolicyEngine
  readonly log: (line: string) => void
}

const WAIT_MS = 20_000
const RETRY_MS = 250

/** Trusted keys by purpose, from the text of a trust file, as far as they are valid now. */
export function bundleTrust(trustText: string, now: EpochMs): Result<BundleTrust, Problem> {
  const parsed = parseTrustFile(nodeSha256, trustText)
  if (!parsed.ok) return parsed
  const keysFor = (purpose: string): ReturnType<typeof ed25519Verifier>[] =>
    parsed.value.keys
      .filter((key) => key.purpose === purpose && isValidAt(key, now))
      .map(({ publicKey }) => ed25519Verifier(publicKey))
  return { ok: true, value: { bundle: keysFor('bundle'), gate: keysFor('gate'), deny: keysFor('deny') } }
}

/**
 * Keeps the newest verified bundle: asks the control plane and waits for news, keeps the last good one on disk, serves
 * from it while the control plane is away, and stops when it is too old.
 */
export class BundleSource implements AdmissionSource {
  readonly #options: BundleSourceOptions
  #callers = new Map<string, Caller>()
  #systems: ReadonlyMap<string, Caller> = new Map()
  #denies: readonly DenyRecord[] = []
  /** Asked at every piece of every stream, so made once for each bundle. */
  readonly #denyStates = new Map<string, DenyState>()
  #approvals: ReadonlyMap<string, LoadedBundle['approvals'][number]> = new Map()
  #expiresAt = 0
  #issuedAt = 0
  #issue: string | undefined = 'no bundle yet'
  /** Revision that the control plane gave; it starts anew with the control plane. */
  #revision = -1
  /** Of the answer in force; the control plane says by it that nothing is new. */
  #etag: string | undefined
  #isRefused = false
  /** Ledger entries that the bundle in force was made from. */
  #version = -1
  #stopped = false
  #running: Promise<void> | undefined
  readonly #abort = new AbortController()

  constructor(options: BundleSourceOptions) {
    this.#options = options
  }

  get outage(): string | undefined {
    if (this.#callers.size === 0) return this.#issue ?? 'the bundle names no system'
    return this.#options.clock() >= this.#expiresAt ? 'the last good bundle is too old' : undefined
  }

  callerOf(apiKey: string): Caller | undefined {
    if (this.outage !== undefined) return undefined
    return this.#callers.get(hash('sha256', apiKey))
  }

  callerOfSystem(system: string): Caller | undefined {
    return this.outage === undefined ? this.#systems.get(system) : undefined
  }

  approvalOf(system: string, id: string): DecidedApproval | undefined {
    const known = this.#approvals.get(id)
    return known?.system === system && known.expiresAt > this.#options.clock() ? known : undefined
  }

  denyStateOf(system: string): DenyState {
    let known = this.#denyStates.get(system)
    if (known === undefined) this.#denyStates.set(system, (known = denyStateOf(system, this.#denies)))
    return known
  }

  /** Takes the last good bundle from disk, then follows the control plane until closed. Resolves after the first attempt. */
  async start(): Promise<void> {
    const kept = await readTextIfPresent(this.#file)
    if (kept !== undefined) await this.#take(kept, false)
    await this.#poll(0)
    this.#running = this.#follow()
  }

  get #file(): string {
    return join(this.#options.folder, 'bundle.json')
  }

  async #follow(): Promise<void> {
    while (!this.#stopped) {
      const isReached = await this.#poll(WAIT_MS)
      if (!isReached && !this.#stopped) await new Promise<void>((resolve) => void setTimeout(resolve, RETRY_MS).unref())
    }
  }

  /** Why the newest bundle is not in force, for whoever looks at the control plane. */
  get #said(): string {
    return this.#issue === undefined ? '' : `&problem=${encodeURIComponent(this.#issue.slice(0, 200))}`
  }

  async #poll(waitMs: number): Promise<boolean> {
    const { controlPlane, token, gateway, environment, log } = this.#options
    try {
      const url = `${controlPlane}/api/v1/gateway/bundle?environment=${environment}&gateway=${gateway}&revision=${this.#revision}&version=${this.#version}&waitMs=${waitMs}${this.#said}`
      const { statusCode, headers, body } = await request(url, {
        headers: {
          authorization: `Bearer ${token}`,
          'gatehouse-gateway': gateway,
          ...(this.#etag === undefined ? {} : { 'if-none-match': this.#etag }),
        },
        headersTimeout: waitMs + 10_000,
        signal: this.#abort.signal,
      })
      const text = await body.text()
      if (statusCode === 304) {
        if (!this.#isRefused) this.#issue = undefined
        return true
      }
      if (statusCode !== 200) {
        this.#issue = `the control plane answered ${statusCode}`
        return false
      }
      const taken = await this.#take(text, true)
      this.#isRefused = !taken
      // What was refused is not asked for again until there is something new.
      this.#etag = typeof headers['etag'] === 'string' ? headers['etag'] : undefined
      if (taken) this.#revision = Number(headers['gatehouse-revision'])
      return taken || this.#etag !== undefined
    } catch (error) {
      if (!(error instanceof Error)) throw error
      // Away or restarting: its revisions may begin anew, so the next answer counts whatever its number.
      this.#revision = -1
      this.#etag = undefined
      if (!this.#stopped && this.#issue === undefined) log('control plane is away; serving from the last good bundle')
      this.#issue = 'the control plane is away'
      return false
    }
  }

  /** A bundle that does not verify changes nothing. */
  async #take(text: string, isNew: boolean): Promise<boolean> {
    // SECURITY: asked anew each time: a key that has ended by now proves nothing any more.
    const trust = bundleTrust(this.#options.trustText, this.#options.clock())
    const loaded = trust.ok ? await loadBundle(nodeSha256, text, trust.value, this.#options.engine) : trust
    if (!loaded.ok) {
      this.#issue = loaded.failure.message
      this.#options.log(`bundle refused: ${loaded.failure.message}`)
      return false
    }
    // SECURITY: a bundle that is older than the one in force could bring a kill switch or a blocked release back.
    const { version, issuedAt } = loaded.value
    if (version < this.#version || (version === this.#version && issuedAt < this.#issuedAt)) {
      this.#issue = 'the bundle is older than the one in force'
      this.#options.log(`bundle refused: ${this.#issue}`)
      return false
    }
    this.#install(loaded.value)
    if (isNew) await writeFileAtomic(this.#file, text, 0o600)
    return true
  }

  #install(bundle: LoadedBundle): void {
    const callers = new Map<string, Caller>()
    const systems = new Map<string, Caller>()
    for (const { admitted, apiKeys, workloadKeys, refused } of bundle.systems) {
      for (const { digest, reason } of refused)
        this.#options.log(`release ${digest} of ${admitted.system} refused: ${reason}`)
      const keys = workloadKeys.map((key) => bytesOfBase64(key)).filter((key) => key?.length === 32) as Uint8Array[]
      const verifySubject = subjectVerifier(admitted.system, keys, this.#options.clock)
      systems.set(admitted.system, { admitted, keyId: 'token', verifySubject })
      for (const { id, sha256 } of apiKeys) callers.set(sha256, { admitted, keyId: id, verifySubject })
    }
    this.#callers = callers
    this.#systems = systems
    this.#denies = bundle.denies
    this.#denyStates.clear()
    this.#approvals = new Map(bundle.approvals.map((approval) => [approval.id, approval]))
    this.#expiresAt = bundle.expiresAt
    this.#issuedAt = bundle.issuedAt
    this.#version = bundle.version
    this.#issue = undefined
  }

  async close(): Promise<void> {
    this.#stopped = true
    this.#abort.abort()
    await this.#running
  }
}
