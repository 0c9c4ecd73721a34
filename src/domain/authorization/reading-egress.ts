import type { ArgumentValue } from './argument-role.ts'
import { CARRIED_CHARS_MAX, carriedText, type CarriedText, labelsOf, looksCut, looksEncoded } from './carried-text.ts'
import { isSiteByName, isStated, type FlowEvidence } from './designation.ts'
import { isLinked } from './page-links.ts'
import type { SourceResult } from './read-sources.ts'
import {
  isCode,
  isGeneral,
  isName,
  plainText,
  TELLING_CHARS_MIN,
  tellingWords,
  type TellingWords,
} from './telling-words.ts'
import { hostOf, isSameSite, standsWhole, urlsIn } from './value-forms.ts'

/** `block`: it carries what only the conversation knows; `ask`: words that may as well be anybody's. */
export type Egress = 'block' | 'ask'

const QUERY_CHARS_MIN = 4
/** SECURITY: the bound of the work for a call; with more, it does not pass. */
const TARGETS_MAX = 100

interface Target {
  readonly name: string
  readonly url: URL | undefined
  readonly text: string
}

/**
 * Would reading carry out what the conversation holds? Not to a site that the user named or the manifest opens, nor by a link of
 * a result alone. Any other URL, and whatever goes with it, is held against the results. Pages of the site itself tell it
 * nothing new. SECURITY: the site may be the attacker's.
 */
export function egressOf(
  values: readonly ArgumentValue[],
  evidence: FlowEvidence,
  isOpen: (value: ArgumentValue) => boolean,
): { readonly value: ArgumentValue; readonly egress: Egress } | undefined {
  let asked: ArgumentValue | undefined
  let count = 0
  for (const value of values)
    for (const target of isOpen(value) ? [] : targetsOf(value, evidence)) {
      const egress = ++count > TARGETS_MAX ? 'block' : egressTo(target, values, evidence)
      if (egress === 'block') return { value, egress }
      if (egress === 'ask') asked ??= value
    }
  return asked === undefined ? undefined : { value: asked, egress: 'ask' }
}

const ANY_URL = /(?<![a-z0-9+.-])(?:[a-z][a-z0-9+.-]{0,20}:[\\/]{2}|(?:https?|wss?|ftp):)[^\s"'<>`]{1,8000}/gi

/** The URLs of a value that lead to a site which the user did not name: it is one, or holds some, whatever its name. */
function targetsOf({ name, role, text }: ArgumentValue, evidence: FlowEvidence): readonly Target[] {
  const whole = text.trim()
  const isBare = role !== 'path' && /^[^\s/?#]{1,255}[/?#]\S/.test(whole) && hostOf(whole) !== undefined
  const isWhole = role === 'url' || isBare || /^[\\/]{2}[^\\/]/.test(whole)
  const within = isWhole && !/\s/.test(whole) ? [] : (whole.match(ANY_URL) ?? []).slice(0, TARGETS_MAX + 1)
  return (isWhole ? [whole, ...within] : within).flatMap((given) => {
    const written = isWhole ? given : given.replace(/[.,;:!?*)\]}|_]{1,9}$/, '')
    if (isStated(written, 'url', evidence)) return []
    const absolute = /^[a-z][a-z0-9+.-]*:(?!\d)/i.test(written) ? written : `https://${written}`
    const url = URL.canParse(absolute) ? new URL(absolute) : undefined
    // `file:///work/a` leads nowhere.
    return url?.hostname === '' ? [] : [{ name, text: written, url }]
  })
}

const KNOWN_PORT = /^(?:80|443|8080|8443)?$/

