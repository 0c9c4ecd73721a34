import { describe, expect, test } from 'vitest'
import { parseYaml } from '../yaml/parse-yaml.ts'
import type { JsonObject } from '../../base/json.ts'
import { changeManifest, findComponent, findModel, nextVersion } from './change-component.ts'

const manifest = (model: string): string => `metadata:
  name: bot   # version: 9.9.9 stands in a comment
  version: 1.4.2
components:
  models:
${model}
  prompts:
    - { id: system, path: prompts/system.md }
`

function changed(model: string, to: string): string {
  const text = manifest(model)
  const yaml = parseYaml('m.yaml', text)
  if (!yaml.ok) throw new Error('bad fixture')
  const change = findComponent(yaml.value.value as JsonObject, 'main', to)
  if (!change.ok) return change.failure.code
  const after = changeManifest('m.yaml', text, change.value, '1.5.0')
  return after.ok ? after.value : after.failure.code
}

describe('the manifest with another model', () => {
  test.each([
    { model: '    - { id: main, provider: openai, model: m-1, regions: [eu] }', to: 'm-2', written: 'model: m-2,' },
    { model: '    - id: main\n      model: m-1   # pinned\n', to: 'm-2', written: 'model: m-2   # pinned' },
    { model: '    - { id: main, model: "m-1" }', to: 'm-2', written: 'model: m-2 }' },
    { model: "    - { id: main, model: 'm-1', x: 1 }", to: 'm-2', written: 'model: m-2,' },
    { model: '    - { id: main, model: m-1 }', to: 'vendor/m:2', written: 'model: vendor/m:2 }' },
    { model: '    - { id: main, model: m-1 }', to: '2.5', written: 'model: "2.5" }' },
    { model: '    - { id: main, model: m-1 }', to: 'true', written: 'model: "true" }' },
    { model: '    - { id: main, model: m-1 }', to: 'a, b: [c', written: 'model: "a, b: [c" }' },
  ])('$to is written as $written, and nothing else changes', ({ model, to, written }) => {
    const text = changed(model, to)
    expect(text).toContain(written)
    expect(text).toContain('version: 1.5.0\n')
    expect(text).toContain('# version: 9.9.9 stands in a comment')
    const value = parseYaml('m.yaml', text)
    expect(value.ok && value.value.value).toMatchObject({ components: { models: [{ id: 'main', model: to }] } })
    expect(text.split('\n').length).toBe(manifest(model).split('\n').length)
  })

  test.each([
    { model: '    - { id: other, model: &name m-0 }\n    - { id: main, model: *name }' },
    { model: '    - id: main\n      model: >-\n        m-1' },
    { model: '    - id: main\n      model:\n        m-1' },
  ])('is refused where the name stands as no plain text: $model', ({ model }) => {
    expect(changed(model, 'm-2')).toBe('upgrade/unwritable-manifest')
  })
})

describe('the model that answers by another name', () => {
  const models = (...names: readonly string[]): JsonObject => ({
    components: {
      models: names.map((model, at) => ({ id: `id-${at}`, model })),
      prompts: [{ id: 'system', path: 'prompts/system.md' }],
    },
  })

  test.each([
    { declared: 'm-1', to: 'm-2', found: 'id-0' },
    { declared: 'id-0', to: 'm-2', found: 'upgrade/unknown-component' },
    { declared: 'model', to: 'm-2', found: 'upgrade/unknown-component' },
    { declared: 'system', to: 'prompts/a.md', found: 'upgrade/unknown-component' },
    { declared: 'prompts/system.md', to: 'prompts/a.md', found: 'upgrade/unknown-component' },
    { declared: 'twice', to: 'm-2', found: 'upgrade/ambiguous-component' },
    { declared: 'm-1', to: 'm-1', found: 'upgrade/nothing-changes' },
    { declared: 'm-0', to: 'm-1', found: 'upgrade/nothing-changes' },
  ])('is told by its declared name alone: $declared as $to is $found', ({ declared, to, found }) => {
    const change = findModel(models('m-1', 'twice', 'twice'), declared, to)
    expect(change.ok ? change.value.id : change.failure.code).toBe(found)
  })
})

test.each([
  { version: '1.4.2', next: '1.5.0' },
  { version: '0.0.9-rc.1', next: '0.1.0' },
])('after $version comes $next', ({ version, next }) => {
  expect(nextVersion(version)).toBe(next)
})
