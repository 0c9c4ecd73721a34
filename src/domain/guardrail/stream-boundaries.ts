// Where a stream may be cut. Both functions see one open segment and look back over bounded windows only.

/** Nothing shorter is a segment of its own. */
const SEGMENT_MIN = 256
/** Before a quiet point this much plain prose stands: no detector looks further across it. */
const QUIET = 192
const CALM = /^[A-Za-z\u00c0-\u024f ,.;'"!?\n]*$/
const WORD_MAX = 24
const LABEL_MAX = 1_000
const TAG_MAX = 4_096
const PEM_MAX = 16_384

/**
 * The first place, behind `from`, where a sentence or line ends and no detector looks across: plain words before it, no
 * bracket, tag or key block open. Undefined where there is none yet.
 */
export function quietPoint(text: string, from: number): number | undefined {
  for (let at = Math.max(from, SEGMENT_MIN); at < text.length; at++) {
    const code = text.charCodeAt(at - 1)
    const ends = code === 10 || (code === 32 && /[.!?]/.test(text.charAt(at - 2)))
    if (ends && isQuiet(text, at)) return at
  }
  return undefined
}

function isQuiet(text: string, at: number): boolean {
  const before = text.slice(at - QUIET, at)
  return CALM.test(before) && !hasLongWord(before) && !isSpread(before) && openFrom(text, at) === at
}

function hasLongWord(text: string): boolean {
  let run = 0
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    run = code === 32 || code === 10 ? 0 : run + 1
    if (run > WORD_MAX) return true
  }
  return false
}

/** Letters that stand one by one may be a word pulled apart. */
function isSpread(text: string): boolean {
  return /(?:^|[^A-Za-z])[A-Za-z][^A-Za-z]{1,3}[A-Za-z](?:[^A-Za-z]|$)/.test(text)
}

/** Start of the earliest construct that is open at `at`: a bracketed label, a tag, a key block; `at` where none is. */
function openFrom(text: string, at: number): number {
  let open = at
  const hold = (start: number, max: number): void => {
    if (start >= 0 && at - start <= max) open = Math.min(open, start)
  }
  const bracket = text.lastIndexOf('[', at - 1)
  if (bracket > text.lastIndexOf(']', at - 1)) hold(firstOpen(text, bracket, at), LABEL_MAX)
  const target = text.lastIndexOf('](', at - 1)
  if (target >= 0 && !isClosed(text, ')', target, at)) hold(text.lastIndexOf('[', target), LABEL_MAX + TAG_MAX)
  const tag = text.lastIndexOf('<', at - 1)
  if (tag > text.lastIndexOf('>', at - 1) && /[a-zA-Z/!?]/.test(text.charAt(tag + 1) || 'a')) hold(tag, TAG_MAX)
  const key = text.lastIndexOf('-----BEGIN', at - 1)
  if (key >= 0 && !isClosed(text, '-----END', key, at)) hold(key, PEM_MAX)
  return open
}

function isClosed(text: string, mark: string, from: number, at: number): boolean {
  const end = text.indexOf(mark, from)
  return end >= 0 && end < at
}

/** Brackets within a label: the outermost one that is near. */
function firstOpen(text: string, bracket: number, at: number): number {
  let open = bracket
  for (let step = 0; step < 8; step++) {
    const before = text.lastIndexOf('[', open - 1)
    if (before < 0 || at - before > LABEL_MAX || text.slice(before, open).includes(']')) break
    open = before
  }
  return text[open - 1] === '!' ? open - 1 : open
}

/** Longest span or context of the short formats, and then some. */
const HOLD = 160
const TOKEN_MIN = 16
const LINES_MAX = 1_000

/** Up to where an open segment is settled: nothing that may still arrive changes what is found before it. */
export function heldFrom(text: string): number {
  const near = text.length - HOLD
  if (near <= 0) return 0
  return Math.min(openFrom(text, text.length), tokenFrom(text, near), spreadFrom(text, near))
}

/** Start of the run without white space at a place; encoded lines that follow each other are one run. */
function tokenFrom(text: string, at: number): number {
  let start = wordStart(text, at)
  for (let lines = 0; lines < LINES_MAX; lines++) {
    const gap = /\r?\n[ \t]{0,8}$/.exec(text.slice(Math.max(0, start - 10), start))
    if (gap === null) break
    const end = start - gap[0].length
    const before = wordStart(text, end)
    if (end - before < TOKEN_MIN) break
    start = before
  }
  return start
}

function wordStart(text: string, at: number): number {
  let start = at
  while (start > 0 && !isSpace(text.charCodeAt(start - 1))) start -= 1
  return start
}

/** Start of a row of short tokens (letters one by one, codes) that leads up to a place. */
function spreadFrom(text: string, at: number): number {
  let start = at
  for (;;) {
    let gap = start
    while (gap > 0 && start - gap < 3 && !isAlphanumeric(text.charCodeAt(gap - 1))) gap -= 1
    let word = gap
    while (word > 0 && gap - word <= 8 && isAlphanumeric(text.charCodeAt(word - 1))) word -= 1
    const isShort = gap - word === 1 || (gap - word >= 1 && gap - word <= 8 && /[0-9]/.test(text.slice(word, gap)))
    if (word === gap || !isShort) return start
    start = word
  }
}

function isSpace(code: number): boolean {
  return code === 32 || (code >= 9 && code <= 13)
}

function isAlphanumeric(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 48 && code <= 57) || (code >= 65 && code <= 90)
}
