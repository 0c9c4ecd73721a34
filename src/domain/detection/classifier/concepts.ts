import { canonicalView } from '../canonical-view.ts'
import { CONCEPT_STEMS } from './concept-stems.ts'

/**
 * Meanings that matter in an instruction aimed at a model, named in sixteen languages. Sequences of them are features of the classifier:
 * what it learns of "ignore … instructions" in one language holds for the others.
 */
export const CONCEPT_COUNT = CONCEPT_STEMS.length

/** What `conceptAt` answers where no concept has these letters: others may follow, or no stem goes on like this. */
export const NO_CONCEPT = -1
export const NO_STEM = -2

/** Stems and all their beginnings, so that a word is looked up no further than some stem agrees with it. */
const SLOTS = 1 << 14
const keys = new Int32Array(SLOTS)
/** 0 = empty; 1 = the beginning of a stem; else 2 × (concept + 1) + (1 where a whole word is asked for). */
const values = new Uint8Array(SLOTS)
const BEGINNING = 1

export const HASH_START = 0x811c9dc5

/** One step of the rolling hash of a word (FNV-1a over UTF-16 units). */
export function hashStep(hash: number, code: number): number {
  return Math.imul(hash ^ code, 0x01000193)
}

function slotOf(hash: number): number {
  return (hash ^ (hash >>> 15)) & (SLOTS - 1)
}

/** The concept with these letters, `NO_CONCEPT` or `NO_STEM`. `isWhole` also finds stems that must be whole words. */
export function conceptAt(hash: number, isWhole: boolean): number {
  const value = values[slotWith(hash)] as number
  if (value === 0) return NO_STEM
  if (value === BEGINNING) return NO_CONCEPT
  return (value & 1) === 0 || isWhole ? (value >> 1) - 1 : NO_CONCEPT
}

/** Where the hash is, or the free slot that ends the search for it. */
function slotWith(hash: number): number {
  let slot = slotOf(hash)
  while (values[slot] !== 0 && keys[slot] !== hash) slot = (slot + 1) & (SLOTS - 1)
  return slot
}

function put(hash: number, value: number): void {
  const slot = slotWith(hash)
  // Of two concepts with a stem the first keeps it.
  if ((values[slot] as number) > BEGINNING) return
  keys[slot] = hash
  values[slot] = value
}

function putStem(stem: string, concept: number): void {
  const isWhole = !stem.endsWith('*')
  const { lower: text } = canonicalView(isWhole ? stem : stem.slice(0, -1))
  let hash = HASH_START
  for (let index = 0; index < text.length; index++) {
    hash = hashStep(hash, text.charCodeAt(index))
    put(hash, index + 1 < text.length ? BEGINNING : 2 * (concept + 1) + (isWhole ? 1 : 0))
  }
}

for (const [concept, { stems }] of CONCEPT_STEMS.entries())
  for (const stem of stems.split(/\s+/)) if (stem !== '') putStem(stem, concept)
