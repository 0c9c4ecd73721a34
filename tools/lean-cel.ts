// What the guard's bundle leaves out of the CEL library: what our engine (cel-engine.ts) never calls or never reads.

/** A module of the library. Each step says why nobody misses what it takes out. */
export function withLeanCel(code: string, name: string): string {
  const short = withoutPromises(withoutCodes(code))
  return STEPS[name]?.(short) ?? short
}

/** Of an error its message alone is told, and the engine asks for no class of errors. */
const ERRORS = `export const ParseError = Error
export const EvaluationError = Error
export const TypeError = Error
export const parseError = (code, message) => new Error(message)
export const evaluationError = parseError
export const typeError = parseError
export const attachErrorAst = (error) => error
`

const STEPS: Readonly<Record<string, (code: string) => string>> = {
  'errors.js': () => ERRORS,
  'optional.js': withoutOptionalValues,
  'operators.js': withoutOptionalOperators,
  'parser.js': (code) =>
    // Nobody asks a node where it stands, or for its form of earlier versions.
    ['  get range(', '  toOldStructure(', '  #computeIsAsync(', '  get maybeAsync(']
      .reduce(withoutMember, withoutPlaces(code))
      .replace(".setMeta('async', isAsync(macro.evaluate, macro.async))", '')
      .replaceAll(OPTIONAL_ACCESS, 'OPS.$1Access')
      .replaceAll(/\bTOKEN\.([A-Z]+)\b/g, (_, token: string) => tokenNumber(code, token)),
  // Values are not printed.
  'functions.js': (code) => code.replaceAll(PRINTED, '\n'),
  // Types are registered by the library alone, each with its constructor: none has a schema or fields. Functions and operators are
  // the library's and one of ours, variables those of fixed lists: no registration fails or overlaps another, so nobody is told why.
  'registry.js': (code) =>
    Object.entries(REGISTRY)
      .reduce((left, [head, body]) => withBody(left, head, body), UNREGISTERED.reduce(withoutMember, code))
      .replaceAll(REASON, 'throw new Error()')
      .replaceAll(PRINTED, '\n'),
  // The engine makes an environment of its own, adds variables and functions to it, and parses.
  'evaluator.js': (code) =>
    ENVIRONMENT.reduce(withoutMember, code).replace(
      /(?<=const globalEnvironment = )new Environment\([^)]*\)/,
      'undefined',
    ),
}

/** Kinds of tokens are constants; their names stay in the table that messages take them from. */
function tokenNumber(code: string, token: string): string {
  const number = new RegExp(`^ {2}${token}: (\\d+),?$`, 'm').exec(code)?.[1]
  if (number === undefined) throw new Error(`the token \`${token}\` has no number: look at tools/lean-cel.ts`)
  return number
}

const ENVIRONMENT = [
  '  clone(',
  '  registerOperator(',
  '  registerType(',
  '  registerConstant(',
  '  hasVariable(',
  '  getDefinitions(',
  '  check(',
  '  evaluate(',
]
const PRINTED = /\n {2}\[Symbol\.for\('nodejs\.util\.inspect\.custom'\)\]\(\) \{\n[^]*?\n {2}\}\n/g
const OPTIONAL_ACCESS =
  /this\.match\(TOKEN\.QUESTION\) && this\.registry\.enableOptionalTypes && this\.#advanceToken\(\)\s*\? OPS\.optional\w+Access\s*: OPS\.(\w+)Access/g
const PLACE = /,\s*\{\s*(?:pos|input)\b[^{}]*\}(?=\s*\))/g

/** Where an error stands in the expression is not told. */
const withoutPlaces = (code: string): string => code.replaceAll(PLACE, '')

/** Our one function gives its answer at once, JSON holds no promise, and the engine refuses a value of any other class: nothing waits. */
const withoutPromises = (code: string): string =>
  code.replaceAll(/\b\w+ instanceof Promise\b/g, 'false').replaceAll(/(?<![\w.\])])\w[\w.[\]]*\.maybeAsync\b/g, 'false')

