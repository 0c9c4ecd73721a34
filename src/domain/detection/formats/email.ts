import { withoutOverlaps } from '../match.ts'
import type { Match } from '../match.ts'
import { NO_WORDS } from './format-words.ts'
import { LOCAL, LOWER, UPPER, hasClass, isAlnum, isLetter, placesOf, scanOf } from './scan.ts'
import type { Scan } from './scan.ts'

const LOCAL_MAX = 64
const DOMAIN_MAX = 253
const LABEL_MAX = 63
/** Final labels of file names that stand after an `@` (images at a scale, pinned modules); none is a top-level domain. */
const NOT_TOP_LEVEL = new Set(
  'png jpg jpeg gif svg webp avif js mjs cjs ts mts jsx tsx json yaml yml css scss html htm xml txt pdf lock map'.split(
    ' ',
  ),
)
/** What people write an address in words with; the common providers' and countries' top-level domains. */
const SPELLED_TOP_LEVEL = new Set(
  'com net org edu gov io co de uk fr es it nl pl eu us ca in au br jp cn ru ch at be se no dk fi pt cz info me dev ai app'.split(
    ' ',
  ),
)

/**
 * Mail addresses (RFC 5321 limits: local part 64, domain 253, label 63; unquoted local part), and addresses in words such
 * as `name (at) domain (dot) com`. Case-insensitive.
 */
export function detectEmails(text: string, scan: Scan = scanOf(text)): readonly Match[] {
  const plain = plainEmails(text)
  if (scan.words === NO_WORDS) return plain
  const spelled = spelledEmails(scan)
  return spelled.length === 0 ? plain : withoutOverlaps([...plain, ...spelled])
}

function plainEmails(text: string): readonly Match[] {
  const matches: Match[] = []
  let last = 0
  for (let at = text.indexOf('@'); at >= 0; at = text.indexOf('@', at + 1)) {
    const start = localStart(text, at, last)
    if (start === at) continue
    const end = domainEnd(text, at + 1)
    if (end < 0 || isCredential(text, start) || isRemote(text, end)) continue
    matches.push({ detector: 'pii/email', start, end, score: 1 })
    last = end
  }
  return matches
}

/** Where the local part before `at` begins; `at` itself where there is none. */
function localStart(text: string, at: number, floor: number): number {
  let start = at
  while (start > floor && at - start <= LOCAL_MAX && hasClass(text.charCodeAt(start - 1), LOCAL)) start -= 1
  if (at - start > LOCAL_MAX) return at
  while (start < at && !isAlnum(text.charCodeAt(start)) && text[start] !== '_') start += 1
  return text[at - 1] === '.' || text.slice(start, at).includes('..') ? at : start
}

/** The end of a domain of two labels or more whose last is a top-level domain by its form; -1 where there is none. */
function domainEnd(text: string, start: number): number {
  let end = start
  while (end < text.length && end - start <= DOMAIN_MAX && isDomain(text.charCodeAt(end))) end += 1
  while (end > start && !isAlnum(text.charCodeAt(end - 1)) && !isLetter(text.charCodeAt(end - 1))) end -= 1
  const labels = text.slice(start, end).toLowerCase().split('.')
  const top = labels.at(-1) ?? ''
  if (labels.length < 2 || labels.some((label) => label === '' || label.length > LABEL_MAX || label.startsWith('-')))
    return -1
  return /^(?:[a-z]{2,24}|xn--[a-z0-9]{2,40})$/.test(top) && !NOT_TOP_LEVEL.has(top) ? end : -1
}

function isDomain(code: number): boolean {
  return isAlnum(code) || code === 46 || code === 45 || (code >= 0xc0 && code < 0x250)
}

/** `scheme://user:password@host`: what stands before the `@` is no mailbox. */
function isCredential(text: string, start: number): boolean {
  const head = text.slice(Math.max(0, start - LOCAL_MAX), start)
  return /:\/\/[^\s/@]{0,64}:?$/.test(head) && !head.endsWith('mailto:')
}

/** `git@host.example:path` and `user@host.example:22/` name a remote shell, not a mailbox. */
function isRemote(text: string, end: number): boolean {
  return text[end] === ':' && /^[\w~/.{$<]$/.test(text.charAt(end + 1))
}

const SPELLED_MAX = 48
const SPELLED_AT =
  /([a-z0-9](?:[a-z0-9._+-]{0,40}[a-z0-9])?) ?(?:[([{<] ?at ?[)\]}>]| at |@) ?((?:[a-z0-9-]{1,30} ?(?:[([{<] ?dot ?[)\]}>]| dot |\.) ?){0,2}[a-z0-9-]{1,30}) ?$/

/** Words that stand before `at` in a sentence: what follows is a place. */
const NO_MAILBOX =
  /^(?:me|us|you|him|her|them|it|one|out|more|here|there|online|now|only|also|and|or|everything|be|been|is|was|are|were|found|available|(?:look|arriv|find|reach|visit|meet|see|host|locat)(?:e|s|es|ed|ing)?)$/

function spelledEmails(scan: Scan): readonly Match[] {
  const { text } = scan
  const matches: Match[] = []
  let last = 0
  for (const dot of placesOf(scan, 'dot')) {
    const dotted = spelledDot(text, dot)
    if (dotted === undefined || dotted.start < last) continue
    const from = Math.max(last, dotted.start - SPELLED_MAX * 2)
    const head = SPELLED_AT.exec(scan.window(from, dotted.start))
    if (head === null || (!dotted.isBracketed && / at /.test(head[0]) && NO_MAILBOX.test(head[1] ?? ''))) continue
    const start = from + head.index
    if (start > 0 && isAlnum(text.charCodeAt(start - 1))) continue
    matches.push({ detector: 'pii/email', start, end: dotted.end, score: 0.85 })
    last = dotted.end
  }
  bracketedAts(matches, scan)
  return matches
}

/** `(dot) com` or ` dot com` around `dot`, and the span from the bracket to the end of the top-level domain. */
function spelledDot(
  text: string,
  dot: number,
): { readonly start: number; readonly end: number; readonly isBracketed: boolean } | undefined {
  const opener = text.charAt(dot - 1)
  const isBracketed = '([{<'.includes(opener) && opener !== ''
  if (!isBracketed && opener !== ' ') return undefined
  let index = dot + 3
  if (isBracketed) {
    if (!')]}>'.includes(text.charAt(index)) || index >= text.length) return undefined
    index += 1
  }
  if (text[index] === ' ') index += 1
  else if (!isBracketed) return undefined
  let end = index
  while (end < text.length && end - index < 8 && hasClass(text.charCodeAt(end), LOWER | UPPER)) end += 1
  if (!SPELLED_TOP_LEVEL.has(text.slice(index, end).toLowerCase())) return undefined
  let start = dot - 1
  if (text[start - 1] === ' ' && start > 0) start -= 1
  return { start, end, isBracketed }
}

/** `name(at)domain.com`: the sign in words, the dot as it is. */
function bracketedAts(matches: Match[], scan: Scan): void {
  const { text } = scan
  const places = [...placesOf(scan, '(at)'), ...placesOf(scan, '[at]'), ...placesOf(scan, '{at}')]
  for (const at of places.toSorted((left, right) => left - right)) {
    const before = text[at - 1] === ' ' ? at - 1 : at
    const after = text[at + 4] === ' ' ? at + 5 : at + 4
    const start = localStart(text, before, 0)
    const end = domainEnd(text, after)
    if (start < before && end > 0) matches.push({ detector: 'pii/email', start, end, score: 0.9 })
  }
}
