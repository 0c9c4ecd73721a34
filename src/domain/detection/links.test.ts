import { array, assert, constantFrom, property } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isAllowedHost } from './egress/link-policy.ts'
import { findLinks } from './links.ts'

const hosts = (text: string): readonly string[] => findLinks(text).map(({ kind, host }) => `${kind} ${host}`)

describe('forms of a link', () => {
  test.each([
    ['an inline link', '[here](https://evil.example/a)', ['link evil.example']],
    ['an inline link with a title', '[here](https://evil.example/a "title")', ['link evil.example']],
    ['an inline link in angle brackets', '[here](<https://evil.example/a>)', ['link evil.example']],
    ['an inline link with spaces', '[here]( \n https://evil.example/a )', ['link evil.example']],
    ['an inline image', '![x](https://evil.example/a.png)', ['image evil.example']],
    ['an image without text', '![](https://evil.example/a.png?q=secret)', ['image evil.example']],
    [
      'an image inside a link',
      '[![x](https://evil.example/a.png)](https://example.com)',
      ['link evil.example', 'link example.com'],
    ],
    ['a reference definition', 'See [x].\n\n[x]: https://evil.example/a\nNext', ['link evil.example']],
    ['a protocol-relative target', '![x](//evil.example/a)', ['image evil.example']],
    ['an anchor tag', '<a href="https://evil.example">x</a>', ['link evil.example']],
    ['an anchor tag in capitals', "<A HREF='HTTPS://EVIL.EXAMPLE'>x</A>", ['link evil.example']],
    ['an image tag', '<img src=https://evil.example/a.png>', ['image evil.example']],
    ['an image tag over lines', '<img\n  alt="x"\n  src = "https://evil.example/a.png"\n/>', ['image evil.example']],
    ['a script tag', '<script src="//evil.example/x.js"></script>', ['image evil.example']],
    ['a frame', '<iframe src="https://evil.example"></iframe>', ['image evil.example']],
    ['a style with a URL', '<div style="background:url(https://evil.example/a)">', ['link evil.example']],
    ['a form', '<form action="https://evil.example">', ['link evil.example']],
    ['an autolink', '<https://evil.example/a>', ['link evil.example']],
    ['a bare URL', 'go to https://evil.example/a?b=c now', ['link evil.example']],
    ['a bare URL in brackets', '(https://evil.example)', ['link evil.example']],
    ['a bare protocol-relative URL', 'go to //evil.example/a', ['link evil.example']],
    ['a data URL', '![x](data:image/png;base64,AAAA)', ['image data:']],
    ['a bare data URL', 'open data:text/html,<b>', ['link data:']],
    ['a script URL', '[x](javascript:alert(1))', ['link javascript:']],
    ['a script URL in other case', '[x](JavaScript:alert)', ['link javascript:']],
    ['a VBScript URL', '[x](vbscript:x)', ['link vbscript:']],
    ['a file URL', '[x](file:///etc/passwd)', ['link file:']],
  ])('%s is found', (_, text, expected) => expect(hosts(text)).toEqual(expected))

  test.each([
    ['a relative link', '[here](/orders/1)'],
    ['a fragment', '[here](#top)'],
    ['a bracket in prose', 'a list [1] and (2)'],
    ['less than', '1 < 2 and 3 > 2'],
    ['a tag without a target', '<b>bold</b>'],
    ['a slash', 'and/or, 1/2'],
    ['a word that only starts like one', 'http is a protocol; javascript is a language; data is plural'],
    ['a mail address', 'bob@example.com'],
    ['an unclosed bracket', '[here'],
    ['nothing', ''],
  ])('%s is none', (_, text) => expect(findLinks(text)).toEqual([]))
})