/** The engine runs without optional types: the parser makes none of these nodes, and no loop begins a second time while it runs. */
function withoutOptionalOperators(code: string): string {
  const short = ["  '.?': {", "  '[?]': {"].reduce(withoutEntry, withBody(code, 'function maybeAsync(', ' return h '))
  return withBody(
    short,
    'function resolveAstArray(',
    ' const results = new Array(i); while (i--) results[i] = ev.run(astArray[i], ctx); return results ',
  ).replaceAll(/if \(ctx === args\.iterCtx\) (return iterate\w+\(.*\))\n.*/g, '$1')
}

const REASON = /throw new Error\((?:`[^`]*`|'[^']*')\)/g
const CODE = /\b((?:evaluation|parse|create)Error\(\s*)'[a-z_]+'(?=,)/g

/** The message of an error is told, its code is not read. */
const withoutCodes = (code: string): string => code.replaceAll(CODE, "$1''")

/** Methods of the registry that nobody calls, once others have the bodies below. */
const UNREGISTERED = [
  '  #registerSchemaAsType(',
  '  #toCelFieldType(',
  '  #toCelFieldDeclaration(',
  '  #normalizeFields(',
  '  #createDefaultConvert(',
  '  #functionSignatureOverlaps(',
  '  #checkOverlappingSignatures(',
  '  #hasOverload(',
  '  #normalizeParam(',
  '  getDefinitions(',
  '  registerOperatorOverload(',
]

/** Functions and methods of the registry by their heads, and the bodies that are left of them. */
const REGISTRY: Readonly<Record<string, string>> = {
  'function wrapMacroExpander(': ' return handler ',
  '  #getOptionalField(': '',
  '  #assertOverload(': ' return decl ',
  '  assertType(': ' return this.#parseTypeString(typename, true) ',
  '  registerVariable(':
    " let value; if (typeof name === 'object') ({ name, type, value } = name); this.#ensureOwnVariables(); " +
    'this.variables.set(name, new VariableDeclaration(name, this.getType(type), undefined, value)); return this ',
  '  registerType(':
    ' const type = this.#parseTypeString(name, false); const decl = { name, typeType: new Type(name), type, ctor: _d }; ' +
    'this.objectTypes.set(name, decl); this.objectTypesByConstructor.set(_d, decl); ' +
    'this.registerFunctionOverload(`type(${name}): type`, () => decl.typeType, { async: false }); return decl ',
  '  registerFunctionOverload(':
    ' const { name, receiverType, argTypes, returnType } = this.#parseSignature(s); ' +
    'this.#pushFunction(new FunctionDeclaration({ name, async: opts?.async, handler, ' +
    'receiverType: receiverType ? this.getType(receiverType) : null, returnType: this.getType(returnType), ' +
    'params: argTypes.map((type) => ({ type: this.getFunctionType(type) })) })) ',
}

/** The engine runs without optional types: no value of theirs can be made, so none of these is ever called. */
function withoutOptionalValues(code: string): string {
  const first = code.indexOf("\n  functionOverload('optional.hasValue(")
  if (first < 0) throw new Error('the functions of optional types are not where they were: look at tools/lean-cel.ts')
  return cut(`${code.slice(0, first)}\n}\n`, '\nexport class Optional {\n', '\n}\n', '\nexport class Optional {}\n')
}

/** What begins and ends so, with something else in its place. */
function cut(code: string, from: string, to: string, instead: string): string {
  const start = code.indexOf(from)
  const end = code.indexOf(to, start + from.length - 1)
  if (start < 0 || end < 0) throw new Error(`\`${from.trim()}\` is not where it was: look at tools/lean-cel.ts`)
  return code.slice(0, start) + instead + code.slice(end + to.length)
}

/** A method that nobody calls: up to the brace that stands as far in as its head does. */
const withoutMember = (code: string, head: string): string => cut(code, `\n${head}`, '\n  }\n', '\n')
const withoutEntry = (code: string, head: string): string => cut(code, `\n${head}`, '\n  },\n', '\n')

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
