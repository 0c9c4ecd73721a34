export interface Citation {
  /** As in the passages' ids: `1`, `doc-3`. */
  readonly id: string
  /** Raw span of the whole marker. */
  readonly start: number
  readonly end: number
}

const MARKER = /[[(【]\^?([\p{L}\d][^\][()【】\n]{0,80})[\])】]/gu
const CITATIONS_MAX = 1_000
const IDS_MAX = 20

/**
 * Citation markers: `[1]`, `[1, 3-5]`, `[^2]`, `【4】`, and `[doc-3]` or `(doc-3)` for an id that is known or has the form of one.
 * A word in parentheses that is no known id is prose.
 */
export function findCitations(text: string, known: ReadonlySet<string>): readonly Citation[] {
  const citations: Citation[] = []
  for (const match of text.matchAll(MARKER)) {
    const isRound = match[0].startsWith('(')
    // `[label](address)` is a link.
    if (!isRound && text[match.index + match[0].length] === '(') continue
    for (const part of (match[1] ?? '').split(/[,;]/, IDS_MAX))
      for (const id of idsOf(part.trim(), isRound, known))
        citations.push({ id, start: match.index, end: match.index + match[0].length })
    if (citations.length >= CITATIONS_MAX) break
  }
  return citations
}

function idsOf(part: string, isRound: boolean, known: ReadonlySet<string>): readonly string[] {
  if (known.has(part)) return [part]
  const range = /^(\d{1,4})\s?[-–]\s?(\d{1,4})$/.exec(part)
  if (range !== null && !isRound) {
    const [from, to] = [Number(range[1]), Number(range[2])]
    return to >= from && to - from < IDS_MAX
      ? Array.from({ length: to - from + 1 }, (_, step) => String(from + step))
      : []
  }
  if (isRound)
    return /^(?:doc|source|src|ref|passage|chunk|kb)[-_ :#]?\w{1,40}$/i.test(part) && /\d/.test(part) ? [part] : []
  return /^\d{1,3}$/.test(part) || /^(?:\p{L}{1,20}[-_:#])\d{1,6}$/u.test(part) ? [part] : []
}
