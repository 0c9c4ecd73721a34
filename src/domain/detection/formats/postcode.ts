import type { Match } from '../match.ts'
import { before, isAlnum, isBehindNumber, isDigit, isWord, scanOf } from './scan.ts'
import type { Scan } from './scan.ts'

const CONTEXT_CHARS = 28
/** Outward and inward code (Royal Mail: letters by position, the inward code without C I K M O V; GIR 0AA). */
const UK =
  /^(?:GIR ?0AA|(?:[A-PR-UWYZ]\d[\dA-HJKPS-UW]?|[A-PR-UWYZ][A-HK-Y]\d[\dABEHMNPRV-Y]?) ?\d[ABD-HJLNP-UW-Z]{2})$/
/** Canada Post: no D F I O Q U, and no W Z at the front. */
const CANADA = /^[ABCEGHJ-NPRSTVXY]\d[ABCEGHJ-NPRSTV-Z] ?\d[ABCEGHJ-NPRSTV-Z]\d$/
const POSTCODE_CONTEXT =
  /(?:^|[^a-z])(?:zip(?: ?code)?|post ?codes?|postal(?: codes?)?|postleitzahl|plz|code postal|c[oó]digo postal|cap|cep|postnummer|postcode|pin ?code)(?: is| was|:| =|=| number| of)?(?: my| the)?[ :"']{0,3}$/
const NUMERIC =
  /^(?:\d{5}(?:-\d{4})?|\d{4}|\d{3} \d{2}|\d{4}-\d{3}|\d{2}-\d{3}|\d{5}-\d{3}|\d{6}|\d{4} ?[a-z]{2})(?![\w-])/

/** Post codes: British and Canadian by their form, others where a word says so right before. */
export function detectPostcodes(text: string, scan: Scan = scanOf(text)): readonly Match[] {
  const { runs } = scan
  const matches: Match[] = []
  let last = 0
  for (let run = 0; run < runs.length; run += 2) {
    const start = runs[run] ?? 0
    const end = runs[run + 1] ?? 0
    if (start < last || end - start > 6) continue
    const match = end - start <= 2 && isAlnum(text.charCodeAt(end)) ? lettered(text, start) : undefined
    const found = match ?? numeric(scan, start)
    if (found === undefined) continue
    matches.push(found)
    last = found.end
  }
  return matches
}

/** The digit of the inward code stands at `digit`, two letters (British) or letter and digit (Canadian) behind it. */
function lettered(text: string, digit: number): Match | undefined {
  const end = digit + 3
  if (isWord(text.charCodeAt(end)) || text[end] === '-' || end > text.length) return undefined
  let start = digit
  if (text[start - 1] === ' ') start -= 1
  const floor = Math.max(0, start - 4)
  while (start > floor && isAlnum(text.charCodeAt(start - 1))) start -= 1
  if (isWord(text.charCodeAt(start - 1)) || text[start - 1] === '-') return undefined
  const code = text.slice(start, end)
  // Without the space a code looks like any part number.
  if (!code.includes(' ') || !(UK.test(code) || CANADA.test(code))) return undefined
  return { detector: 'pii/postcode', start, end, score: 0.65 }
}

function numeric(scan: Scan, start: number): Match | undefined {
  if (isWord(scan.text.charCodeAt(start - 1)) || isDigit(scan.text.charCodeAt(start - 1))) return undefined
  if (isBehindNumber(scan, start)) return undefined
  const context = before(scan, start, CONTEXT_CHARS)
  if (!/[ :="']$/.test(context) || !POSTCODE_CONTEXT.test(context)) return undefined
  const hit = NUMERIC.exec(scan.lower.slice(start, start + 12))
  return hit === null ? undefined : { detector: 'pii/postcode', start, end: start + hit[0].length, score: 0.65 }
}
