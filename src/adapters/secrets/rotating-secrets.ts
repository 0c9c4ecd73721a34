import { readSecret, type SecretPlace, type SecretPorts } from './secret-source.ts'

const REFRESH_MS = 5_000

/** Secrets by name, read again and again, so that a rotated one is used without a restart. */
export class RotatingSecrets {
  readonly #places: ReadonlyMap<string, SecretPlace>
  readonly #ports: SecretPorts
  readonly #values = new Map<string, string>()
  #timer: NodeJS.Timeout | undefined
  #running: Promise<void> = Promise.resolve()

  private constructor(places: ReadonlyMap<string, SecretPlace>, ports: SecretPorts) {
    this.#places = places
    this.#ports = ports
  }

  /** Every secret has been looked for once when this resolves. */
  static async open(places: ReadonlyMap<string, SecretPlace>, ports: SecretPorts): Promise<RotatingSecrets> {
    const secrets = new RotatingSecrets(places, ports)
    await secrets.refresh()
    secrets.#timer = setInterval(() => {
      secrets.#running = secrets.refresh()
    }, REFRESH_MS)
    secrets.#timer.unref()
    return secrets
  }

  /** Reads all again. A place that cannot be read leaves what was read before: a vault's restart stops nothing. */
  async refresh(): Promise<void> {
    await Promise.all(
      [...this.#places].map(async ([name, place]) => {
        const value = await readSecret(place, this.#ports)
        if (value !== null) this.#values.set(name, value)
      }),
    )
  }

  /** The secret as last read; null: it has never been there. */
  current(name: string): string | null {
    return this.#values.get(name) ?? null
  }

  /** Names of the secrets that have never been there. */
  missing(): readonly string[] {
    return [...this.#places.keys()].filter((name) => !this.#values.has(name))
  }

  async close(): Promise<void> {
    clearInterval(this.#timer)
    await this.#running
  }
}
