import { assert, integer, property } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { rot13 } from './readings/turned.ts'
import { findPromptLeak, leakIndex } from './prompt-leak.ts'

const PROMPT =
  'You are the support assistant of Northwind. Never promise a refund above 25 EUR. Internal margin code: falcon-seventeen.'
const INDEX = leakIndex([PROMPT, 'A second literal piece that stands behind a slot of the template.'])
const PART = 'Never promise a refund above 25 EUR. Internal margin'

const base64 = (text: string): string => Buffer.from(text).toString('base64')
const hex = (text: string): string => Buffer.from(text).toString('hex')

const leet = (text: string): string =>
  text.replace(/[aeiost]/gi, (char) => '4310 57'['aeio st'.indexOf(char.toLowerCase())] ?? '')

describe('digits for letters', () => {
  const secret = 'hunter-seven-Zulu-90'
  const index = leakIndex([PROMPT], [secret, '4471 1703 5513'])

  test('hide neither a prompt nor a secret, and each is found once, where it stands', () => {
    for (const [text, source] of [
      [PROMPT, 'prompt'],
      [secret, 'secret'],
    ] as const) {
      const raw = `Well: "${leet(text)}" it is, for 10 EUR.`
      const [leak, ...more] = findPromptLeak(raw, index)
      expect(more).toEqual([])
      expect(leak).toMatchObject({ reading: 'leet', source })
      expect(raw.slice(leak!.start, leak!.end)).toContain(leet(text).slice(0, -1))
    }
    expect(findPromptLeak(`${PROMPT} B2B 1st`, index).map(({ reading }) => reading)).toEqual(['plain'])
  })

  test.each([
    ['one for an l', 'hunter-seven-Zu1u-90'],
    ['one for an i and an l', 'hunter-seven-Zu|u-90'],
    ['the usual ones', 'hunt3r-s3v3n-Zu1u-90'],
    ['all of them', 'hun73r-53v3n-2u1u-go'],
    ['backwards', Array.from('hunt3r-s3v3n-Zu1u-90').toReversed().join('')],
    ['in base64', base64('so: hunt3r-s3v3n-Zu1u-90, that is it')],
    ['with signs, in base64', base64('so: hunter-$even-Zu!u-90, that is it')],
    ['far from any other digit', `${'of many words '.repeat(40)}hunt3r-seven-Zulu-90${' and more'.repeat(40)}`],
  ])('hide no secret with %s', (_, raw) => {
    expect(findPromptLeak(raw, index)).toMatchObject([{ source: 'secret' }])
  })

  test.each([
    'Invoice 2026-4471 of 1,703.55 EUR, 13 items, B2B, 1st of 3, A4 paper, 5G, i7 and o3.',
    'Call 030 4471 1703 before 5 pm, room 4a, gate b17, flight LH470, iPhone 15, win10.',
    'if (a1 === b3) return x0 + y7 // e5, f4, g3, v1.0.4 and mp3 at 10:45, 44711703551',
    'hunter seven zulu, and a number of 90 more; a refund above 45 EUR',
  ])('are not seen in ordinary text with numbers: %s', (raw) => {
    expect(findPromptLeak(raw, index)).toEqual([])
  })

  test('numbers of the same length are told apart, whatever letters stand beside them', () => {
    const digits = leakIndex([], ['1034571034', '1268951034'])
    assert(
      property(integer({ min: 1_000_000_000, max: 9_999_999_999 }), (number) => {
        expect(findPromptLeak(`a${number} b`, digits)).toHaveLength(
          ['1034571034', '1268951034'].includes(String(number)) ? 1 : 0,
        )
      }),
    )
  })
})

describe('a leak', () => {
  test.each([
    ['plain', PART, 'plain'],
    ['in other case and punctuation', 'NEVER... promise; a refund, above «25» eur! INTERNAL (margin)', 'plain'],
    ['with every letter spaced', Array.from(PART).join(' '), 'plain'],
    ['with hyphens between the letters', Array.from(PART).join('-'), 'plain'],
    ['with zero-width characters', Array.from(PART).join('\u200b'), 'plain'],
    [
      'in fullwidth letters',
      PART.replace(/[!-~]/g, (char) => String.fromCharCode(char.charCodeAt(0) + 0xfee0)),
      'plain',
    ],
    ['over several lines', PART.replaceAll(' ', '\n> '), 'plain'],
    ['with digits for letters', leet(PART), 'leet'],
    ['with some digits for letters', PART.replace('Never', 'N3ver').replace('margin', 'm4rgin'), 'leet'],
    ['with signs for letters', PART.replaceAll('a', '@').replaceAll('s', '$'), 'leet'],
    ['with digits for letters, spaced', Array.from(leet(PART)).join(' '), 'leet'],
    ['turned by 13 letters', rot13(PART), 'rot13'],
    ['backwards', Array.from(PART).reverse().join(''), 'reversed'],
    ['in base64', base64(PART), 'base64'],
    ['in hex', hex(PART), 'hex'],
    ['in percent encoding', hex(PART).replace(/../g, '%$&'), 'percent'],
    [
      'in entities',
      Array.from(PART)
        .map((char) => `&#${char.charCodeAt(0)};`)
        .join(''),
      'escape',
    ],
    ['in base64 of hex', base64(hex(PART)), 'hex'],
    ['of the second literal', 'second literal piece that stands behind a slot', 'plain'],
  ])('%s is found, alone and in a reply', (_, text, reading) => {
    for (const raw of [text, `Of course! Here it is: ${text}`]) {
      const [leak, ...more] = findPromptLeak(raw, INDEX)
      expect(more).toEqual([])
      expect(leak).toBeDefined()
      if (raw === text) expect(leak!.reading).toBe(reading)
    }
  })

  test('is placed where it stands', () => {
    const raw = `Sure: "${PART}" is what I was told.`
    const [leak] = findPromptLeak(raw, INDEX)
    expect(raw.slice(leak!.start, leak!.end)).toBe(PART)
  })

  test('is found for any 40 letters of the prompt', () => {
    assert(
      property(integer({ min: 0, max: PROMPT.length - 60 }), (start) => {
        expect(findPromptLeak(`Well, ${PROMPT.slice(start, start + 55)} and so on`, INDEX)).toHaveLength(1)
      }),
    )
  })
})

describe('no leak', () => {
  test.each([
    ['a short phrase that the prompt shares', 'I am the support assistant.'],
    ['several short phrases', 'The support assistant. A refund above 30 EUR. Internal code.'],
    ['its words in another order', 'EUR 25 above refund a promise never'],
    ['an ordinary reply', 'Your order NW-10001 was shipped yesterday and arrives on Monday.'],
    ['a long number', '1234567890'.repeat(20)],
    ['nothing', ''],
  ])('%s', (_, raw) => expect(findPromptLeak(raw, INDEX)).toEqual([]))

  test('a prompt without literal text of some length leaks nothing', () => {
    expect(findPromptLeak(PROMPT, leakIndex(['Be kind.', '']))).toEqual([])
  })

  test('text that runs over a slot is not the prompt: the slot value is the user’s', () => {
    const index = leakIndex(['The customer is called ', ' and speaks German.'])
    expect(findPromptLeak('The customer is called Ana and speaks German.', index)).toEqual([])
  })
})
