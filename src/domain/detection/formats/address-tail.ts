import { isDigit, isLetter, isUpperAt } from './scan.ts'
import type { Scan } from './scan.ts'

const TAIL_MAX = 96

const TAIL_PART =
  /^(?:[ ,]{0,3}\n?[ >?,\n]{0,8})(?:(?:apt\.?|apartment|suite|ste\.?|unit|flat|floor|fl\.|box|#) ?#?\w{1,6}|\d{3,6}(?:[- ]\d{2,4})?(?!\d)|[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}|[A-Z]\d[A-Z] ?\d[A-Z]\d|\p{Lu}[\p{L}'.’()-]{1,23}(?: (?:d[eiou]s?|del|la|of|and|am|an|der|the|sur|upon) )?|[A-Z]{2}(?![A-Za-z])|nan)/u
const TAIL_PART_LOWER = new RegExp(TAIL_PART.source, 'iu')
const CODE = /(?:^|[^\d])(?:\d{3,6}(?:[- ]\d{2,4})?|[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}|[A-Z]\d[A-Z] ?\d[A-Z]\d)$/
const UNIT = /(?:apt\.?|apartment|suite|ste\.?|unit|flat|floor|#) ?#?\w{1,6}$/i
const PARTS_MAX = 14

/** Over dwelling, town, state and country as far as the last post code or dwelling within 96 characters; else not at all. */
export function tailEnd(scan: Scan, from: number): number {
  const { text } = scan
  const limit = Math.min(text.length, from + TAIL_MAX)
  let index = from
  let end = from
  const isLower = !isUpperAt(scan, nextLetter(text, from, limit))
  const pattern = isLower && from > 0 ? TAIL_PART_LOWER : TAIL_PART
  for (let count = 0; count < PARTS_MAX && index < limit; count++) {
    const hit = pattern.exec(text.slice(index, limit))
    if (hit === null) break
    index += hit[0].trimEnd().length
    if (isLetter(text.charCodeAt(index)) || isDigit(text.charCodeAt(index))) break
    if (CODE.test(hit[0]) || UNIT.test(hit[0])) end = index
  }
  return end === from ? townEnd(text, from) : end
}

function nextLetter(text: string, from: number, limit: number): number {
  let index = from
  while (index < limit && !isLetter(text.charCodeAt(index))) index += 1
  return index
}

/** `, 10115 Berlin` and `, Toronto`: one or two words with capitals behind a comma. */
function townEnd(text: string, from: number): number {
  const hit = /^, ?(?:\d{4,5} )?\p{Lu}[\p{L}'-]{1,23}(?: \p{Lu}[\p{L}'-]{1,23})?/u.exec(text.slice(from, from + 56))
  return hit === null ? from : from + hit[0].length
}
