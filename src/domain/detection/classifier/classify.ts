import { CHAR_BUCKETS, Featuriser, WORD_BUCKETS } from './featurise.ts'
import type { LinearModel } from './linear-model.ts'
import { windowDoublings, windowsOf } from './text-windows.ts'

export interface ClassifiedWindow {
  /** UTF-16 units of the canonical text. */
  readonly start: number
  readonly end: number
  /** 0 to 1, as if the window were a text of its own. */
  readonly score: number
}

export interface Classified {
  /** 0 to 1, calibrated on held-out documents; 0 for an empty text. */
  readonly score: number
  readonly windows: readonly ClassifiedWindow[]
}

/** Callers bound their inputs far below; a longer text is a bug, never judged in part. */
const TEXT_CHARS_MAX = 4_194_304

/** Working memory, a megabyte: shared, since a text is judged without interruption. */
const featuriser = new Featuriser()

/**
 * Probability-like score that canonical text holds an instruction aimed at a model (injection or jailbreak): `View.lower`, the case folded, with the windows it was read in.
 * A detector: it may raise an obligation and grants nothing. Linear in the text.
 */
export function classifyText(model: LinearModel, text: string): Classified {
  if (text.length > TEXT_CHARS_MAX) throw new Error(`text of ${text.length} characters was not bounded by its reader`)
  const spans = windowsOf(text)
  if (spans.length === 0) return { score: 0, windows: [] }
  const allowance = model.perDoubling * windowDoublings(spans.length)
  let strongest = -Infinity
  const windows = spans.map(({ start, end }) => {
    const margin = marginOf(model, text, start, end)
    strongest = Math.max(strongest, margin)
    return { start, end, score: sigmoid(model.slope * margin + model.intercept) }
  })
  return { score: sigmoid(model.slope * strongest + model.intercept + allowance), windows }
}

/** Each group's share shrinks with the root of its features, so that a long window is not louder than a short one. */
export function groupNorm(count: number): number {
  return 1 / Math.sqrt(count + 16)
}

function marginOf(model: LinearModel, text: string, start: number, end: number): number {
  featuriser.run(text, start, end)
  const { indices, count } = featuriser
  const { weights } = model
  let chars = 0
  let words = 0
  let concepts = 0
  for (let at = 0; at < count; at++) {
    const entry = indices[at] as number
    const bucket = entry >> 1
    const weight = (entry & 1) === 0 ? (weights[bucket] as number) : -(weights[bucket] as number)
    if (bucket < CHAR_BUCKETS) chars += weight
    else if (bucket < CHAR_BUCKETS + WORD_BUCKETS) words += weight
    else concepts += weight
  }
  return (
    model.bias +
    chars * model.charScale * groupNorm(featuriser.charCount) +
    words * model.wordScale * groupNorm(featuriser.wordCount) +
    concepts * model.conceptScale
  )
}

function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x))
}
