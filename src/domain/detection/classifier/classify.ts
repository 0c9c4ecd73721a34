import type { LinearModel } from './linear-model.ts'
import { windowDoublings, windowsOf } from './text-windows.ts'
import { WindowReader } from './window-margins.ts'

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

/** Working memory, under half a megabyte: shared, since a text is judged without interruption. */
const reader = new WindowReader()

/**
 * Probability-like score that canonical text holds an instruction aimed at a model (injection or jailbreak): `View.lower`, the case folded, with the windows it was read in.
 * A detector: it may raise an obligation and grants nothing. Linear in the text.
 */
export function classifyText(model: LinearModel, text: string): Classified {
  if (text.length > TEXT_CHARS_MAX) throw new Error(`text of ${text.length} characters was not bounded by its reader`)
  const spans = windowsOf(text)
  if (spans.length === 0) return { score: 0, windows: [] }
  const allowance = model.perDoubling * windowDoublings(spans.length)
  const margins = reader.marginsOf(model, text, spans)
  const strongest = margins.reduce((most, margin) => Math.max(most, margin), -Infinity)
  const windows = spans.map(({ start, end }, at) => {
    return { start, end, score: sigmoid(model.slope * (margins[at] as number) + model.intercept) }
  })
  return { score: sigmoid(model.slope * strongest + model.intercept + allowance), windows }
}

function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x))
}
