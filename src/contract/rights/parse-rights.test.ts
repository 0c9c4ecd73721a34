import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parseRights } from './parse-rights.ts'

const SHIPPED = readFileSync(join(import.meta.dirname, '../../../catalog/decision-rights.yaml'), 'utf8')

test('the shipped rights can be read', () => expect(parseRights('rights.yaml', SHIPPED).ok).toBe(true))

test.each<[string, string, string, string]>([
  ['a decision is left out', /  vendor:[\s\S]*/.exec(SHIPPED)?.[0] ?? '', '', 'rights/invalid-type'],
  ['a role is unknown', 'escalateTo: [policy]', 'escalateTo: [pope]', 'rights/invalid-value'],
  ['people decide whom nobody names', 'T3: { people: 0, roles: [] }', 'T3: { people: 1, roles: [] }', 'rights/invalid'],
  [
    'more roles are asked for than are named',
    'T1: { people: 1, roles: [executive]',
    'T1: { people: 2, distinctRoles: true, roles: [executive]',
    'rights/invalid',
  ],
  ['a T1 release needs one person', 'T1: { people: 2, distinctRoles: true', 'T1: { people: 1', 'rights/too-weak'],
  ['two of one role are enough at T1', 'people: 2, distinctRoles: true', 'people: 2', 'rights/too-weak'],
  ['a key is unknown', 'people: 2,', 'people: 2, peoples: 3,', 'rights/unknown-key'],
])('a file in which %s is refused, with its line', (_, before, after, code) => {
  const text = SHIPPED.replace(before, after)
  expect(text).not.toBe(SHIPPED)
  const parsed = parseRights('rights.yaml', text)
  expect(parsed).toMatchObject({ ok: false, failure: [{ code, at: { file: 'rights.yaml' } }] })
  if (!parsed.ok) expect(parsed.failure[0]?.at?.line).toBeGreaterThan(1)
})
