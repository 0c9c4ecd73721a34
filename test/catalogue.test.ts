// The shipped catalogue is held to the shipped packs and frameworks.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { loadCatalogue } from '../src/adapters/catalogue/load-catalogue.ts'
import { nodeSha256 } from '../src/adapters/crypto/node-crypto.ts'
import { celEngine } from '../src/adapters/policy-cel/cel-engine.ts'
import { parsePack } from '../src/contract/policy/parse-pack.ts'
import { checkCatalogue } from '../src/domain/controls/check-catalogue.ts'
import { tempFolder } from './support/temp-folder.ts'
import { evidenceKinds, PLACES, RELATIONS } from '../src/domain/controls/control.ts'

const root = join(import.meta.dirname, '..')
const loaded = await loadCatalogue()
if (!loaded.ok) throw new Error(JSON.stringify(loaded.failure))
const { controls, frameworks } = loaded.value
const engine = celEngine()
const rules = readdirSync(join(root, 'policies'))
  .filter((name) => name.endsWith('.yaml'))
  .flatMap((name) => {
    const pack = parsePack(nodeSha256, engine, name, readFileSync(join(root, 'policies', name), 'utf8'))
    if (!pack.ok) throw new Error(JSON.stringify(pack.failure))
    return pack.value.rules
  })

test('nothing in the catalogue is unknown, orphaned, unowned, without evidence or circular', () => {
  expect(checkCatalogue(loaded.value, rules)).toEqual([])
})

test('no rule id is used by two packs', () => {
  const ids = rules.map(({ id }) => id)
  expect(ids.length).toBe(new Set(ids).size)
})

test('there are seventy controls or more, in every place and of every kind of evidence', () => {
  expect(controls.length).toBeGreaterThanOrEqual(70)
  const places = new Set(controls.flatMap(({ implementedIn }) => implementedIn))
  expect([...PLACES].filter((place) => !places.has(place))).toEqual([])
  const kinds = new Set(controls.flatMap(evidenceKinds))
  expect([...kinds].toSorted()).toEqual(['attestation', 'check', 'record'])
})

test.each([
  ['eu-ai-act', 88],
  ['mitre-atlas', 215],
  ['nist-ai-rmf', 91],
  ['nist-ai-600-1', 12],
  ['iso-42001', 92],
  ['iso-23894', 38],
  ['iso-27001-2022', 93],
  ['soc2-tsc', 61],
  ['owasp-llm-2025', 10],
  ['owasp-asi-2026', 10],
])('framework %s has %i entries, and controls serve it', (id, count) => {
  const framework = frameworks.find((candidate) => candidate.id === id)
  expect(framework?.entries.length).toBe(count)
  expect(new Set(framework?.entries.map(({ id: entry }) => entry)).size).toBe(count)
  expect(controls.some(({ crosswalks }) => crosswalks.some((crosswalk) => crosswalk.framework === id))).toBe(true)
})

test.each(frameworks.map(({ id }) => id))(
  'parents in %s are entries of it, and licence and publisher are said',
  (id) => {
    const framework = frameworks.find((candidate) => candidate.id === id)
    const ids = new Set(framework?.entries.map(({ id: entry }) => entry))
    expect(framework?.entries.filter(({ parent }) => parent !== undefined && !ids.has(parent))).toEqual([])
    expect(framework?.licence).not.toBe('')
    expect(framework?.publisher).not.toBe('')
  },
)

test('there are ten frameworks, each served by typed relations; no shipped control claims to be more than an entry', () => {
  expect(frameworks).toHaveLength(10)
  const relations = controls.flatMap(({ crosswalks }) => crosswalks)
  expect([...new Set(relations.map(({ framework }) => framework))].toSorted()).toEqual(
    frameworks.map(({ id }) => id).toSorted(),
  )
  expect(new Set(relations.map(({ relation }) => relation))).toEqual(
    new Set(RELATIONS.filter((relation) => relation !== 'superset')),
  )
})

test('no rule is without a control, and every rule that a control lists names it', () => {
  expect(rules.filter(({ controls: own }) => own.length === 0)).toEqual([])
  const listed = new Map(controls.map(({ id, checks }) => [id, checks]))
  expect(rules.filter(({ id, controls: own }) => !own.every((control) => listed.get(control)?.includes(id)))).toEqual(
    [],
  )
})

describe('a catalogue of the project', () => {
  const own = (crosswalks: string, id = 'CTL-OWN-001') => `apiVersion: gatehouse.dev/v1
kind: ControlCatalogue
metadata: { id: own, version: 1.0.0, title: Own }
controls:
  - id: ${id}
    title: Ours
    risk: it goes wrong
    statement: it does not
    implementedIn: [data]
    attestations: [{ id: paper, what: 'A paper that says so', maxAgeDays: 30 }]
    owner: policy engineer
    tiers: [T1]
    cadence: yearly
    crosswalks:
${crosswalks}
`

  test.each([
    ['a circle', own('      iso-42001: { superset: ["6.1"], subset: ["6.1.2"] }'), 'controls/cyclic-crosswalk'],
    ['an entry that does not exist', own('      iso-42001: { equal: [Z.99] }'), 'controls/unknown-entry'],
    ['a framework that does not exist', own('      iso-1: { equal: [A] }'), 'controls/unknown-framework'],
    ['the id of a shipped control', own('      iso-42001: { equal: [A.3.3] }', 'CTL-GOV-001'), 'controls/duplicate'],
  ])('with %s is refused at its line', async (_, text, code) => {
    await using folder = await tempFolder()
    await mkdir(join(folder.path, 'catalog', 'controls'), { recursive: true })
    await writeFile(join(folder.path, 'catalog', 'controls', 'own.yaml'), text)
    const found = await loadCatalogue(folder.path)
    expect(found.ok ? [] : found.failure.map(({ code: one, at }) => [one, at?.file, at?.line])).toContainEqual([
      code,
      'catalog/controls/own.yaml',
      5,
    ])
  })

  test('that is sound is taken in', async () => {
    await using folder = await tempFolder()
    await mkdir(join(folder.path, 'catalog', 'controls'), { recursive: true })
    await writeFile(join(folder.path, 'catalog', 'controls', 'own.yaml'), own('      iso-42001: { subset: [A.3.3] }'))
    const found = await loadCatalogue(folder.path)
    expect(found.ok && found.value.controls.some(({ id }) => id === 'CTL-OWN-001')).toBe(true)
  })
})

test('each of the ten risks of OWASP for LLM and for agents has a control', () => {
  const served = new Set(controls.flatMap(({ crosswalks }) => crosswalks.map(({ entry }) => entry)))
  const open = frameworks
    .filter(({ id }) => id.startsWith('owasp'))
    .flatMap(({ entries }) => entries.map(({ id }) => id))
    .filter((entry) => !served.has(entry))
  expect(open).toEqual([])
})

const SHARED = join(root, '..', 'shared', 'catalog', 'frameworks')
const hasShared = existsSync(SHARED)

describe.skipIf(!hasShared)(
  `shipped frameworks and their sources${hasShared ? '' : ' (skipped: the source files are not beside the project)'}`,
  () => {
    test('every shipped id is in a source', () => {
      const known = new Set<string>()
      for (const name of readdirSync(SHARED))
        for (const [, id] of readFileSync(join(SHARED, name), 'utf8').matchAll(/"id":\s*"([^"]+)"/g))
          known.add(id ?? '')
      const shipped = frameworks.flatMap(({ entries }) => entries.map(({ id }) => id))
      expect(shipped.length).toBeGreaterThan(600)
      expect(shipped.filter((id) => !known.has(id))).toEqual([])
    })
  },
)
