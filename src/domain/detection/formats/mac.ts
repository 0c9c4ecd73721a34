import { sorted, type Match } from '../match.ts'
import { HEX, hasClass, isWord, scanOf, type Scan } from './scan.ts'

const PAIRS = 6
const PAIRS_LENGTH = 17

/** EUI-48 addresses: six pairs with one and the same `:` or `-`, or three quads with dots. Longer chains are hashes and are left. */
export function detectMacs(text: string, { joints }: Scan = scanOf(text)): readonly Match[] {
  const matches: Match[] = []
  // Where the last address of each separator ends.
  let from: Map<number, number> | undefined
  for (let index = 0; index < joints.length; index++) {
    const at = joints[index] as number
    const separator = text.charCodeAt(at)
    // The next separator stands behind two digits, or behind four where points do.
    if (text.charCodeAt(at + (separator === POINT ? 5 : 3)) !== separator || at < (from?.get(separator) ?? 0)) continue
    const span = separator === POINT ? quadsAt(text, at) : pairsAt(text, at, text.charAt(at))
    if (span === undefined) continue
    const [start, end] = span
    matches.push({ detector: 'pii/mac', start, end, score: scoreOf(text.slice(start, end)) })
    from ??= new Map()
    from.set(separator, end)
  }
  return sorted(matches)
}

const POINT = 46

type Ends = readonly [start: number, end: number]

/** `at`: the first separator. */
function pairsAt(text: string, at: number, separator: string): Ends | undefined {
  const start = at - 2
  const end = start + PAIRS_LENGTH
  if (start < 0 || end > text.length || !isPairs(text, start, separator)) return undefined
  return isEdge(text, start - 1, separator) && isEdge(text, end, separator) ? [start, end] : undefined
}

function isPairs(text: string, start: number, separator: string): boolean {
  for (let pair = 0; pair < PAIRS; pair++) {
    const at = start + 3 * pair
    if (!hasClass(text.charCodeAt(at), HEX) || !hasClass(text.charCodeAt(at + 1), HEX)) return false
    if (pair < PAIRS - 1 && text[at + 2] !== separator) return false
  }
  return true
}

/** Neither a word nor, for a chain that goes on, another separator with a hexadecimal digit stands there. */
function isEdge(text: string, index: number, separator: string): boolean {
  if (index < 0 || index >= text.length) return true
  if (isWord(text.charCodeAt(index))) return false
  return (
    text[index] !== separator ||
    !(hasClass(text.charCodeAt(index + 1), HEX) && hasClass(text.charCodeAt(index - 1), HEX))
  )
}

function quadsAt(text: string, at: number): Ends | undefined {
  if (at < 4) return undefined
  const start = at - 4
  const end = start + 14
  const span = text.slice(start, end)
  // One letter at least: three groups of four digits are an amount or a date more often.
  if (!/^[0-9a-f]{4}\.[0-9a-f]{4}\.[0-9a-f]{4}$/i.test(span) || !/[a-f]/i.test(span)) return undefined
  return isEdge(text, start - 1, '.') && isEdge(text, end, '.') ? [start, end] : undefined
}

/** All zeros and the broadcast address belong to no device. */
function scoreOf(span: string): number {
  return /^[0:.-]{14,17}$|^[f:.-]{14,17}$/i.test(span) ? 0.4 : 0.95
}
