import { isAlias, isMap, isNode, isPair, isScalar, LineCounter, parseDocument, visit, type Document } from 'yaml'
import type { Json } from '../../base/json.ts'
import { fail, ok, type Problem, type Result, type SourcePosition } from '../../base/result.ts'
import { findNotJson } from './find-not-json.ts'

/** YAML text together with the way back from a value to its line. */
export interface YamlSource {
  readonly value: Json
  /** Where the value (or, if absent, its nearest ancestor) stands. */
  positionOf(path: readonly (string | number)[]): SourcePosition
}

const BYTES_MAX = 1_048_576
const ALIASES_MAX = 100
const DEPTH_MAX = 60

/** YAML 1.2 core schema, unique keys, bounded aliases, nesting and size. Never throws. */
export function parseYaml(file: string, text: string): Result<YamlSource, readonly Problem[]> {
  const start = { file, line: 1, column: 1 }
  if (text.length > BYTES_MAX)
    return fail([
      { code: 'yaml/too-large', message: `longer than ${BYTES_MAX} characters`, next: 'split the file', at: start },
    ])
  const deep = firstTooDeep(text)
  if (deep !== undefined) return fail([tooDeep({ file, line: deep, column: 1 })])
  const lines = new LineCounter()
  const document = parseDocument(text, {
    version: '1.2',
    schema: 'core',
    uniqueKeys: true,
    merge: false,
    lineCounter: lines,
    logLevel: 'error',
  })
  // Brackets inside quotes and comments can hide nesting from the first look; the parser then runs out of stack.
  const exhausted = document.errors.find((error) => error.code === 'RESOURCE_EXHAUSTION')
  if (exhausted !== undefined) {
    const at = lines.linePos(exhausted.pos[0])
    return fail([tooDeep({ file, line: at.line, column: at.col })])
  }
  if (document.errors.length > 0) {
    return fail(
      document.errors.slice(0, 20).map((error) => {
        const at = lines.linePos(error.pos[0])
        return {
          code: 'yaml/syntax',
          message: error.message.split('\n')[0]?.replace(/ at line \d+, column \d+:?$/, '') ?? 'not YAML',
          next: 'correct the YAML syntax at this place',
          at: { file, line: at.line, column: at.col },
        }
      }),
    )
  }
  return valueOf(document, lines, file)
}

function tooDeep(at: SourcePosition): Problem {
  return { code: 'yaml/too-deep', message: `nested deeper than ${DEPTH_MAX}`, next: 'flatten the structure', at }
}

function valueOf(document: Document, lines: LineCounter, file: string): Result<YamlSource, readonly Problem[]> {
  const positionOf: YamlSource['positionOf'] = (path) => locate(document, lines, file, path)
  try {
    const value = (document.toJS({ maxAliasCount: ALIASES_MAX }) as Json | undefined) ?? null
    const notJson = findNotJson(value, DEPTH_MAX)
    if (notJson === undefined) return ok({ value, positionOf })
    return fail([
      {
        code: 'yaml/not-json',
        message: notJson.message,
        next: 'write a value that JSON has',
        at: positionOf(notJson.path),
      },
    ])
  } catch (error) {
    // The library reports an alias bomb and an alias without anchor by a ReferenceError; anything else would be a bug.
    if (error instanceof ReferenceError && error.message.startsWith('Unresolved alias'))
      return fail([
        {
          code: 'yaml/unknown-alias',
          message: 'an alias names no anchor before it',
          next: 'quote the text if `*` belongs to it',
          at: positionOfUnknownAlias(document, lines, file),
        },
      ])
    if (error instanceof ReferenceError)
      return fail([
        {
          code: 'yaml/too-many-aliases',
          message: `more than ${ALIASES_MAX} aliases`,
          next: 'write the values out',
          at: positionOf([]),
        },
      ])
    throw error
  }
}

/** The first alias in document order whose anchor does not stand before it. */
function positionOfUnknownAlias(document: Document, lines: LineCounter, file: string): SourcePosition {
  const anchors = new Set<string>()
  let offset = 0
  visit(document, {
    Node(_key, node) {
      if (isAlias(node)) {
        if (anchors.has(node.source)) return undefined
        offset = node.range?.[0] ?? 0
        return visit.BREAK
      }
      if (node.anchor !== undefined) anchors.add(node.anchor)
      return undefined
    },
  })
  const at = lines.linePos(offset)
  return { file, line: at.line, column: at.col }
}

/** Nesting is bounded before the recursive parser sees it: by brackets and dashes, or by indentation. */
function firstTooDeep(text: string): number | undefined {
  let brackets = 0
  let line = 1
  const indents: number[] = []
  let lineStart = true
  let indent = 0
  for (let index = 0; index < text.length; index++) {
    const char = text[index]
    if (char === '\n') {
      line += 1
      lineStart = true
      indent = 0
      continue
    }
    if (lineStart && (char === ' ' || char === '-' || char === '?' || char === ':')) {
      indent += 1
      if (char === ' ') continue
      if (indents.length + indent > 0) pushIndent(indents, indent)
    } else if (lineStart) {
      lineStart = false
      pushIndent(indents, indent)
    }
    if (char === '[' || char === '{') brackets += 1
    else if ((char === ']' || char === '}') && brackets > 0) brackets -= 1
    if (brackets > DEPTH_MAX || indents.length > DEPTH_MAX) return line
  }
  return undefined
}

function pushIndent(indents: number[], indent: number): void {
  while (indents.length > 0 && (indents.at(-1) ?? 0) >= indent) indents.pop()
  indents.push(indent)
}

function locate(
  document: Document,
  lines: LineCounter,
  file: string,
  path: readonly (string | number)[],
): SourcePosition {
  for (let length = path.length; length > 0; length--) {
    const offset = offsetOf(document, path.slice(0, length))
    if (offset !== undefined) {
      const at = lines.linePos(offset)
      return { file, line: at.line, column: at.col }
    }
  }
  return { file, line: 1, column: 1 }
}

function offsetOf(document: Document, path: readonly (string | number)[]): number | undefined {
  const parent = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true)
  const last = path.at(-1)
  // A key is a better place to point at than its value, which may start lines below.
  if (isMap(parent)) {
    const pair = parent.items.find((item) => isPair(item) && isScalar(item.key) && item.key.value === last)
    if (pair !== undefined && isNode(pair.key)) return pair.key.range?.[0]
  }
  const node = document.getIn(path, true)
  return isNode(node) ? node.range?.[0] : undefined
}
