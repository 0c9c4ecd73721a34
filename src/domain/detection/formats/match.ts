/** A span of a text that a detector recognised: UTF-16 code units of the text that was searched, half-open; score 0 to 1. */
export interface Match {
  readonly detector: string
  readonly start: number
  readonly end: number
  readonly score: number
}

/** Matches in order, without those that begin inside an earlier one; of two at one place the longer stays. */
export function withoutOverlaps(matches: readonly Match[]): readonly Match[] {
  const sorted = matches.toSorted((a, b) => a.start - b.start || b.end - a.end)
  const kept: Match[] = []
  let end = 0
  for (const match of sorted) {
    if (match.start < end) continue
    kept.push(match)
    end = match.end
  }
  return kept
}
