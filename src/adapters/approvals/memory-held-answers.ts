import { HELD_PER_OWNER_MAX, type HeldAnswers } from '../../application/gateway/held-answers.ts'
import type { Clock } from '../../base/instant.ts'

const HELD_MAX = 10_000
const CHARS_MAX = 64 * 1_048_576
const OWNER_CHARS_MAX = CHARS_MAX / 4

interface Held {
  readonly sealed: string
  readonly owner: string
  readonly endsAt: number
}

interface Amount {
  readonly count: number
  readonly chars: number
}

const NONE: Amount = { count: 0, chars: 0 }

/** What waits in one gateway process; a restart forgets it, and another gateway does not know of it. */
export function memoryHeldAnswers(clock: Clock): HeldAnswers {
  const held = new Map<string, Held>()
  const byOwner = new Map<string, Amount>()
  let chars = 0

  function add({ sealed: { length }, owner }: Held, sign: 1 | -1): void {
    chars += sign * length
    const own = byOwner.get(owner) ?? NONE
    const left = { count: own.count + sign, chars: own.chars + sign * length }
    if (left.count === 0) byOwner.delete(owner)
    else byOwner.set(owner, left)
  }

  function drop(id: string): boolean {
    const entry = held.get(id)
    if (entry !== undefined) add(entry, -1)
    return held.delete(id)
  }

  function live(id: string): string | undefined {
    const entry = held.get(id)
    if (entry === undefined) return undefined
    if (entry.endsAt > clock()) return entry.sealed
    drop(id)
    return undefined
  }

  function hasPlace(length: number, owner: string): boolean {
    const own = byOwner.get(owner) ?? NONE
    return (
      held.size < HELD_MAX &&
      chars + length <= CHARS_MAX &&
      own.count < HELD_PER_OWNER_MAX &&
      own.chars + length <= OWNER_CHARS_MAX
    )
  }

  return {
    async keep(id, sealed, { ttlMs, owner }) {
      for (const [known, { endsAt }] of held) if (endsAt <= clock()) drop(known)
      // One that waits is a promise to somebody: a new one is refused before an old one is forgotten.
      if (held.has(id) || !hasPlace(sealed.length, owner)) return false
      const entry = { sealed, owner, endsAt: clock() + ttlMs }
      held.set(id, entry)
      add(entry, 1)
      return true
    },
    read: async (id) => live(id),
    take: async (id) => live(id) !== undefined && drop(id),
  }
}
