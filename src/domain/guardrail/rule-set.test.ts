import { array, assert, integer, property } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { resolveGuardPolicy } from './guard-policy.ts'
import { guardText } from './guard-text.ts'
import { StreamGuard } from './stream-guard.ts'

const POLICY = resolveGuardPolicy(
  {
    rules: [
      { id: 'staff', pattern: '\\bEMP-\\d{6}\\b', action: 'redact', category: 'pii' },
      { id: 'codename', pattern: 'blue[. ]{1,3}heron', ignoreCase: true, action: 'block', sides: ['input'] },
      { id: 'draft', pattern: 'draft. Do not', action: 'redact', sides: ['output'] },
    ],
  },
  'T1',
)

describe('rules of the user’s own', () => {
  test.each([
    ['plain', 'EMP-123456'],
    ['in full width', 'ＥＭＰ-１２３４５６'],
    ['with invisible characters', 'EMP-\u200b123\u200b456'],
    ['in base64', Buffer.from('the number is EMP-123456').toString('base64')],
    ['with escapes', '\\u0045MP-123456'],
  ])('find a value %s', (_, written) => {
    const { findings, text } = guardText(`It is ${written} indeed.`, POLICY.document)
    expect(findings).toMatchObject([{ detector: 'rule/staff', category: 'pii', guarantee: 'exact' }])
    expect(text).toBe('It is [STAFF] indeed.')
  })

  test('act on their sides and on no other', () => {
    expect(guardText('Blue  Heron', POLICY.input).action).toBe('block')
    expect(guardText('Blue  Heron', POLICY.output).action).toBe('allow')
    expect(guardText('Blue  Heron', POLICY.document).action).toBe('allow')
  })

  test('that cannot be searched for are a fault of whoever configures them', () => {
    expect(() => resolveGuardPolicy({ rules: [{ id: 'loop', pattern: '(a*)*', action: 'block' }] }, 'T1')).toThrow(
      'guard rule `loop`: `*` has no bound',
    )
  })
})

describe('a stream gives what the whole text gives', () => {
  const sentence = 'We looked at everything that you sent us and found nothing to add to it. '
  test.each([
    [
      'with a rule across the end of a sentence',
      POLICY.output,
      `${sentence.repeat(5)}It is a draft. Do not pass it on. EMP-654321.`,
    ],
    [
      'with a banned phrase across the end of a sentence',
      resolveGuardPolicy({ banned: ['nothing to add. ever after'] }, 'T1').output,
      `${sentence.repeat(5)}We have nothing to add. Ever after, they said. ${sentence}`,
    ],
  ])('%s', (_, policy, text) => {
    const whole = guardText(text, policy)
    expect(whole.findings.some(({ start }) => start > 256)).toBe(true)
    assert(
      property(array(integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 20 }), (sizes) => {
        const stream = new StreamGuard(policy)
        let out = ''
        for (let from = 0, turn = 0; from < text.length; turn++) {
          const to = from + (sizes[turn % sizes.length] ?? 1)
          out += stream.push(text.slice(from, to))
          from = to
        }
        out += stream.end()
        expect(stream.judgement).toMatchObject({ action: whole.action, findings: whole.findings })
        expect(out).toBe(whole.action === 'block' ? text.slice(0, whole.findings[0]?.start) : whole.text)
      }),
      { numRuns: 30 },
    )
  })
})
