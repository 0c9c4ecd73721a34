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

/** Where a URL in running text stops: at white space, quotes and brackets that it does not open. */
export function bareStop(text: string, start: number): number {
  let at = start
  let open = 0
  for (; at < text.length && at - start < URL_MAX; at++) {
    const code = text.charCodeAt(at)
    if (code === 91) open += 1
    else if (isEnd(code) && (code !== 93 || open-- <= 0)) break
  }
  return at
}

/** Its end: punctuation in front of its stop does not belong to it. */
export function bareEnd(text: string, start: number, stop: number): number {
  let end = stop
  while (end > start && '.,;:!?'.includes(text.charAt(end - 1))) end -= 1
  return end
}

const ENDS = new Set(Array.from('<>"\'`)]“”‘’«»。，、', (char) => char.charCodeAt(0)))

function isEnd(code: number): boolean {
  return code <= 32 || code === 0xa0 || (code >= 0x2000 && code <= 0x200a) || code === 0x3000 || ENDS.has(code)
}
