import type { Detection, Detector, Task } from './peer.ts'

/** A detector that takes part in a task, under the name that is printed. */
export interface Judge {
  readonly name: string
  readonly task: Task
  readonly detector: Detector
}

/** What a detector said of texts, in their order. A text on which it threw counts as not flagged, and is counted. */
export interface Judged {
  readonly detections: readonly Detection[]
  readonly threw: number
}

export async function judgeAll(detector: Detector, texts: readonly string[]): Promise<Judged> {
  const detections: Detection[] = []
  let threw = 0
  for (const text of texts)
    try {
      detections.push(await detector.detect(text))
    } catch {
      // A peer that fails lets the text pass, as its caller would see it.
      detections.push({ isFlagged: false, spans: () => [] })
      threw += 1
    }
  return { detections, threw }
}

export function flaggedCount({ detections }: Judged): number {
  return detections.filter(({ isFlagged }) => isFlagged).length
}

/** Share of positives at or above the lowest threshold that flags at most `rate` of the benign; undefined without scores. */
export function recallAt(
  rate: number,
  benign: readonly Detection[],
  positives: readonly Detection[],
): number | undefined {
  const scoresOf = (detections: readonly Detection[]): readonly number[] =>
    detections.flatMap(({ score }) => (score === undefined ? [] : [score]))
  const scores = scoresOf(benign).toSorted((left, right) => right - left)
  const own = scoresOf(positives)
  if (scores.length === 0 || scores.length < benign.length || own.length < positives.length) return undefined
  const allowed = Math.floor(rate * scores.length)
  // The first score that may not be flagged: everything strictly above it may.
  const barred = scores[allowed] ?? Number.NEGATIVE_INFINITY
  return own.filter((score) => score > barred).length / own.length
}
