import { canonicalJsonOf } from '../../base/json.ts'
import { describe, expect, test } from 'vitest'
import { MANIFEST_TEXT } from '../../../test/support/manifest-text.ts'
import { digestOf } from '../../../test/support/release-fixture.ts'
import { parseManifest } from '../../contract/manifest/parse-manifest.ts'
import { sha256Pure } from '../../base/sha256.ts'
import { buildRelease, componentPaths, releaseDigest, type ReleaseInputs } from './build-release.ts'
import { diffReleases, type ReleaseSummary } from './diff-releases.ts'
import { lockOf } from './lock.ts'
import type { Release } from './release.ts'

const FILES: Readonly<Record<string, string>> = {
  'prompts/system.md': 'You are the assistant. {{locale}} {{today}}',
  'data/orders.jsonl': '{"id":"NW-1"}\n',
  'kb/': 'a directory',
  'tools/lookup_order.json': '{"type":"object"}',
  'tools/issue_refund.json': '{"type":"object","properties":{"amount":{"type":"number"}}}',
}

function inputsOf(manifestText: string, files: Readonly<Record<string, string>> = FILES): ReleaseInputs {
  const parsed = parseManifest('gatehouse.yaml', manifestText)
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.failure))
  return {
    manifest: parsed.value.manifest,
    raw: parsed.value.raw,
    files: new Map(Object.entries(files).map(([path, text]) => [path, digestOf(text)])),
    prompts: {},
    toolSchemas: {},
  }
}

const build = (manifestText: string, files?: Readonly<Record<string, string>>): Release =>
  buildRelease(sha256Pure, inputsOf(manifestText, files))
const BASE = build(MANIFEST_TEXT)

function moved(release: Release): readonly string[] {
  const before = new Map(BASE.components.map(({ kind, id, digest }) => [`${kind} ${id}`, digest]))
  return release.components
    .filter(({ kind, id, digest }) => before.get(`${kind} ${id}`) !== digest)
    .map(({ kind, id }) => `${kind} ${id}`)
}

test('the same inputs give the same release', () => {
  expect(build(MANIFEST_TEXT)).toEqual(BASE)
  expect(BASE.components.map(({ kind, id }) => `${kind} ${id}`)).toEqual([
    'model main',
    'model small',
    'prompt system',
    'dataset eval-orders',
    'retriever kb',
    'tool lookup_order',
    'tool issue_refund',
    'mcp-server files',
    'agent main',
  ])
})

test('comments and the order of keys are no change', () => {
  const commented = MANIFEST_TEXT.replace('version: 1.1.0', 'version: 1.1.0 # as ever').replace(
    'type: enum, values: [en, de, fr]',
    'values: [en, de, fr], type: enum',
  )
  expect(build(commented).digest).toBe(BASE.digest)
})

describe('one byte of a file', () => {
  const owners = {
    'prompts/system.md': 'prompt system',
    'data/orders.jsonl': 'dataset eval-orders',
    'kb/': 'retriever kb',
    'tools/lookup_order.json': 'tool lookup_order',
    'tools/issue_refund.json': 'tool issue_refund',
  }

  test.each(Object.entries(owners))('%s changes the digest and exactly its component', (path, owner) => {
    const text = FILES[path]!
    for (let at = 0; at < text.length; at++) {
      const changed = build(MANIFEST_TEXT, { ...FILES, [path]: `${text.slice(0, at)}~${text.slice(at + 1)}` })
      expect(changed.digest).not.toBe(BASE.digest)
      expect(moved(changed)).toEqual([owner])
    }
  })
})

