import { describe, expect, test } from 'vitest'
import { explain } from './explain.ts'
import { resolveGuardPolicy } from './guard-policy.ts'

const { output } = resolveGuardPolicy({ preset: 'T1' }, 'T1')

describe('an explanation', () => {
  test('says which rule, where and why, and never repeats the value', () => {
    const text = 'Hello,\nwrite to bob@example.com\nand see https://evil.example/x'
    const explained = explain(text, output)
    expect(explained.map(({ rule, obligation, line, column }) => ({ rule, obligation, line, column }))).toEqual([
      { rule: 'pii/email', obligation: 'redact', line: 2, column: 10 },
      { rule: 'egress/link', obligation: 'redact', line: 3, column: 9 },
    ])
    expect(JSON.stringify(explained)).not.toMatch(/bob|evil/)
    expect(explained[0]?.why).toContain('15 characters are personal data')
  })

  test('is empty for a text that nothing is found in', () => {
    expect(explain('Good morning.', output)).toEqual([])
  })

  test.each([
    ['half a surrogate pair', 'a\ud800b', 'guard/lone-surrogate'],
    ['a text beyond the bound', 'a'.repeat(1_000_001), 'guard/too-long'],
  ])('says that %s is refused unread', (_, text, rule) => {
    expect(explain(text, output)).toMatchObject([{ rule, obligation: 'block', guarantee: 'boundary', line: 1 }])
  })
})
