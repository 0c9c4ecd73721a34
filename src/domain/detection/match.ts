/** A span of a text that a detector recognised: UTF-16 code units of the text that was searched, half-open; score 0 to 1. */
export interface Match {
  readonly detector: string
  readonly start: number
  readonly end: number
  readonly score: number
}

/** In the order of their starts; a list of one or none is given back itself. */
export function sorted(matches: readonly Match[]): readonly Match[] {
  return matches.length < 2 ? matches : matches.toSorted((a, b) => a.start - b.start)
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

/** Matches in order and without overlaps: of two, the more certain stays, then the longer. */
export function bestWithoutOverlaps(matches: readonly Match[]): readonly Match[] {
  const kept: Match[] = []
  for (const match of matches.toSorted((left, right) => left.start - right.start || right.end - left.end)) {
    let isBeaten = false
    for (let last = kept.at(-1); last !== undefined && match.start < last.end; last = kept.at(-1)) {
      if (!isBetter(match, last)) {
        isBeaten = true
        break
      }
      kept.pop()
    }
    if (!isBeaten) kept.push(match)
  }
  return kept
}

function isBetter(match: Match, than: Match): boolean {
  return match.score !== than.score ? match.score > than.score : match.end - match.start > than.end - than.start
}