describe('one word of the manifest', () => {
  test.each([
    ['the name of a model', 'gpt-4.1-mini-2025-04-14', 'gpt-4.1-mini-2025-04-15', ['model main']],
    ['a parameter', 'temperature: 0.2', 'temperature: 0.3', ['model main']],
    ['a slot', 'values: [en, de, fr]', 'values: [en, de]', ['prompt system']],
    ['an effect', 'effect: irreversible', 'effect: external', ['tool issue_refund']],
    ['an authorisation', 'args.tenant == subject.tenant', 'subject.tenant == args.tenant', ['tool lookup_order']],
    ['an approval', 'args.amount > 25.0', 'args.amount > 26.0', ['tool issue_refund']],
    ['a limit', 'chunksPerQuery: 8', 'chunksPerQuery: 9', ['retriever kb']],
    ['a command', 'some-mcp-server', 'other-mcp-server', ['mcp-server files']],
    ['the steps of an agent', 'maxSteps: 12', 'maxSteps: 13', ['agent main']],
    ['the version', 'version: 1.1.0', 'version: 1.1.1', []],
    ['the guard', 'preset: T1', 'preset: none', []],
    ['the owner', 'owner: team-support', 'owner: team-other', []],
  ])('%s changes the digest and exactly its component', (_, from, to, components) => {
    expect(MANIFEST_TEXT.split(from)).toHaveLength(2)
    const changed = build(MANIFEST_TEXT.replace(from, to))
    expect(changed.digest).not.toBe(BASE.digest)
    expect(moved(changed)).toEqual(components)
  })
})

test('the digest can be recomputed from what the release carries', () => {
  expect(releaseDigest(sha256Pure, BASE.raw, BASE.components)).toBe(BASE.digest)
})

test('the lock records every component', () => {
  expect(lockOf(BASE)).toEqual({
    lockVersion: 1,
    system: 'support-assistant',
    version: '1.1.0',
    releaseDigest: BASE.digest,
    guard: canonicalJsonOf(BASE.raw['guard'] ?? null),
    components: BASE.components,
  })
})

test('paths of all files are named, with their place in the manifest', () => {
  expect(componentPaths(BASE.manifest).map(({ path }) => path)).toEqual(Object.keys(FILES))
  expect(componentPaths(BASE.manifest)[0]).toEqual({
    path: 'prompts/system.md',
    at: ['components', 'prompts', 0, 'path'],
  })
})

describe('the difference of two releases', () => {
  const summary = ({ digest, components }: Release, guard = 'T1'): ReleaseSummary => ({
    digest,
    version: '1.1.0',
    components,
    guard,
  })
  const changed = build(MANIFEST_TEXT.replace('temperature: 0.2', 'temperature: 0.3'))

  test('of one to itself is nothing', () => expect(diffReleases(summary(BASE), summary(BASE))).toEqual([]))

  test('names what changed, with both digests', () => {
    const digest = (release: Release): string => release.components[0]!.digest
    expect(diffReleases(summary(BASE), summary(changed))).toEqual([
      { kind: 'model', id: 'main', change: 'changed', from: digest(BASE), to: digest(changed) },
    ])
  })

  test('names what was added, removed, and the guard', () => {
    const without = { ...BASE, components: BASE.components.slice(1) }
    const { digest } = BASE.components[0]!
    expect(diffReleases(summary(BASE), summary(without, 'none'))).toEqual([
      { kind: 'model', id: 'main', change: 'removed', from: digest },
      { kind: 'guard', id: 'guard', change: 'changed', from: 'T1', to: 'none' },
    ])
    expect(diffReleases(summary(without), summary(BASE))).toEqual([
      { kind: 'model', id: 'main', change: 'added', to: digest },
    ])
  })

  test('tells components of one id and two kinds apart', () => {
    const { digest } = BASE.components[0]!
    const as = (kind: 'model' | 'agent'): ReleaseSummary => ({
      ...summary(BASE),
      components: [{ kind, id: 'main', digest }],
    })
    expect(diffReleases(as('model'), as('agent')).map(({ kind, change }) => `${kind} ${change}`)).toEqual([
      'model removed',
      'agent added',
    ])
  })
})
