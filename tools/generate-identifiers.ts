// Turns `catalog/detection/identifiers.jsonl` into the table that the scanner reads and the page that people read.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** One line of `catalog/detection/identifiers.jsonl`. */
export interface IdentifierRecord {
  readonly id: string
  readonly title: string
  /** ISO 3166-1 alpha-2, or `any`. */
  readonly country: string
  readonly shapes: readonly string[]
  readonly weakShapes: readonly string[]
  readonly check: string
  readonly context: readonly string[]
  /** Share of random input of the shapes (of the weak shapes where there are no others) that the check passes. */
  readonly passRate: number
  /** Indexes from the end of the characters whose change the check always notices. */
  readonly checkAt: readonly number[]
  /** Why a shape that chance passes often may stand without context. */
  readonly why?: string
  readonly valid: readonly string[]
  readonly invalid: readonly string[]
  readonly source: string
}

/** The catalogue's lines, in their order. Throws where a line is no JSON or holds a character that the table parts fields with. */
export async function readIdentifiers(root: string): Promise<readonly IdentifierRecord[]> {
  const text = await readFile(join(root, 'catalog', 'detection', 'identifiers.jsonl'), 'utf8')
  const records = text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as IdentifierRecord)
  for (const { id, shapes, weakShapes, context } of records) {
    if (!id.startsWith(PREFIX)) throw new Error(`${id}: an identifier's id begins with \`${PREFIX}\``)
    for (const field of [...shapes, ...weakShapes, ...context])
      if (/[|,`\\$\n]/.test(field)) throw new Error(`${id}: \`${field}\` holds a character that the table cannot`)
  }
  return records
}

const PREFIX = 'pii/'

const fold = (word: string): string =>
  word
    .toLowerCase()
    .normalize('NFD')
    .replace(/\p{Mn}/gu, '')
    .replace(/ı/g, 'i')
    .normalize('NFC')

function tableOf(records: readonly IdentifierRecord[]): string {
  const lines = records.map(({ id, check, passRate, shapes, weakShapes, context }) => {
    const name = id.slice(PREFIX.length)
    const fields = [shapes.join(','), weakShapes.join(','), context.map(fold).join(',')]
    return [name, check === name ? '' : check, passRate, ...fields].join('|')
  })
  return `// Written by tools/generate-identifiers.ts from catalog/detection/identifiers.jsonl.

/** One line a kind: its id behind \`pii/\`, the check where it has another name, pass rate, shapes, weak shapes, context words. */
export const IDENTIFIER_TABLE = \`
${lines.join('\n')}
\`
`
}

function pageOf(records: readonly IdentifierRecord[]): string {
  const countries = new Set(records.map(({ country }) => country).filter((country) => country !== 'any'))
  const rows = records.map(({ id, title, country, check, shapes, weakShapes, passRate, source, why }) => {
    const needs = shapes.length === 0 ? 'always' : weakShapes.length === 0 ? 'never' : 'some spellings'
    const note = why === undefined ? source : `${source}. Without context: ${why}`
    return `| \`${id}\` | ${title} | ${country} | ${check === 'format' ? 'shape only' : `\`${check}\``} | ${needs} | ${passRate} | ${note} |`
  })
  return `# Kinds of identifiers

Written by \`npm run generate\` from \`catalog/detection/identifiers.jsonl\`: ${records.length} kinds, ${countries.size} countries.

"Needs context" says whether a word that names the kind has to stand near (60 characters before, 25 after). "Pass rate" is the share
of random input of the kind's shapes that its check passes, measured by \`catalog-identifiers.test.ts\`: a match without context is
evidence, not proof. A detector is not a boundary.

| id | what | country | check | needs context | pass rate | source |
|---|---|---|---|---|---|---|
${rows.join('\n')}
`
}

/** Paths and texts of what is derived from the catalogue of identifiers. */
export async function identifierFiles(root: string): Promise<Readonly<Record<string, string>>> {
  const records = await readIdentifiers(root)
  return {
    'src/domain/detection/identifiers/identifier-table.ts': tableOf(records),
    'docs/reference/identifier-kinds.md': pageOf(records),
  }
}
