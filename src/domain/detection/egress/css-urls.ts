/** Addresses that a style sheet or a style attribute fetches: `url(…)`, `@import`, strings of `image-set`. Linear, bounded. */
export function cssUrls(css: string): readonly string[] {
  const plain = withoutEscapes(css)
  const urls: string[] = []
  for (const match of plain.matchAll(URL_TOKEN)) urls.push((match[1] ?? match[2] ?? match[3] ?? '').trim())
  for (const match of plain.matchAll(IMPORT)) urls.push(match[1] ?? '')
  if (/image-set\(/i.test(plain)) for (const match of plain.matchAll(QUOTED)) urls.push(match[1] ?? '')
  return urls
}

const URL_TOKEN = /(?:url|src)\(\s{0,64}(?:"([^"]{0,4000})|'([^']{0,4000})|([^)"']{0,4000}))/gi
const IMPORT = /@import\s{0,64}["']([^"']{1,4000})/gi
const QUOTED = /["']([^"']{1,4000})["']/g

/** CSS Syntax, section 4.3.7: up to six hexadecimal digits and one white space, or the character itself; comments go. */
function withoutEscapes(css: string): string {
  if (!css.includes('\\') && !css.includes('/*')) return css
  let plain = ''
  for (let at = 0; at < css.length;) {
    const comment = css.startsWith('/*', at) ? css.indexOf('*/', at + 2) : -1
    if (comment >= 0) {
      at = comment + 2
      continue
    }
    const escape = css[at] === '\\' ? /^\\(?:([0-9a-f]{1,6})\s?|([^\n]))/i.exec(css.slice(at, at + 8)) : null
    if (escape === null) plain += css[at++]
    else {
      const code = Number.parseInt(escape[1] ?? '', 16)
      plain += Number.isNaN(code) ? (escape[2] ?? '') : code > 0x10ffff ? '\ufffd' : String.fromCodePoint(code)
      at += escape[0].length
    }
  }
  return plain
}
