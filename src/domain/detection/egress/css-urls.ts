/** Addresses that a style sheet or a style attribute fetches: `url(…)`, `@import`, strings of `image-set`. Linear, bounded. */
export function cssUrls(css: string): readonly string[] {
  // Patterns are bounded; white space beyond one says nothing.
  const tight = css.replace(/\s{2,4096}/g, (gap) => (/[\n\r\f]/.test(gap) ? '\n' : ' '))
  // What begins a comment may stand in a string: both readings count.
  return tight.includes('/*') ? [...urlsIn(tight, true), ...urlsIn(tight, false)] : urlsIn(tight, false)
}

function urlsIn(css: string, hasComments: boolean): readonly string[] {
  const plain = withoutEscapes(css, hasComments)
  const urls: string[] = []
  for (const match of plain.matchAll(URL_TOKEN)) urls.push((match[1] ?? match[2] ?? match[3] ?? '').trim())
  for (const match of plain.matchAll(IMPORT)) urls.push(match[1] ?? '')
  if (/image-set\(/i.test(plain)) for (const match of plain.matchAll(QUOTED)) urls.push(match[1] ?? match[2] ?? '')
  return urls.map((url) => (url.length > URL_UNITS_MAX ? UNREADABLE : url))
}

const URL_UNITS_MAX = 4_000
/** What stands for an address that is not read to its end: no browser takes it. */
const UNREADABLE = 'https://['
/** Each takes one unit more, so that a cut address is told from a whole one. */
const URL_TOKEN = /(?:url|src)\(\s{0,64}(?:"([^"]{0,4001})|'([^']{0,4001})|([^)"']{0,4001}))/gi
const IMPORT = /@import\s{0,64}["']([^"']{1,4001})/gi
const QUOTED = /["'](?:([^"']{1,4000})["']|([^"']{4001}))/g

/**
 * CSS Syntax, sections 4.3.7 and 4.3.5: up to six hexadecimal digits and one white space, nothing for a line end, or the character
 * itself; comments go.
 */
function withoutEscapes(css: string, hasComments: boolean): string {
  if (!css.includes('\\') && !hasComments) return css
  let plain = ''
  for (let at = 0; at < css.length;) {
    const comment = hasComments && css.startsWith('/*', at) ? css.indexOf('*/', at + 2) : -1
    if (comment >= 0) {
      at = comment + 2
      continue
    }
    const escape = css[at] === '\\' ? ESCAPE.exec(css.slice(at, at + 9)) : null
    if (escape === null) plain += css[at++]
    else {
      const code = Number.parseInt(escape[1] ?? '', 16)
      plain += Number.isNaN(code) ? (escape[2] ?? '') : code > 0x10ffff ? '\ufffd' : String.fromCodePoint(code)
      at += escape[0].length
    }
  }
  return plain
}

const ESCAPE = /^\\(?:([0-9a-f]{1,6})(?:\r\n|\s)?|\r\n|[\n\r\f]|([^]))/i
