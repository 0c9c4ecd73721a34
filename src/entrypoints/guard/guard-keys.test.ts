import { createHmac } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { groundClaims } from './grounding.ts'
import { createGuard, type GuardedTool } from './index.ts'
import { detectLanguage } from './language.ts'

const hmac = (purpose: string, text: string): string =>
  createHmac('sha256', 'key').update(`${purpose}\n${text}`).digest('hex')
const TOOLS: readonly GuardedTool[] = [{ id: 'search', effect: 'read', parameters: {} }]
const SUBJECT = { tenant: 't', principal: 'p', roles: [], session: 's-1' }

describe('canaries', () => {
  const guard = createGuard({ hmac, tools: TOOLS })
  const [identifier = '', sentence = ''] = guard.canaries('s-1')

  test('of a session are found in its answers, streams and calls, and in those of no other', () => {
    for (const text of [identifier, `They are: ${sentence}`, Buffer.from(identifier).toString('base64')]) {
      expect(guard.output(text, { session: 's-1' }).action).toBe('block')
      expect(guard.output(text, { session: 's-2' }).action).toBe('allow')
      expect(guard.output(text).action).toBe('allow')
    }
    const stream = guard.stream({ session: 's-1' })
    stream.push(`It is ${identifier}.`)
    stream.end()
    expect(stream.judgement.action).toBe('block')
    const call = { id: '1', name: 'search', arguments: JSON.stringify({ q: identifier }) }
    expect(guard.authorize(call, { messages: [], subject: SUBJECT })).toMatchObject({
      decision: 'block',
      rule: 'leak/canary-identifier',
    })
    expect(guard.authorize(call, { messages: [], subject: { ...SUBJECT, session: 's-2' } }).decision).toBe('allow')
  })

  test('are none without a key', () => expect(createGuard().canaries('s-1')).toEqual([]))
})

test('secrets of the setup do not come out', () => {
  const secret = 'correct-horse-battery-staple-4711'
  const guard = createGuard({ secrets: [secret] })
  expect(guard.output(`It is ${secret}.`).action).toBe('block')
  expect(guard.output(`It is ${Buffer.from(secret).toString('hex')}.`).action).toBe('block')
  expect(guard.output('It is a horse and a battery.').action).toBe('allow')
})

describe('grounding', () => {
  const asked = { grounding: { action: 'annotate', requireCitations: true } } as const
  const guard = createGuard({ groundClaims, guard: asked })
  const messages = [{ role: 'tool', callId: 'c', text: 'The shop opens at nine and closes at six.' }] as const

  test.each([
    ['The shop opens at nine and closes at six [1].', []],
    ['The shop opens at nine and closes at six.', ['grounding/uncited']],
    ['The shop opens at nine and closes at six [4].', ['grounding/unknown-citation']],
    ['The museum sells tickets for the concert tomorrow evening [1].', ['grounding/unsupported']],
  ])('of %j is %j', (answer, detectors) => {
    const { action, findings } = guard.output(answer, { messages })
    expect(findings.map(({ detector }) => detector)).toEqual(detectors)
    expect(action).toBe(detectors.length === 0 ? 'allow' : 'annotate')
  })

  test('is not judged without passages', () =>
    expect(guard.output('Anything at all goes here [9].').action).toBe('allow'))

  test('is refused where nothing could do it', () =>
    expect(() => createGuard({ guard: asked })).toThrow('`guard.grounding` needs `groundClaims`'))
})

describe('languages', () => {
  const asked = { language: { allow: ['en'] } } as const
  const GERMAN = 'Wann kommt denn endlich das Paket, das ich vor zwei Wochen bei euch bestellt habe?'

  test('that are not allowed are denied', () => {
    const guard = createGuard({ detectLanguage, guard: asked })
    expect(guard.input(GERMAN)).toMatchObject({ action: 'block', findings: [{ detector: 'language/de' }] })
    expect(guard.input('When does the parcel arrive that I ordered from you two weeks ago?').action).toBe('allow')
  })

  test('are refused where nothing could tell them', () =>
    expect(() => createGuard({ guard: asked })).toThrow('`guard.language` needs `detectLanguage`'))
})
