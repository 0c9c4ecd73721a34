import type { LinkMemory } from '../detection/egress/link-memory.ts'
import { openLinkFrom } from '../detection/links.ts'

// Where a stream may be cut. Both functions see one open segment and look back over bounded windows only.

/** Nothing shorter is a segment of its own. */
const SEGMENT_MIN = 256
/** Before a quiet point this much plain prose stands: no detector looks further across it. */
const QUIET = 192
/** Letters of words: none stands for a digit, and none is another form of an ASCII letter that words are not written in. */
const LETTERS =
  'A-Za-z\\u00c0-\\u024f\\u0370-\\u13ff\\u1780-\\u17ff\\u1e00-\\u1eff\\u3041-\\u309f\\u30a1-\\u30ff\\u3400-\\u9fff\\uac00-\\ud7a3'
const CALM = new RegExp(`^[${LETTERS} ,.;'"!?\\n\\u00a0«»“”‘’…、。《》「」『』，！？；\\u200c\\u200d]*$`)
const DIGIT = /\p{Nd}/u
/**
 * A number of five digits at most with a word on either side: no format is so short, and none goes on beyond a word but by what is
 * said of it nearby. At the left edge of what is looked at the rest of a longer one may stand, too far away to matter.
 */
const BETWEEN = `[ ,.;!?\\n"']{1,3}`
const PLAIN_NUMBER = new RegExp(
  `(?<=[${LETTERS}]{2}${BETWEEN})(?:[0-9]{1,2}[.,][0-9]{1,3}|[0-9]{1,4})(?=${BETWEEN}[${LETTERS}]{2})|^[0-9]+`,
  'g',
)
/** Behind the last digit; what words say of a number is looked for nearer to it (`identifier-context.ts`, `phone.ts`). */
const NUMBER_QUIET = 48
const WORD_MAX = 24
const PEM_MAX = 16_384
/** Behind these a sentence has ended, with a space or without one. */
const STOPS = '.!?…؟۔।။።։'
const WIDE_STOPS = '。！？'

export interface QuietPoint {
  /** The first place where a sentence or line ends and no detector looks across; undefined where there is none yet. */
  readonly cut: number | undefined
  /** Where to look on when more has come. */
  readonly from: number
}

/**
 * Looks, behind `from`, for a place with plain words before it and no bracket, tag or key block open. Where something is open, it
 * is asked again once an eighth has come to it: the whole would be read at each sentence otherwise. `isPlain`: nothing that plain
 * words and small numbers can be, names, addresses and dates, is acted on.
 */
export function quietPoint(text: string, from: number, isPlain = false, links?: LinkMemory): QuietPoint {
  let at = Math.max(from, SEGMENT_MIN)
  for (; at < text.length; at++) {
    if (!isEnd(text, at) || !isCalm(text.slice(at - QUIET, at), isPlain)) continue
    const before = text.slice(0, at)
    if (openFrom(before, links) === at) return { cut: at, from: 0 }
    at += at >> 3
  }
  return { cut: undefined, from: at }
}

/** A line or a sentence ends before a place. Scripts without spaces between words end them with their own signs, or with a space. */
function isEnd(text: string, at: number): boolean {
  const code = text.charCodeAt(at - 1)
  if (code === 32) return STOPS.includes(text.charAt(at - 2)) || isWord(text.charCodeAt(at - 2))
  return code === 10 || WIDE_STOPS.includes(text.charAt(at - 1))
}

function isCalm(text: string, isPlain: boolean): boolean {
  const words = isPlain && isPlainNumbered(text) ? text.replace(PLAIN_NUMBER, '') : text
  return CALM.test(words) && !DIGIT.test(words) && !hasLongWord(words) && !isSpread(words)
}

const isPlainNumbered = (text: string): boolean => /[0-9]/.test(text) && !/[0-9]/.test(text.slice(-NUMBER_QUIET))

