export interface TextSpan {
  readonly start: number
  readonly end: number
}

const SENTENCE_CHARS_MAX = 2_000
const SENTENCES_MAX = 5_000
const ABBREVIATIONS = new Set(
  'mr mrs ms dr prof st vs etc eg ie cf fig no vol pp approx dept inc ltd co corp jr sr bzw usw ca nr str abs art al ed eds ex env av mme mlle sra sr dra núm pág'.split(
    ' ',
  ),
)

/**
 * Sentences of a text as raw spans without surrounding white space: ended by `.`, `!`, `?`, their CJK forms or a line end, not by
 * abbreviations, initials, decimals or numbered list heads; markers such as `[1]` behind the full stop belong to the sentence.
 */
export function splitSentences(text: string): readonly TextSpan[] {
  const spans: TextSpan[] = []
  let start = 0
  for (let index = 0; index < text.length && spans.length < SENTENCES_MAX; index++) {
    if (!isEnd(text, index) && index - start < SENTENCE_CHARS_MAX) continue
    const end = text[index] === '\n' ? index + 1 : markersEnd(text, index + 1)
    push(spans, text, start, end)
    start = end
    index = end - 1
  }
  if (spans.length < SENTENCES_MAX) push(spans, text, start, text.length)
  return spans
}

function push(spans: TextSpan[], text: string, from: number, to: number): void {
  let start = from
  let end = to
  while (start < end && text.charCodeAt(start) <= 32) start += 1
  while (end > start && text.charCodeAt(end - 1) <= 32) end -= 1
  if (end > start) spans.push({ start, end })
}

function isEnd(text: string, index: number): boolean {
  const char = text.charAt(index)
  if (char === '\n' || char === '。' || char === '！' || char === '？') return true
  if (char !== '.' && char !== '!' && char !== '?') return false
  if (!/^["'”’»)\]]{0,3}(?:\s|\[|$)/.test(text.slice(index + 1, index + 6))) return false
  if (char !== '.') return true
  const word = /(?:^|[\s(["'])([\p{L}\d.]{1,20})$/u.exec(text.slice(Math.max(0, index - 21), index))?.[1] ?? ''
  return (
    !ABBREVIATIONS.has(word.replaceAll('.', '').toLowerCase()) &&
    !/^(?:\p{Lu}|\d{1,2}|(?:\p{L}\.){1,4}\p{L})$/u.test(word)
  )
}

/** Closing quotes and citation markers behind a full stop. */
function markersEnd(text: string, from: number): number {
  return from + (/^["'”’»)\]]{0,3}(?:[ ]?\[[^\]\n]{1,40}\]){0,8}/.exec(text.slice(from, from + 400))?.[0].length ?? 0)
}
