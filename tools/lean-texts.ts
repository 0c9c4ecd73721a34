// Words and tables as the guard's bundle holds them: in the order and coding that compress best. Each reads as its source does.
import { parseAst } from 'vite'
import { canonicalView } from '../src/domain/detection/canonical-view.ts'

/** The order of concepts means something; of the stems of one, the first that reads the same counts, and they may be sorted then. */
export const withSortedStems = (code: string): string =>
  code.replaceAll(/(?<=stems: `)[^`]*(?=`)/g, (stems) => {
    const firsts = new Map<string, string>()
    for (const stem of stems.trim().split(/\s+/)) {
      const { lower } = canonicalView(stem.replace(/\*$/, ''))
      if (!firsts.has(lower)) firsts.set(lower, stem.endsWith('*') ? `${lower}*` : lower)
    }
    return [...firsts.values()].toSorted().join(' ')
  })

const FIRST = 65

/** Sorted words as what each does not share with the one before it; a capital letter says how much that is. */
function frontCoded(words: readonly string[]): string {
  let coded = ''
  for (const [index, word] of words.entries()) {
    if (/[A-Z]/.test(word)) throw new Error(`a capital letter in \`${word}\`: it would be read as a length`)
    const before = words[index - 1] ?? ''
    let shared = 0
    while (shared < 25 && shared < word.length && word[shared] === before[shared]) shared += 1
    coded += String.fromCharCode(FIRST + shared) + word.slice(shared)
  }
  return JSON.stringify(coded)
}

const decoder = (separator: string): string => `
function frontDecoded(coded) {
  let word = ''
  return coded.match(/[A-Z][^A-Z]*/g).map((part) => (word = word.slice(0, part.charCodeAt(0) - ${FIRST}) + part.slice(1))).join('${separator}')
}
`

/** Lists of sorted words in one string each. */
export function withFrontCodedLists(code: string): string {
  const lists = code.replaceAll(
    /const ([A-Z_]+) =\s*\n((?:\s*'[^'\n]*'(?: \+)?\n)+)/g,
    (_, name: string, parts: string) => {
      const words = [...parts.matchAll(/'([^'\n]*)'/g)]
        .map(([, part = '']) => part)
        .join('')
        .split(' ')
      return `const ${name} = frontDecoded(${frontCoded(words)})\n`
    },
  )
  return `${lists}${decoder(' ')}`
}

const LITERAL = "`[^`$]*`|'[^'\\n]*'(?:\\s*\\+\\s*'[^'\\n]*')*"

/** Sets of words, which have no order: sorted, neighbours begin alike. */
export function withFrontCodedSets(code: string): string {
  const sets = code.replaceAll(new RegExp(`\\bwords\\(\\s*(${LITERAL}),?\\s*\\)`, 'g'), (_, literal: string) => {
    const text = literal.startsWith("'") ? literal.replaceAll(/'\s*\+\s*'/g, '') : literal
    const words = text.slice(1, -1).split(/\s+/)
    return `words(frontDecoded(${frontCoded([...new Set(words.filter((word) => word !== ''))].toSorted())}))`
  })
  return `${sets}${decoder(' ')}`
}

const SET_CHARS_MIN = 120

/** The same for long sets that are made in place: `new Set('…'.split(' '))`. Words with capital letters stay as they are. */
export function withFrontCodedSplits(code: string): string {
  let isFound = false
  const sets = code.replaceAll(
    new RegExp(`\\bnew Set\\(\\s*\\(?\\s*(${LITERAL})\\s*\\)?\\s*\\.split\\(' '\\),?\\s*\\)`, 'g'),
    (whole, literal: string) => {
      const text = literal.replaceAll(/'\s*\+\s*'/g, '').slice(1, -1)
      if (text.length < SET_CHARS_MIN || !/^[a-z0-9 ]+$/.test(text)) return whole
      isFound = true
      return `new Set(frontDecoded(${frontCoded([...new Set(text.split(' '))].toSorted())}).split(' '))`
    },
  )
  return isFound ? `${sets}${decoder(' ')}` : code
}

/** Seeds of languages: a profile counts the letters inside words, so neither order nor signs matter, but repetition does. */
export function withFrontCodedSeeds(code: string): string {
  const seeds = code.replaceAll(/(?<=^\s*[a-z]{2}:\s*)'([^'\n]*)'/gm, (_, text: string) => {
    const words = text.normalize('NFC').split(/[^\p{L}\p{M}]+/u)
    return `frontDecoded(${frontCoded(words.filter((word) => word !== '').toSorted())})`
  })
  return `${seeds}${decoder(' ')}`
}

/** Phrases of topics, apart by commas: their order means nothing, so they are sorted first. */
export function withFrontCodedPhrases(code: string): string {
  const lists = code.replaceAll(/(?<=(?:strong|normal|context):\s*)`([^`]*)`/g, (_, text: string) => {
    const phrases = text.split(',').map((phrase) => phrase.trim())
    return `frontDecoded(${frontCoded(phrases.filter((phrase) => phrase !== '').toSorted())})`
  })
  return `${lists}${decoder(',')}`
}

/** Signs that no literal has to escape. */
const ROW = '\x7f'
const COLUMN = '\x80'

/** A table of rows, column by column: what stands below each other is alike. A list of lines, or one text of them. */
export function withTableByColumns(code: string): string {
  const [, head = '', table = ''] = /^(export const [A-Z_]+[^=\n]*= )([\s\S]*)$/m.exec(code) ?? []
  const isList = table.startsWith('[')
  const field = isList ? '\t' : '|'
  const lines = isList ? literalsOf(table) : table.replaceAll('`', '').trim().split('\n')
  const rows = lines.map((line) => line.split(field))
  const width = rows[0]?.length ?? 0
  if (width < 2 || rows.some(({ length }) => length !== width)) throw new Error(`rows of \`${head}\` differ in length`)
  if (table.includes(ROW) || table.includes(COLUMN)) throw new Error(`\`${head}\` has signs that part its rows`)
  const columns = Array.from({ length: width }, (_, at) => rows.map((row) => row[at]).join(ROW))
  return `${head}rowsOf(${JSON.stringify(columns.join(COLUMN))})${isList ? '' : ".join('\\n')"}
function rowsOf(coded) {
  const [ids, ...columns] = coded.split('\\x80').map((column) => column.split('\\x7f'))
  return ids.map((id, row) => [id, ...columns.map((column) => column[row])].join(${JSON.stringify(field)}))
}
`
}

function literalsOf(list: string): readonly string[] {
  const [statement] = parseAst(list).body
  if (statement?.type !== 'ExpressionStatement' || statement.expression.type !== 'ArrayExpression')
    throw new Error('the table is no list: look at tools/lean-texts.ts')
  return statement.expression.elements.map((element) => {
    if (element?.type !== 'Literal' || typeof element.value !== 'string')
      throw new Error('a row of the table is no text')
    return element.value
  })
}
