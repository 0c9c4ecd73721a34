/** Where a value stands in a text, whatever its spelling: URLs without scheme, accounts and numbers without gaps. */

const VALUE_CHARS_MAX = 4_000
const TRIES_MAX = 10_000

/**
 * Verbatim and whole: `NW-1` does not stand in `NW-10001`, `12` not in `12.50`, `/work` not in `/work/a`. Both in lower case.
 * Of `acme/site` both halves stand whole.
 */
export function standsWhole(needle: string, hay: string): boolean {
  if (needle === '' || needle.length > VALUE_CHARS_MAX) return false
  for (let at = hay.indexOf(needle), tries = 0; at >= 0 && tries < TRIES_MAX; at = hay.indexOf(needle, at + 1), tries++)
    if (isWholeAt(needle, hay, at)) return true
  return false
}

const WORD = /[\p{L}\p{N}_]/u
/** Signs of the part before the `@` of an address. */
const MAILBOX_SIGN = /[!#$%&'*/=?^`{|}~]/

function isWholeAt(needle: string, hay: string, at: number): boolean {
  const end = at + needle.length
  const [before, farther] = [hay.charAt(at - 1), hay.charAt(at - 2)]
  const rest = hay.slice(end, end + 5)
  if (WORD.test(before) || /[.@+-]/.test(before) || /^(?:[\p{L}\p{N}_]|[.@-][\p{L}\p{N}]|:\d)/u.test(rest)) return false
  // A comma parts thousands and decimals; `4711,4712` are two numbers.
  if (
    /\d/.test(farther) &&
    /^\d/.test(needle) &&
    (/[:/'’]/.test(before) || (before === ',' && /^\d{1,3}(?!\d)/.test(needle)))
  )
    return false
  if (/\d$/.test(needle) && (/^[/'’]\d/.test(rest) || /^,\d{1,3}(?!\d)/.test(rest))) return false
  if (needle.includes('@') && MAILBOX_SIGN.test(before) && WORD.test(farther)) return false
  const isCut = /[/\\]/.test(before) || /^[/\\](?:[\p{L}\p{N}_~-]|\.[\p{L}\p{N}_.])/u.test(rest)
  return !isCut || isHalf(needle, hay, at)
}

/** `acme` and `site` of `acme/site`, which is no path of a file; and a path written without its first slash. */
function isHalf(needle: string, hay: string, at: number): boolean {
  const [left, right] = [hay.slice(Math.max(0, at - 100), at), hay.slice(at + needle.length, at + needle.length + 100)]
  const isEnd = /^(?:[^\p{L}\p{N}_/\\]|$)/u.test(right)
  if (needle.includes('/')) return isEnd && /(?:^|[\s"'(`<])\/$/.test(left)
  if (/[.\\]/.test(needle)) return false
  return isEnd
    ? /(?:^|[\s"'(`<])[\p{L}\p{N}_-]{1,99}\/$/u.test(left)
    : /(?:^|[\s"'(`<])$/.test(left) && /^\/[\p{L}\p{N}_-]{1,98}(?:[.,;:!?]?[\s"')`>]|[.,;:!?]?$)/u.test(right)
}

/** Does a text say a value: as written, as a URL without scheme and `www.`, as an account or phone number without gaps. */
export function says(text: string, value: string): boolean {
  const needle = value.trim().toLowerCase()
  if (needle === '') return false
  const hay = text.toLowerCase()
  const form = urlForm(needle)
  if (
    form !== undefined &&
    hay.includes(form) &&
    tokensOf(hay).some((token) => urlForm(token) === form && !isOther(needle, token))
  )
    return true
  // Of a URL that is said, no part is: neither the site nor a name in its path.
  if (HAS_SCHEME.test(needle)) return hay.includes(needle) && tokensOf(hay).includes(needle)
  if (!hay.includes(needle) && !/\d\D{0,2}\d/.test(needle)) return false
  const plain = hay.includes('://') || hay.includes('www.') ? hay.replace(SAID_URLS, ' | ') : hay
  return standsWhole(needle, plain) || standsInGroups(needle, plain)
}

const TOKENS_MAX = 20_000
const TOKEN_ENDS = /[\s"'<>()[\]{},|`]+/
const HAS_SCHEME = /^[a-z][a-z0-9+.-]{0,20}:\/\//
const SAID_URLS = /(?:\b[a-z][a-z0-9+.-]{0,20}:\/\/|\bwww\.)[^\s"'<>()[\]{}|`]{1,2000}/g

const tokensOf = (text: string): readonly string[] =>
  text.split(TOKEN_ENDS, TOKENS_MAX).map((token) => token.replace(/[.,;:!?*]+$/, ''))

/** A file is no site, and what was said to go encrypted does not go in the open. */
const isOther = (value: string, said: string): boolean =>
  (value.includes('://') && isFileName(said)) || (value.startsWith('http:') && said.startsWith('https:'))

/** One URL, however it is spelt: without fragment and closing slash, for http(s) without scheme and `www.` too. */
function urlForm(value: string): string | undefined {
  const form = value.replace(/#.*$/s, '')
  return bareUrl(form) ?? (HAS_SCHEME.test(form) && !/^https?:/.test(form) ? form.replace(/\/$/, '') : undefined)
}

/**
 * Long accounts, cards and phone numbers in the groups that people write: one sign between groups of four (of an IBAN or a
 * card), of one size, 3-3-4 or 2-3-3-3, or of any size in a phone number with `+` or `0` first. SECURITY: digits of two numbers are not one number.
 */
function standsInGroups(value: string, hay: string): boolean {
  const tight = value.replace(/[ \u00a0-]/g, '')
  const isIban = /^[a-z]{2}\d{2}[a-z0-9]{8,30}$/.test(tight)
  if (!isIban && !/^\+?\d{9,19}$/.test(tight)) return false
  const isPhone = /^(?:\+|0)/.test(tight)
  const written = [...tight].join(isPhone ? '[ \\u00a0()./-]{0,2}' : '[ \\u00a0-]?').replace('+', '\\+')
  const found = new RegExp(
    `(?<![\\p{L}\\p{N}_.@+-]|\\d[ \\u00a0])${written}(?![\\p{L}\\p{N}_]|[.@-][\\p{L}\\p{N}]|[ \\u00a0]\\d)`,
    'gu',
  )
  return (hay.match(found) ?? []).some((match) => isPhone || isGrouped(match, isIban))
}

/** Phone numbers of North America, and business numbers of eleven digits. */
const UNEVEN_GROUPS = /^(?:3,3,4|2,3,3,3)$/

function isGrouped(written: string, isIban: boolean): boolean {
  const signs = new Set(written.match(/[ \u00a0-]/g) ?? [])
  const sizes = written.split(/[ \u00a0-]/).map((group) => group.length)
  const [first = 0] = sizes
  if (!isIban && signs.size === 1 && UNEVEN_GROUPS.test(sizes.join())) return true
  const last = sizes.pop() ?? 0
  if (signs.size === 0) return true
  // Cards of fifteen digits are written 4-6-5, of fourteen 4-6-4.
  if (signs.size > 1 || (!isIban && /^4,6$/.test(sizes.join()))) return signs.size === 1 && (last === 4 || last === 5)
  return last <= first && first >= 2 && first <= 4 && (!isIban || first === 4) && sizes.every((size) => size === first)
}

/** Host and path of a http(s) URL, without scheme, `www.` and a closing slash; undefined for what is no URL with a host. */
export function bareUrl(value: string): string | undefined {
  const bare = value
    .trim()
    .toLowerCase()
    .replace(/^https?:\/\//, '')
    .replace(/^www\./, '')
    .replace(/\/$/, '')
  return hostShape(bare.split(/[/?#]/, 1)[0] ?? '') ? bare : undefined
}

/** SECURITY: `user@host` in front of a path is no host, so that `https://good.example@evil.example` has none. */
function hostShape(host: string): boolean {
  const labels = host.replace(/:\d{1,5}$/, '').split('.')
  return (
    labels.length >= 2 &&
    labels.length <= 10 &&
    labels.every((label) => /^[a-z0-9_-]{1,63}$/.test(label)) &&
    /^[a-z]{2,24}$/.test(labels.at(-1) ?? '')
  )
}

export function hostOf(value: string): string | undefined {
  return bareUrl(value)?.split(/[/?#:]/, 1)[0]
}

/** The same host, or one below it. */
export const isSameSite = (host: string, site: string): boolean => host === site || host.endsWith(`.${site}`)

/**
 * Endings of files that may be read as those of hosts. A bare word with one of them is a file: a host of such a name is said
 * with a scheme, `www.`, a port or a path.
 */
const FILE_ENDINGS = new Set(
  'md rst txt log csv tsv pdf doc docx xls xlsx ppt pptx odt ods odp rtf tex bib ps eps json xml yaml yml toml ini cfg conf env lock zip gz tgz bz xz rar tar jar war iso dmg exe msi apk deb rpm bat cmd sh bash zsh fish py ipynb js mjs cjs ts mts tsx jsx java kt rb rs go cc cpp cxx hpp cs php pl pm swift scala lua vue sql db sqlite html htm css scss less svg png jpg jpeg gif webp bmp ico tif tiff heic mp wav ogg flac mov avi mkv webm bak tmp swp key pem crt cer der pub eml msg ics vcf so dll lib bin dat diff patch'.split(
    ' ',
  ),
)

export const isFileName = (token: string): boolean =>
  !/[/?#:]/.test(token) && !token.startsWith('www.') && FILE_ENDINGS.has(token.split('.').at(-1) ?? '')

/** Bare URLs that stand in a text; e-mail addresses and, unless `withFiles`, bare names of files are none. */
export function urlsIn(text: string, withFiles = false): readonly string[] {
  const found: string[] = []
  for (const token of tokensOf(text)) {
    if (token.length > 2_000 || !token.includes('.')) continue
    const bare = bareUrl(token)
    if (bare === undefined || bare.split('/', 1)[0]?.includes('@') === true) continue
    if (withFiles || !isFileName(token.toLowerCase())) found.push(bare)
  }
  return found
}

/** E-mail addresses, URLs and account numbers that stand inside a longer text. What may be a file counts: clients link it. */
export function addressesIn(text: string): readonly string[] {
  const mails: string[] = []
  for (const token of text.toLowerCase().split(/[\s"'<>()[\]{},;|`]+/, TOKENS_MAX)) {
    const plain = token.replace(/[.:!?*]+$/, '').replace(/^mailto:/, '')
    const [local = '', host = '', ...rest] = plain.split('@')
    if (rest.length === 0 && local !== '' && plain.length <= 254 && hostShape(host)) mails.push(plain)
    else if (/^[a-z]{2}\d{8,30}$/.test(plain)) mails.push(plain)
  }
  return [...mails, ...urlsIn(text, true)]
}

/** Words in lower case, plural and common endings taken off. */
export function stemsOf(text: string): readonly string[] {
  const words =
    text
      .slice(0, 200_000)
      .toLowerCase()
      .match(/[\p{L}\p{N}]+/gu) ?? []
  return words.map(stem)
}

export function stem(word: string): string {
  if (word.length > 5 && word.endsWith('ies')) return `${word.slice(0, -3)}y`
  if (word.length > 3 && word.endsWith('s') && !word.endsWith('ss') && !word.endsWith('us')) return word.slice(0, -1)
  return word
}
