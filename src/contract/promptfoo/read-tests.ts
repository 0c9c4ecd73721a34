import { parse as parseCsv } from 'csv-parse/sync'
import { isJsonObject, parseJson } from '../../base/json.ts'
import { fail, ok, type Problem, type Result, type SourcePosition } from '../../base/result.ts'
import { parseYaml } from '../yaml/parse-yaml.ts'
import { listOf, placed, withMerges, type Placed } from './config-parts.ts'
import { testOfRow } from './csv-assertion.ts'
import type { ImportNotes } from './import-note.ts'

/** A file beside the config, by its path from the config's folder. */
export type ReadBeside = (path: string) => Promise<Result<string, Problem>>

const LINE_CHARS_MAX = 1_000_000
const TESTS_MAX = 100_000

/** `file://x`, as a path inside the folder; undefined for anything else. */
export function pathOf(reference: string): string | undefined {
  const bare = reference.startsWith('file://') ? reference.slice('file://'.length) : reference
  const path = bare.replace(/^(?:\.\/)+/, '')
  // SECURITY: a config names no file outside of its folder.
  if (path === '' || /^(?:\/|[A-Za-z]:|~)|\\|\0/.test(path) || path.split('/').includes('..')) return undefined
  return path
}

/** A YAML or JSON document with its places. */
export function parseDocument(file: string, text: string): Result<Placed, readonly Problem[]> {
  const yaml = parseYaml(file, text)
  if (!yaml.ok) return yaml
  const source = yaml.value
  return ok({
    value: withMerges(source.value),
    at: source.positionOf([]),
    placeOf: (path) => source.positionOf(path),
  })
}

/** Tests of the config: written out, or in files that it names. What cannot be read is a note. */
export async function readTests(
  tests: Placed | undefined,
  read: ReadBeside,
  notes: ImportNotes,
): Promise<readonly Placed[]> {
  const found: Placed[] = []
  for (const entry of listOf(tests)) {
    const { value, at } = entry
    const reference =
      typeof value === 'string' ? value : isJsonObject(value) && 'path' in value ? value['path'] : undefined
    if (typeof reference === 'string') found.push(...(await readFile(reference, at, read, notes)))
    else if (isJsonObject(value)) found.push(entry)
    else notes.add('left-out', at, 'test', 'it is no object')
    if (found.length > TESTS_MAX) {
      notes.add('left-out', at, 'tests', `there are more than ${TESTS_MAX}: the others are not read`)
      return found.slice(0, TESTS_MAX)
    }
  }
  return found
}

// oxlint-disable-next-line max-params -- what is named where, how it is read and where notes go
async function readFile(
  reference: string,
  at: SourcePosition,
  read: ReadBeside,
  notes: ImportNotes,
): Promise<readonly Placed[]> {
  const refuse = (why: string): readonly Placed[] => {
    notes.add('left-out', at, `tests ${reference}`, why)
    return []
  }
  if (/^[a-z+]{2,}:\/\//i.test(reference) && !reference.startsWith('file://'))
    return refuse('it lies elsewhere, and nothing is fetched: save it beside the config')
  const path = pathOf(reference)
  if (path === undefined) return refuse('it lies outside the folder of the config')
  if (/[*?{[]/.test(path)) return refuse('it is a pattern of names: name each file')
  if (!/\.(?:csv|ya?ml|jsonl?)$/.test(path))
    return refuse('it is a program or a table of another kind; write CSV, YAML, JSON or JSON lines')
  const text = await read(path)
  if (!text.ok) return refuse(text.failure.message)
  if (path.endsWith('.csv')) return csvTests(path, text.value, refuse)
  if (path.endsWith('.jsonl')) return lineTests(path, text.value, notes)
  const document = parseDocument(path, text.value)
  return document.ok ? listOf(document.value) : refuse(document.failure[0]?.message ?? 'it cannot be read')
}

function csvTests(file: string, text: string, refuse: (why: string) => readonly Placed[]): readonly Placed[] {
  try {
    const rows = parseCsv(text, {
      columns: true,
      info: true,
      bom: true,
      skip_empty_lines: true,
      relax_column_count: false,
    }) as unknown as readonly {
      readonly record: Readonly<Record<string, string>>
      readonly info: { readonly lines: number }
    }[]
    return rows.map(({ record, info }) => placed(testOfRow(record), { file, line: info.lines, column: 1 }))
  } catch (error) {
    // The library says what is wrong with a file by an exception with a code.
    if (!(error instanceof Error) || !('code' in error)) throw error
    return refuse(error.message)
  }
}

function lineTests(file: string, text: string, notes: ImportNotes): readonly Placed[] {
  return text.split('\n').flatMap((line, index) => {
    if (line.trim() === '') return []
    const at = { file, line: index + 1, column: 1 }
    const json = parseJson(line, LINE_CHARS_MAX)
    if (json.ok && isJsonObject(json.value)) return [placed(json.value, at)]
    notes.add('left-out', at, 'test', 'the line is no JSON object')
    return []
  })
}

/** A document that the config names, or the value itself. */
export async function resolveReference(
  value: Placed | undefined,
  read: ReadBeside,
): Promise<Result<Placed | undefined, string>> {
  if (typeof value?.value !== 'string' || !value.value.startsWith('file://')) return ok(value)
  const path = pathOf(value.value)
  if (path === undefined) return fail('it lies outside the folder of the config')
  if (!/\.(?:ya?ml|json)$/.test(path)) return fail('it is no YAML and no JSON')
  const text = await read(path)
  if (!text.ok) return fail(text.failure.message)
  const document = parseDocument(path, text.value)
  return document.ok ? ok(document.value) : fail(document.failure[0]?.message ?? 'it cannot be read')
}
