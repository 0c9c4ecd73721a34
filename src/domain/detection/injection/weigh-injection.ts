import type { Classified } from '../classifier/classify.ts'
import type { Readings } from '../readings/readings-of.ts'
import type { Reading } from '../readings/text-reading.ts'
import { combineInjection } from './combine-injection.ts'
import type { InjectionHit, InjectionScore } from './score-injection.ts'

/** A trained classifier over canonical text in lower case; a detector. */
export type ClassifyInjection = (lower: string) => Classified

/** A decoded piece that is shorter holds no instruction. */
const PIECE_MIN = 24
/** Windows from here on are places to look at. */
const WINDOW_MIN = 0.5
/** A heuristic hit of this weight names the place better than a window does. */
const CLEAR_HIT = 0.6

/**
 * Heuristics and classifier as one score, with the places that speak for it. The classifier reads the text and whatever is
 * encoded in it; the strongest reading counts.
 */
export function weighInjection(
  heuristic: InjectionScore,
  { plain, derived }: Readings,
  classify: ClassifyInjection,
): InjectionScore {
  let strongest = scored(classify(plain.view.lower))
  const windows = windowHits(plain, strongest)
  for (const reading of derived) {
    if (reading.text.length < PIECE_MIN) continue
    const classified = scored(classify(reading.view.lower))
    windows.push(...windowHits(reading, classified))
    if (classified.score > strongest.score) strongest = classified
  }
  const score = Math.round(combineInjection(heuristic, strongest) * 10_000) / 10_000
  const unnamed = windows.filter(
    ({ start, end }) => !heuristic.hits.some((hit) => hit.weight >= CLEAR_HIT && hit.start < end && start < hit.end),
  )
  return { ...heuristic, score, hits: [...heuristic.hits, ...apart(unnamed)] }
}

/** A score that is no number is above nothing and would pass all: a fault of whoever made the classifier, and no verdict. */
function scored(classified: Classified): Classified {
  if (classified.score >= 0 && classified.score <= 1) return classified
  throw new TypeError('a classifier gave no score from 0 to 1')
}

function windowHits(reading: Reading, { windows }: Classified): InjectionHit[] {
  return windows
    .filter(({ score }) => score >= WINDOW_MIN)
    .map(({ start, end, score }) => ({ rule: 'classifier', weight: score, ...reading.rawSpan(start, end) }))
}

/** Windows overlap, and readings repeat each other: of two at one place the stronger stays. */
function apart(hits: readonly InjectionHit[]): readonly InjectionHit[] {
  const kept: InjectionHit[] = []
  for (const hit of hits.toSorted((left, right) => left.start - right.start || right.weight - left.weight)) {
    const last = kept.at(-1)
    if (last === undefined || hit.start >= last.end) kept.push(hit)
    else if (hit.weight > last.weight && hit.end > last.end) kept.push(hit)
  }
  return kept
}
