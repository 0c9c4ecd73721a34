import { describe, expect, test } from 'vitest'
import { findLinks } from '../links.ts'
import { linkFinding } from './link-policy.ts'

const POLICY = { allow: ['ok.example'], images: true }
const found = (text: string): readonly string[] =>
  findLinks(text).flatMap((link) => (linkFinding(link, POLICY) === undefined ? [] : [text.slice(link.start, link.end)]))
const hostsOf = (text: string): readonly string[] => findLinks(text).flatMap(({ hosts }) => hosts)

const LONG = `https://ok.example:${'0'.repeat(4_200)}@evil.example/c?code`
const ENCODED = `/\\2f ok.example:${'0'.repeat(4_200)}@evil.example/c?code`

describe('an address that is longer than anybody reads', () => {
  test('leads to the host behind its cut', () => expect(new URL(LONG).hostname).toBe('evil.example'))

  test.each([
    ['bare', LONG],
    ['in angle brackets', `<${LONG}>`],
    ['of another scheme in angle brackets', `<custom:${'0'.repeat(20_000)}>`],
    ['of a link', `[x](${LONG})`],
    ['of a link in angle brackets', `[x](<${LONG}>)`],
    ['of an image', `![x](${LONG})`],
    ['of an image without a scheme', `![x](${LONG.slice('https:'.length)})`],
    ['of a definition', `[x]: ${LONG}`],
    ['of a definition in angle brackets', `[x]: <${LONG}>`],
  ])('is found to its end: %s', (_, text) => {
    for (const around of ['S', 'S and more', 'a\n\nS\n\nb'])
      expect(found(around.replace('S', () => text))).toEqual([text])
  })

  test.each([
    `<img src="${LONG}">`,
    `<p style="background:url('${LONG}')">`,
    `<p style="background:url('${ENCODED}')">`,
    `<p style="background:image-set('${ENCODED}' 1x)">`,
    `<style>@import '${ENCODED}';</style>`,
    `a{background:url('${ENCODED}')}`,
    `<a href="${' '.repeat(5_000)}javascript:send()">x</a>`,
  ])('is found in a tag or a style: %#', (text) => expect(found(text)).not.toEqual([]))

  test('and of one that is no longer than that every unit is read', () => {
    const padded = (zeros: number): string => `https://ok.example:${'0'.repeat(zeros)}1/`
    const zeros = 4_096 - padded(0).length
    expect(found(padded(zeros))).toEqual([])
    expect(found(`${padded(zeros)} `)).toEqual([])
    expect(found(padded(zeros + 1))).toEqual([padded(zeros + 1)])
  })
})

describe('what some renderers take for the end of a URL', () => {
  const GOOD = 'https://ok.example/a'
  const SPACES = ' \t\n\u000b\u000c\u001f\u007f\u0085\u009f\u00a0\u1680\u2000\u2007\u200a\u2028\u2029\u202f\u205f\u3000'
  test.each([...SPACES].map((space) => [space.charCodeAt(0).toString(16), space]))(
    'U+%s is the end for all',
    (_, space) => {
      for (const more of ['www.evil.example/?d=secret', '//evil.example', 'https://evil.example/'])
        expect(found(`${GOOD}${space}${more} `)).toEqual([more])
      expect(hostsOf(`${GOOD}${space}and so on`)).toEqual(['ok.example'])
    },
  )

  test.each(['|', '\\|', '[', '(', '*', '**', '~~', '｜', '&#10;', '&lt;', '\\!', '[(|'])(
    'behind `%s` another one may begin',
    (sign) => {
      for (const head of [GOOD, `${GOOD}?x`, `x ${GOOD}#y`, `|${GOOD}`])
        for (const more of ['www.evil.example/?d=secret', 'https://evil.example/', 'x//evil.example www.evil.example'])
          expect([head + sign + more, hostsOf(head + sign + more)]).toEqual([
            head + sign + more,
            expect.arrayContaining([expect.stringMatching(/^(?:www\.)?evil\.example$/)]),
          ])
    },
  )

  test.each([
    'https://evil.example|@ok.example/',
    'https://evil.example(@ok.example/',
    'https://ok.example"@evil.example/',
    "https://ok.example')@evil.example:80/",
    "see `https://ok.example'x@evil.example",
    'https://ok.example\u2028@evil.example/',
    'https://ok.example。evil.example/',
    '<https://ok.example:\u00a0@evil.example/>',
    '[x](<https://ok.example:\\>@evil.example/>)',
    '[x](<https://ok.example:\\<@evil.example/>)',
    'https://ok.example\\@evil.example/',
    '//ok.example"https://ok.example"@evil.example/',
    'https://ok.example/(https://ok.example"@evil.example/',
  ])('may lie within its host, and each end makes another one: %s', (text) => {
    expect(hostsOf(text).some((host) => host.endsWith('evil.example'))).toBe(true)
    expect(found(text)).not.toEqual([])
  })

  test.each([
    '|https://ok.example/a|text|[x](https://ok.example/)|',
    '["https://ok.example","https://ok.example"]',
    '{"a":"https://ok.example","b":1,"c":{"d":"x"}}',
    '(https://ok.example).',
    'https://ok.example。请看下一页',
    'https://ok.example/wiki/Foo_(bar) and https://ok.example/a_(b)_c[0]',
    'https://ok.example/~ana/*.html?a=1&b=2&amp;c=3',
    '**https://ok.example/**',
    '“https://ok.example” and bob@ok.example',
  ])('makes no other host of an ordinary text: %s', (text) => expect(found(text)).toEqual([]))

  test.each(['https://[::1]/', 'https://[::1]:80/a[0]', '|http://[::1]/|'])('is no bracket of an address: %s', (text) =>
    expect(hostsOf(text)).not.toContain('unparsable'),
  )
})

test('a span with more hosts than anybody compares counts as one that nobody can tell', () => {
  const many = Array.from({ length: 200 }, (_, at) => `//h${at}.ok.example/`).join('|')
  expect(findLinks(many)).toMatchObject([
    { start: 0, host: 'h0.ok.example', reasons: expect.arrayContaining(['unparsable']) },
  ])
  expect(hostsOf(many)).toHaveLength(100)
  expect(found(many)).toEqual([many])
})

// Read again at each sign, these would run into the time limit.
test.each([
  'https://a.b/[',
  'https://a.b/[x]',
  'https://a.b/|',
  'https://a.b*',
  'https://a.b/(',
  'https://a.b/\\',
  'https://a.b&#',
  'https://a.b"x@',
  'https://a.b/?[u=//c.d',
  'www.a.b"',
  'www.ab.c。',
  '//a.b[',
  'data:,[',
  'javascript:[',
  '](<',
  '](<\\<',
  '](<\\>',
  '](\\(',
  '<ab:x',
])('half a million characters of `%s`, in one run or in several, end in an answer', (unit) => {
  for (const run of [500_000, 4_000]) {
    const part = `${unit.repeat(run / unit.length)} `
    const text = part.repeat(500_000 / part.length)
    expect(findLinks(text).length).toBeLessThanOrEqual(text.length)
  }
})
