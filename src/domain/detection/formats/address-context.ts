import { numberEnd, wordStarts } from './address-words.ts'
import type { Part } from './address-words.ts'
import { before, isBehindNumber, isUpperAt } from './scan.ts'
import type { Scan } from './scan.ts'
import { STATES } from './street-words.ts'

const TAIL_MAX = 96

/** `10115 Berlin` behind a comma, or `Springfield, IL 62704`: town with its code. */
export function townWithCode(scan: Scan, start: number, end: number, floor: number): Part | undefined {
  const { text, lower } = scan
  if (end - start !== 5) return undefined
  const state = lower.slice(start - 3, start - 1)
  const isState =
    text[start - 1] === ' ' && STATES.has(state) && isUpperAt(scan, start - 3) && isUpperAt(scan, start - 2)
  if (!isState || (text[start - 4] !== ' ' && text[start - 4] !== '\n')) return undefined
  const comma = text[start - 5] === ',' ? start - 5 : start - 4
  const words = wordStarts(text, comma, floor).filter((at) => isUpperAt(scan, at))
  const town = words[Math.min(words.length, 2) - 1]
  const to = /^-\d{4}(?!\d)/.test(text.slice(end, end + 6)) ? end + 5 : end
  return town === undefined ? undefined : { start: town, end: to, score: 0.6 }
}

const ADDRESS_WORDS =
  /(?:^|[^a-z])(?:(?:address|adresse|direcci[oó]n|indirizzo|endere[cç]o|anschrift|residence)(?: of [\w .'&-]{1,28})?(?: is| to| as|:| with)(?: now| the same:)?|liv(?:e|es|ing|ed) (?:at|on|in)|resid(?:e|es|ing) at|located at|(?:office|store|restaurant|house) is (?:at|on|located at)|(?:ship|deliver|send|sent|mail|return|delivered|moved|shipped) (?:it )?to|meet (?:me|us)? ?at|arrived at|corner of)[ :]{0,2}[^\d\n]{0,24}$/

/** A number within 24 characters behind words of address, and a word with a capital beside it. */
export function afterAddressWords(scan: Scan, start: number, end: number): Part | undefined {
  const { text } = scan
  if (isBehindNumber(scan, start)) return undefined
  const head = before(scan, start, 72)
  if (!/[ \n]$/.test(head) || !ADDRESS_WORDS.test(head) || text[end] === '%') return undefined
  const words = wordStarts(text, start - 1, Math.max(0, start - 26)).filter((at) => isUpperAt(scan, at))
  const nearest = wordStarts(text, start - 1, Math.max(0, start - 26))[0]
  const follows = /^,? \p{Lu}/u.test(text.slice(end, end + 4)) || /^,? \d{1,5},? \p{L}/u.test(text.slice(end, end + 10))
  if (follows) return { start, end: capitalsEnd(scan, end), score: 0.55 }
  if (nearest === undefined || words[0] !== nearest) return undefined
  return { start: words.at(-1) ?? start, end: numberEnd(text, end), score: 0.55 }
}

/** Over words with capitals, small words between them and further numbers. */
function capitalsEnd(scan: Scan, from: number): number {
  const hit = /^(?:,? (?:\d{1,5}[a-z]?|\p{Lu}[\p{L}'.-]{0,23}|d[eiou]s?|del|de la|la|of|the|van|von)){1,8}/u.exec(
    scan.text.slice(from, from + TAIL_MAX),
  )
  return hit === null ? from : from + hit[0].trimEnd().length
}
