/** Where something was found in the texts as one. */
interface Span {
  readonly start: number
  readonly end: number
}

/** A stretch of what was judged, and where that which it stands for began. */
interface Stretch {
  readonly from: number
  readonly text: string
  readonly isKept: boolean
}

/**
 * Texts that were judged as one, each as it may go on. What was not changed stays in its own text, and what came in the place of a
 * finding stands in the text in which the finding begins. Whatever the spans say, together the texts are what was judged.
 */
export function spreadJudged(texts: readonly string[], judged: string, found: readonly Span[] = []): readonly string[] {
  const whole = texts.join('')
  if (whole === judged) return texts
  const stretches = align(whole, judged, merged(found)) ?? align(whole, judged, [changedSpan(whole, judged)]) ?? []
  let from = 0
  return texts.map((text, index) => {
    const to = from + text.length
    const isLast = index === texts.length - 1
    const own = stretches.map((stretch) => {
      if (stretch.isKept) return stretch.text.slice(Math.max(0, from - stretch.from), Math.max(0, to - stretch.from))
      return stretch.from >= from && (stretch.from < to || isLast) ? stretch.text : ''
    })
    from = to
    return own.join('')
  })
}

/** What was judged as the stretches between the spans and what stands in their place; undefined where it cannot be read so. */
function align(whole: string, judged: string, spans: readonly Span[]): readonly Stretch[] | undefined {
  const stretches: Stretch[] = []
  let from = 0
  let at = 0
  for (const [index, { start, end }] of spans.entries()) {
    const before = whole.slice(from, start)
    const after = whole.slice(end, spans[index + 1]?.start)
    const next = index === spans.length - 1 ? judged.length - after.length : judged.indexOf(after, at + before.length)
    if (!judged.startsWith(before, at) || next < at + before.length) return undefined
    stretches.push({ from, text: before, isKept: true })
    stretches.push({ from: start, text: judged.slice(at + before.length, next), isKept: false })
    from = end
    at = next
  }
  const last = whole.slice(from)
  return judged.slice(at) === last ? [...stretches, { from, text: last, isKept: true }] : undefined
}

function merged(spans: readonly Span[]): readonly Span[] {
  const all: Span[] = []
  for (const { start, end } of spans.toSorted((left, right) => left.start - right.start)) {
    const last = all.at(-1)
    if (last === undefined || start > last.end) all.push({ start, end })
    else all[all.length - 1] = { start: last.start, end: Math.max(last.end, end) }
  }
  return all
}

/** From the first difference to the last. */
function changedSpan(whole: string, judged: string): Span {
  const shorter = Math.min(whole.length, judged.length)
  let head = 0
  while (head < shorter && whole[head] === judged[head]) head++
  let tail = 0
  while (tail < shorter - head && whole[whole.length - 1 - tail] === judged[judged.length - 1 - tail]) tail++
  return { start: head, end: whole.length - tail }
}
