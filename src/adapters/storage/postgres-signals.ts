import { Client } from 'pg'
import { setTimeout as delay } from 'node:timers/promises'

const RETRY_MS = 500
const KEEP_ALIVE_MS = 10_000

export interface Signals {
  close(): Promise<void>
}

/**
 * Listens on a channel of PostgreSQL until closed, over a connection of its own that is made anew when it breaks.
 * Signals are hints: some may be lost with a connection, so whoever waits for one also looks from time to time.
 */
export function listenOnPostgres(connectionString: string, channel: string, onSignal: () => void): Signals {
  const stop = new AbortController()
  let current: Client | undefined
  const listen = async (): Promise<void> => {
    const client = new Client({
      connectionString,
      application_name: 'gatehouse signals',
      keepAlive: true,
      keepAliveInitialDelayMillis: KEEP_ALIVE_MS,
    })
    const ended = new Promise<void>((resolve) => {
      client.on('error', () => resolve())
      client.on('end', () => resolve())
    })
    client.on('notification', onSignal)
    current = client
    try {
      await client.connect()
      await client.query(`listen ${client.escapeIdentifier(channel)}`)
      // Whatever was signalled while nobody listened.
      onSignal()
      await ended
    } finally {
      await client.end()
    }
  }
  const running = (async () => {
    while (!stop.signal.aborted) {
      try {
        await listen()
      } catch (error) {
        if (!(error instanceof Error)) throw error
      }
      if (!stop.signal.aborted) await delay(RETRY_MS, undefined, { signal: stop.signal }).catch(() => undefined)
    }
  })()
  return {
    async close() {
      stop.abort()
      await current?.end()
      await running
    },
  }
}