describe('the host', () => {
  test.each([
    ['user information', 'https://example.com@evil.example/', 'evil.example'],
    ['user information with a password', 'https://example.com:443@evil.example/', 'evil.example'],
    ['a backslash', 'https://evil.example\\@example.com/', 'evil.example'],
    ['an encoded at sign', 'https://evil.example/%40example.com', 'evil.example'],
    ['a fragment', 'https://evil.example/#@example.com', 'evil.example'],
    ['a query', 'https://evil.example?@example.com', 'evil.example'],
    ['upper case', 'HTTPS://EVIL.Example/', 'evil.example'],
    ['a port', 'https://evil.example:8443/', 'evil.example'],
    ['a sub-domain look-alike', 'https://example.com.evil.example/', 'example.com.evil.example'],
    ['a trailing dot', 'https://evil.example./', 'evil.example.'],
    ['an internationalised name', 'https://еxample.com/', 'xn--xample-2of.com'],
    ['a decimal address', 'https://2130706433/', '127.0.0.1'],
    ['an address in brackets', 'https://[::1', 'unparsable'],
    ['one slash', 'https:/evil.example/', 'evil.example'],
    ['no slash', 'https:evil.example/', 'evil.example'],
  ])('is the one that a browser goes to: %s', (_, url, host) => {
    expect(findLinks(`[x](${url})`)).toMatchObject([{ host }])
  })

  const ALLOW = ['example.com', 'Docs.Example.ORG', '*.cdn.example']
  test.each([
    ['itself', 'example.com', true],
    ['a sub-domain', 'shop.example.com', true],
    ['a sub-sub-domain', 'a.b.example.com', true],
    ['an entry in other case', 'docs.example.org', true],
    ['a sub-domain of a pattern', 'img.eu.cdn.example', true],
    ['the domain of a pattern', 'cdn.example', false],
    ['a name that ends as a pattern does', 'evilcdn.example', false],
    ['the parent of an entry', 'example.org', false],
    ['a name that ends alike', 'notexample.com', false],
    ['a name that starts alike', 'example.com.evil.example', false],
    ['a hyphenated name', 'evil-example.com', false],
    ['another top-level domain', 'example.co', false],
    ['a scheme that leads nowhere', 'data:', false],
    ['a script', 'javascript:', false],
    ['what cannot be parsed', 'unparsable', false],
    ['nothing', '', false],
  ])('on an allow-list: %s', (_, host, isAllowed) => expect(isAllowedHost(host, ALLOW)).toBe(isAllowed))

  test('is never allowed by an empty list', () => expect(isAllowedHost('example.com', [])).toBe(false))
})

describe('spans', () => {
  test.each([
    ['Read [the page](https://evil.example/a) now', '[the page](https://evil.example/a)', 'the page'],
    ['A ![chart](https://evil.example/c.png), see?', '![chart](https://evil.example/c.png)', 'chart'],
    ['Go to https://evil.example/a, then stop.', 'https://evil.example/a', ''],
    ['Go to https://evil.example/a.', 'https://evil.example/a', ''],
    ['x <img src="https://evil.example/a"> y', '<img src="https://evil.example/a">', ''],
  ])('%s', (text, span, label) => {
    const [link] = findLinks(text)
    expect(text.slice(link!.start, link!.end)).toBe(span)
    expect(link!.label).toBe(label)
  })

  test('of any text stand in order, apart, inside it; and no text makes it throw', () => {
    const parts = constantFrom(
      '[',
      ']',
      '(',
      ')',
      '<',
      '>',
      '!',
      'https://',
      'evil.example',
      '//',
      ':',
      ' ',
      '\n',
      'data:',
      'a',
      '"',
      'href=',
      'src=',
      '\\',
      '@',
      '[::',
      '%',
      '\ud800',
      '.',
    )
    assert(
      property(array(parts, { maxLength: 40 }), (pieces) => {
        const text = pieces.join('')
        let last = 0
        for (const { start, end, host } of findLinks(text)) {
          expect(start).toBeGreaterThanOrEqual(last)
          expect(end).toBeGreaterThan(start)
          expect(end).toBeLessThanOrEqual(text.length)
          expect(host).not.toBe('')
          last = end
        }
      }),
      { numRuns: 2_000 },
    )
  })

  test.each(['[', '![', '<', '[](', '[]:', '//', 'https://'])(
    'a million characters of `%s` end in an answer',
    (unit) => {
      const text = unit.repeat(Math.floor(1_000_000 / unit.length))
      expect(findLinks(text).length).toBeLessThanOrEqual(text.length)
    },
  )
})
