import { readPlainSecret, type SecretPlace, type SecretPorts, type SecretReading } from './secret-source.ts'
import { readAzure } from './stores/azure.ts'
import { readGcp } from './stores/gcp.ts'
import { StoreClient } from './stores/store-client.ts'
import { readVault } from './stores/vault.ts'

const LOOK_MS = 5_000
/** Clouds charge for each look and count them. */
const CLOUD_LOOK_MS = 60_000

export interface RotatingPorts extends SecretPorts {
  readonly monotonicMs: () => number
  readonly log: (line: string) => void
}

/** Secrets by name, read again and again, so that a rotated one is used without a restart. */
export class RotatingSecrets {
  readonly #places: ReadonlyMap<string, SecretPlace>
  readonly #ports: RotatingPorts
  readonly #client: StoreClient
  readonly #values = new Map<string, string>()
  readonly #problems = new Map<string, string>()
  readonly #lookedAtMs = new Map<string, number>()
  #timer: NodeJS.Timeout | undefined
  #running: Promise<void> = Promise.resolve()

  private constructor(places: ReadonlyMap<string, SecretPlace>, ports: RotatingPorts) {
    this.#places = places
    this.#ports = ports
    this.#client = new StoreClient(ports)
  }

  /** Every secret has been looked for once when this resolves. */
  static async open(places: ReadonlyMap<string, SecretPlace>, ports: RotatingPorts): Promise<RotatingSecrets> {
    const secrets = new RotatingSecrets(places, ports)
    await secrets.refresh()
    secrets.#timer = setInterval(() => {
      // One look at a time: a slow store must not be asked by many at once.
      secrets.#running = secrets.#running.then(() =>
        secrets.#look([...places].filter(([name]) => secrets.#isDue(name))),
      )
    }, LOOK_MS)
    secrets.#timer.unref()
    return secrets
  }

  /** Reads all again. A place that cannot be read leaves what was read before: a vault's restart stops nothing. */
  async refresh(): Promise<void> {
    await this.#look([...this.#places])
  }

  #isDue(name: string): boolean {
    const place = this.#places.get(name)
    const isNear = place !== undefined && ('env' in place || 'file' in place || 'vault' in place)
    // One that has never been there is waited for.
    if (isNear || !this.#values.has(name)) return true
    return this.#ports.monotonicMs() - (this.#lookedAtMs.get(name) ?? 0) >= CLOUD_LOOK_MS
  }

  async #look(places: readonly (readonly [string, SecretPlace])[]): Promise<void> {
    await Promise.all(
      places.map(async ([name, place]) => {
        this.#lookedAtMs.set(name, this.#ports.monotonicMs())
        this.#take(name, await read(place, this.#client))
      }),
    )
  }

  #take(name: string, reading: SecretReading): void {
    const before = this.#problems.get(name)
    if (reading.ok) {
      this.#values.set(name, reading.value)
      if (before === undefined) return
      this.#problems.delete(name)
      this.#ports.log(`the secret of \`${name}\` can be read again`)
      return
    }
    this.#problems.set(name, reading.failure)
    if (before === reading.failure) return
    const outcome = this.#values.has(name) ? 'the last one stays in use' : 'it is not asked until it can'
    this.#ports.log(`the secret of \`${name}\` cannot be read: ${outcome} (${reading.failure})`)
  }

  /** The secret as last read; null: it has never been there. */
  current(name: string): string | null {
    return this.#values.get(name) ?? null
  }

  async close(): Promise<void> {
    clearInterval(this.#timer)
    await this.#running
    await this.#client.close()
  }
}

/** Reads a secret as it is now, wherever it is kept. */
async function read(place: SecretPlace, client: StoreClient): Promise<SecretReading> {
  if ('vault' in place) return readVault(place.vault, client)
  // Its answers are XML: only who has secrets there needs what reads that.
  if ('awsSecretsManager' in place) return (await import('./stores/aws.ts')).readAws(place.awsSecretsManager, client)
  if ('gcpSecretManager' in place) return readGcp(place.gcpSecretManager, client)
  if ('azureKeyVault' in place) return readAzure(place.azureKeyVault, client)
  return readPlainSecret(place, client.ports)
}
