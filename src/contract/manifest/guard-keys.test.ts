import { expect, test } from 'vitest'
import { tinyManifest } from '../../../test/support/tiny-project.ts'
import { parseManifest } from './parse-manifest.ts'

const EMAIL = '{ id: lookup_order, schema: tools/lookup_order.json, effect: read'

function parsed(guard: string, destination = 'user-message') {
  const text = tinyManifest()
    .replace('guard: { preset: T1 }', `guard:\n  ${guard}`)
    .replace(EMAIL, `${EMAIL}, destinations: { order: { from: ['${destination}'] } }`)
  return { text, read: parseManifest('gatehouse.yaml', text) }
}

test.each([
  [
    'rules',
    'rules: [{ id: a, pattern: "A-[0-9]{4}", action: redact, category: pii, sides: [output], ignoreCase: true }]',
  ],
  ['directories', 'directories: { suppliers: [orders@acme.example] }'],
  ['code', 'code: { action: require-approval, except: [save_note] }'],
  ['grounding', 'grounding: { action: log, supportMin: 0.4, requireCitations: true }'],
  [
    'withheld results',
    'opaque: { fromChars: 40, except: [save_note], bitsPerSession: 64, reveal: [{ tool: lookup_order, field: "a[].b", schema: { type: integer, minimum: 0, maximum: 9 } }] }',
  ],
  [
    'rights by request',
    'directories: { team: [a] }\n  capabilities: { lastsMessages: 2, grants: [{ tool: save_note, when: "true", calls: 2, arguments: { text: { from: [user-message, subject.email, "directory:team"], values: [x] } }, amount: { argument: n, max: stated } }] }',
  ],
  ['canaries and secrets', 'canaries: true\n  secretsFrom: [DATABASE_URL]'],
])('a manifest may set %s', (_, guard) => expect(parsed(guard).read).toMatchObject({ ok: true }))

test.each([
  ['a rule without a bound', 'rules: [{ id: a, pattern: "A-[0-9]*", action: log }]', 'bad-pattern', 'rules: ['],
  ['a rule that matches nothing', 'rules: [{ id: a, pattern: "A?", action: log }]', 'bad-pattern', 'rules: ['],
  [
    'rules that need too much together',
    `rules: [${[1, 2, 3, 4, 5, 6, 7, 8, 9].map((id) => `{ id: r${id}, pattern: "${id}[ab]{0,250}", action: log }`).join(', ')}]`,
    'bad-pattern',
    'rules: [',
  ],
  [
    'a rule declared twice',
    'rules: [{ id: a, pattern: "aa", action: log }, { id: a, pattern: "bb", action: log }]',
    'duplicate-id',
    'rules: [',
  ],
  ['code let through for an unknown tool', 'code: { action: block, except: [sql] }', 'unknown-reference', 'except: ['],
  ['an answer that grounding would redact', 'grounding: { action: redact }', 'invalid-value', 'grounding'],
  [
    'a tool that is excepted and not there',
    'opaque: { fromChars: 40, except: [sql] }',
    'unknown-reference',
    'except: [',
  ],
  [
    'a field that could say anything',
    'opaque: { fromChars: 40, reveal: [{ tool: save_note, field: a, schema: { type: number, minimum: 0, maximum: 1, multipleOf: 0.0000000001 } }] }',
    'unbounded-field',
    'reveal: [',
  ],
  [
    'a field of free text',
    'opaque: { fromChars: 40, reveal: [{ tool: save_note, field: a, schema: { type: string } }] }',
    'invalid',
    'reveal: [',
  ],
  [
    'two grants for one tool',
    'capabilities: { grants: [{ tool: save_note }, { tool: save_note }] }',
    'duplicate-id',
    'capabilities',
  ],
  [
    'a granted value from a tool',
    'capabilities: { grants: [{ tool: save_note, arguments: { text: { from: ["tool:lookup_order.id"] } } }] }',
    'unknown-source',
    'capabilities',
  ],
  [
    'a granted value from no directory',
    'capabilities: { grants: [{ tool: save_note, arguments: { text: { from: ["directory:team"] } } }] }',
    'unknown-reference',
    'capabilities',
  ],
  ['a secret in the manifest itself', 'secretsFrom: [hunter2]', 'invalid', 'secretsFrom'],
])('a manifest with %s is refused on its line', (_, guard, code, at) => {
  const { text, read } = parsed(guard)
  const line = text.split('\n').findIndex((each) => each.includes(at)) + 1
  expect(read).toMatchObject({ ok: false, failure: [{ code: `manifest/${code}`, at: { line } }] })
})

test('a destination may come from a declared directory, and from no other', () => {
  const guard = 'directories: { suppliers: [orders@acme.example] }'
  expect(parsed(guard, 'directory:suppliers').read.ok).toBe(true)
  expect(parsed(guard, 'directory:customers').read).toMatchObject({ failure: [{ code: 'manifest/unknown-reference' }] })
  expect(parsed(guard, 'directory:').read).toMatchObject({ failure: [{ code: 'manifest/unknown-source' }] })
})
