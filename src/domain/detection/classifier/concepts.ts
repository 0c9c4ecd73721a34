import { canonicalView } from '../canonical-view.ts'
import { CONCEPT_STEMS } from './concept-stems.ts'

/**
 * Meanings that matter in an instruction aimed at a model, named in sixteen languages. Sequences of them are features of the classifier:
 * what it learns of "ignore … instructions" in one language holds for the others.
 */
export const CONCEPT_COUNT = CONCEPT_STEMS.length

const SLOTS = 1 << 13
const keys = new Int32Array(SLOTS)
/** 0 = empty; else 2 × (concept + 1) + (1 where a whole word is asked for). */
const values = new Uint8Array(SLOTS)

export const HASH_START = 0x811c9dc5

/** One step of the rolling hash of a word (FNV-1a over UTF-16 units). */
export function hashStep(hash: number, code: number): number {
  return Math.imul(hash ^ code, 0x01000193)
}

function slotOf(hash: number): number {
  return (hash ^ (hash >>> 15)) & (SLOTS - 1)
}

/** The concept that begins with these letters, or -1. `isWhole` also finds stems that must be whole words. */
export function conceptAt(hash: number, isWhole: boolean): number {
  for (let slot = slotOf(hash), steps = 0; steps < SLOTS; slot = (slot + 1) & (SLOTS - 1), steps++) {
    const value = values[slot] as number
    if (value === 0) return -1
    if (keys[slot] !== hash) continue
    return (value & 1) === 0 || isWhole ? (value >> 1) - 1 : -1
  }
  return -1
}

function put(stem: string, concept: number): void {
  const isWhole = !stem.endsWith('*')
  const { lower: text } = canonicalView(isWhole ? stem : stem.slice(0, -1))
  let hash = HASH_START
  for (let index = 0; index < text.length; index++) hash = hashStep(hash, text.charCodeAt(index))
  let slot = slotOf(hash)
  while (values[slot] !== 0 && keys[slot] !== hash) slot = (slot + 1) & (SLOTS - 1)
  if (values[slot] !== 0) return
  keys[slot] = hash
  values[slot] = 2 * (concept + 1) + (isWhole ? 1 : 0)
}

for (const [concept, { stems }] of CONCEPT_STEMS.entries())
  for (const stem of stems.split(/\s+/)) if (stem !== '') put(stem, concept)
