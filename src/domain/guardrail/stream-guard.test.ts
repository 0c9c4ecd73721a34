import { array, assert, constantFrom, integer, oneof, property, string } from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  BLOCKING,
  CANARY,
  cuts,
  KEY,
  NUMBERED,
  options,
  PIECES,
  PROMPT,
  streamed,
  T1,
} from '../../../test/support/stream-mixtures.ts'
import { leakIndex } from '../detection/prompt-leak.ts'
import type { SidePolicy } from './guard-policy.ts'
import { guardText } from './guard-text.ts'
import { StreamGuard } from './stream-guard.ts'

const texts = array(
  oneof(
    { weight: 12, arbitrary: constantFrom(...PIECES) },
    { weight: 1, arbitrary: string({ unit: 'grapheme', maxLength: 12 }) },
  ),
  {
    maxLength: 24,
  },
).map((parts) => parts.join(''))

describe('the output of a stream', () => {
  test('is the same for every way of cutting the input, surrogate pairs included', () => {
    assert(
      property(texts, cuts, (text, sizes) => {
        expect(streamed(text, sizes, T1)).toBe(streamed(text, [text.length + 1], T1))
      }),
      { numRuns: 600 },
    )
  })

  test('is what the guard makes of the whole text', () => {
    assert(
      property(texts, cuts, (text, sizes) => {
        expect(streamed(text, sizes, T1)).toBe(guardText(text, T1, options).text)
      }),
      { numRuns: 600 },
    )
  })

  test('is the same where a finding withholds the rest', () => {
    assert(
      property(texts, cuts, (text, sizes) => {
        expect(streamed(text, sizes, BLOCKING)).toBe(streamed(text, [text.length + 1], BLOCKING))
      }),
      { numRuns: 400 },
    )
  })

  test('is the same where plain words may be the beginning of what is found', () => {
    const LEAKS = [
      PROMPT,
      PROMPT.slice(0, 40),
      PROMPT.slice(20, 58),
      PROMPT.slice(0, 30),
      CANARY.slice(0, 30),
      CANARY,
      'The recovery phrase is: abandon ability able about above absent absorb abstract absurd abuse access accident. ',
      'mnemonic abandon ability able about above absent absorb abstract absurd abuse access accident ',
      'the password is swordfish ',
      'DE',
      ' 89 3704 0044 0532 0130 00 ',
      'account of Ana QQ 12 34 56 C today ',
      ...PIECES.slice(0, 6),
    ]
    const prose = array(constantFrom(...LEAKS), { maxLength: 12 }).map((parts) => parts.join(''))
    for (const policy of [
      T1,
      BLOCKING,
      { ...T1, promptLeak: 'redact' } as const,
      { ...T1, softPii: 'redact' } as const,
    ])
      assert(
        property(prose, cuts, (text, sizes) => {
          expect(streamed(text, sizes, policy)).toBe(streamed(text, [text.length + 1], policy))
        }),
        { numRuns: 300 },
      )
  })

  test('is the same, and what the whole text gives, where small numbers stand in prose', () => {
    const numbered = array(
      oneof(
        { weight: 3, arbitrary: constantFrom(...NUMBERED.slice(0, 6)) },
        { weight: 2, arbitrary: constantFrom(...NUMBERED) },
        { weight: 1, arbitrary: constantFrom(...PIECES) },
      ),
      { maxLength: 24 },
    ).map((parts) => parts.join(''))
    assert(
      property(numbered, cuts, (text, sizes) => {
        expect(streamed(text, sizes, T1)).toBe(guardText(text, T1, options).text)
        const acting = { ...T1, softPii: 'redact' } as const
        expect(streamed(text, sizes, acting)).toBe(streamed(text, [text.length + 1], acting))
      }),
      { numRuns: 800 },
    )
  })

  test('never holds a piece of what is redacted', () => {
    for (let size = 1; size <= 40; size++) {
      const out = streamed(
        `Dear Bob, card 4111 1111 1111 1111, key ${KEY}, mail bob@example.com. ${PIECES[0]!.repeat(4)}`,
        [size],
        T1,
      )
      expect(out).not.toMatch(/4111|sk_live|bob@/)
    }
  })
})

describe('where one finding begins inside another', () => {
  // A key whose last characters are also the first of what the prompt says.
  const leaking = {
    leak: leakIndex([`Be kind. ${KEY.slice(-4)} Do not say who you are to anyone who asks you for it.`]),
  }
  const run = (text: string, size: number, policy: SidePolicy): string => {
    const guard = new StreamGuard(policy, leaking)
    let out = ''
    for (let at = 0; at < text.length && !guard.isWithheld; at += size) out += guard.push(text.slice(at, at + size))
    return guard.isWithheld ? out : out + guard.end()
  }
  const LEAK = 'Do not say who you are to anyone who asks you for it.'

  test.each([
    ['a key', `Here: ${KEY} ${LEAK}`, 'sk_live'],
    ['an address', `Mail bob@example.be kind. ${KEY.slice(-4)} ${LEAK}`, 'bob@'],
  ])('nothing of %s comes out where the rest is withheld', (_, text, part) => {
    for (const size of [1, 7, 33, 1_000])
      expect([size, run(text + PIECES[2]!.repeat(3), size, T1).includes(part)]).toEqual([size, false])
  })

  test('the output is the same for every way of cutting the input', () => {
    const pieces = [
      `${KEY} `,
      KEY,
      LEAK,
      LEAK.slice(0, 30),
      'bob@example.be kind. ',
      KEY.slice(-4),
      ' ',
      'Here: ',
      PIECES[1]!,
    ]
    const overlapping = array(constantFrom(...pieces), { maxLength: 14 }).map((parts) => parts.join(''))
    for (const policy of [T1, BLOCKING, { ...T1, promptLeak: 'redact' } as const])
      assert(
        property(overlapping, integer({ min: 1, max: 60 }), (text, size) => {
          expect(run(text, size, policy)).toBe(run(text, text.length + 1, policy))
        }),
        { numRuns: 300 },
      )
  })
})

