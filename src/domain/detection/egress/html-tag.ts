export interface HtmlAttribute {
  /** Lower case. */
  readonly name: string
  /** Character references decoded. */
  readonly value: string
}

export interface HtmlTag {
  /** Lower case. */
  readonly name: string
  readonly attributes: readonly HtmlAttribute[]
  /** One beyond the closing `>`. */
  readonly end: number
}

const ATTRIBUTES_MAX = 200

const isSpace = (code: number): boolean => code === 32 || (code >= 9 && code <= 13)

/**
 * The start tag whose `<` is at `start`, as the HTML standard's tokenizer reads it (quotes count only behind `=`, `/` separates,
 * anything else may be a name); undefined when no `>` ends it before `limit`.
 */
export function readTag(text: string, start: number, limit: number): HtmlTag | undefined {
  let at = start + 1
  while (at < limit && !isSpace(text.charCodeAt(at)) && text[at] !== '/' && text[at] !== '>') at += 1
  const name = text.slice(start + 1, at).toLowerCase()
  const attributes: HtmlAttribute[] = []
  while (at < limit) {
    const char = text[at]
    if (char === '>') return { name, attributes, end: at + 1 }
    if (char === '/' || isSpace(text.charCodeAt(at))) {
      at += 1
      continue
    }
    const nameFrom = at
    at += 1
    while (at < limit && !isSpace(text.charCodeAt(at)) && !'/>='.includes(text.charAt(at))) at += 1
    const attribute = text.slice(nameFrom, at).toLowerCase()
    let equals = at
    while (equals < limit && isSpace(text.charCodeAt(equals))) equals += 1
    if (text[equals] !== '=') continue
    const value = readValue(text, equals + 1, limit)
    if (value === undefined) return undefined
    if (attributes.length < ATTRIBUTES_MAX)
      attributes.push({ name: attribute, value: decodeReferences(text.slice(value.from, value.to)) })
    at = value.end
  }
  return undefined
}

function readValue(
  text: string,
  start: number,
  limit: number,
): { readonly from: number; readonly to: number; readonly end: number } | undefined {
  let from = start
  while (from < limit && isSpace(text.charCodeAt(from))) from += 1
  const quote = text[from]
  if (quote === '"' || quote === "'") {
    let to = from + 1
    while (to < limit && text[to] !== quote) to += 1
    return to < limit ? { from: from + 1, to, end: to + 1 } : undefined
  }
  let to = from
  while (to < limit && !isSpace(text.charCodeAt(to)) && text[to] !== '>') to += 1
  return { from, to, end: to }
}

/** The named references that can hide a part of a URL; source: WHATWG HTML, named character references. */
const NAMED: Readonly<Record<string, string>> = {
  amp: '&',
  ast: '*',
  bsol: '\\',
  colon: ':',
  comma: ',',
  commat: '@',
  dollar: '$',
  equals: '=',
  excl: '!',
  gt: '>',
  lowbar: '_',
  lpar: '(',
  lt: '<',
  newline: '\n',
  num: '#',
  percnt: '%',
  period: '.',
  plus: '+',
  quest: '?',
  quot: '"',
  rpar: ')',
  semi: ';',
  sol: '/',
  tab: '\t',
}

/** Numeric references (with any number of zeros, the semicolon is optional) and the named ones that matter in URLs. */
export function decodeReferences(text: string): string {
  if (!text.includes('&')) return text
  return text.replace(
    /&(?:#x([0-9a-f]{1,16384});?|#([0-9]{1,16384});?|([a-z]{2,8});)/gi,
    (whole, hex: string | undefined, decimal: string | undefined, name: string | undefined) => {
      if (name !== undefined) return NAMED[name.toLowerCase()] ?? whole
      const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16)
      return code > 0x10ffff ? '\ufffd' : String.fromCodePoint(code)
    },
  )
}
