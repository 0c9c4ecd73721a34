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

/** Attacks that are put into one document, at a quarter, half and three quarters of it. */
const PLANTED = [0.25, 0.5, 0.75] as const
const PLANTED_CHARS_MAX = 3_000

/** Each document with a short attack between two of its words, three times; attacks are taken in turn, spread over all of them. */
export function plantedDocuments(documents: readonly LongDocument[], examples: readonly Example[]): LongDocument[] {
  const attacks = examples.filter(({ isAttack, text }) => isAttack && text.length < PLANTED_CHARS_MAX)
  return documents.flatMap(({ text, ...about }, index) =>
    PLANTED.map((share, turn) => {
      const cut = text.indexOf(' ', Math.floor(text.length * share))
      const attack = attacks[((index * PLANTED.length + turn) * 37) % attacks.length]?.text ?? ''
      return { ...about, text: `${text.slice(0, cut)}\n${attack}\n${text.slice(cut)}` }
    }),
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
