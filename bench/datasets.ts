import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import type { Task } from './peer.ts'
import { unitSpans, type GoldSpan } from './spans.ts'

/** A labelled text. `label` 1: holds what the task looks for. Spans are UTF-16 units. */
export interface LabelledText {
  readonly text: string
  readonly label: number | null
  readonly rule?: string
  readonly spans?: readonly GoldSpan[]
}

/** What one rule of the catalogue must find and must leave. */
export interface CatalogueRule {
  readonly id: string
  readonly task: Task
  /** False for rules that lean on words around the value. */
  readonly isExact: boolean
  /** Examples; where the kind has context words, the value stands behind the first of them, as a person would write it. */
  readonly valid: readonly string[]
  readonly invalid: readonly string[]
}

/** Rows of one file of the folder; undefined where it is not there. */
export function labelledTexts(folder: string, name: string): readonly LabelledText[] | undefined {
  const file = join(folder, `${name}.jsonl.gz`)
  if (!existsSync(file)) return undefined
  return lines<LabelledText>(gunzipSync(readFileSync(file)).toString('utf8')).map((row) => ({
    ...row,
    spans: unitSpans(row.text, row.spans ?? []),
  }))
}

function lines<Row>(text: string): readonly Row[] {
  return text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Row)
}

/** The catalogue's own examples, of every file that holds rules of a task that is measured. */
export function catalogueRules(root: string): readonly CatalogueRule[] {
  type Entry = {
    readonly id: string
    readonly guarantee?: string
    readonly isContext?: boolean
    readonly context?: readonly string[]
    readonly valid?: readonly string[]
    readonly invalid?: readonly string[]
  }
  return ['formats', 'identifiers', 'secrets'].flatMap((name) => {
    const file = join(root, 'catalog', 'detection', `${name}.jsonl`)
    if (!existsSync(file)) return []
    return lines<Entry>(readFileSync(file, 'utf8')).flatMap((entry) => {
      const { id, guarantee, isContext, context = [], valid = [], invalid = [] } = entry
      const task = id.startsWith('pii/') ? 'pii' : id.startsWith('secret/') ? 'secret' : undefined
      const isExact = guarantee === undefined ? isContext !== true : guarantee === 'exact'
      const named = (example: string): string => (context[0] === undefined ? example : `${context[0]}: ${example}`)
      return task === undefined ? [] : [{ id, task, isExact, valid: valid.map(named), invalid: invalid.map(named) }]
    })
  })
}
