import { AMBIGUOUS_NAMES, GIVEN_NAMES } from './given-names.ts'
import { withoutOverlaps } from '../match.ts'
import type { Match } from '../match.ts'
import { LAST_OF_INTRODUCTION, NO_SURNAME, PARTICLES, SURNAME_ENDINGS, TITLES } from './name-words.ts'
import { after, before, isLetter, isUpperAt, isWord, scanOf } from './scan.ts'
import type { Scan } from './scan.ts'

const NAME_WORD_MAX = 24
const NAME_WORDS_MAX = 5
const CONTEXT_CHARS = 28

/** A run of words that may be a name, and how many of them. */
interface NameRun {
  readonly start: number
  readonly end: number
  readonly words: readonly string[]
}

/**
 * Names of people: a known given name beside a word with a capital, a title, or words such as `my name is`, `Name:`, a
 * mail header or a closing line. A list and context, not a model: many names are missed, and some words are none.
 */
export function detectPersonNames(text: string, scan: Scan = scanOf(text)): readonly Match[] {
  const capitalised = capitalisedNames(scan)
  if (capitalised.words * LOWER_TEXT_UNITS > text.length) return capitalised.matches
  return withoutOverlaps([...capitalised.matches, ...introducedNames(scan)])
}

/** A text with fewer capitalised words than one in so many units is taken for one without capitals. */
const LOWER_TEXT_UNITS = 160

/** Every word with a capital that starts one: titles, given names with a surname, introductions. */
function capitalisedNames(scan: Scan): { readonly matches: readonly Match[]; readonly words: number } {
  const { text } = scan
  const matches: Match[] = []
  // Latin with its extensions, Greek, Cyrillic: scripts with two cases. The engine's search is faster than a loop.
  const letter = /[A-Z\u00c0-\u024f\u0370-\u052f\u1e00-\u1fff]/g
  let words = 0
  while (letter.test(text)) {
    const index = letter.lastIndex - 1
    if (!isUpperAt(scan, index) || isInsideWord(text.charCodeAt(index - 1))) continue
    words += 1
    const end = wordEnd(text, index)
    const run = mayBeName(scan, index, end) ? nameRun(scan, index) : undefined
    const match = run === undefined ? undefined : judge(scan, run)
    if (match !== undefined) matches.push(match)
    letter.lastIndex = match?.end ?? end
  }
  return { matches, words }
}

function isInsideWord(code: number): boolean {
  return isWord(code) || code === 64 || code === 47 || code === 36
}

/** The cheap test before the dear ones: another capital or a point follows, or the word or what stands before it speaks of a name. */
function mayBeName(scan: Scan, start: number, end: number): boolean {
  const { text, lower } = scan
  const next = text.charCodeAt(end)
  if (next === 46 && end - start <= 9) return true
  const word = lower.slice(start, end)
  if (next === 32 && (isUpperAt(scan, end + 1) || PARTICLES_HEAD.includes(lower.charAt(end + 1)))) {
    if (isGivenName(word) || TITLES.has(word)) return true
    const second = lower.slice(end + 1, wordEnd(text, end + 1))
    if (hasSurnameEnding(second) || isAtHome(scan, end + 1 + second.length)) return true
  } else if (isGivenName(trimmed(word))) return true
  return isIntroducible(scan, start)
}

/** First letters of the particles, so that `Maria da Silva` is looked at. */
const PARTICLES_HEAD = 'vdltbiaye'

function trimmed(word: string): string {
  return word.endsWith("'s") || word.endsWith('\u2019s') ? word.slice(0, -2) : word
}

/** Whether the mark or word before `start` is the last of an introduction, a form field or a closing line. */
function isIntroducible({ text, lower }: Scan, start: number): boolean {
  const prior = text.charCodeAt(start - 1)
  if (prior !== 32) return prior === 34 || prior === 39 || prior === 58 || prior === 61 || prior === 10
  const beforeSpace = text.charCodeAt(start - 2)
  if (beforeSpace === 58 || beforeSpace === 61 || beforeSpace === 10 || beforeSpace === 63) return true
  let from = start - 1
  while (from > 0 && start - from < 12 && isNameUnit(text.charCodeAt(from - 1))) from -= 1
  return LAST_OF_INTRODUCTION.has(lower.slice(from, start - 1))
}

