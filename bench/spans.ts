/** A half-open range of UTF-16 units. */
export interface Span {
  readonly start: number
  readonly end: number
}

export interface GoldSpan extends Span {
  readonly type: string
}

/** Labelled spans count code points; ours count UTF-16 units. */
export function unitSpans(text: string, spans: readonly GoldSpan[]): readonly GoldSpan[] {
  if (!/[\ud800-\udbff]/.test(text)) return spans
  const offsets = [0]
  for (const char of text) offsets.push((offsets.at(-1) ?? 0) + char.length)
  return spans.map(({ start, end, type }) => ({
    start: offsets[start] ?? text.length,
    end: offsets[end] ?? text.length,
    type,
  }))
}

/** Share of a span that others cover together, 0 to 1. */
export function coverage(span: Span, others: readonly Span[]): number {
  if (span.end <= span.start) return 0
  let covered = 0
  let from = span.start
  for (const { start, end } of others.toSorted((left, right) => left.start - right.start)) {
    const to = Math.min(end, span.end)
    if (to <= from) continue
    covered += Math.max(0, to - Math.max(start, from))
    from = Math.max(from, to)
  }
  return covered / (span.end - span.start)
}

export function touchesAny(span: Span, others: readonly Span[]): boolean {
  return others.some(({ start, end }) => start < span.end && span.start < end)
}

/**
 * Where a redactor that only gives the new text took something out: what stands between its marks is the old text, in
 * order. A kept piece that occurs more than once is taken where it comes first, so an edge may move by some characters;
 * what is covered in total is right. Undefined where the pieces do not fit.
 */
export function removedSpans(text: string, kept: readonly string[]): readonly Span[] | undefined {
  const spans: Span[] = []
  let from = 0
  for (const [index, piece] of kept.entries()) {
    const isLast = index === kept.length - 1
    const at = index === 0 ? 0 : isLast ? text.length - piece.length : text.indexOf(piece, from)
    if (at < from || !text.startsWith(piece, at)) return undefined
    if (at > from) spans.push({ start: from, end: at })
    from = at + piece.length
  }
  return spans
}

/** Every place of every value, at most `most` in total. */
export function placesOf(text: string, values: readonly string[], most = 10_000): readonly Span[] {
  const spans: Span[] = []
  for (const value of new Set(values)) {
    if (value === '') continue
    for (let at = text.indexOf(value); at >= 0 && spans.length < most; at = text.indexOf(value, at + value.length))
      spans.push({ start: at, end: at + value.length })
  }
  return spans
}
