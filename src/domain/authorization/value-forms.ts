/** Where a value stands in a text, whatever its spelling: URLs without scheme, accounts and numbers without gaps. */

const VALUE_CHARS_MAX = 4_000

/** Verbatim and whole: `NW-1` does not stand in `NW-10001`. Both in lower case. */
export function standsWhole(needle: string, hay: string): boolean {
  if (needle === '' || needle.length > VALUE_CHARS_MAX) return false
  for (let at = hay.indexOf(needle), tries = 0; at >= 0 && tries < 10_000; at = hay.indexOf(needle, at + 1), tries++) {
    const before = at === 0 ? ' ' : hay.charAt(at - 1)
    const rest = hay.slice(at + needle.length, at + needle.length + 2)
    const isWhole = !/[\p{L}\p{N}_]/u.test(before) && !/^[\p{L}\p{N}_]/u.test(rest) && !/^[.@-][\p{L}\p{N}]/u.test(rest)
    if (isWhole && !/[.@+-]/.test(before)) return true
  }
  return false
}

/** Does a text say a value: as written, as a URL without scheme and `www.`, as an account or phone number without gaps. */
export function says(text: string, value: string): boolean {
  const needle = value.trim().toLowerCase()
  if (needle === '') return false
  const hay = text.toLowerCase()
  if (standsWhole(needle, hay)) return true
  const bare = bareUrl(needle)
  if (bare !== undefined && bare !== needle && urlsIn(hay).includes(bare)) return true
  const tight = tightForm(needle)
  return tight !== undefined && hay.replace(/[ \u00a0-]/g, '').includes(tight)
}

/** Long accounts and phone numbers, which people write in groups. */
function tightForm(value: string): string | undefined {
  const tight = value.replace(/[ \u00a0-]/g, '')
  return /^(?:[a-z]{2}\d{2}[a-z0-9]{8,30}|\+?\d{9,19})$/.test(tight) ? tight : undefined
}

/** Host and path of a URL, without scheme, `www.` and a closing slash; undefined for what is no URL with a host. */
export function bareUrl(value: string): string | undefined {
  const bare = value
    .trim()
    .toLowerCase()
    .replace(/^[a-z][a-z0-9+.-]{0,20}:\/\//, '')
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

const TOKENS_MAX = 20_000

/** Bare URLs that stand in a text; e-mail addresses are none. */
export function urlsIn(text: string): readonly string[] {
  const found: string[] = []
  for (const token of text.split(/[\s"'<>()[\]{},|`]+/, TOKENS_MAX)) {
    if (token.length > 2_000 || !token.includes('.')) continue
    const bare = bareUrl(token.replace(/[.,;:!?*]+$/, ''))
    if (bare !== undefined && !bare.split('/', 1)[0]?.includes('@')) found.push(bare)
  }
  return found
}

/** E-mail addresses, URLs and account numbers that stand inside a longer text. */
export function addressesIn(text: string): readonly string[] {
  const mails: string[] = []
  for (const token of text.toLowerCase().split(/[\s"'<>()[\]{},;|`]+/, TOKENS_MAX)) {
    const plain = token.replace(/[.:!?*]+$/, '').replace(/^mailto:/, '')
    const [local = '', host = '', ...rest] = plain.split('@')
    if (rest.length === 0 && local !== '' && plain.length <= 254 && hostShape(host)) mails.push(plain)
    else if (/^[a-z]{2}\d{8,30}$/.test(plain)) mails.push(plain)
  }
  return [...mails, ...urlsIn(text)]
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