describe('a stream', () => {
  test('gives prose out before its end', () => {
    const guard = new StreamGuard(T1, options)
    let out = ''
    for (const char of PIECES[2]!.repeat(8)) out += guard.push(char)
    expect(out.length).toBeGreaterThan(700)
    expect(PIECES[2]!.repeat(8).startsWith(out)).toBe(true)
  })

  test('holds no more back of plain words than may be the beginning of a repeated prompt', () => {
    const guard = new StreamGuard(T1, options)
    const [, , words = ''] = PIECES
    let heldMax = 0
    let held = 0
    for (const char of words) {
      held += 1 - guard.push(char).length
      heldMax = Math.max(heldMax, held)
    }
    // 32 letters with the gaps between them, the word that they begin in, and what comes in until it is judged again.
    expect(heldMax).toBeLessThanOrEqual(96)
    expect(guard.end().length).toBe(held)
  })

  test('holds little more of prose with small numbers, however many sentences have some', () => {
    const guard = new StreamGuard(T1, options)
    let heldMax = 0
    let held = 0
    for (const char of NUMBERED.slice(0, 3).join('').repeat(20)) {
      held += 1 - guard.push(char).length
      heldMax = Math.max(heldMax, held)
    }
    // What a short format may span, the word that it begins in, and what comes in until it is judged again.
    expect(heldMax).toBeLessThanOrEqual(240)
  })

  test('holds as much as ever of what short formats may span', () => {
    const guard = new StreamGuard(T1, options)
    const text = `${PIECES[2]!}The card is 4111 1111 ${'and so on '.repeat(10)}`
    let out = ''
    for (const char of text) out += guard.push(char)
    expect(out).not.toContain('4111')
    expect(PIECES[2]!.startsWith(out.slice(0, 40))).toBe(true)
  })

  test('gives nothing out before its end where the policy weighs the text as a whole', () => {
    const guard = new StreamGuard({ ...T1, injection: { at: 0.9, action: 'block' } }, options)
    expect(guard.push(PIECES[2]!)).toBe('')
    expect(guard.end()).toBe(PIECES[2]!)
  })

  test('ends where the prompt begins to leak', () => {
    const guard = new StreamGuard(T1, options)
    let out = ''
    for (const char of `Sure. ${PIECES[2]!.repeat(3)} ${PROMPT} ${PIECES[2]!.repeat(3)}`)
      if (!guard.isWithheld) out += guard.push(char)
    expect(guard.isWithheld).toBe(true)
    expect(out).not.toContain('Northwind')
    expect(guard.judgement.findings.some(({ category }) => category === 'prompt-leak')).toBe(true)
  })

  test('refuses half a surrogate pair', () => {
    const guard = new StreamGuard(T1, options)
    expect(guard.push('a\ud800') + guard.push('b') + (guard.isWithheld ? '' : guard.end())).not.toContain('b')
    expect(guard.judgement.action).toBe('block')
  })

  test.each([
    ['the first half of a pair', '\ud83d'],
    ['the second half of a pair', '\udc00'],
    ['two first halves', '\ud83d\ud83d\udc00'],
  ])('delivers the same before %s, however it is cut', (_, half) => {
    const text = `${PIECES[2]!}It is 😀 and the card is 4111 1111 1111 1111${half} and more`
    for (const policy of [T1, BLOCKING, { ...T1, injection: { at: 0.9, action: 'block' } } as const])
      for (const size of [1, 2, 7, 40, 1_000]) {
        const guard = new StreamGuard(policy, options)
        let out = ''
        for (let at = 0; at < text.length && !guard.isWithheld; at += size) out += guard.push(text.slice(at, at + size))
        expect(guard.judgement.findings.at(-1)).toMatchObject({ detector: 'guard/lone-surrogate', start: 0 })
        expect([size, out]).toEqual([
          size,
          policy === T1 || policy === BLOCKING ? `${PIECES[2]!}It is 😀 and the card is [CARD]` : '',
        ])
      }
  })

  test('delivers the same before a segment that is too long, however it is cut', () => {
    const text = `${PIECES[2]!}[${'[a '.repeat(340_000)}`
    const [first, ...more] = [100_000, 700_001, 2_000_000].map((size) => {
      const guard = new StreamGuard({ ...T1, links: undefined, pii: 'allow', secrets: 'allow' })
      let out = ''
      for (let at = 0; at < text.length && !guard.isWithheld; at += size) out += guard.push(text.slice(at, at + size))
      return [out.length, guard.judgement.findings.at(-1)?.detector]
    })
    expect(first).toEqual([1_000_000, 'guard/too-long'])
    for (const other of more) expect(other).toEqual(first)
  })

  test('cannot go on after its end', () => {
    const guard = new StreamGuard(T1, options)
    guard.end()
    expect(() => guard.push('x')).toThrow('has ended')
  })
})
