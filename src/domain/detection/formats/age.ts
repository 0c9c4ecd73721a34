import type { Match } from '../match.ts'
import { after, before, isBehindNumber, isLetter, isWord, scanOf } from './scan.ts'
import type { Scan } from './scan.ts'

const AGE_MAX = 120
const AGE_AFTER =
  /^[ -]?(?:years?|yrs?)[ -]old(?![a-z])|^ ?(?:y\/o|y\.o\.|yo)(?![a-z])|^ (?:jahre alt|ans(?= |[.,])|a[nñ]os(?= de edad)|anni(?= )|jaar oud|lat(?= )|ya[sş][iı]nda)/
const AGE_BEFORE =
  /(?:^|[^a-z])(?:(?:just|i|he|she)(?:'m| am| is|'s)? (?:just )?turn(?:ed|s)?|i'll (?:be|turn)|when (?:i|he|she|they) (?:was|were)|at the age of|(?:my|his|her|patient|patient's) age(?: is|:)|aged?:|\baged) {0,2}$/

/** Ages of people: 1 to 120 with words such as `years old`, `y/o`, `at the age of`, `just turned`. */
export function detectAges(text: string, scan: Scan = scanOf(text)): readonly Match[] {
  const { runs } = scan
  const matches: Match[] = []
  for (let run = 0; run < runs.length; run += 2) {
    const start = runs[run] ?? 0
    const end = runs[run + 1] ?? 0
    if (end - start > 3 || isWord(text.charCodeAt(start - 1)) || isFraction(text, start, end)) continue
    const age = Number(text.slice(start, end))
    if (age < 1 || age > AGE_MAX) continue
    const next = text.charCodeAt(end)
    const isUnit = next === 45 || next === 121 || (next === 32 && isLetter(text.charCodeAt(end + 1)))
    const hit = isUnit ? AGE_AFTER.exec(after(scan, end, 16)) : null
    if (hit !== null) matches.push({ detector: 'pii/age', start, end, score: 0.6 })
    else if (
      !isWord(next) &&
      !isBehindNumber(scan, start) &&
      AGE_BEFORE.test(before(scan, start, 28)) &&
      !/^ ?(?:%|°|deg)/.test(after(scan, end, 4))
    )
      matches.push({ detector: 'pii/age', start, end, score: 0.6 })
  }
  return matches
}

function isFraction(text: string, start: number, end: number): boolean {
  const isDecimal = (at: number, step: number): boolean =>
    (text[at] === '.' || text[at] === ',' || text[at] === '/') && /\d/.test(text.charAt(at + step))
  return isDecimal(start - 1, -1) || isDecimal(end, 1) || text[end] === '%'
}
