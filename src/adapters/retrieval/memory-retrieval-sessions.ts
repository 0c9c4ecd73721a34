import { HOUR_MS, type Clock } from '../../base/instant.ts'
import type { RetrievalSessions } from '../../application/retrieval/retrieval-ports.ts'

const SESSIONS_MAX = 100_000
const IDLE_MS = 12 * HOUR_MS

/** Counts of one process, bounded: the longest unused session goes first, and an idle one starts anew after 12 hours. */
export function memoryRetrievalSessions(clock: Clock): RetrievalSessions {
  const sessions = new Map<string, { readonly taken: number; readonly usedAt: number }>()
  return {
    take(key, wanted, max) {
      const now = clock()
      const held = sessions.get(key)
      const taken = held === undefined || now - held.usedAt > IDLE_MS ? 0 : held.taken
      const granted = Math.max(0, Math.min(wanted, max - taken))
      // Re-insertion keeps the map in order of use.
      sessions.delete(key)
      sessions.set(key, { taken: taken + granted, usedAt: now })
      if (sessions.size > SESSIONS_MAX) sessions.delete(sessions.keys().next().value ?? '')
      return granted
    },
  }
}