function egressTo(target: Target, values: readonly ArgumentValue[], evidence: FlowEvidence): Egress | undefined {
  const { text, url } = target
  const isLink = url !== undefined && isLinked(url, evidence.sources)
  if (isLink) {
    const beside = textsBeside(target, values).filter(({ name }) => !/(?:^|[a-z_.])ids?$/i.test(name))
    return egressOfText(beside, '', hostOf(text), evidence) === 'block' ? 'block' : undefined
  }
  const tail = { text: text.replace(/^[^?#]*[?#]?/s, '') }
  const odd = tail.text.length >= QUERY_CHARS_MIN || !KNOWN_PORT.test(url?.port ?? '') ? 'ask' : undefined
  if (isSiteByName(text, evidence)) return egressOfText([tail], '', hostOf(text), evidence) ?? odd
  if (url === undefined) return egressOfText([target], '', undefined, evidence) ?? odd
  if (url.username + url.password !== '') return 'block'
  const [below, own, site] = labelsOf(url.hostname)
  const chosen = [{ text: `${below} ${url.port} ${url.pathname}` }, tail, ...textsBeside(target, values)]
  const news = linking(evidence.sources, site).length > 0 ? '' : own
  return egressOfText(chosen, news, hostOf(text), evidence) ?? odd
}

/** Everything else that goes with a call to a site. A single word is none: what a tool calls one may be a place of its own. */
const textsBeside = ({ name, url }: Target, values: readonly ArgumentValue[]): readonly ArgumentValue[] =>
  url === undefined || !/[.:]/.test(url.hostname) ? [] : values.filter((beside) => beside.name !== name)

/** `own`: the label of the site itself, in which only numbers and secrets count. */
function egressOfText(
  chosen: readonly { readonly text: string }[],
  own: string,
  host: string | undefined,
  { trusted, sources }: FlowEvidence,
): Egress | undefined {
  const text = chosen.map((part) => part.text).join(' ')
  if (text.length > CARRIED_CHARS_MAX) return 'block'
  const isOwn = ({ pages }: SourceResult): boolean =>
    host !== undefined && pages.some(({ href }) => hostOf(href) === host)
  const others = sources.filter((source) => !isOwn(source))
  const tellings = others.map(({ leaves }) => tellingWords(leaves))
  const ownTexts = sources.filter(isOwn).flatMap(({ leaves }) => tellingWords(leaves).texts)
  const known = [plainText(trusted), ...ownTexts].join('\n')
  const carried = carriedText(text)
  const news = carried.pieces.filter((piece) => !standsWhole(piece, known))
  if (news.some(looksEncoded) || tells(carried, carriedText(own), tellings, known)) return 'block'
  const held = [...news.filter((word) => isWordOf(word, tellings)), ...hiddenIn(carried, tellings, known)]
  const naming = held.length === 0 || host === undefined ? [] : linking(others, host)
  const isUntold = held.some((word) => !naming.some((entry) => standsWhole(word, entry)))
  return isUntold || looksCut(news) ? 'ask' : undefined
}

type Tellings = readonly TellingWords[]

const isHeld = (part: string, tellings: Tellings): boolean => tellings.some(({ words }) => words.has(part))

/** Codes and secrets. */
function tells({ pieces, parts }: CarriedText, own: CarriedText, tellings: Tellings, known: string): boolean {
  const isTold = (part: string, isMeant: boolean, isToldCode: boolean): boolean =>
    ((isMeant && tellings.some(({ secrets }) => secrets.has(part))) || (isToldCode && isHeld(part, tellings))) &&
    !known.includes(part)
  // Short words stand inside many others.
  const mayTell = (part: string): boolean => part.length >= 6 || /\p{N}/u.test(part) || pieces.includes(part)
  for (const part of parts) if (isTold(part, mayTell(part), isCode(part))) return true
  // `web2` is a name like another, `482913` is not.
  for (const part of own.parts) if (isTold(part, true, /\d{5}/.test(part))) return true
  return false
}

const isWordOf = (word: string, tellings: Tellings): boolean =>
  word.length >= TELLING_CHARS_MIN &&
  !isGeneral(word) &&
  tellings.some(({ words, texts }) => words.has(word) && texts.some((leaf) => standsWhole(word, leaf)))

const hiddenIn = ({ pieces, parts }: CarriedText, tellings: Tellings, known: string): readonly string[] =>
  [...parts].filter((part) => isName(part) && isHeld(part, tellings) && !pieces.includes(part) && !known.includes(part))

/** What stands in the entries with a link to a site. */
function linking(sources: readonly SourceResult[], site: string): readonly string[] {
  return sources.flatMap(({ leaves }) => {
    const links = leaves.filter(
      ({ text, lower }) =>
        lower.includes(site) && urlsIn(text, true).some((link) => isSameSite(hostOf(link) ?? '', site)),
    )
    const records = new Set(links.map(({ record }) => record))
    return leaves.filter(({ record }) => records.has(record)).map(({ text }) => plainText(text))
  })
}
