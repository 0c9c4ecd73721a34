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
  for (let at = 0; at < sql.length;) {
    if (/[ \t\r\n]/.test(sql.charAt(at))) {
      at += 1
      continue
    }
    const taken = tokenAt(sql, at)
    if (typeof taken === 'string') return refuse(taken)
    tokens.push(taken.token)
    at = taken.end
  }
  return ok(tokens)
}

interface Taken {
  readonly end: number
  readonly token: SqlToken
}

/** The token that begins at an offset, or why it is refused. */
function tokenAt(sql: string, at: number): Taken | string {
  const char = sql.charAt(at)
  const pair = sql.slice(at, at + 2)
  if (pair === '--' || pair === '/*' || pair === '*/' || char === '#') return 'it has a comment'
  if (char === "'" || char === '"') return quoteAt(sql, at, char)
  if (/[A-Za-z_]/.test(char)) {
    const end = endOf(WORD, sql, at)
    // A word that touches a quote changes how the quote is read: `e'…'`, `u&"…"`, `x'…'`.
    if (/^(?:'|"|&['"]|\$)/.test(sql.slice(end, end + 2))) return 'a quote has a prefix'
    return { end, token: { kind: 'word', text: sql.slice(at, end).toLowerCase() } }
  }
  if (/\d/.test(char)) {
    const end = endOf(NUMBER, sql, at)
    if (/[A-Za-z_$]/.test(sql.charAt(end))) return 'a number runs into a word'
    return { end, token: { kind: 'number' } }
  }
  if ('(),.;'.includes(char)) return { end: at + 1, token: { kind: 'mark', text: char as '(' } }
  if (pair === '::') return { end: at + 2, token: { kind: 'operator' } }
  const parameterEnd = endOf(PARAMETER, sql, at)
  if (parameterEnd > at) return { end: parameterEnd, token: { kind: 'parameter' } }
  if (OPERATORS.has(char)) return { end: at + 1, token: { kind: 'operator' } }
  return 'it has a character that dialects read differently'
}

function endOf(pattern: RegExp, sql: string, at: number): number {
  pattern.lastIndex = at
  return at + (pattern.exec(sql)?.[0].length ?? 0)
}

/** A quote with its mark doubled inside. */
function quoteAt(sql: string, start: number, mark: string): Taken | string {
  let text = ''
  for (let at = start + 1; at < sql.length; at++) {
    const char = sql.charAt(at)
    if (char === '\\' || char < ' ' || char === '\u007f') return 'a quote holds a backslash or a control character'
    if (char === mark) {
      if (sql.charAt(at + 1) !== mark)
        return { end: at + 1, token: mark === "'" ? { kind: 'string' } : { kind: 'quoted', text } }
      at += 1
    }
    text += char
  }
  return 'a quote does not end'
}
