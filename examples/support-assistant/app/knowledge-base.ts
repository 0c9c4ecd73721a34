import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import type { ScopedRecord } from '../../../src/entrypoints/sdk/index.ts'

export interface KbDocument extends ScopedRecord {
  readonly id: string
  readonly title: string
  readonly source: string
  readonly text: string
}

export function loadKnowledgeBase(folder: string): readonly KbDocument[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.md'))
    .toSorted()
    .map((name) => parseDocument(readFileSync(join(folder, name), 'utf8'), name))
}

function parseDocument(raw: string, name: string): KbDocument {
  const parts = /^---\n([\s\S]*?)\n---\n([\s\S]*)$/.exec(raw)
  if (parts === null) throw new Error(`${name} has no front matter`)
  const head = parse(parts[1] ?? '') as {
    id: string
    title: string
    tenant: string
    allowedRoles: string[]
    source: string
  }
  return { ...head, text: (parts[2] ?? '').trim() }
}

const K1 = 1.2
const B = 0.75

function terms(text: string): readonly string[] {
  return (text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []).map((word) =>
    word.replace(/ies$/, 'y').replace(/(?:ing|ed|es|s)$/, ''),
  )
}

/** The best documents for a query by BM25; titles count twice. */
export function searchDocuments(documents: readonly KbDocument[], query: string, limit: number): readonly KbDocument[] {
  const bodies = documents.map((document) => terms(`${document.title} ${document.title} ${document.text}`))
  const average = bodies.reduce((sum, body) => sum + body.length, 0) / Math.max(1, bodies.length)
  const scores = bodies.map(() => 0)
  for (const term of new Set(terms(query))) {
    const counts = bodies.map((body) => body.filter((word) => word === term).length)
    const found = counts.filter((count) => count > 0).length
    if (found === 0) continue
    const weight = Math.log(1 + (documents.length - found + 0.5) / (found + 0.5))
    for (const [index, count] of counts.entries())
      scores[index] =
        (scores[index] ?? 0) +
        (weight * count * (K1 + 1)) / (count + K1 * (1 - B + (B * (bodies[index]?.length ?? 0)) / average))
  }
  return documents
    .map((document, index) => ({ document, score: scores[index] ?? 0 }))
    .filter(({ score }) => score > 0)
    .toSorted((left, right) => right.score - left.score || (left.document.id < right.document.id ? -1 : 1))
    .slice(0, limit)
    .map(({ document }) => document)
}