function wordEnd(text: string, index: number): number {
  let end = index + 1
  while (end < text.length && end - index <= NAME_WORD_MAX && isNameUnit(text.charCodeAt(end))) end += 1
  return end
}

function isNameUnit(code: number): boolean {
  return (code >= 97 && code <= 122) || code === 39 || code === 45 || code === 8217 || isLetter(code)
}

/** Words with capitals, initials and particles from `start` on, one space apart. */
function nameRun(scan: Scan, start: number): NameRun | undefined {
  const { text, lower } = scan
  const words: string[] = []
  let index = start
  let end = start
  for (let count = 0; count < NAME_WORDS_MAX; count++) {
    const to = nameWordEnd(scan, index)
    const word = lower.slice(index, to)
    const isParticle = count > 0 && PARTICLES.has(word)
    if (word === '' || (!isUpperAt(scan, index) && !isParticle)) break
    words.push(word)
    // A point belongs to an initial or a title; a possessive or a line break ends the name.
    const dot = text[to] === '.' && (word.length <= 2 || TITLES.has(word)) ? 1 : 0
    if (!isParticle) end = to
    if (text[to + dot] !== ' ') break
    if (!isParticle) end = to + dot
    index = to + dot + 1
  }
  while (words.length > 0 && PARTICLES.has(words.at(-1) ?? '')) words.pop()
  return words.length === 0 ? undefined : { start, end, words }
}

