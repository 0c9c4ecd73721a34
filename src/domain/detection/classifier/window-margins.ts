import { CHAR_BUCKETS, Featuriser } from './featurise.ts'
import type { LinearModel } from './linear-model.ts'
import { SPANS_OF_WINDOW_MAX, type TextWindow } from './text-windows.ts'
import { isInsideToken, isSentenceStart } from './tokens.ts'

/** Windows that are read in one run: twice as many spans still have numbers. */
const RUN_WINDOWS_MAX = 64
const AGES = SPANS_OF_WINDOW_MAX + 1

/** A tally has the weights by group, then the numbers of features by group. A group is the bucket, shifted: concepts are behind the other two. */
const GROUP_SHIFT = Math.log2(CHAR_BUCKETS)
const CHARS = 0
const WORDS = 1
const CONCEPTS = 2
const COUNTS = 4
const TALLY = 8

/** Each group's share shrinks with the root of its features, so that a long window is not louder than a short one. */
export function groupNorm(count: number): number {
  return 1 / Math.sqrt(count + 16)
}

/**
 * Margins of windows, each as if it were a text of its own; what neighbours have in common is read once. The borders of windows cut
 * a text into spans, and a window has from each of its spans the features that none of its earlier ones had.
 */
export class WindowReader {
  readonly #featuriser = new Featuriser()
  /** Of the span at hand, by how many spans ago a feature was last met. */
  readonly #byAge = new Int32Array(AGES * TALLY)
  /** Of the windows of a run, so far. */
  readonly #byWindow = new Int32Array(RUN_WINDOWS_MAX * TALLY)

  /** Windows as `windowsOf` cuts them. Linear in the text. */
  marginsOf(model: LinearModel, text: string, windows: readonly TextWindow[]): number[] {
    const margins: number[] = []
    while (margins.length < windows.length) {
      const run = runFrom(text, windows, margins.length)
      this.#readRun(model, text, run)
      for (const at of run.keys()) margins.push(this.#marginOf(model, at))
    }
    return margins
  }

  #readRun(model: LinearModel, text: string, run: readonly TextWindow[]): void {
    const featuriser = this.#featuriser
    featuriser.begin(2 * run.length)
    this.#byWindow.fill(0, 0, run.length * TALLY)
    const firstSpans: number[] = []
    const endOf = (at: number): number => run[at]?.end ?? Infinity
    const startOf = (at: number): number => run[at]?.start ?? Infinity
    for (let closed = 0, start = startOf(0); closed < run.length;) {
      while (startOf(firstSpans.length) === start) firstSpans.push(featuriser.span + 1)
      const end = Math.min(endOf(closed), startOf(firstSpans.length))
      featuriser.read(text, start, end)
      this.#tallySpan(model.weights)
      for (let at = closed; at < firstSpans.length; at++) this.#addSpan(at, firstSpans[at] as number)
      while (endOf(closed) === end) closed += 1
      start = end
    }
  }

  #tallySpan(weights: Int8Array): void {
    const { indices, earlier, count, span } = this.#featuriser
    const tallies = this.#byAge
    tallies.fill(0)
    for (let at = 0; at < count; at++) {
      const entry = indices[at] as number
      const bucket = entry >> 1
      const negative = -(entry & 1)
      const place = Math.min(span - (earlier[at] as number), AGES - 1) * TALLY + (bucket >> GROUP_SHIFT)
      // With all bits of `negative` set this is minus the weight.
      tallies[place] = (tallies[place] as number) + (((weights[bucket] as number) ^ negative) - negative)
      tallies[place + COUNTS] = (tallies[place + COUNTS] as number) + 1
    }
  }

  /** A feature that was last met before the window began is new to it. */
  #addSpan(at: number, firstSpan: number): void {
    const oldest = this.#featuriser.span - firstSpan
    for (let place = (oldest + 1) * TALLY; place < AGES * TALLY; place++) {
      const sum = at * TALLY + (place % TALLY)
      this.#byWindow[sum] = (this.#byWindow[sum] as number) + (this.#byAge[place] as number)
    }
  }

  #marginOf(model: LinearModel, at: number): number {
    const sumOf = (group: number): number => this.#byWindow[at * TALLY + group] as number
    return (
      model.bias +
      sumOf(CHARS) * model.charScale * groupNorm(sumOf(CHARS + COUNTS)) +
      sumOf(WORDS) * model.wordScale * groupNorm(sumOf(WORDS + COUNTS)) +
      sumOf(CONCEPTS) * model.conceptScale
    )
  }
}

/** A run ends where the next window begins inside a sentence or this one cuts a word: they would read otherwise what they have in common. */
function runFrom(text: string, windows: readonly TextWindow[], from: number): readonly TextWindow[] {
  let to = from + 1
  for (; to < windows.length && to - from < RUN_WINDOWS_MAX; to++) {
    const { start } = windows[to] as TextWindow
    const { end } = windows[to - 1] as TextWindow
    if (!isSentenceStart(text, start) || isInsideToken(text, end)) break
  }
  return windows.slice(from, to)
}
