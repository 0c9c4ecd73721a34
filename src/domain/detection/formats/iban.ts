import type { Match } from '../match.ts'
import { UPPER, LOWER, hasClass, isAlnum, isDigit, scanOf } from './scan.ts'
import type { Scan } from './scan.ts'

/** Country and length of its IBAN (ISO 13616 registry). */
const IBAN_LENGTHS: ReadonlyMap<string, number> = new Map(
  (
    'ad24 ae23 al28 at20 az28 ba20 be16 bg22 bh22 bi27 br29 by28 ch21 cr22 cy28 cz24 de22 dj27 dk18 do28 ee20 eg29 es24 fi18 ' +
    'fk18 fo18 fr27 gb22 ge22 gi23 gl18 gr27 gt28 hn28 hr21 hu28 ie22 il23 iq23 is26 it27 jo30 kw30 kz20 lb28 lc32 li21 lt20 ' +
    'lu20 lv21 ly25 mc27 md24 me22 mk19 mn20 mr27 mt31 mu30 ni28 nl18 no15 om23 pk24 pl28 ps29 pt25 qa29 ro24 rs22 ru33 sa24 ' +
    'sc31 sd18 se24 si19 sk24 sm27 so23 st25 sv28 tl23 tn24 tr26 ua29 va22 vg24 xk20 ye30'
  )
    .split(' ')
    .map((entry) => [entry.slice(0, 2), Number(entry.slice(2))]),
)

/** IBANs of the registry's countries and lengths with ISO 7064 MOD 97-10, compact or with single spaces or hyphens, in any case. */
export function detectIbans(text: string, scan: Scan = scanOf(text)): readonly Match[] {
  const { runs } = scan
  const matches: Match[] = []
  let last = 0
  for (let run = 0; run < runs.length; run += 2) {
    const digits = runs[run] as number
    const start = digits - 2
    if (start < last || (runs[run + 1] as number) - digits < 2) continue
    if (!isLetterAt(text, start) || !isLetterAt(text, start + 1)) continue
    if (start > 0 && isAlnum(text.charCodeAt(start - 1))) continue
    const length = IBAN_LENGTHS.get(text.slice(start, start + 2).toLowerCase())
    if (length === undefined) continue
    // Twice its length with single separators, and what stands behind.
    const passing = passingEnd(scan.window(start, start + 2 * length + 1), length)
    if (passing < 0) continue
    const end = start + passing
    matches.push({ detector: 'pii/iban', start, end, score: 1 })
    last = end
  }
  return matches
}

function isLetterAt(text: string, index: number): boolean {
  return hasClass(text.charCodeAt(index), UPPER | LOWER)
}

/** The end of `length` characters with single separators whose check digits are right; -1 where they are not. */
function passingEnd(lower: string, length: number): number {
  let compact = ''
  let index = 0
  for (; index < lower.length && compact.length < length; index++) {
    const code = lower.charCodeAt(index)
    if (isAlnum(code)) compact += lower.charAt(index)
    else if ((code !== 32 && code !== 45) || !isAlnum(lower.charCodeAt(index + 1))) return -1
  }
  if (compact.length !== length || (index < lower.length && isAlnum(lower.charCodeAt(index)))) return -1
  return passesMod97(compact) ? index : -1
}

/** ISO 7064 MOD 97-10 with the country and check digits moved to the end; letters count from a = 10. */
function passesMod97(compact: string): boolean {
  let remainder = 0
  for (let index = 0; index < compact.length; index++) {
    const code = compact.charCodeAt((index + 4) % compact.length)
    remainder = isDigit(code) ? (remainder * 10 + code - 48) % 97 : (remainder * 100 + code - 87) % 97
  }
  return remainder === 1
}
