export const SPACE = 32
export const WORD_CHAR = 1
export const SENTENCE_END = 2
export const MARK = 3

/** What a UTF-16 unit of canonical text is to the tokeniser. */
export function kindOf(code: number): number {
  if ((code >= 97 && code <= 122) || (code >= 48 && code <= 57) || code === 95) return WORD_CHAR
  if (code <= SPACE) return code === 10 ? SENTENCE_END : 0
  if (code === 46 || code === 33 || code === 63) return SENTENCE_END
  if (code < 0x80) return MARK
  if (code >= 0x2000 && code <= 0x2bff) return MARK
  if (code >= 0x3000 && code <= 0x303f) return code === 0x3002 ? SENTENCE_END : MARK
  if (code === 0x00a0 || code === 0x0964) return SENTENCE_END
  return WORD_CHAR
}

/** Whether a sentence ended right before, so that nothing of what is there matters for what comes. */
export function isSentenceStart(text: string, at: number): boolean {
  const last = text.charCodeAt(at - 1)
  return kindOf(last) === SENTENCE_END || (last === SPACE && kindOf(text.charCodeAt(at - 2)) === SENTENCE_END)
}

/** Whether a word or a run of marks may go on across this place. */
export function isInsideToken(text: string, at: number): boolean {
  const kind = kindOf(text.charCodeAt(at - 1))
  return (kind === WORD_CHAR || kind === MARK) && kind === kindOf(text.charCodeAt(at))
}
