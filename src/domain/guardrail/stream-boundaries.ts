import type { LinkMemory } from '../detection/egress/link-memory.ts'
import { openLinkFrom } from '../detection/links.ts'

// Where a stream may be cut. Both functions see one open segment and look back over bounded windows only.

/** Nothing shorter is a segment of its own. */
const SEGMENT_MIN = 256
/** Before a quiet point this much plain prose stands: no detector looks further across it. */
const QUIET = 192
const CALM = /^[A-Za-z\u00c0-\u024f ,.;'"!?\n]*$/
const WORD_MAX = 24
const PEM_MAX = 16_384

/**
 * The first place, behind `from`, where a sentence or line ends and no detector looks across: plain words before it, no
 * bracket, tag or key block open. Undefined where there is none yet.
 */
export function quietPoint(text: string, from: number, links?: LinkMemory): number | undefined {
  for (let at = Math.max(from, SEGMENT_MIN); at < text.length; at++) {
    const code = text.charCodeAt(at - 1)
    const ends = code === 10 || (code === 32 && /[.!?]/.test(text.charAt(at - 2)))
    if (ends && isQuiet(text, at, links)) return at
  }
  return undefined
}

function isQuiet(text: string, at: number, links: LinkMemory | undefined): boolean {
  const before = text.slice(at - QUIET, at)
  return CALM.test(before) && !hasLongWord(before) && !isSpread(before) && openFrom(text.slice(0, at), links) === at
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
const LETTER = /[A-Za-z\u00c0-\u024f]/
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
  if (!CALM.test(tail) || hasLongWord(tail) || isSpread(tail) || NAMES_A_SECRET.test(tail)) return far
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