/** The end of the word at `index` without a possessive or marks at its end; `index` where it is too long for a name. */
function nameWordEnd({ text, lower }: Scan, index: number): number {
  let to = wordEnd(text, index)
  if (to - index > NAME_WORD_MAX) return index
  if (/['\u2019]s$/.test(lower.slice(to - 2, to))) to -= 2
  while (to > index && !isLetter(text.charCodeAt(to - 1))) to -= 1
  return to
}

function judge(scan: Scan, run: NameRun): Match | undefined {
  const [first = '', second = ''] = run.words
  if (TITLES.has(first)) return titled(scan, run)
  const isGiven = isGivenName(first)
  if (run.words.length > 1 && isGiven && isSurname(scan, run, second)) return matchOf(scan, run, 0.65)
  const context = before(scan, run.start, CONTEXT_CHARS)
  if (isIntroduced(scan, run, context)) return matchOf(scan, run, 0.75)
  if (run.words.length === 2 && hasSurnameEnding(second) && !NO_SURNAME.has(first) && !NO_SURNAME.has(second))
    return matchOf(scan, run, 0.55)
  if (run.words.length === 2 && !NO_SURNAME.has(first) && !NO_SURNAME.has(second) && isAtHome(scan, run.end))
    return matchOf(scan, run, 0.55)
  if (isGiven && isAddressed(scan, run, scan.window(Math.max(0, run.start - CONTEXT_CHARS), run.start)))
    return matchOf(scan, run, 0.55)
  return undefined
}

/** With or without the accents: `Luís` is `luis` in the list. */
function isGivenName(word: string): boolean {
  if (GIVEN_NAMES.has(word)) return true
  for (let index = 0; index < word.length; index++)
    if (word.charCodeAt(index) > 127) return GIVEN_NAMES.has(word.normalize('NFD').replace(/\p{Mn}/gu, ''))
  return false
}

/** The part of a run that is a name: it ends before the first word that no name has. */
function matchOf(scan: Scan, run: NameRun, score: number): Match {
  let end = run.end
  let offset = run.start
  for (const [place, word] of run.words.entries()) {
    const at = scan.lower.indexOf(word, offset)
    if (place > 1 && NO_SURNAME.has(word)) {
      end = offset
      break
    }
    offset = at + word.length
  }
  return { detector: 'pii/person', start: run.start, end: Math.min(end, run.end), score }
}

/** `Dr. Jane Roe`, `Herr Müller`: the title is part of the span only as far as the name follows it. */
function titled(scan: Scan, run: NameRun): Match | undefined {
  const [title = '', name = ''] = run.words
  if (run.words.length < 2 || NO_SURNAME.has(name) || (name.length < 2 && run.words.length < 3)) return undefined
  // `Drive`, `Street`: "St" and "Dr" behind a number belong to an address.
  if (/\d[^\n]{0,24}$/.test(before(scan, run.start, 26)) && title === 'dr') return undefined
  const start = scan.lower.indexOf(name, run.start + title.length)
  return { detector: 'pii/person', start, end: run.end, score: 0.7 }
}

function isSurname(scan: Scan, run: NameRun, second: string): boolean {
  if (NO_SURNAME.has(second) || PARTICLES.has(second)) return !NO_SURNAME.has(second) && run.words.length > 2
  const last = run.words.at(-1) ?? ''
  if (second.length === 1) return run.words.length > 2 && !NO_SURNAME.has(last)
  const at = scan.lower.indexOf(second, run.start + (run.words[0] ?? '').length)
  // Capitals throughout are headings and abbreviations, unless both words are.
  const isShouted = second.length > 1 && isUpperAt(scan, at + 1)
  return second.length > 1 && (!isShouted || isUpperAt(scan, run.start + 1))
}

function hasSurnameEnding(word: string): boolean {
  return word.length >= 5 && SURNAME_ENDINGS.some((ending) => word.endsWith(ending))
}

const SAID =
  /(?:(?:^|[^a-z])(?:my|his|her|their|partner's|(?:maiden|last|first|full|middle|sur|family|given) ?)name(?: is|'s|:)?|(?:^|[^a-z])name(?: is|'s)|(?:^|[^a-z])(?:i am called|calls? me|named (?:him|her|them)|my (?:kid|son|daughter|wife|husband|partner|brother|sister|mother|father|friend|boss|colleague|doctor)|ich hei(?:ß|ss)e|ich bin|mein name ist|je m'appelle|me llamo|mi chiamo|mi nombre es|my name is|nazywam si[eę]|jag heter|jeg heter|jeg hedder|mijn naam is|meu nome [eé]|ad[iı]m|signed by|it's under)) ?(?:mr\.? |mrs\.? |ms\.? |dr\.? )?$/
/** `What is your last name? …`, `… the name on the account? User: …` */
const ANSWER = /(?:^|[^a-z])name(?: on (?:the )?[a-z]{1,12})?\? (?:user: |a: )?$/
const FIELD =
  /(?:^|[\n,{|>?"'_ ])(?:full |first |last |given |family |sur|customer |patient |contact |account |holder |card ?holder )?(?:name|nombre|nom|nome|nachname|vorname|apellidos?|cognome|imi[eę]|nazwisko|attn|patient|employee|cardholder)["']?[:=] ?["']?$/
const HEADER = /(?:^|\n)[> ]{0,4}(?:from|to|cc|bcc|reply-to|von|an|de|à|para|da|author|signed-off-by):["' ]{1,2}$/
const SELF = /(?:^|[^a-z])(?:i'm|i am|this is|it's|soy|je suis|sono)[ ]$/
const GREETING =
  /(?:^|[\n.!?"'>,] ?)(?:hi|hello|hey|dear|hallo|hola|bonjour|ciao|lieber?|sehr geehrte[rs]?|estimad[oa]|cher|ch[eè]re|thanks,?|thank you,?)[ ,]{1,2}$/
const CLOSING =
  /(?:regards|sincerely|best(?: wishes)?|cheers|thanks|thank you|yours(?: truly| faithfully)?|respectfully|grüßen|gruß|cordialement|saludos|saluti|groet(?:en)?),?\s{0,2}\n\s{0,4}$/

/** Words of introduction, a form field or a mail header right before the run; a known name or two words behind `I'm`. */
function isIntroduced(scan: Scan, run: NameRun, context: string): boolean {
  const [first = ''] = run.words
  if (NO_SURNAME.has(first)) return false
  const isKnown = isGivenName(first) || AMBIGUOUS_NAMES.has(first)
  if (SAID.test(context) || ANSWER.test(context)) return true
  if (FIELD.test(context)) return isKnown || (run.words.length > 1 && !NO_SURNAME.has(run.words[1] ?? ''))
  if (HEADER.test(context)) return isKnown || (run.words.length > 1 && isMailBehind(scan, run.end))
  if (SELF.test(context)) return isGivenName(first)
  return CLOSING.test(context) && (isKnown || run.words.length > 1) && isLineEnd(scan, run.end)
}

function isMailBehind(scan: Scan, end: number): boolean {
  return /^["' ]{1,2}[<(][^\s@]{1,64}@/.test(scan.text.slice(end, end + 70))
}

function isLineEnd(scan: Scan, end: number): boolean {
  return /^[ .,]{0,2}(?:\n|\r|$)/.test(scan.text.slice(end, end + 4))
}

const PERSON_AFTER =
  /^(?: (?:said|says|asked|asks|told|replied|shouted|wrote|lives|emailed|had given)(?![a-z])|['’]s (?:address|e-?mail|phone|account|number|birthday|name|wife|husband|mother|father|brother|sister|son|daughter|partner)(?![a-z]))/
const PERSON_BEFORE =
  /(?:^|[^a-z])(?:said|says|asked|told|speak to|speak with|talk to|talk with|talked to|met|emailed|guardian) $/

/** Only people live somewhere and have relatives. */
function isAtHome(scan: Scan, end: number): boolean {
  return /^(?: lives (?:at|in|on) |['\u2019]s (?:wife|husband|mother|father|brother|sister|son|daughter)(?![a-z]))/.test(
    after(scan, end, 16),
  )
}

/** `…, Andrew and John`: a known name follows behind a comma or `and`. */
function isInNameList(behind: string): boolean {
  const next = /^(?:,? and|,) ([^ ,.;:!?()]{2,24})(?![a-z])/.exec(behind)?.[1]
  return next !== undefined && isGivenName(next)
}

/** A single given name that is greeted, or that speaks at the beginning of a line: `Nicole: …`. */
function isAddressed(scan: Scan, run: NameRun, context: string): boolean {
  if (GREETING.test(context) || PERSON_BEFORE.test(context)) return true
  const behind = after(scan, run.end, 28)
  if (PERSON_AFTER.test(behind) || isInNameList(behind)) return true
  const isLine = run.start === 0 || /\n["' >-]{0,3}$/.test(context)
  return isLine && run.words.length === 1 && /^(?:: ?\S|, [a-z])/.test(scan.text.slice(run.end, run.end + 3))
}

const LOWER_INTRODUCTIONS = ['name is ', "name's ", "i'm ", 'name: ', 'call me ', 'mr. ', 'mrs. ', 'ms. ', 'under ']

/** In text without capitals: words of introduction or a title, then a known given name, and one word more. */
function introducedNames(scan: Scan): readonly Match[] {
  const { lower, text } = scan
  const matches: Match[] = []
  for (const words of LOWER_INTRODUCTIONS)
    for (let at = lower.indexOf(words); at >= 0; at = lower.indexOf(words, at + words.length)) {
      const start = at + words.length
      if (isWord(text.charCodeAt(at - 1)) || isUpperAt(scan, start)) continue
      const hit = /^([\p{L}'-]{2,24})( [\p{L}'-]{2,24})?/u.exec(lower.slice(start, start + 50))
      const first = hit?.[1] ?? ''
      const isTitle = words.endsWith('. ')
      if (hit === null || !(GIVEN_NAMES.has(first) || (isTitle && first.length > 2 && !NO_SURNAME.has(first)))) continue
      const rest = (hit[2] ?? '').trim()
      const isFollowed = rest !== '' && rest.length > 2 && GIVEN_NAMES.has(first) && !NO_SURNAME.has(rest)
      matches.push({
        detector: 'pii/person',
        start,
        end: start + (isFollowed ? hit[0].length : first.length),
        score: 0.55,
      })
    }
  return matches
}
