/** A span of a text, in UTF-16 units. */
export interface TextWindow {
  readonly start: number
  readonly end: number
}

export const WINDOW_CHARS = 640
export const STRIDE_CHARS = 320
/** How far back from its full length a window may end to stop at the end of a sentence. */
const SLACK_CHARS = 160

/** Spans that the borders of other windows cut one into: three at most begin inside of it, and three end there. */
export const SPANS_OF_WINDOW_MAX = 7

/** Overlapping windows that cover every character. A text that fits into one window is one window. */
export function windowsOf(text: string): readonly TextWindow[] {
  if (text.length === 0) return []
  const windows: TextWindow[] = []
  let start = 0
  while (start + WINDOW_CHARS < text.length) {
    const end = sentenceEnd(text, start + WINDOW_CHARS - SLACK_CHARS, start + WINDOW_CHARS)
    windows.push({ start, end })
    start = sentenceEnd(text, start + STRIDE_CHARS - SLACK_CHARS, start + STRIDE_CHARS)
  }
  windows.push({ start, end: text.length })
  return windows
}

/** The last sentence end in `from … to`, or the last space there, or `to`. */
function sentenceEnd(text: string, from: number, to: number): number {
  let space = to
  for (let index = to; index > from; index--) {
    const code = text.charCodeAt(index - 1)
    if (code === 10 || code === 0x3002) return index
    const isSpace = code === 32
    if (isSpace && isStop(text.charCodeAt(index - 2))) return index
    if (isSpace && space === to) space = index
  }
  return space
}

function isStop(code: number): boolean {
  return code === 46 || code === 33 || code === 63
}

const DOUBLINGS_MAX = 3

/**
 * How often the number of windows doubles one, 3 at most: more windows have more chances of a false alarm.
 * SECURITY: bounded, since an attacker can pad a text.
 */
export function windowDoublings(windows: number): number {
  return Math.min(DOUBLINGS_MAX, Math.log2(windows))
}
