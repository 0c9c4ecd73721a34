import { isJsonObject, type Json } from '../../base/json.ts'
import { readLiteral } from './read-literal.ts'

/** One scalar of a tool result. `key` is the nearest field name in lower case, empty in free text. */
export interface Leaf {
  readonly key: string
  readonly path: readonly string[]
  readonly text: string
  /** Index into `records`. */
  readonly record: number
}

/** A result taken apart: fields can be told from free text, and the entries of a list from each other. */
export interface ReadResult {
  readonly leaves: readonly Leaf[]
  /** The whole text of each entry: of a list's items, or of the result where it is no list. */
  readonly records: readonly string[]
}

/** What lies beyond is not read: such a result is not believed (read-sources.ts). */
export const TEXT_CHARS_MAX = 200_000
const LEAVES_MAX = 5_000
const DEPTH_MAX = 32

/**
 * Reads JSON, Python literals and YAML-like text (`key: value`, `- item`, quoted and folded scalars) in one pass.
 * Tolerant: what fits no structure is one leaf of free text. Linear; only the first 200,000 characters are read.
 */
export function readResult(text: string, value: Json | undefined): ReadResult {
  const bounded = text.slice(0, TEXT_CHARS_MAX)
  const json = value ?? readLiteral(bounded)
  if (json !== undefined && typeof json === 'object' && json !== null) return fromJson(json)
  return readLines(bounded)
}

/** Leaves in reading order; the items of the outermost list are the records. */
function fromJson(root: Json): ReadResult {
  const leaves: Leaf[] = []
  const records: string[] = []
  const push = (text: string, path: readonly string[], record: number): void => {
    leaves.push({ key: (path.at(-1) ?? '').toLowerCase(), path, text, record })
    records[record] = `${records[record] ?? ''}${text}\n`
  }
  const walk = (value: Json | undefined, path: readonly string[], record: number): void => {
    if (value === undefined || value === null || leaves.length >= LEAVES_MAX || path.length > DEPTH_MAX) return
    if (Array.isArray(value)) for (const item of value) walk(item as Json, path, record)
    else if (isJsonObject(value))
      for (const [key, member] of Object.entries(value)) {
        // A name may be a key: {"Riverview": "4.6 stars"}.
        if (/[A-Z ]/.test(key)) push(key, path, record)
        walk(member, [...path, key], record)
      }
    else push(String(value as string | number | boolean), path, record)
  }
  const list = outerList(root)
  if (list === undefined) walk(root, [], 0)
  else for (const [index, item] of list.items.slice(0, LEAVES_MAX).entries()) walk(item, list.path, index)
  for (let index = 0; index < records.length; index++) records[index] ??= ''
  return { leaves, records }
}

/** A list, or the only list of an object with one member, such as `{"documents": [...]}`. */
function outerList(root: Json): { readonly items: readonly Json[]; readonly path: readonly string[] } | undefined {
  if (Array.isArray(root)) return { items: root as readonly Json[], path: [] }
  if (!isJsonObject(root)) return undefined
  const [only, ...others] = Object.entries(root)
  return only !== undefined && others.length === 0 && Array.isArray(only[1])
    ? { items: only[1] as readonly Json[], path: [only[0]] }
    : undefined
}

const KEY = /^([A-Za-z_][A-Za-z0-9_-]{0,40}):(?:\s+(.*))?$/

interface Block {
  readonly indent: number
  readonly path: readonly string[]
}

/** SECURITY: a line inside a scalar (deeper than its key, or within quotes) is text, so a body cannot forge a field. */
function readLines(text: string): ReadResult {
  const lines = text.split('\n').slice(0, 20_000)
  const first = lines.find((line) => line.trim() !== '')?.trim() ?? ''
  if (!KEY.test(first) && !/^- \S/.test(first))
    return { leaves: [{ key: '', path: [], text, record: 0 }], records: [text] }
  const reader = new LineReader()
  for (const line of lines) reader.take(line)
  return reader.result()
}

class LineReader {
  readonly #leaves: { key: string; path: readonly string[]; text: string; record: number }[] = []
  readonly #records: string[] = []
  #record = -1
  #blocks: Block[] = []
  /** The scalar being read: lines that go on belong to it. */
  #open: { readonly indent: number; readonly quote: string } | undefined

  take(line: string): void {
    const trimmed = line.trim()
    const indent = line.length - line.trimStart().length
    if (this.#goesOn(trimmed, indent)) return
    if (trimmed === '') return
    if (indent === 0 && trimmed.startsWith('- ')) this.#record += 1
    if (this.#record < 0) this.#record = 0
    this.#records[this.#record] = `${this.#records[this.#record] ?? ''}${trimmed}\n`
    let [rest, depth] = [trimmed, indent]
    while (rest.startsWith('- ')) {
      rest = rest.slice(2).trimStart()
      depth = indent + (trimmed.length - rest.length)
    }
    const match = KEY.exec(rest)
    // A list under a key may stand at the key's own indent: its items still belong to the key.
    const limit = depth > indent ? indent + 1 : depth
    while (this.#blocks.length > 0 && (this.#blocks.at(-1) as Block).indent >= limit) this.#blocks.pop()
    if (match === null) this.#push(this.#pathAt(), rest, depth - 1)
    else {
      const path = [...this.#pathAt(), match[1] as string]
      const value = (match[2] ?? '').trim()
      if (value === '') this.#blocks.push({ indent: depth, path })
      else this.#push(path, value, depth)
    }
  }

  result(): ReadResult {
    return { leaves: this.#leaves, records: this.#records }
  }

  #pathAt(): readonly string[] {
    return this.#blocks.at(-1)?.path ?? []
  }

  #goesOn(trimmed: string, indent: number): boolean {
    const open = this.#open
    if (open === undefined) return false
    const isInside = open.quote !== '' || indent > open.indent || trimmed === ''
    if (!isInside) {
      this.#open = undefined
      return false
    }
    const leaf = this.#leaves.at(-1)
    const closes = open.quote !== '' && endsQuoted(trimmed, open.quote)
    if (leaf !== undefined) leaf.text += `\n${closes ? trimmed.slice(0, -1) : trimmed}`
    this.#records[this.#record] = `${this.#records[this.#record] ?? ''}${trimmed}\n`
    if (closes) this.#open = undefined
    return true
  }

  #push(path: readonly string[], raw: string, indent: number): void {
    if (this.#leaves.length >= LEAVES_MAX) return
    const quote = raw.startsWith("'") ? "'" : raw.startsWith('"') ? '"' : ''
    const isClosed = quote !== '' && raw.length > 1 && endsQuoted(raw.slice(1), quote)
    const isBlock = /^[|>][+-]?$/.test(raw)
    const text = isBlock ? '' : isClosed ? raw.slice(1, -1) : quote === '' ? raw : raw.slice(1)
    this.#leaves.push({ key: (path.at(-1) ?? '').toLowerCase(), path, text, record: this.#record })
    this.#open = isClosed ? undefined : { indent, quote: quote }
  }
}

/** `''` is an escaped quote in single quotes, `\"` one in double quotes. */
function endsQuoted(text: string, quote: string): boolean {
  if (!text.endsWith(quote)) return false
  let run = 0
  const escape = quote === "'" ? "'" : '\\'
  for (let at = text.length - 2; at >= 0 && text[at] === escape; at--) run += 1
  return run % 2 === 0
}
