// What the guard's bundle leaves out of the CEL library: what our engine (cel-engine.ts) never calls or never reads.

/** A module of the library. Each step says why nobody misses what it takes out. */
export function withLeanCel(code: string, name: string): string {
  const short = withoutCodes(code)
  // The engine runs without optional types: no value of theirs can be made, so none of these is ever called.
  if (name === 'optional.js') return withoutOptionalFunctions(short)
  // Of its messages the first line is told; the others show the expression again.
  if (name === 'errors.js') return withBody(short, 'function formatErrorWithHighlight(message', ' return message ')
  // Types are registered by the library alone, each with its constructor: none has a schema or fields. Functions and operators are
  // the library's and one of ours: no registration fails or overlaps another, so nobody is told why.
  if (name === 'registry.js')
    return Object.entries(REGISTRY)
      .reduce((left, [head, body]) => withBody(left, head, body), short)
      .replaceAll(REASON, 'throw new Error()')
  // Nobody asks which functions there are.
  if (name === 'evaluator.js') return withBody(short, '  getDefinitions(', '')
  return short
}

const REASON = /throw new Error\((?:`[^`]*`|'[^']*')\)/g
const CODE = /\b((?:evaluation|parse|create)Error\(\s*)'[a-z_]+'(?=,)/g

/** The message of an error is told, its code is not read. */
const withoutCodes = (code: string): string => code.replaceAll(CODE, "$1''")

/** Functions and methods by their heads, and the bodies that are left of them. */
const REGISTRY: Readonly<Record<string, string>> = {
  'function wrapMacroExpander(': ' return handler ',
  'function protobufjsFieldToCelType(': '',
  'function protobufjsTypeToCelType(': '',
  '  #getOptionalField(': '',
  '  #registerSchemaAsType(': '',
  '  #toCelFieldType(': '',
  '  #toCelFieldDeclaration(': '',
  '  #normalizeFields(': '',
  '  #createDefaultConvert(': '',
  '  #functionSignatureOverlaps(': '',
  '  #checkOverlappingSignatures(': '',
  '  #hasOverload(': '',
  '  #assertOverload(': ' return decl ',
  '  assertType(': ' return this.#parseTypeString(typename, true) ',
  '  getDefinitions(': '',
}

function withoutOptionalFunctions(code: string): string {
  const first = code.indexOf("\n  functionOverload('optional.hasValue(")
  if (first < 0) throw new Error('the functions of optional types are not where they were: look at tools/lean-cel.ts')
  return `${code.slice(0, first)}\n}\n`
}

/** The function or method whose head begins a line, with another body: up to the brace that stands as far in as the head does. */
function withBody(code: string, head: string, body: string): string {
  const start = code.indexOf(`\n${head}`)
  const open = code.indexOf(') {\n', start)
  const indent = /^ */.exec(head)?.[0] ?? ''
  const close = code.indexOf(`\n${indent}}\n`, open)
  if (start < 0 || open < 0 || close < 0)
    throw new Error(`\`${head.trim()}\` is not where it was: look at tools/lean-cel.ts`)
  return `${code.slice(0, open)}) {${body}${code.slice(close + 1)}`
}
