// What the guard's bundle leaves out or writes shorter. No rule and no word is lost: each step says why.
import { parseAst, type Plugin } from 'vite'
import { canonicalView } from '../src/domain/detection/canonical-view.ts'

const CEL = '@marcbachmann/cel-js/lib'
const VALIDATOR = '@cfworker/json-schema/dist/esm'
/** Literals from this length on are text; they stand together, where they compress better than between code. */
const TEXT_CHARS_MIN = 300
const SEPARATOR = '\u0001'

export function leanBundle(): Plugin {
  return {
    name: 'lean-bundle',
    enforce: 'pre',
    load(id) {
      // Schemas reach the library without `format` (interpreted-checker.ts): its patterns are never asked for.
      return id.endsWith(`${VALIDATOR}/format.js`) ? 'export const format = {}\nexport const fastFormat = {}\n' : null
    },
    transform(code, id) {
      // Of an error only its keyword and place are read.
      if (id.endsWith(`${VALIDATOR}/validate.js`)) return withLeanErrors(code)
      // The engine runs without optional types (cel-engine.ts): no value of theirs can be made, so none of these is ever called.
      if (id.endsWith(`${CEL}/optional.js`)) return withoutOptionalFunctions(code)
      // Of its messages the first line is told (cel-engine.ts); the others show the expression again.
      if (id.endsWith(`${CEL}/errors.js`))
        return withBody(code, 'function formatErrorWithHighlight(message', ' return message ')
      // Types are registered by the library alone, each with its constructor: none has a schema or fields. No registration
      // fails, so nobody is told why.
      if (id.endsWith(`${CEL}/registry.js`))
        return UNREGISTERED.reduce((left, head) => withBody(left, head, ''), code).replaceAll(
          REASON,
          'throw new Error()',
        )
      // Nobody asks which functions there are.
      if (id.endsWith(`${CEL}/evaluator.js`)) return withBody(code, '  getDefinitions(', '')
      if (id.endsWith('/formats/given-names.ts')) return withFrontCodedLists(code)
      if (id.endsWith('/classifier/concept-stems.ts')) return withSortedStems(code)
      // They are written as they are read, so the classifier needs nothing that reads them.
      if (id.endsWith('/classifier/concepts.ts')) return withReadStems(code)
      if (id.endsWith('-lexicon.ts') && !id.endsWith('/topic-lexicon.ts')) return withSortedSets(code)
      if (id.endsWith('/content/topic-lexicon.ts')) return withFrontCodedPhrases(code)
      return null
    },
    generateBundle(_, bundle) {
      for (const chunk of Object.values(bundle))
        if (chunk.type === 'chunk') chunk.code = withTextsTogether(withoutHints(chunk.code))
    },
  }
}

/** Hints to a bundler, which has read them by now. One may be all that stands between two words. */
const withoutHints = (code: string): string =>
  code.replaceAll(/(?<=\w)\/\* @__PURE__ \*\/ ?(?=\w)/g, ' ').replaceAll(/\/\* @__PURE__ \*\/ ?/g, '')

function withoutOptionalFunctions(code: string): string {
  const first = code.indexOf("\n  functionOverload('optional.hasValue(")
  if (first < 0)
    throw new Error('the functions of optional types are not where they were: look at tools/lean-bundle.ts')
  return `${code.slice(0, first)}\n}\n`
}

/** Errors with their keyword and the place in the value: what no one reads of them is not written. */
const withLeanErrors = (code: string): string =>
  code
    .replaceAll(/,?\s*\berror: (?:`[^`]*`|'[^']*')/g, '')
    .replaceAll(/\n\s*keywordLocation(?:: (?:`[^`]*`|\w+))?(?=,?\s*\})/g, '')

