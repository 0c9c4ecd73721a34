// What the guard's bundle leaves out or writes shorter. No rule and no word is lost: each step says why.
import { minifySync, parseAst, type Plugin } from 'vite'
import { checkCelNames, CEL_NAMES } from './lean-cel-names.ts'
import { withLeanCel } from './lean-cel.ts'
import {
  withFrontCodedLists,
  withFrontCodedPhrases,
  withFrontCodedSeeds,
  withFrontCodedSets,
  withFrontCodedSplits,
  withSortedStems,
  withTableByColumns,
} from './lean-texts.ts'

const CEL = '@marcbachmann/cel-js/lib'
const VALIDATOR = '@cfworker/json-schema/dist/esm'
/** Literals from this length on are text; they stand together, where they compress better than between code. */
const TEXT_CHARS_MIN = 120
const SEPARATOR = '\u0001'
const SETS_OF_WORDS = /-lexicon\.ts$|\/(?:name|street)-words\.ts$|\/credential-name\.ts$/
const TABLES = /\/(?:secret-(?:format|context)|identifier)-table\.ts$/

export function leanBundle(): Plugin {
  return {
    name: 'lean-bundle',
    enforce: 'pre',
    load(id) {
      // Schemas reach the library without `format` (interpreted-checker.ts): its patterns are never asked for.
      return id.endsWith(`${VALIDATOR}/format.js`) ? 'export const format = {}\nexport const fastFormat = {}\n' : null
    },
    transform(code, id) {
      checkCelNames(code, id, id.includes(`${CEL}/`))
      // Of an error only its keyword and place are read.
      if (id.endsWith(`${VALIDATOR}/validate.js`)) return withLeanErrors(code)
      if (id.includes(`${CEL}/`)) return withLeanCel(code, id.slice(id.lastIndexOf('/') + 1))
      if (id.endsWith('/formats/given-names.ts')) return withFrontCodedLists(code)
      if (id.endsWith('/classifier/concept-stems.ts')) return withSortedStems(code)
      // They are written as they are read, so the classifier needs nothing that reads them.
      if (id.endsWith('/classifier/concepts.ts')) return withReadStems(code)
      if (id.endsWith('/content/topic-lexicon.ts')) return withFrontCodedPhrases(code)
      if (id.endsWith('/detection/language-seeds.ts')) return withFrontCodedSeeds(code)
      if (TABLES.test(id)) return withTableByColumns(code)
      if (SETS_OF_WORDS.test(id)) return withFrontCodedSets(code)
      if (id.includes('/src/domain/') && code.includes(".split(' ')")) return withFrontCodedSplits(code)
      return null
    },
    generateBundle(_, bundle) {
      for (const chunk of Object.values(bundle))
        if (chunk.type === 'chunk') chunk.code = minified(withTextsTogether(minified(withoutHints(chunk.code))))
    },
  }
}

/** Hints to a bundler, which has read them by now. One may be all that stands between two words. */
const withoutHints = (code: string): string =>
  code.replaceAll(/(?<=\w)\/\* @__PURE__ \*\/ ?(?=\w)/g, ' ').replaceAll(/\/\* @__PURE__ \*\/ ?/g, '')

/** Once more: what the steps before have left unused, and long names that they brought, are found only now. */
function minified(code: string): string {
  const { code: shorter, errors } = minifySync('guard.js', code, { module: true, mangleProps: { include: CEL_NAMES } })
  if (errors.length > 0) throw new Error(`the bundle is not read: ${errors[0]?.message}`)
  return shorter
}

/** Errors with their keyword and the place in the value: what no one reads of them, the place in the schema too, is not written. */
const withLeanErrors = (code: string): string =>
  code
    .replaceAll(/,?\s*\berror: (?:`[^`]*`|'[^']*')/g, '')
    .replaceAll(/\n\s*keywordLocation(?:: (?:`[^`]*`|\w+))?(?=,?\s*\})/g, '')
    .replaceAll(/\n\s*const keywordLocation = `[^`]*`;/g, '')
    .replaceAll(/, (?:keywordLocation|`\$\{(?:keyword|schema)Location\}[^`]*`)(?=[,)])/g, ", '#'")

const READ_STEM = 'const { lower: text } = canonicalView(isWhole ? stem : stem.slice(0, -1))'

export function withReadStems(code: string): string {
  if (!code.includes(READ_STEM)) throw new Error('stems are read elsewhere now: look at tools/lean-bundle.ts')
  return code
    .replace(READ_STEM, 'const text = isWhole ? stem : stem.slice(0, -1)')
    .replace(/import \{ canonicalView \}.*\n/, '')
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
  if (texts.length === 0) return code
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
