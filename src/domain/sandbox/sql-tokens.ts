import { fail, ok, type Problem, type Result } from '../../base/result.ts'

export type SqlToken =
  | { readonly kind: 'word'; readonly text: string }
  | { readonly kind: 'quoted'; readonly text: string }
  | { readonly kind: 'string' | 'number' | 'parameter' | 'operator' }
  | { readonly kind: 'mark'; readonly text: '(' | ')' | ',' | '.' | ';' }

const SQL_CHARS_MAX = 20_000
const WORD = /[A-Za-z_][A-Za-z0-9_]*/y
const NUMBER = /\d[\d.]*(?:[eE][+-]?\d{1,4})?/y
const PARAMETER = /\$\d{1,4}|\?|:[A-Za-z_][A-Za-z0-9_]{0,62}/y
const OPERATORS = new Set('+-*/%<>=!|&^~'.split(''))

/**
 * Cuts one SQL statement into tokens. What dialects read differently is refused instead of guessed: comments, dollar quotes,
 * backslashes in quotes, back quotes, square brackets, variables, and anything but ASCII outside quotes. Unquoted words come in lower case.
 * Fails with `sql/not-plain`. Linear.
 */
export function sqlTokens(sql: string): Result<readonly SqlToken[], Problem> {
  const refuse = (message: string): Result<never, Problem> => fail({ code: 'sql/not-plain', message })
  if (sql.length > SQL_CHARS_MAX) return refuse(`the statement has more than ${SQL_CHARS_MAX} characters`)
  const tokens: SqlToken[] = []
  let at = 0
  const take = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at
    const found = pattern.exec(sql)?.[0]
    if (found !== undefined) at += found.length
    return found
  }
  while (at < sql.length) {
    const char = sql.charAt(at)
    const pair = sql.slice(at, at + 2)
    if (/[ \t\r\n]/.test(char)) at += 1
    else if (pair === '--' || pair === '/*' || pair === '*/' || char === '#') return refuse('it has a comment')
    else if (char === "'" || char === '"') {
      const quoted = quotedAt(sql, at, char)
      if (quoted === undefined) return refuse('a quote does not end, or holds a backslash or a control character')
      at = quoted.end
      tokens.push(char === "'" ? { kind: 'string' } : { kind: 'quoted', text: quoted.text })
    } else if (/[A-Za-z_]/.test(char)) {
      const text = (take(WORD) ?? '').toLowerCase()
      // A word that touches a quote changes how the quote is read: `e'…'`, `u&"…"`, `x'…'`.
      if (/^(?:'|"|&['"]|\$)/.test(sql.slice(at, at + 2))) return refuse('a quote has a prefix')
      tokens.push({ kind: 'word', text })
    } else if (/\d/.test(char)) {
      take(NUMBER)
      if (/[A-Za-z_$]/.test(sql.charAt(at))) return refuse('a number runs into a word')
      tokens.push({ kind: 'number' })
    } else if ('(),.;'.includes(char)) {
      at += 1
      tokens.push({ kind: 'mark', text: char as '(' })
    } else if (pair === '::') {
      at += 2
      tokens.push({ kind: 'operator' })
    } else if (take(PARAMETER) !== undefined) tokens.push({ kind: 'parameter' })
    else if (OPERATORS.has(char)) {
      at += 1
      tokens.push({ kind: 'operator' })
    } else return refuse('it has a character that dialects read differently')
  }
  return ok(tokens)
}

/** A quote with its mark doubled inside. */
function quotedAt(
  sql: string,
  start: number,
  mark: string,
): { readonly end: number; readonly text: string } | undefined {
  let text = ''
  for (let at = start + 1; at < sql.length; at++) {
    const char = sql.charAt(at)
    if (char === '\\' || char < ' ' || char === '\u007f') return undefined
    if (char === mark) {
      if (sql.charAt(at + 1) !== mark) return { end: at + 1, text }
      at += 1
    }
    text += char
  }
  return undefined
}
