const BARE_SCHEMES = ['https', 'http', 'ftp', 'wss', 'ws', 'javascript', 'vbscript', 'file', 'data']
const SCHEME_CHARS_MAX = 12
export const URL_MAX = 4_096

/** Where a URL begins whose scheme ends with the `:` at `colon`; undefined when these letters are prose. */
export function schemeStart(text: string, colon: number): number | undefined {
  const next = text.charCodeAt(colon + 1)
  // Most colons are prose: a space follows, or what stands before is no letter.
  if (next === 32 || next === 10 || !isLetter(text.charCodeAt(colon - 1))) return undefined
  const before = text.slice(Math.max(0, colon - SCHEME_CHARS_MAX), colon).toLowerCase()
  const scheme = BARE_SCHEMES.find((name) => before.endsWith(name))
  if (scheme === undefined) return undefined
  const start = colon - scheme.length
  const hasSlashes = isSlash(next) && isSlash(text.charCodeAt(colon + 2))
  if (scheme === 'data')
    return /^data:[a-z0-9.+/;=_-]{0,200},/i.test(text.slice(start, start + 210)) ? start : undefined
  if (scheme.endsWith('script')) return next > 32 && !isLetter(text.charCodeAt(start - 1)) ? start : undefined
  return hasSlashes ? start : undefined
}

/** `//host.example` and `\\host.example`, where a dot or bracket tells a host from a comment or an escape. */
export function hostStart(text: string, at: number): number | undefined {
  const before = text.charCodeAt(at - 1)
  if (before === 58 || isSlash(before) || isLetter(before) || (before >= 48 && before <= 57)) return undefined
  // Most are comments.
  if (text.charCodeAt(at + 2) <= 32) return undefined
  const head = text.slice(at, at + 80)
  return /^[\\/]{2}(?:[^\s\\/<>"'()[\]{}:@.?#=;,|]{1,63}\.[^\s\\/<>"'()[\]{}.]{1,63}|\[|[^\s\\/<>"'()@]{1,63}@)/.test(
    head,
  )
    ? at
    : undefined
}

/** `www.` at the start of a word: renderers make a link of it. */
export function wwwStart(text: string, at: number): number | undefined {
  const before = text.charCodeAt(at - 1)
  if (isLetter(before) || before === 47 || before === 46 || before === 64) return undefined
  return /^www\.[^\s<>"'().]{1,63}\.[a-z]/i.test(text.slice(at, at + 80)) ? at : undefined
}

function isSlash(code: number): boolean {
  return code === 47 || code === 92
}

function isLetter(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 65 && code <= 90)
}

export interface BareUrl {
  /** White space, a quote, or a bracket that it does not open. */
  readonly stop: number
  /** Punctuation in front of its stop does not belong to it. */
  readonly end: number
  /** Where another URL may begin that some renderers see; `end` where there is none. */
  readonly resume: number
  /** What of it is judged: renderers differ about where it ends, and each end may make another host. */
  readonly readings: readonly string[]
  /** Nobody looks at all of it. */
  readonly isLong: boolean
  /** It stops within its host, at a sign that not everybody takes for its end. */
  readonly isHostOpen: boolean
}

/**
 * The URL in running text at `start`. Where it lies within another one that ends at `within`, it is what follows a sign at which
 * that one may end, up to the next such sign: so each unit is read twice at most, however many begin in one run.
 */
export function readBare(text: string, start: number, within: number): BareUrl {
  const host = hostFrom(text, start)
  const { stop, hostEnd, split } = walk(text, host, start < within)
  const isLong = stop - start > URL_MAX
  const end = isLong ? stop : withoutPunctuation(text, start, stop)
  const hasSplit = !isLong && split < end
  const isHostSplit = hasSplit && split > host && split < hostEnd
  const stopCode = text.charCodeAt(stop)
  return {
    stop,
    end,
    resume: hasSplit ? split : end,
    readings: isHostSplit ? [text.slice(start, end), text.slice(start, split)] : [text.slice(start, end)],
    isLong,
    isHostOpen: hostEnd === stop && stopCode > 32 && stopCode !== 60,
  }
}

/** From the host on: where it ends, where the URL may end first, and where it stops. */
function walk(text: string, host: number, isInner: boolean): Readonly<Record<'stop' | 'hostEnd' | 'split', number>> {
  let stop = host
  let open = 0
  let split = Number.POSITIVE_INFINITY
  let hostEnd = -1
  for (; stop < text.length; stop++) {
    const code = text.charCodeAt(stop)
    if (hostEnd < 0 && (isSlash(code) || code === 63 || code === 35)) hostEnd = stop
    // A bracket at the start of the host holds an address.
    const isOpening = code === 91 && stop === host
    if (split > stop && !isOpening && isSplit(text, stop, code)) {
      if (isInner) break
      split = stop
    }
    if (code === 91) open += 1
    else if (isEnd(code) && (code !== 93 || open-- <= 0) && !(hostEnd < 0 && isStopOfHost(text, stop))) break
  }
  return { stop, hostEnd: hostEnd < 0 ? stop : hostEnd, split }
}

/** The ideographic full stop within a name: browsers take it for a point. */
function isStopOfHost(text: string, at: number): boolean {
  return text.charCodeAt(at) === 0x3002 && /[a-z\d]/i.test(text.charAt(at + 1))
}

/** Behind the scheme and its slashes. */
function hostFrom(text: string, start: number): number {
  let at = start
  while (isLetter(text.charCodeAt(at))) at += 1
  if (text.charCodeAt(at) === 58) at += 1
  while (isSlash(text.charCodeAt(at))) at += 1
  return at
}

function withoutPunctuation(text: string, start: number, stop: number): number {
  let end = stop
  while (end > start && '.,;:!?'.includes(text.charAt(end - 1))) end -= 1
  return end
}

const codes = (signs: string): ReadonlySet<number> => new Set(Array.from(signs, (sign) => sign.charCodeAt(0)))

const ENDS = codes('<>"\'`)]“”‘’«»。，、\u1680\u2028\u2029\u202f\u205f\u3000')
/** Cells of a table, emphasis, escapes, and brackets that may stay open: some renderers end a URL there, and others read on. */
const SPLITS = codes('[(|*~\\｜\ufeff')
/** The same of ASCII at a glance: every unit of a URL is asked. */
const ASCII = 128
const ASCII_SPLITS = Uint8Array.from({ length: ASCII }, (_, code) => Number(SPLITS.has(code)))
const ASCII_ENDS = Uint8Array.from({ length: ASCII }, (_, code) => Number(code <= 32 || code === 127 || ENDS.has(code)))
const REFERENCE = /^&(?:#|[a-z]{2,8};)/i

/** A character reference is no part of a URL where texts are parsed before URLs are looked for. */
function isSplit(text: string, at: number, code: number): boolean {
  if (code === 38) return REFERENCE.test(text.slice(at, at + 10))
  return code < ASCII ? ASCII_SPLITS[code] === 1 : SPLITS.has(code)
}

/** Any white space and control that Unicode knows, and quotes. */
function isEnd(code: number): boolean {
  if (code < ASCII) return ASCII_ENDS[code] === 1
  return code <= 0xa0 || (code >= 0x2000 && code <= 0x200a) || ENDS.has(code)
}
