import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { Proof } from './plane-client.ts'
import type { ServerPair } from './server-pair.ts'

const LANES = 4
const PAUSE_MS = 20
/** Longer than a new sequencer takes on a busy machine. */
const TRY_MS_MAX = 120_000

/** Changes that are sent to whichever server answers, each under an idempotency key of its own. */
export class ServerLoad implements AsyncDisposable {
  readonly acknowledged = new Set<string>()
  unanswered = 0
  readonly #pair: ServerPair
  readonly #proof: Proof
  readonly #lanes: readonly Promise<void>[]
  #isStopping = false
  #lastRefusal = ''
  #fault: Error | undefined

  constructor(pair: ServerPair, proof: Proof) {
    this.#pair = pair
    this.#proof = proof
    this.#lanes = Array.from({ length: LANES }, (_, lane) => this.#run(lane))
  }

  /** Throws what ended a lane, or a server, instead of waiting for calls that nobody makes any more. */
  async untilAcknowledged(count: number): Promise<void> {
    while (this.acknowledged.size < count) {
      this.#pair.endedByItself.throwIfAborted()
      if (this.#fault !== undefined) throw this.#fault
      await delay(5)
    }
  }

  async stop(): Promise<void> {
    this.#isStopping = true
    await Promise.all(this.#lanes)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
  }

  async isSignedIn(which: number): Promise<boolean> {
    const response = await fetch(`${this.#pair.urlOf(which) ?? ''}/api/v1/me`, { headers: this.#proof })
    return response.status === 200 && ((await response.json()) as { name?: string }).name === 'loader'
  }

  async #run(lane: number): Promise<void> {
    try {
      for (let count = 0; !this.#isStopping; count++) {
        await this.#change(lane + count)
        await delay(PAUSE_MS)
      }
    } catch (error) {
      this.#fault ??= error instanceof Error ? error : new Error(String(error))
    }
  }

  /** Until somebody answers: the same call with the same key, now here and now there. */
  async #change(first: number): Promise<void> {
    const key = randomUUID()
    const end = performance.now() + TRY_MS_MAX
    for (let attempt = 0; performance.now() < end && !this.#pair.endedByItself.aborted; attempt++) {
      const answer = await this.#send(this.#pair.anyUrl(first + attempt), key)
      if (answer === 'again') await delay(25)
      else {
        if (answer === 'unknown') this.unanswered += 1
        else this.acknowledged.add(answer.id)
        return
      }
    }
    throw new Error(`no server answered; at last: ${this.#lastRefusal}`)
  }

  async #send(url: string | undefined, key: string): Promise<{ readonly id: string } | 'again' | 'unknown'> {
    if (url === undefined) return 'again'
    try {
      const response = await fetch(`${url}/api/v1/denies`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'idempotency-key': key, ...this.#proof },
        body: JSON.stringify({ system: 'killed', scope: { kind: 'model', model: 'm' }, reason: key }),
      })
      const body = (await response.json()) as { readonly id?: string; readonly code?: string }
      if (response.status === 200) return { id: body.id ?? '' }
      // The call was cut in the middle: what came of it is for its author to look up, as the code says.
      if (body.code === 'http/idempotency-unknown') return 'unknown'
      this.#lastRefusal = `${response.status} ${body.code ?? ''}`
      if (response.status === 503 || response.status === 500) return 'again'
      throw new Error(`${response.status} ${body.code ?? ''}`)
    } catch (error) {
      // The connection broke, or none was made.
      if (error instanceof TypeError || error instanceof SyntaxError) return 'again'
      throw error
    }
  }
}
