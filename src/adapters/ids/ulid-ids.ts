import { getRandomValues } from 'node:crypto'
import { ulid } from 'ulid'

/** Makes record ids that sort by time. */
export type NewId = () => string

// An id takes sixteen letters of chance; asking the system for each of them cost more than the rest of an id.
const pool = new Uint8Array(4_096)
let at = pool.length

/** Evenly spread in [0, 1): a letter takes five bits, so a byte is enough. */
function chance(): number {
  if (at === pool.length) {
    getRandomValues(pool)
    at = 0
  }
  const byte = pool[at] ?? 0
  at += 1
  return byte / 256
}

export const ulidIds: NewId = () => ulid(undefined, chance)
