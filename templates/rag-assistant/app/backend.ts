import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { CaseSubject } from 'gatehouse/sdk'
import { PROJECT } from './settings.ts'

interface HandbookDocument {
  readonly id: string
  readonly title: string
  readonly tenant: string
  readonly allowedRoles: readonly string[]
  readonly text: string
}

/** What tools did, for the oracles of a suite. */
export interface Effects {
  readonly toolCalls: { name: string; args: Readonly<Record<string, unknown>> }[]
  readonly records: { id: string; tenant: string; roles: readonly string[] }[]
}

const documents: readonly HandbookDocument[] = readFileSync(join(PROJECT, 'kb', 'documents.jsonl'), 'utf8')
  .split('\n')
  .filter((line) => line !== '')
  .map((line) => JSON.parse(line) as HandbookDocument)

const FOUND_MAX = 3

export function loadTools(): readonly { readonly name: string; readonly parameters: object }[] {
  const text = readFileSync(join(PROJECT, 'tools', 'search_handbook.json'), 'utf8')
  return [{ name: 'search_handbook', parameters: JSON.parse(text) as object }]
}

/** Runs one tool for one verified person. */
export function runTool(subject: CaseSubject, effects: Effects, call: Effects['toolCalls'][number]): object {
  effects.toolCalls.push(call)
  if (call.name !== 'search_handbook') return { error: 'no such tool' }
  // SECURITY: the filter comes before the search, from the verified subject and never from the model's arguments.
  const readable = documents.filter((document) => mayRead(document, subject))
  const found = search(readable, String(call.args['query'] ?? ''))
  for (const { id, tenant, allowedRoles } of found) effects.records.push({ id, tenant, roles: allowedRoles })
  return { documents: found.map(({ id, title, text }) => ({ id, title, text })) }
}

function mayRead({ tenant, allowedRoles }: HandbookDocument, subject: CaseSubject): boolean {
  return tenant === subject.tenant && allowedRoles.some((role) => subject.roles.includes(role))
}

const termsOf = (text: string): readonly string[] =>
  (text.toLowerCase().match(/[a-z0-9]+/g) ?? []).filter((word) => word.length > 2).map((word) => word.replace(/s$/, ''))

/** Documents by the rare words that they share with the question; words of a title count three times. */
function search(readable: readonly HandbookDocument[], query: string): readonly HandbookDocument[] {
  const asked = new Set(termsOf(query))
  const bodies = readable.map(({ title, text }) => ({ title: new Set(termsOf(title)), text: new Set(termsOf(text)) }))
  const weightOf = (term: string): number =>
    Math.log(1 + readable.length / (1 + bodies.filter(({ text, title }) => text.has(term) || title.has(term)).length))
  return readable
    .map((document, index) => {
      let score = 0
      for (const term of asked) {
        if (bodies[index]?.title.has(term) === true) score += 3 * weightOf(term)
        if (bodies[index]?.text.has(term) === true) score += weightOf(term)
      }
      return { document, score }
    })
    .filter(({ score }) => score > 1)
    .toSorted((left, right) => right.score - left.score)
    .slice(0, FOUND_MAX)
    .map(({ document }) => document)
}
