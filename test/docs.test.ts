// Documents that speak of code are held to it.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { describe, expect, test } from 'vitest'
import * as entryTypes from '../src/application/state/entry-types.ts'
import { OPERATIONS } from '../src/contract/http/operations.ts'

const root = join(import.meta.dirname, '..')
const read = (path: string): string => readFileSync(join(root, path), 'utf8')

function filesBelow(folder: string, ending: string): readonly string[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(ending))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
}

const documents = [
  ...filesBelow('docs', '.md'),
  ...readdirSync(root).filter((name) => name.endsWith('.md')),
  ...filesBelow('examples', 'README.md').filter((path) => !path.includes('.demo-')),
]

describe.each(documents)('%s', (path) => {
  test('links only to what is there', () => {
    const broken = [...read(path).matchAll(/\]\(([^)\s#]+)(?:#[^)]*)?\)/g)]
      .map((match) => match[1] ?? '')
      .filter((target) => !/^[a-z]+:/.test(target) && !existsSync(join(root, dirname(path), target)))
    expect(broken).toEqual([])
  })
})

/** Codes of problems: literals in the code, and the two families that are put together. */
function codesInSource(): ReadonlySet<string> {
  const codes = new Set<string>()
  for (const path of filesBelow('src', '.ts')) {
    if (path.endsWith('.test.ts')) continue
    const text = read(path)
    for (const match of text.matchAll(/code: '([a-z-]+\/[a-z-]+)'/g)) codes.add(match[1] ?? '')
    for (const match of text.matchAll(/problem\('([a-z-]+\/[a-z-]+)'/g)) codes.add(match[1] ?? '')
    for (const match of text.matchAll(/return '(exception\/[a-z-]+)'/g)) codes.add(match[1] ?? '')
  }
  for (const area of ['manifest', 'policy', 'suite', 'config'])
    for (const kind of ['unknown-key', 'invalid-value', 'invalid-type', 'invalid']) codes.add(`${area}/${kind}`)
  return codes
}

test('every problem code is in the reference of errors', () => {
  const documented = new Set(
    [...read('docs/reference/errors.md').matchAll(/^\|\s*`([^`]+)`/gm)].map((match) => match[1]),
  )
  expect([...codesInSource()].filter((code) => !documented.has(code)).toSorted()).toEqual([])
})

test('every type of entry is in the reference of the state folder, and no other', () => {
  const [, listed = ''] = /^Entry types:([^]*?)\n\n/m.exec(read('docs/reference/state-folder.md')) ?? []
  const documented = [...listed.matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? '')
  const { RECORD_ENTRY_TYPES, ...others } = entryTypes
  const appended = Object.values(others).filter((value) => typeof value === 'string')
  expect(documented.toSorted()).toEqual([...RECORD_ENTRY_TYPES, ...appended].toSorted())
})

test('every operation is in the reference of the API', () => {
  const text = read('docs/reference/api.md')
  expect(
    Object.entries(OPERATIONS)
      .filter(([name, { path }]) => !text.includes(name) || !text.includes(path))
      .map(([name]) => name),
  ).toEqual([])
})

test('every dependency has its line in the decisions', () => {
  const { dependencies, devDependencies } = JSON.parse(read('package.json')) as Record<string, Record<string, string>>
  const text = read('docs/decisions/2026-11-21-libraries.md')
  expect(Object.keys({ ...dependencies, ...devDependencies }).filter((name) => !text.includes(`\`${name}\``))).toEqual(
    [],
  )
})
