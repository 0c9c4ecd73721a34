import { setTimeout as delay } from 'node:timers/promises'
import { readEventsOf, type EventReader } from './event-reader.ts'
import type { Proof } from './plane-client.ts'
import type { ServerPair } from './server-pair.ts'

const QUIET_MS = 4_000

/** Listens to the events of whichever server answers, and goes on at the other one behind the last event. */
export class EventEars implements AsyncDisposable {
  resumed = 0
  readonly #pair: ServerPair
  readonly #proof: Proof
  readonly #running: Promise<void>
  readonly #past: number[] = []
  #lastId: string
  #reader: EventReader | undefined
  #isStopping = false

  constructor(pair: ServerPair, proof: Proof, after: number) {
    this.#pair = pair
    this.#proof = proof
    this.#lastId = String(after)
    this.#running = this.#run()
  }

  /** Places of events, in the order in which they came. */
  get heard(): readonly number[] {
    const current = this.#isStopping || this.#reader === undefined ? [] : placesOf(this.#reader)
    return [...this.#past, ...current]
  }

  /** Until nothing has come for a while. */
  async untilQuiet(): Promise<void> {
    for (let length = -1; length !== this.heard.length;) {
      length = this.heard.length
      await delay(QUIET_MS)
    }
  }

  async stop(): Promise<void> {
    this.#isStopping = true
    await this.#reader?.[Symbol.asyncDispose]()
    await this.#running
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
  }

  async #run(): Promise<void> {
    for (let turn = 0; !this.#isStopping; turn++) {
      const url = this.#pair.anyUrl(turn)
      const reader = url === undefined ? undefined : await this.#open(url)
      if (reader?.status !== 200) {
        await delay(25)
        continue
      }
      this.#reader = reader
      await reader.ended
      this.#past.push(...placesOf(reader))
      this.#lastId = reader.lastId() ?? this.#lastId
      this.#reader = undefined
      this.resumed += 1
    }
  }

  async #open(url: string): Promise<EventReader | undefined> {
    try {
      return await readEventsOf(url, this.#proof, { lastEventId: this.#lastId })
    } catch (error) {
      // The server was killed before it answered.
      if (error instanceof Error && 'code' in error) return undefined
      throw error
    }
  }
}

function placesOf({ heard }: EventReader): readonly number[] {
  return heard.items.filter(({ event }) => event !== 'end' && event !== 'reset').map(({ id }) => Number(id))
}
