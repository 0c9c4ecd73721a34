import { parse as parseCsv } from 'csv-parse/sync'
import type { z } from 'zod'
import { parseJson, type Json } from '../../base/json.ts'
import { fail, ok, type Problem, type Result, type SourcePosition } from '../../base/result.ts'
import type { SuiteCase } from '../../domain/evaluation/suite.ts'
import { parseYaml } from '../yaml/parse-yaml.ts'
import { CaseIds } from './case-ids.ts'
import { caseSchema } from './case-schema.ts'
import { compileCase, type CaseFrame } from './compile-case.ts'
import { caseOfRow } from './csv-case.ts'

export const CASES_CHARS_MAX = 64 * 1_048_576
export const CASES_MAX = 1_000_000
const PROBLEMS_MAX = 50
const LINE_CHARS_MAX = 1_000_000

/** Takes the cases of a suite one by one, whatever they were written in: checks, completes, and counts what is wrong. */
export class CaseReader {
  readonly problems: Problem[] = []
  readonly #frame: CaseFrame
  readonly #ids = new CaseIds()

  constructor(frame: CaseFrame) {
    this.#frame = frame
  }

  get isFull(): boolean {
    return this.problems.length >= PROBLEMS_MAX || this.#ids.count > CASES_MAX
  }

  get count(): number {
    return this.#ids.count
  }

  /** One line of a JSONL file; undefined when it is blank or wrong. */
  line(text: string, file: string, line: number): SuiteCase | undefined {
    if (text.trim() === '') return undefined
    const json = parseJson(text, LINE_CHARS_MAX)
    if (json.ok)
      return this.value(json.value, { file, line, column: 1 }, (path) =>
        columnIn(text, path, { file, line, column: 1 }),
      )
    this.problems.push({
      code: 'suite/bad-line',
      message: `the line is no JSON: ${json.failure.message}`,
      next: 'write one JSON object a line',
      at: { file, line, column: 1 },
    })
    return undefined
  }

  /** A case as a value; `placeOf` finds a part of it in its file. */
  value(
    value: unknown,
    at: SourcePosition,
    placeOf: (path: readonly (string | number)[]) => SourcePosition = () => at,
  ): SuiteCase | undefined {
    const parsed = caseSchema.safeParse(value)
    if (!parsed.success) {
      this.problems.push(problemOf(parsed.error, placeOf))
      return undefined
    }
    const first = this.#ids.take(parsed.data.id, at.line)
    if (first !== undefined) {
      this.problems.push({
        code: 'suite/duplicate-case',
        message: `case \`${parsed.data.id}\` is also on line ${first}`,
        next: 'give it its own id',
        at,
      })
      return undefined
    }
    const compiled = compileCase(this.#frame, parsed.data, at)
    if (compiled.ok) return compiled.value
    this.problems.push(compiled.failure)
    return undefined
  }
}

/** Cases of a text; its format by the ending of the file's name (`.csv`, `.yaml`, else JSON lines). */
export function parseCases(
  file: string,
  text: string,
  frame: CaseFrame = APPLICATION,
): Result<readonly SuiteCase[], readonly Problem[]> {
  if (text.length > CASES_CHARS_MAX)
    return fail([
      {
        code: 'suite/too-large',
        message: `\`${file}\` is longer than ${CASES_CHARS_MAX} characters`,
        next: 'split it',
      },
    ])
  const reader = new CaseReader(frame)
  const cases: SuiteCase[] = []
  const take = (suiteCase: SuiteCase | undefined): void => {
    if (suiteCase !== undefined) cases.push(suiteCase)
  }
  if (file.endsWith('.csv')) readCsv(reader, file, text, take)
  else if (/\.ya?ml$/.test(file)) readYaml(reader, file, text, take)
  else
    for (const [index, line] of text.split('\n').entries()) {
      take(reader.line(line, file, index + 1))
      if (reader.isFull) break
    }
  return resultOf(reader, cases, file)
}

export function resultOf<Value>(reader: CaseReader, value: Value, file: string): Result<Value, readonly Problem[]> {
  if (reader.problems.length > 0) return fail(reader.problems)
  if (reader.count > 0) return ok(value)
  return fail([
    {
      code: 'suite/no-cases',
      message: `\`${file}\` has no case`,
      next: file.endsWith('.csv') ? 'write a line of names and one line a case' : 'write one JSON object a line',
      at: { file, line: 1, column: 1 },
    },
  ])
}

/** Cases without a head are those of an application: each says who asks. */
const APPLICATION: CaseFrame = { target: { module: 'app/target.ts' } }

type Take = (suiteCase: SuiteCase | undefined) => void

// oxlint-disable-next-line max-params -- reader, file, text and where cases go
function readYaml(reader: CaseReader, file: string, text: string, take: Take): void {
  const yaml = parseYaml(file, text)
  if (!yaml.ok) {
    reader.problems.push(...yaml.failure)
    return
  }
  const { value } = yaml.value
  if (!Array.isArray(value)) {
    reader.problems.push({
      code: 'suite/bad-case',
      message: `\`${file}\` is no list of cases`,
      next: 'write a list: one entry a case',
      at: yaml.value.positionOf([]),
    })
    return
  }
  for (const [index, entry] of (value as readonly Json[]).entries()) {
    take(reader.value(entry, yaml.value.positionOf([index]), (path) => yaml.value.positionOf([index, ...path])))
    if (reader.isFull) return
  }
}

// oxlint-disable-next-line max-params -- reader, file, text and where cases go
function readCsv(reader: CaseReader, file: string, text: string, take: Take): void {
  let rows: readonly { readonly record: Readonly<Record<string, string>>; readonly info: { readonly lines: number } }[]
  try {
    rows = parseCsv(text, { columns: true, info: true, bom: true, skip_empty_lines: true, trim: true }) as never
  } catch (error) {
    // The library says what is wrong with a file by an exception with a code and a line.
    if (!(error instanceof Error) || !('code' in error)) throw error
    const line = 'lines' in error && typeof error.lines === 'number' ? error.lines : 1
    reader.problems.push({
      code: 'suite/bad-csv',
      message: error.message,
      next: 'give every line as many fields as the first one has names; quote fields that hold commas',
      at: { file, line, column: 1 },
    })
    return
  }
  for (const { record, info } of rows) {
    const at = { file, line: info.lines, column: 1 }
    const row = caseOfRow(record)
    if (row.ok) take(reader.value(row.value, at))
    else reader.problems.push({ ...row.failure, at })
    if (reader.isFull) return
  }
}

function problemOf(error: z.ZodError, placeOf: (path: readonly (string | number)[]) => SourcePosition): Problem {
  const issue = error.issues[0]
  const path = (issue?.path ?? []).filter((step): step is string | number => typeof step !== 'symbol')
  return {
    code: 'suite/bad-case',
    message: `the case is not valid at \`${path.join('.')}\`: ${issue?.message ?? ''}`,
    next: 'see docs/reference/suite.md',
    at: placeOf(path),
  }
}

/** The column of a part of a JSON line: JSON is YAML, whose parser keeps places. Read only for a line that is wrong. */
function columnIn(text: string, path: readonly (string | number)[], at: SourcePosition): SourcePosition {
  const yaml = parseYaml(at.file, text)
  return yaml.ok ? { ...at, column: yaml.value.positionOf(path).column } : at
}