const REASON = /throw new Error\((?:`[^`]*`|'[^']*')\)/g

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

const READ_STEM = 'const { lower: text } = canonicalView(isWhole ? stem : stem.slice(0, -1))'

export function withReadStems(code: string): string {
  if (!code.includes(READ_STEM)) throw new Error('stems are read elsewhere now: look at tools/lean-bundle.ts')
  return code
    .replace(READ_STEM, 'const text = isWhole ? stem : stem.slice(0, -1)')
    .replace(/import \{ canonicalView \}.*\n/, '')
}

/** Sets of words: in order, neighbours begin alike, and spaces are single. */
export const withSortedSets = (code: string): string =>
  code.replaceAll(/(?<=\bwords\(`)[^`$]*(?=`\))/g, (text) =>
    [...new Set(text.split(/\s+/).filter((word) => word !== ''))].toSorted().join(' '),
  )

const UNREGISTERED = [
  '  getDefinitions(',
  '  #registerSchemaAsType(',
  '  #toCelFieldType(',
  '  #toCelFieldDeclaration(',
  '  #normalizeFields(',
  '  #createDefaultConvert(',
  'function protobufjsFieldToCelType(',
  'function protobufjsTypeToCelType(',
]

/** The function or method whose head begins a line, with another body: up to the brace that stands as far in as the head does. */
function withBody(code: string, head: string, body: string): string {
  const start = code.indexOf(`\n${head}`)
  const open = code.indexOf(') {\n', start)
  const indent = /^ */.exec(head)?.[0] ?? ''
  const close = code.indexOf(`\n${indent}}\n`, open)
  if (start < 0 || open < 0 || close < 0)
    throw new Error(`\`${head.trim()}\` is not where it was: look at tools/lean-bundle.ts`)
  return `${code.slice(0, open)}) {${body}${code.slice(close + 1)}`
}

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

/** Phrases of topics, apart by commas: their order means nothing, so they are sorted first. */
export function withFrontCodedPhrases(code: string): string {
  const lists = code.replaceAll(/(?<=(?:strong|normal|context):\s*)`([^`]*)`/g, (_, text: string) => {
    const phrases = text.split(',').map((phrase) => phrase.trim())
    return `frontDecoded(${frontCoded(phrases.filter((phrase) => phrase !== '').toSorted())})`
  })
  return `${lists}${decoder(',')}`
}

interface Node {
  readonly type: string
  readonly start: number
  readonly end: number
  readonly value?: unknown
  readonly expressions?: readonly unknown[]
  readonly quasis?: readonly { readonly value: { readonly cooked?: string | null } }[]
}

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && 'type' in value && 'start' in value

function withTextsTogether(code: string): string {
  const texts: { readonly start: number; readonly end: number; readonly text: string }[] = []
  const visit = (value: unknown, isTagged: boolean): void => {
    if (Array.isArray(value)) for (const item of value as readonly unknown[]) visit(item, false)
    if (!isNode(value)) return
    const text = isTagged ? undefined : textOf(value)
    if (text !== undefined && value.end - value.start >= TEXT_CHARS_MIN && !text.includes(SEPARATOR))
      texts.push({ start: value.start, end: value.end, text })
    else
      for (const [key, member] of Object.entries(value))
        if (typeof member === 'object') visit(member, value.type === 'TaggedTemplateExpression' && key === 'quasi')
  }
  visit(parseAst(code), false)
  // What is coded by its beginnings has capital letters; it compresses best beside its like.
  const pooled = [...texts.filter(({ text }) => !/[A-Z]/.test(text)), ...texts.filter(({ text }) => /[A-Z]/.test(text))]
  let out = ''
  let at = 0
  for (const literal of texts) {
    out += `${code.slice(at, literal.start)} $texts[${pooled.indexOf(literal)}] `
    at = literal.end
  }
  const pool = JSON.stringify(pooled.map(({ text }) => text).join(SEPARATOR))
  return `var $texts=${pool}.split("\\u0001");${out}${code.slice(at)}`
}

function textOf({ type, value, expressions, quasis }: Node): string | undefined {
  if (type === 'Literal') return typeof value === 'string' ? value : undefined
  if (type !== 'TemplateLiteral' || expressions?.length !== 0) return undefined
  return quasis?.[0]?.value.cooked ?? undefined
}
