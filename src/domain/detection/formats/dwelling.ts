import { tailEnd } from './address-tail.ts'
import { numberEnd } from './address-words.ts'
import type { Part } from './address-words.ts'
import { before, isLetter, isUpperAt } from './scan.ts'
import type { Scan } from './scan.ts'

const DWELLING =
  /(?:^|[^a-z])(apt\.?|apartment|suite|ste\.?|flat|p\.? ?o\.? ?box|post ?box|postfach|postbus|casilla|apartado|bo[iî]te postale|box|unit|psc) ?#?$/

const DWELLING_WORDS = new Set(
  'apt apartment suite ste flat box postbox pobox postfach postbus casilla apartado postale unit psc'.split(' '),
)

/** `Apt. 595`, `Suite 501`, `P.O. Box 255`, `PSC 0413, Box 8144`, with the street that stands before it on its line. */
export function dwelling(scan: Scan, start: number, end: number, floor: number): Part | undefined {
  const { text } = scan
  const prior = text.charCodeAt(start - 1)
  if (prior !== 32 && prior !== 35) return undefined
  if (prior === 32 && !isDwellingWord(scan, start - 1)) return undefined
  const head = before(scan, start, 18)
  const word = DWELLING.exec(head)?.[1]
  if (word === undefined) return undefined
  const at = start - (head.length - head.lastIndexOf(word))
  const isBox = /box|postfach|postbus|casilla|apartado|postale/.test(word)
  if (/^(?:psc|unit|box)$/.test(word))
    return isMilitary(scan, at, end, word) ? { start: at, end, score: 0.65 } : undefined
  if (isBox) return { start: at, end: numberEnd(text, end), score: 0.65 }
  if (end - start < 2 && !isUpperAt(scan, at)) return undefined
  const street = streetBefore(scan, at, floor)
  const isSure = street < at || word.startsWith('apt') || isLineStart(text, at) || isTailBehind(scan, end)
  return isSure ? { start: street, end: numberEnd(text, end), score: street === at ? 0.5 : 0.65 } : undefined
}

/** `PSC 0413, Box 8144`, `Unit 1009 Box 0219`: either number of a military box. */
function isMilitary(scan: Scan, at: number, end: number, word: string): boolean {
  if (word === 'box') return /(?:psc|unit) \d{1,5},? $/.test(before(scan, at, 14))
  return /^(?:, ?| )box/.test(scan.lower.slice(end, end + 6))
}

/** Whether the word that ends before `end` may close a dwelling: the cheap test before the pattern. */
function isDwellingWord({ text, lower }: Scan, end: number): boolean {
  let from = end
  while (from > 0 && end - from < 10 && (isLetter(text.charCodeAt(from - 1)) || text[from - 1] === '.')) from -= 1
  return DWELLING_WORDS.has(lower.slice(from, end).replace('.', '')) || text[end - 1] === '#'
}

function isLineStart(text: string, index: number): boolean {
  return /(?:^|[\n>?]) {0,4}$/.test(text.slice(Math.max(0, index - 6), index))
}

function isTailBehind(scan: Scan, end: number): boolean {
  return tailEnd(scan, end) > end
}

/** From a dwelling back over its street, at most 64 characters and one line break; to where a digit begins the street. */
function streetBefore(scan: Scan, at: number, floor: number): number {
  const from = Math.max(floor, at - 64)
  const head = scan.text.slice(from, at)
  const hit = /(?:^|[\s>])(\d{1,5}[a-z]?,? [^\n.!?:;]{2,48}?[, ]{0,2}\n?[ >?]{0,8})$/.exec(head)
  if (hit === null) return at
  return at - (hit[1] ?? '').length
}
