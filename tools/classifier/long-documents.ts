// Long harmless documents, put together from the harmless texts of one source each.
import { familyOf, type Example } from './examples.ts'

const LENGTHS = [10_000, 30_000, 100_000] as const
const PER_SOURCE_MAX = 12

export interface LongDocument {
  readonly source: string
  readonly characters: number
  readonly text: string
}

/** Documents of 10, 30 and 100 thousand characters; a text stands in one document of a length at most. */
export function longDocuments(examples: readonly Example[]): LongDocument[] {
  const harmless = examples.filter(({ isAttack, task }) => !isAttack && task === 'benign')
  return [...Map.groupBy(harmless, ({ source }) => familyOf(source))].flatMap(([source, texts]) =>
    LENGTHS.flatMap((characters) => joined(texts, characters).map((text) => ({ source, characters, text }))),
  )
}

function joined(examples: readonly Example[], characters: number): string[] {
  const documents: string[] = []
  let current = ''
  for (const { text } of examples) {
    current += current === '' ? text : `\n\n${text}`
    if (current.length < characters) continue
    documents.push(current)
    current = ''
    if (documents.length === PER_SOURCE_MAX) break
  }
  return documents
}
