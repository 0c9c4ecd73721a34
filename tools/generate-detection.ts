// Secret formats: from `catalog/detection/secrets.jsonl` to the tables that the product holds, and to the page that people read.
import { canonicalView } from '../src/domain/detection/canonical-view.ts'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** One line of the catalogue. */
export interface SecretEntry {
  readonly id: string
  readonly title: string
  readonly anchors: readonly string[]
  readonly span: number
  readonly pattern: string
  readonly flags?: string
  readonly entropy?: number
  readonly check?: string
  readonly back?: readonly [number, number]
  readonly isContext?: boolean
  readonly isPrefixed?: boolean
  readonly valid: readonly string[]
  readonly invalid: readonly string[]
  readonly source: string
}

/** The catalogue's entries, in its order. */
export async function readSecretEntries(root: string): Promise<readonly SecretEntry[]> {
  const text = await readFile(join(root, 'catalog', 'detection', 'secrets.jsonl'), 'utf8')
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as SecretEntry)
}

/** Path in the repository to text, of every file that is written from the catalogue of secrets. */
export async function secretFiles(root: string): Promise<Readonly<Record<string, string>>> {
  const entries = await readSecretEntries(root)
  return {
    'src/domain/detection/tables/secret-format-table.ts': table(
      'SECRET_FORMAT_TABLE',
      entries.filter(({ isContext }) => isContext !== true),
    ),
    'src/domain/detection/tables/secret-context-table.ts': table(
      'SECRET_CONTEXT_TABLE',
      entries.filter(({ isContext }) => isContext === true),
    ),
    'docs/reference/secret-kinds.md': page(entries),
  }
}

/** As it stands in the texts that are searched, in which letters of other scripts that look like Latin ones are Latin. */
function canonicalForm(anchor: string): string {
  return /^[\x20-\x7e]*$/.test(anchor) ? anchor.toLowerCase() : canonicalView(anchor).lower
}

function kindOf({ id, isContext, isPrefixed }: SecretEntry): string {
  if (id.startsWith('secret/generic-')) return 'g'
  if (isContext === true) return 'c'
  return isPrefixed === true ? 'p' : 'f'
}

function rowOf(entry: SecretEntry): string {
  const { id, anchors, span, flags, entropy, check, back, pattern } = entry
  return [
    id.replace('secret/', ''),
    kindOf(entry),
    [...new Set(anchors.map(canonicalForm))].join('\n'),
    span,
    flags ?? '',
    entropy ?? 0,
    check ?? '',
    back?.join(',') ?? '',
    pattern,
  ].join('\t')
}

function table(name: string, entries: readonly SecretEntry[]): string {
  const rows = entries.map((entry) => `  ${quoted(rowOf(entry))},\n`).join('')
  return `// Written by tools/generate-detection.ts from catalog/detection/secrets.jsonl; change that file, then \`npm run generate\`.\n/** Rows as \`parseSecretTable\` reads them. */\nexport const ${name}: readonly string[] = [\n${rows}]\n`
}

/** A string literal as the formatter writes it: the quote that needs fewer escapes. */
function quoted(text: string): string {
  const quote = text.split("'").length > text.split('"').length ? '"' : "'"
  const escaped = text
    .replaceAll('\\', '\\\\')
    .replaceAll('\t', '\\t')
    .replaceAll('\n', '\\n')
    .replaceAll(quote, `\\${quote}`)
  return quote + escaped + quote
}

const EVIDENCE: Readonly<Record<string, string>> = {
  p: 'a mark that nothing else carries',
  f: 'its form, and a check',
  c: "the service's name beside it",
  g: 'a name that says so, and a random value',
}

function page(entries: readonly SecretEntry[]): string {
  const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', '\\n')
  const rows = entries.map((entry) => {
    const anchors = entry.anchors.map((anchor) => `\`${cell(anchor)}\``).join(' ')
    return `| \`${entry.id}\` | ${cell(entry.title)} | ${anchors} | ${EVIDENCE[kindOf(entry)]} |`
  })
  return `# Kinds of secrets\n\nWritten by \`npm run generate\` from \`catalog/detection/secrets.jsonl\`, where patterns, examples and sources stand. ${entries.length} kinds.\nA detector finds forms; it does not know whether a secret is in use, and a form that is not listed here is not found by its form.\n\n| id | what | looked for beside | evidence |\n|---|---|---|---|\n${rows.join('\n')}\n`
}