function hasLongWord(text: string): boolean {
  let run = 0
  for (let at = 0; at < text.length; at++) {
    run = isBreak(text.charCodeAt(at)) ? 0 : run + 1
    if (run > WORD_MAX) return true
  }
  return false
}

/** Letters that stand one by one may be a word pulled apart. */
function isSpread(text: string): boolean {
  return SPREAD.test(text)
}

/** In scripts with letters that look like ASCII ones, words of one letter are common: there only the last counts. */
const SPREAD = new RegExp(
  `(?:^|[^A-Za-z])[A-Za-z][^A-Za-z]{1,3}[A-Za-z](?:[^A-Za-z]|$)|[^${LETTERS}][\\u0370-\\u06ff][^${LETTERS}]{1,3}$`,
)

/** Start of the earliest construct that is open at the end: a link, a tag, a style, a key block. */
function openFrom(text: string, links: LinkMemory | undefined): number {
  const open = openLinkFrom(text, links)
  const key = text.lastIndexOf('-----BEGIN')
  const isKeyOpen = key >= 0 && text.length - key <= PEM_MAX && text.indexOf('-----END', key) < 0
  return isKeyOpen ? Math.min(open, key) : open
}

/** Longest span or context of the short formats, and then some. */
const HOLD = 160
const TOKEN_MIN = 16
const LINES_MAX = 1_000

/** Letters in a row from which a prompt or canary counts as repeated; fewer at the end may be its beginning. */
const LEAK_LETTERS = 32
const LETTER = new RegExp(`[${LETTERS}]`)
/** Words behind which plain words can be a secret, such as a recovery phrase. */
const NAMES_A_SECRET = /mnemonic|phrase|passw|pwd|secret|token|key|credential|seed|pin\b/i

/**
 * Up to where an open segment is settled: nothing that may still arrive changes what is found before it. `isPlain`: nothing that
 * plain words alone can be, names and addresses, is acted on. Then only a repeated prompt can begin in plain words.
 */
export function heldFrom(text: string, isPlain = false, links?: LinkMemory): number {
  const near = isPlain ? proseFrom(text) : text.length - HOLD
  if (near <= 0) return 0
  return Math.min(openFrom(text, links), tokenFrom(text, near), spreadFrom(text, near))
}

/** In plain words the last that may be the beginning of a repeated prompt, else all that a short format may span. */
function proseFrom(text: string): number {
  const far = text.length - HOLD
  const tail = text.slice(Math.max(0, far))
  if (!isCalm(tail, true) || NAMES_A_SECRET.test(tail)) return far
  let at = text.length
  for (let letters = 0; at > 0 && letters < LEAK_LETTERS; at--) if (LETTER.test(text.charAt(at - 1))) letters += 1
  return at
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
  while (start > 0 && !isBreak(text.charCodeAt(start - 1))) start -= 1
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

/** White space, and letters that are words by themselves: no format and no encoding goes across either. */
function isBreak(code: number): boolean {
  return code === 32 || (code >= 9 && code <= 13) || isWord(code)
}

/** Thai and Lao letters, kana, ideographs, Hangul, and the signs between them. */
function isWord(code: number): boolean {
  if (code < 0xe00) return false
  return (
    code < 0xe50 ||
    (code >= 0xe80 && code < 0xed0) ||
    (code >= 0x3001 && code <= 0x3002) ||
    (code >= 0x3041 && code <= 0x30ff && code !== 0x30a0) ||
    (code >= 0x3400 && code <= 0x9fff) ||
    (code >= 0xac00 && code <= 0xd7a3)
  )
}

/** Letters that look like ASCII ones included. */
function isAlphanumeric(code: number): boolean {
  return (
    (code >= 0x370 && code <= 0x6ff) ||
    (code >= 97 && code <= 122) ||
    (code >= 48 && code <= 57) ||
    (code >= 65 && code <= 90)
  )
}
