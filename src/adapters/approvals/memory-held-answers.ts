import type { HeldAnswers } from '../../application/gateway/held-answers.ts'
import type { Clock } from '../../base/instant.ts'

const HELD_MAX = 10_000
const CHARS_MAX = 64 * 1_048_576

/** What waits in one gateway process; a restart forgets it, and another gateway does not know of it. */
export function memoryHeldAnswers(clock: Clock): HeldAnswers {
  const held = new Map<string, { readonly sealed: string; readonly endsAt: number }>()
  let chars = 0

  function drop(id: string): boolean {
    chars -= held.get(id)?.sealed.length ?? 0
    return held.delete(id)
  }

  function live(id: string): string | undefined {
    const entry = held.get(id)
    if (entry === undefined) return undefined
    if (entry.endsAt > clock()) return entry.sealed
    drop(id)
    return undefined
  }

  return {
    async keep(id, sealed, ttlMs) {
      for (const [known, { endsAt }] of held) if (endsAt <= clock()) drop(known)
      // One that waits is a promise to somebody: a new one is refused before an old one is forgotten.
      if (held.has(id) || held.size >= HELD_MAX || chars + sealed.length > CHARS_MAX) return false
      held.set(id, { sealed, endsAt: clock() + ttlMs })
      chars += sealed.length
      return true
    },
    read: async (id) => live(id),
    take: async (id) => live(id) !== undefined && drop(id),
  }
}
